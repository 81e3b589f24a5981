"""Reads of the manifests, cut to what the actor may see and sign."""

import re
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.manifests import followed, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Party, Step, template, templates
from wufei.hub.manifests.models import MOVING, OPEN, Leg, Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import UnknownQr
from wufei.hub.manifests.scope import NOTHING, seen_by
from wufei.hub.manifests.services import settlement
from wufei.hub.manifests.services.checks import ISSUE, SIGN
from wufei.hub.manifests.services.document import digest_of, lots_of
from wufei.hub.manifests.services.given import part_of
from wufei.hub.manifests.services.legs import next_leg
from wufei.hub.manifests.services.saying import said
from wufei.hub.registry.models import Organisation, Site, Vehicle
from wufei.hub.registry.queries import open_on

VIEW = "manifests.manifest.view"
_ROWS = ("consignor", "carrier", "consignee", "consignor_site", "consignee_site", "vehicle")
_CODE = re.compile(r"(?:^|/)(?P<kind>[mt])/(?P<uuid>[0-9a-fA-F-]{32,36})/?(?:[?#].*)?$")


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Manifest]":
    """Manifests that ``act`` reaches, the newest first."""
    return Manifest.objects.filter(seen_by(actor, act)).select_related(*_ROWS)


def waiting_for(actor: Actor) -> "QuerySet[Manifest]":
    """What the actor's organisations can sign next, the most urgent first.

    ``unsent`` says of each whether it waits for refused mass to be sent back or on.
    """
    rows = Manifest.objects.filter(_waits_for(actor)).select_related(*_ROWS)
    rows = rows.annotate(unsent=ExpressionWrapper(followed.unsent(), BooleanField()))
    return rows.prefetch_related("lines__waste").order_by(F("due_at").asc(nulls_last=True), "pk")


def _waits_for(actor: Actor) -> Q:
    scope = actor.scope(SIGN)
    if scope is Scope.NONE:
        return NOTHING
    mine = _to_take_over(None if scope is Scope.ALL else actor.organisation_ids)
    mine |= _to_pick_up(None if scope is Scope.ALL else actor.organisation_ids)
    mine |= followed.to_be_sent(actor)
    for form in templates():
        for status in OPEN:
            step = rules.next_step(form, status)
            if step is None:
                continue
            here = Q(template=form.code, status=status)
            if status in followed.REFUSED:
                # Nothing is closed while its refused mass is with the carrier.
                here &= ~followed.staying()
            if scope is not Scope.ALL:
                here &= Q(**{f"{step.by}__in": sorted(actor.organisation_ids)})
            mine |= here
    return mine


def _to_take_over(organisations: frozenset[int] | None) -> Q:
    """On the road, and the next leg is theirs (None: anybody's)."""
    legs = Leg.objects.filter(
        taken_at=None,
        dropped_at=None,
        manifest__status=Status.LOADED,
        number=F("manifest__leg") + 1,
    )
    if organisations is not None:
        legs = legs.filter(carrier__in=organisations)
    return Q(status=Status.LOADED, pk__in=list(legs.values_list("manifest", flat=True)))


def _to_pick_up(organisations: frozenset[int] | None) -> Q:
    """Set down on the way by them (None: by anybody)."""
    down = Q(status=Status.LOADED, halted_at_site__isnull=False)
    return down if organisations is None else down & Q(carrier__in=sorted(organisations))


def next_steps(manifest: Manifest, actor: Actor) -> tuple[Step, ...]:
    """The acts that this actor can sign now: first the step of the path, then those beside it."""
    scope, form = actor.scope(SIGN), template(manifest.template)
    if scope is Scope.NONE:
        return ()

    def own(organisation_id: int) -> bool:
        return scope is Scope.ALL or organisation_id in actor.organisation_ids

    found = []
    step = rules.next_step(form, manifest.status)
    if step is not None and own(getattr(manifest, f"{step.by}_id")) and _is_ready(manifest):
        found.append(step)
    if manifest.status == Status.LOADED and manifest.leg < manifest.leg_last:
        leg = next_leg(manifest)
        if leg and own(leg.carrier_id):
            found.append(beside(form, StepCode.TAKE_OVER))
    if manifest.status == Status.LOADED and own(manifest.carrier_id):
        if manifest.halted_at_site_id:
            found.append(beside(form, StepCode.PICK_UP))
        elif form.halt_within:
            found.append(beside(form, StepCode.SET_DOWN))
    return tuple(found)


def _is_ready(manifest: Manifest) -> bool:
    """Nothing is closed while refused mass is with the carrier."""
    if manifest.status not in followed.REFUSED:
        return True
    return not settlement.refused_stays(list(manifest.lines.all()))


def beside(form: ManifestTemplate, code: str) -> Step:
    """An act beside the path as a step: what whoever signs has to say with it, and may."""
    driven = frozenset({"vehicle", "driver"})
    match code:
        case StepCode.TAKE_OVER:
            needs = (form.step(StepCode.LOAD).needs | {"vehicle"}) & driven
            return Step(code, by=Party.CARRIER, needs=needs, may=driven - needs)
        case StepCode.PICK_UP:
            return Step(code, by=Party.CARRIER, may=driven)
        case StepCode.SET_DOWN:
            return Step(code, by=Party.CARRIER, needs=frozenset({"site"}))
    raise KeyError(code)


