"""Refused mass on its way: back to where it came from, or on to another plant.

A linked manifest ``follows`` the one that was refused and has a custody of its own. A return is
sent by the consignee that refused; on to another plant sends whoever's waste it is, its consignor,
or the refusing consignee where the consignor named that plant when it issued.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import IdReused
from wufei.hub.ledger.units import grams
from wufei.hub.manifests import numbers, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Party, template
from wufei.hub.manifests.models import (
    RECEIVED,
    Line,
    LineLot,
    Manifest,
    Relation,
    Status,
    StepCode,
)
from wufei.hub.manifests.refusals import NothingRefused, OtherTruck, WrongParty
from wufei.hub.manifests.services import (
    allotting,
    authority,
    checks,
    containers,
    exempting,
    masses,
    reserving,
    settlement,
)
from wufei.hub.manifests.services.document import Document, due_at
from wufei.hub.manifests.services.given import Act, Signing, part_of
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.services.book import require_open

LINKED = "manifests.linked.issue"
GONE = (Status.CANCELLED, Status.EXPIRED)


def send_back(
    manifest: Manifest,
    *,
    id: UUID,
    signing: Signing,
    by: Actor,
    carrier: Organisation | None = None,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
    truck_stays: bool = True,
) -> Manifest:
    """Return what was refused to where it came from, on a manifest of its own.

    ``truck_stays``: the load never left the truck, which sets out at once; else it was unloaded
    and waits to be loaded, by the same carrier or another. The same ``id`` and content returns
    the first one. Raises ``NothingRefused``, ``WrongParty`` and ``OtherTruck``.
    """
    first = first_of(manifest)
    way = _Way(Relation.RETURN, first.consignor_site, carrier, vehicle, driver, truck_stays)
    return _send(_Sending(manifest, way, id, signing, by))


def send_on(
    manifest: Manifest,
    site: Site,
    *,
    id: UUID,
    signing: Signing,
    by: Actor,
    carrier: Organisation | None = None,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
    truck_stays: bool = True,
) -> Manifest:
    """Send what was refused on to another plant, on a manifest of its own; see ``send_back``.

    Raises also what is wrong with that plant: ``SamePlace``, ``SiteClosed``, ``LicenceMissing``.
    """
    way = _Way(Relation.REDIRECT, site, carrier, vehicle, driver, truck_stays)
    return _send(_Sending(manifest, way, id, signing, by))


@dataclass(frozen=True)
class _Way:
    """Where it goes and who carries it."""

    relation: Relation
    site: Site
    carrier: Organisation | None
    vehicle: Vehicle | None
    driver: Driver | None
    truck_stays: bool


@dataclass
class _Sending:
    """A linked manifest on its way into the database; ``refused`` is the one that it follows."""

    refused: Manifest
    way: _Way
    id: UUID
    signing: Signing
    by: Actor
    lines: list[Line] = field(default_factory=list)
    lots: dict[UUID, list[LineLot]] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.signing.signed_at

    @property
    def digest(self) -> str:
        """Of everything that was asked for: tells a retry from another manifest."""
        way = self.way
        rows = (self.refused, way.site, way.carrier, way.vehicle, way.driver)
        told = [str(row.uuid) if row else None for row in rows]
        asked = [str(way.relation), way.truck_stays, *told, self.by.id, repr(self.signing)]
        return rules.digest({"linked": asked})


def first_of(manifest: Manifest) -> Manifest:
    """Where a chain of linked manifests began."""
    while manifest.follows is not None:
        manifest = manifest.follows
    return manifest


def _send(work: _Sending) -> Manifest:
    try:
        with transaction.atomic():
            # Two who send the same mass take turns.
            # Locked by itself: a row whose plant changes while we wait would fall out of a join.
            Manifest.objects.select_for_update().get(pk=work.refused.pk)
            rows = Manifest.objects.select_related("consignee_site", "carrier", "vehicle", "driver")
            work.refused = rows.get(pk=work.refused.pk)
            return _find(work) or _write(work)
    except IntegrityError as error:
        if "manifests_signature_uuid" in str(error) or "manifests_manifest_uuid" in str(error):
            raise IdReused(id=work.id) from error
        raise


def _find(work: _Sending) -> Manifest | None:
    found = Manifest.objects.filter(uuid=work.id).first()
    if found and found.created_digest != work.digest:
        raise IdReused(id=work.id)
    return found


def _write(work: _Sending) -> Manifest:
    form, by = template(work.refused.template), work.by
    signer = _permit(work)
    checks.at_time(work.at, StepCode.ISSUE, work.refused.accepted_at)
    manifest = _draft(work, form)
    work.lines = _lines(work, manifest)
    _check(work, manifest, form)
    found = allotting.take(manifest, form, work.lines)
    if work.way.truck_stays:
        weighed = {line.uuid: grams(line.declared_g) for line in work.lines}
        masses.load(manifest, work.lines, work.lots, weighed, at=work.at, by=by, booked=False)
    else:
        reserving.reserve(manifest, work.lines, work.lots, by)
    # Late, since everybody else who issues under this prefix waits from here on.
    manifest.local_id = numbers.local_id(form, work.at)
    given = authority.give(manifest, form, work.at)
    document = Document(manifest, form, work.lines, work.signing, by, known_lots=work.lots)
    _sign(work, document, signer)
    document.findings += found
    manifest.save(force_insert=True)
    authority.keep(manifest, given)
    Line.objects.bulk_create(work.lines)
    exempting.keep(work.lines)
    LineLot.objects.bulk_create(part for parts in work.lots.values() for part in parts)
    document.write()
    settlement.close_followed(manifest, at=work.at, by=by)
    return manifest


def _sign(work: _Sending, document: Document, signer: int) -> None:
    """The issue; with a truck that stays also the loading: its carrier signed for this load."""
    told = {"declared": {line.uuid: grams(line.declared_g) for line in work.lines}}
    acts = [Act(StepCode.ISSUE, work.signing.id, told)]
    if work.way.truck_stays:
        acts = [
            Act(StepCode.ISSUE, part_of(work.signing.id, StepCode.ISSUE), told),
            Act(StepCode.LOAD, part_of(work.signing.id, StepCode.LOAD), {}),
        ]
    for act in acts:
        step = document.form.step(act.step)
        document.seal(act, step.seals, Party.CONSIGNOR, signer, work.lots)


# Who may, and where to.
def _permit(work: _Sending) -> int:
    """The organisation that signs; raises ``Forbidden`` or ``WrongParty``."""
    refused, back = work.refused, work.way.relation == Relation.RETURN
    may = [refused.consignee_id] if back else [refused.consignor_id]
    if not back and refused.alternate_site_id == work.way.site.pk:
        may.append(refused.consignee_id)
    if work.by.require(LINKED) is Scope.ALL:
        return may[0]
    for organisation_id in may:
        if organisation_id in work.by.organisation_ids:
            return organisation_id
    raise WrongParty(
        step=Relation(work.way.relation).label,
        manifest=str(refused),
        party=(Party.CONSIGNEE if back else Party.CONSIGNOR).label,
        organisation=Organisation.objects.get(pk=may[0]).name,
    )


def _check(work: _Sending, manifest: Manifest, form: ManifestTemplate) -> None:
    refused, way, day = work.refused, work.way, checks.day_of(work.at)
    same = manifest.carrier_id == refused.carrier_id and (
        way.vehicle is None or way.vehicle.pk == refused.vehicle_id
    )
    if way.truck_stays and not same:
        assert refused.vehicle is not None
        raise OtherTruck(plate=refused.vehicle.plate, carrier=refused.carrier.name, field="carrier")
    if way.truck_stays:
        checks.truck_is_free(refused, work.by)
    if manifest.carrier_id != refused.carrier_id:
        require_open(manifest.carrier, day)
        for line in work.lines:
            exempting.carriage(form, [manifest.carrier], exempting.on_the_way(line), day)
    if way.vehicle:
        checks.vehicle_of(manifest.carrier, way.vehicle, day)
    if way.driver:
        checks.driver_of(manifest.carrier, way.driver, day)
    if way.relation == Relation.REDIRECT:
        checks.another_plant(refused, way.site, day)
        for line in work.lines:
            exempting.plant(form, way.site, exempting.on_the_way(line), day, sent_on=True)


# What it is.
def _draft(work: _Sending, form: ManifestTemplate) -> Manifest:
    refused, way, at = work.refused, work.way, work.at
    back = way.relation == Relation.RETURN
    status = Status.LOADED if way.truck_stays else Status.ISSUED
    stays = way.truck_stays
    return Manifest(
        uuid=work.id,
        created_digest=work.digest,
        template=form.code,
        domain=refused.domain,
        relation=way.relation,
        follows=refused,
        status=status,
        consignor_id=refused.consignee_id if back else refused.consignor_id,
        consignor_site=refused.consignee_site,
        carrier=way.carrier or refused.carrier,
        consignee=way.site.organisation,
        consignee_site=way.site,
        vehicle=way.vehicle or (refused.vehicle if stays else None),
        driver=way.driver or (refused.driver if stays else None),
        note=refused.refusal_reason,
        issued_at=at,
        loaded_at=at if stays else None,
        due_at=due_at(form, status, at),
        changed_at=timezone.now(),
    )


def _lines(work: _Sending, manifest: Manifest) -> list[Line]:
    """A line for each that has refused mass which no other linked manifest has taken."""
    refused = work.refused
    left = left_of(refused) if refused.status in RECEIVED else []
    if not left:
        raise NothingRefused(manifest=str(refused), status=refused.get_status_display())
    found = containers.on_the_road([line for line in left if masses.by_lots(line)])
    lines = []
    for position, old in enumerate(left, start=1):
        old.manifest = refused
        line = _line(manifest, position, old, stays=work.way.truck_stays)
        if manifest.relation == Relation.REDIRECT:
            # It leaves from the plant that refused it, but it arose where it came from.
            line.site = old.site or first_of(refused).consignor_site
        mine = found.get(old.uuid, [])
        line.containers = len(mine) or None
        work.lots[line.uuid] = [_lot(line, one) for one in mine]
        # It travels on what it travelled on before.
        line.relied = old.exemption
        lines.append(line)
    return lines


def left_of(refused: Manifest) -> list[Line]:
    """Lines with refused mass that no linked manifest has taken or is to fetch."""
    rows = refused.lines.select_related("waste").filter(refused_g__gt=0)
    taken = Line.objects.filter(follows__in=rows).exclude(manifest__status__in=GONE)
    return list(rows.exclude(pk__in=taken.values("follows")).order_by("position"))


def _line(manifest: Manifest, position: int, old: Line, *, stays: bool) -> Line:
    assert old.refused_g
    back = manifest.relation == Relation.RETURN
    return Line(
        uuid=uuid5(manifest.uuid, f"line:{position}"),
        manifest=manifest,
        position=position,
        waste=old.waste,
        follows=old,
        method="" if back else old.method,
        declared_g=old.refused_g,
        weighed_out_g=old.refused_g if stays else None,
    )


def _lot(line: Line, container: containers.Container) -> LineLot:
    booking = masses.booking_of(line.uuid, container.uuid)
    return LineLot(line=line, lot=container.lot, mass_g=container.mass_g, booking=booking)
