"""Issue a manifest: by its consignor at a desk, or by one scan of the truck at the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.prepared import Among, Rows
from wufei.hub.base.rows import insert
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.exemptions.queries import Reach
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import numbers, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step, template, template_of
from wufei.hub.manifests.measures import as_json
from wufei.hub.manifests.models import Line, LineLot, Manifest, Origin, Status, StepCode
from wufei.hub.manifests.refusals import (
    AuthorityNoTaken,
    MixedTemplates,
    NoLines,
    NoScan,
    NoTemplate,
)
from wufei.hub.manifests.services import (
    allotting,
    authority,
    checks,
    exempting,
    masses,
    naming,
    reserving,
    way,
)
from wufei.hub.manifests.services.document import Document, deadline, due_at, write_all
from wufei.hub.manifests.services.given import (
    Act,
    NewLine,
    NewManifest,
    Signing,
    part_of,
    plain,
)
from wufei.hub.manifests.services.issue_checks import check_fields, check_line, check_places
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.services.headroom import Papers

LINES_MAX = 20
# Written down after it was loaded.
LOADED_BEFORE = (Origin.PAPER, Origin.IMPORTED)


def issue(new: NewManifest, *, id: UUID, signing: Signing, by: Actor) -> Manifest:
    """Issue a manifest and book its mass; the same ``id`` and content returns the first one.

    Raises a refusal of ``manifests.refusals``, the ledger's (``NotEnough``) or the register's
    (``Closed``); nothing is written then.
    """
    return _issue(Issuing(new, id, signing, by))


def scan_out(
    truck: Vehicle, new: NewManifest, weighed_out: Mass, *, id: UUID, signing: Signing, by: Actor
) -> Manifest:
    """Issue and load in one, by a scan of ``truck`` at the consignor's gate.

    Nothing is booked before, since the mass leaves at once. Raises also ``NoScan`` and
    ``OnTheRoadAlready``.
    """
    new = replace(new, vehicle=truck)
    return _issue(Issuing(new, id, signing, by, weighed_out))


@dataclass(frozen=True)
class Otherwise:
    """Issued otherwise than at a desk: what has happened already is written down, not planned.

    Nothing is reserved for it. ``left_open`` are fields that an emergency leaves to be completed,
    ``reason`` why it is written so.
    """

    origin: str
    reason: str = ""
    left_open: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"{self.origin}:{self.reason}:{sorted(self.left_open)}"


def issue_otherwise(
    new: NewManifest, other: Otherwise, *, id: UUID, signing: Signing, by: Actor
) -> Manifest:
    """Issue what left under a paper or in an emergency; its mass is not reserved."""
    return _issue(Issuing(new, id, signing, by, other=other))


@dataclass
class Issuing:
    """A manifest on its way into the database.

    ``outcome`` is what has been decided, None for as long as nothing is.
    """

    new: NewManifest
    id: UUID
    signing: Signing
    by: Actor
    weighed_out: Mass | None = None
    other: "Otherwise | None" = None
    lines: list[Line] = field(default_factory=list)
    lots: dict[UUID, list[LineLot]] = field(default_factory=dict)
    unfit: list[exempting.Unfit] = field(default_factory=list)
    document: Document | None = None
    outcome: Manifest | Refusal | None = None

    @property
    def digest(self) -> str:
        """Of everything that was asked for: tells a retry from another manifest."""
        weighed = self.weighed_out and as_json(self.weighed_out)
        # A record is the same one whoever of a firm brings it in.
        who = "" if self.other and self.other.origin == Origin.IMPORTED else self.by.id
        told = [repr(plain(self.new)), str(weighed), who, repr(self.signing)]
        # Only where it is so: what was issued before this could be said stays the same.
        told += [repr(self.other)] if self.other else []
        return rules.digest({"asked": told})

    @property
    def left_open(self) -> frozenset[str]:
        return self.other.left_open if self.other else frozenset()


def _issue(work: Issuing) -> Manifest:
    try:
        with transaction.atomic():
            (issued,) = issue_together([work])
    except IntegrityError as error:
        # Somebody issued the same id at the same moment: theirs is the first result.
        twins = ("manifests_manifest_uuid", "registry_allotment_once", "ledger_booking_uuid")
        if any(name in str(error) for name in twins) and (earlier := _find([work]).get(work.id)):
            return _same(earlier, work)
        if "manifests_manifest_authority_no" in str(error):
            number = work.new.authority_no
            raise AuthorityNoTaken(number=number, field="authority_no") from error
        if "manifests_signature_uuid" in str(error):
            raise IdReused(id=work.signing.id) from error
        raise
    if isinstance(issued, Refusal):
        raise issued
    return issued


def issue_together(works: Sequence[Issuing]) -> list[Manifest | Refusal]:
    """Issue several manifests of one actor: each one's row, or why it is refused.

    Each is judged alone, and nothing is written of one that is refused. What only the ledger or a
    limit finds out, about any of them, is raised instead, and nothing may be committed then. In
    the caller's transaction; each id may be named once.
    """
    found, papers = _find(works), Papers()
    new = (line for work in works if work.id not in found for line in work.new.lines)
    lots = naming.known(part for line in new for part in line.lots)
    # Batches of one waste that leave together are asked for their claims together.
    reach = exempting.reach_of(lots.values())
    for work in works:
        earlier = found.get(work.id)
        try:
            work.outcome = _same(earlier, work) if earlier else _judge(work, lots, papers, reach)
        except Refusal as refusal:
            work.document, work.outcome = None, refusal
    _write([(work, work.document) for work in works if work.document is not None], papers)
    return [work.outcome for work in works if work.outcome is not None]


_ISSUED = Rows(lambda: Manifest.objects.filter(Among("uuid", "ids")).order_by())


def _find(works: Sequence[Issuing]) -> dict[UUID, Manifest]:
    return {found.uuid: found for found in _ISSUED(ids=[work.id for work in works])}


def _same(earlier: Manifest, work: Issuing) -> Manifest:
    if earlier.created_digest != work.digest:
        raise IdReused(id=work.id)
    return earlier


def _judge(work: Issuing, lots: Mapping[UUID, Lot], papers: Papers, reach: Reach) -> Manifest:
    """The manifest as it will be, in memory; raises what is wrong with it."""
    form = template_for(work.new.lines, checks.day_of(work.signing.signed_at))
    manifest = _draft(work, form)
    _check(work, manifest, form)
    work.lines = [_line(manifest, n, line) for n, line in enumerate(work.new.lines, start=1)]
    work.lots = _lots(work, lots)
    work.unfit = exempting.rely(manifest, form, work.new, work.lines, work.lots, papers, reach)
    work.document = Document(
        manifest, form, work.lines, work.signing, work.by, known_lots=work.lots
    )
    return manifest


def _write(works: Sequence[tuple[Issuing, Document]], papers: Papers) -> None:
    """Take, reserve, number, sign and write what was judged."""
    if not works:
        return
    documents = [document for _work, document in works]
    documents[0].findings += allotting.take_all(
        [
            allotting.Load(document.manifest, document.form, work.lines, work.weighed_out)
            for work, document in works
        ],
        papers,
    )
    _move(works)
    # Late, since everybody else who issues under these prefixes waits from here on.
    numbers.give_local_ids([(one.manifest, one.form, one.at) for one in documents])
    given = authority.give_all([(one.manifest, one.form, one.at) for one in documents])
    for work, document in works:
        document.findings += exempting.told(document.manifest, work.unfit)
        for act, step in _acts(work, document.form):
            document.sign(step, act)
    insert([document.manifest for document in documents])
    authority.keep_all(given)
    lines = [line for work, _document in works for line in work.lines]
    insert(lines)
    exempting.keep(lines)
    for work, document in works:
        way.write_legs(document.manifest, work.new.further_carriers)
    insert([part for work, _document in works for parts in work.lots.values() for part in parts])
    write_all(documents)


def _move(works: Sequence[tuple[Issuing, Document]]) -> None:
    """Reserve what is to leave, and load what a gate has weighed."""
    reserving.hold_stores(
        [
            (document.manifest, work.lines)
            for work, document in works
            if work.other and work.other.origin in LOADED_BEFORE
        ]
    )
    for work, document in works:
        if work.weighed_out:
            _load(work, document.manifest)
    planned = [
        booking
        for work, document in works
        if not work.weighed_out and not work.other
        for booking in reserving.bookings(document.manifest, work.lines, work.lots)
    ]
    if planned:
        ledger.book_all(planned, by=works[0][0].by)


def template_for(lines: Sequence[NewLine], day: date) -> ManifestTemplate:
    """The one template of all lines on ``day``: an older record keeps the rules of its time."""
    if not 1 <= len(lines) <= LINES_MAX:
        raise NoLines(most=LINES_MAX, field="lines")
    found: dict[str, ManifestTemplate] = {}
    for line in lines:
        form = template_of(line.waste.stream, day)
        if form is None:
            raise NoTemplate(waste=str(line.waste), field="waste")
        found[form.code] = form
    if len(found) > 1:
        first, second, *_more = found.values()
        raise MixedTemplates(first=first.name, second=second.name, field="waste")
    return next(iter(found.values()))


def _draft(work: Issuing, form: ManifestTemplate) -> Manifest:
    new, at = work.new, work.signing.signed_at
    status = Status.LOADED if work.weighed_out else Status.ISSUED
    # What is written down afterwards has been loaded, however long after its issue.
    waits = status == Status.ISSUED and not (work.other and work.other.origin in LOADED_BEFORE)
    return Manifest(
        uuid=work.id,
        created_digest=work.digest,
        template=form.code,
        domain=catalogue.domain_of(new.lines[0].waste.stream).code,
        authority_no=numbers.authority_no(form, new.authority_no),
        status=status,
        origin=work.other.origin if work.other else Origin.ONLINE,
        left_open=sorted(work.left_open),
        consignor=new.consignor_site.organisation,
        consignor_site=new.consignor_site,
        carrier=new.carrier,
        consignee=new.consignee_site.organisation,
        consignee_site=new.consignee_site,
        vehicle=new.vehicle,
        driver=new.driver,
        route=new.route,
        note=new.note.strip(),
        alternate_site=new.alternate_site,
        round=new.round,
        leg_last=1 + len(new.further_carriers),
        issued_at=at,
        loaded_at=at if work.weighed_out else None,
        due_at=due_at(form, status, at),
        expires_at=deadline(form.expires_after, at) if waits else None,
        changed_at=timezone.now(),
    )


def _line(manifest: Manifest, position: int, new: NewLine) -> Line:
    return Line(
        uuid=uuid5(manifest.uuid, f"line:{position}"),
        manifest=manifest,
        position=position,
        waste=new.waste,
        method=new.method,
        declared_g=new.declared.grams,
        containers=new.containers,
        site=new.site,
    )


def _lots(work: Issuing, known: Mapping[UUID, Lot]) -> dict[UUID, list[LineLot]]:
    pairs = zip(work.lines, work.new.lines, strict=True)
    where = work.new.consignor_site
    return {line.uuid: naming.rows(line, new.lots, known, where) for line, new in pairs if new.lots}


def _load(work: Issuing, manifest: Manifest) -> None:
    assert work.weighed_out is not None
    (line,) = work.lines
    checks.light_enough(template(manifest.template), work.weighed_out.grams, "weighed_out")
    checks.same_unit(line.declared_g, work.weighed_out.grams, "weighed_out")
    line.weighed_out_g = work.weighed_out.grams
    masses.load(
        manifest,
        work.lines,
        work.lots,
        {line.uuid: work.weighed_out},
        at=work.signing.signed_at,
        by=work.by,
        booked=False,
    )


def _acts(work: Issuing, form: ManifestTemplate) -> list[tuple[Act, Step]]:
    """What is signed: the issue, or both steps of the scan at the gate."""
    declared = {
        line.uuid: new.declared for line, new in zip(work.lines, work.new.lines, strict=True)
    }
    values: dict[str, Any] = {"declared": declared}
    if work.other and work.other.reason:
        values["reason"] = work.other.reason
    if work.weighed_out is None:
        return [(Act(StepCode.ISSUE, work.signing.id, values), form.step(StepCode.ISSUE))]
    loaded = {"weighed_out": work.weighed_out, "vehicle": work.new.vehicle}
    return [
        (Act(code, part_of(work.signing.id, code), given), form.step(code))
        for code, given in ((StepCode.ISSUE, values), (StepCode.LOAD, loaded))
    ]


# Checks.
def _check(work: Issuing, manifest: Manifest, form: ManifestTemplate) -> None:
    new, signing = work.new, work.signing
    checks.at_time(signing.signed_at)
    steps = [form.step(StepCode.ISSUE)]
    if work.weighed_out is not None:
        steps.append(_gate(work, form))
    for step in steps:
        checks.permit(manifest, step, work.by)
    check_fields(new, steps, work.left_open)
    check_places(new, manifest, form, checks.day_of(signing.signed_at))
    for line in new.lines:
        check_line(line)
    checks.light_enough(form, sum(line.declared.grams for line in new.lines), "declared")


def _gate(work: Issuing, form: ManifestTemplate) -> Step:
    """The loading that a scan at the gate signs as well; one load at a time on a truck."""
    scan = form.scan("gate")
    if scan is None or len(work.new.lines) != 1:
        raise NoScan(template=form.name)
    assert work.new.vehicle is not None
    # Two gates that scan one truck at once take turns.
    truck = Vehicle.objects.select_for_update(of=("self",)).get(pk=work.new.vehicle.pk)
    moving = Manifest.objects.filter(
        vehicle=truck, status=Status.LOADED, halted_at_site=None
    ).first()
    if moving is not None:
        raise checks.still_carries(moving, work.by)
    return form.step(StepCode.LOAD)