def own_leg(manifest: Manifest, actor: Actor) -> Leg | None:
    """The leg that this actor's carrier is to drive and has not taken over; truck may change.

    Where one carrier goes all the way it is a leg that stands in no row.
    """
    if actor.scope(SIGN) is not Scope.OWN or manifest.status not in (Status.ISSUED, Status.LOADED):
        return None
    mine = actor.organisation_ids
    if manifest.leg_last > 1:
        legs = manifest.legs.filter(taken_at=None, dropped_at=None, carrier__in=mine)
        return legs.select_related("carrier", "vehicle", "driver").order_by("number").first()
    if manifest.status != Status.ISSUED or manifest.carrier_id not in mine:
        return None
    return Leg(
        manifest=manifest,
        number=1,
        carrier=manifest.carrier,
        vehicle=manifest.vehicle,
        driver=manifest.driver,
    )


def may_repeat(manifest: Manifest, actor: Actor) -> bool:
    """Whether this actor could issue the same again: their own organisation sent it."""
    return actor.may(ISSUE) and manifest.consignor_id in actor.organisation_ids


def moving() -> "QuerySet[Manifest]":
    """What is on the road, with its vehicle; what is set down on the way is on none."""
    rows = Manifest.objects.filter(status__in=MOVING, halted_at_site=None)
    return rows.select_related(*_ROWS).order_by("loaded_at")


def open_of_vehicle(vehicle_id: int) -> Manifest | None:
    """The manifest of the load that this vehicle carries; the latest, where it carries several."""
    return moving().filter(vehicle=vehicle_id).order_by("-loaded_at", "-pk").first()


def scanned(text: str) -> Manifest | Vehicle:
    """What a scanned code means: ``/m/<uuid>/`` a manifest, ``/t/<uuid>/`` a vehicle.

    Raises ``UnknownQr`` for a code of something else. Whether the actor may see it is another
    question: ``visible``.
    """
    found = _CODE.search(text.strip()[:300])
    rows: QuerySet[Manifest] | QuerySet[Vehicle]
    if found is None:
        raise UnknownQr(field="code")
    try:
        uuid = UUID(found["uuid"])
    except ValueError:
        raise UnknownQr(field="code") from None
    rows = Manifest.objects.all() if found["kind"] == "m" else Vehicle.objects.all()
    thing = rows.filter(uuid=uuid).first()
    if thing is None:
        raise UnknownQr(field="code")
    return thing


def scanned_in_by(id: UUID) -> Manifest | None:
    """The manifest that a scan at the receiving site with this key has arrived."""
    arrival = Signature.objects.filter(uuid=part_of(id, StepCode.ARRIVE))
    found = arrival.select_related("manifest").first()
    return found.manifest if found else None


def signature_holds(signature: Signature) -> bool:
    """Whether what was signed is still what the manifest says, by the digest.

    A signature is over the one before it: all of a manifest's hold if nothing was changed.
    """
    manifest = signature.manifest
    rows = {one.number: one for one in manifest.signatures.all()}
    earlier = rows.get(signature.number - 1)
    before = earlier.content_digest if earlier else ""
    if digest_of(signature, manifest.template, before) != signature.content_digest:
        return False
    # A later signature may have sealed a field anew: a redirect, a revision.
    later = {name for n, one in rows.items() if n > signature.number for name in one.fields}
    names = signature.fields.keys() - later
    lines = list(manifest.lines.select_related("waste").order_by("position"))
    told = said(sorted(names), manifest, lines, lots_of(lines))
    return told == {name: signature.fields[name] for name in names}


# What one can choose from when issuing. Names and places only: partners are no secret.
def consignor_sites(actor: Actor) -> "QuerySet[Site]":
    """Open sites that the actor can issue from."""
    scope = actor.scope(ISSUE)
    if scope is Scope.NONE:
        return Site.objects.none()
    rows = Site.objects.filter(open_on()).select_related("organisation", "region")
    if scope is not Scope.ALL:
        rows = rows.filter(organisation__in=sorted(actor.organisation_ids))
    return rows.order_by("organisation__name", "name")


def free_lots(actor: Actor, site: UUID, waste: str = "") -> "QuerySet[Lot]":
    """Lots with something free at a site that the actor can issue from, the oldest first."""
    rows = Lot.objects.filter(
        account__kind=AccountKind.STOCK,
        account__place__in=consignor_sites(actor).filter(uuid=site),
        remaining_g__gt=F("booked_g"),
    )
    if waste:
        rows = rows.filter(account__waste__code=waste)
    return rows.select_related("account__waste").order_by("since", "pk")


def consignee_sites(domain: str = "") -> "QuerySet[Site]":
    """Open sites that receive waste: to recover, dispose of, store or pass it on."""
    kinds = (
        Site.Kind.TREATMENT,
        Site.Kind.LANDFILL,
        Site.Kind.STORAGE,
        Site.Kind.COLLECTION,
        Site.Kind.TRANSFER,
    )
    rows = Site.objects.filter(open_on(), kind__in=kinds).select_related("organisation", "region")
    if domain:
        rows = rows.filter(organisation__domains__contains=[domain])
    return rows.order_by("organisation__name", "name")


def carriers(domain: str = "") -> "QuerySet[Organisation]":
    """Open organisations that have vehicles."""
    fleet = Vehicle.objects.filter(open_on()).values("carrier")
    rows = Organisation.objects.filter(open_on(), pk__in=fleet)
    if domain:
        rows = rows.filter(domains__contains=[domain])
    return rows.order_by("name")
