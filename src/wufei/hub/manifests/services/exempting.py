"""Which plant and which carrier may have a load: by their licences, or because it is exempt.

Batches of some hazardous wastes are exempt at a stage, on a laboratory's report (``exemptions``).
A template says what that lifts (``declarations.Exempt``): the plant's licence, the carrier's. A
line keeps the claims that it relies on; storage, ledger and manifest know nothing of them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID

from django.db.models import DateField

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.findings import Finding
from wufei.hub.base.prepared import Among, Given, Rows
from wufei.hub.base.services import record_findings
from wufei.hub.catalogue.models import Exemption, WasteType
from wufei.hub.exemptions import queries
from wufei.hub.exemptions.models import Claim
from wufei.hub.exemptions.queries import Coverage, Reach
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests import written
from wufei.hub.manifests.declarations import ManifestTemplate, template
from wufei.hub.manifests.models import (
    MOVING,
    Line,
    LineClaim,
    LineLot,
    Manifest,
    Mode,
    Origin,
    Relation,
    Status,
)
from wufei.hub.manifests.refusals import (
    CarriageNotExempt,
    CarrierUnlicensed,
    ClaimLapsed,
    LicenceMissing,
    NotExempt,
)
from wufei.hub.manifests.services import checks, telling
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.given import NewManifest, Signing
from wufei.hub.registry.models import Licence, Organisation, Site
from wufei.hub.registry.services.headroom import Papers
from wufei.hub.registry.validity import valid_on

# Written down after it happened: what was wrong with it is a finding.
PAST = (Origin.PAPER, Origin.EMERGENCY, Origin.IMPORTED)
_LOTS_NAMED_MAX = 5
Claims = frozenset[int]
_NONE: Claims = frozenset()
_UNFIT = (LicenceMissing, NotExempt, CarrierUnlicensed, CarriageNotExempt)


@dataclass(frozen=True)
class Load:
    """One waste that is to travel: ``lots`` by key, or ``relied``, the claims it travels on.

    ``reach`` of these and perhaps other lots, where several loads ask for the same claims.
    """

    waste: WasteType
    method: str
    lots: Collection[int] = ()
    relied: Claims | None = None
    reach: Reach | None = None

    def covered(self, effect: str, day: date) -> Coverage:
        """Claims under which it is exempt; they are held until the transaction ends."""
        if self.relied is None:
            reach = self.reach or Reach(self.lots, for_deed=True)
            return reach.coverage(self.lots, effect, day)
        standing = queries.standing(self.relied, effect, day, for_deed=True)
        # All of them: each is why another part of the load is exempt.
        return Coverage(frozenset(standing) if standing == self.relied else _NONE)


def on_the_way(line: Line) -> Load:
    """A line of a manifest as it travels already."""
    return Load(line.waste, line.method, relied=frozenset(one.pk for one in line.exemption))


# The plant.
def plant(
    form: ManifestTemplate,
    site: Site,
    load: Load,
    day: date,
    papers: Papers | None = None,
    *,
    sent_on: bool = False,
) -> Claims:
    """Claims without which ``site`` could not take the load; none where it is licensed for it.

    ``sent_on``: it was to be treated otherwise elsewhere, so a licensed plant is right anyhow.
    Raises ``LicenceMissing``, or ``NotExempt`` where a claim would do.
    """
    way = form.exempt.way(load.method) if form.exempt else None
    if form.exempt and not load.method:
        # An emergency leaves open what is done with it: all that would be exempt is.
        covered = [load.covered(one.effect, day) for one in form.exempt.ways]
        if claims := _NONE.union(*(one.claims for one in covered if one)):
            return claims
    if way is None:
        licensed(form, site, load.waste, day, papers)
        return _NONE
    if sent_on or not way.alone:
        try:
            licensed(form, site, load.waste, day, papers)
            return _NONE
        except LicenceMissing:
            pass
    found = load.covered(way.effect, day)
    if not found:
        effect = Exemption.Effect(way.effect).label
        raise NotExempt(
            lots=_names(load, found),
            waste=load.waste.code,
            effect=effect,
            day=day,
            field="lots",
        )
    kinds, asked = way.licence_kinds, papers or Papers()
    lacks = partial(_lacks, kinds, site.organisation, day, at=site)
    if asked.once(("lacks", kinds, site.pk, day, "plant"), lacks):
        raise LicenceMissing(
            organisation=site.organisation.name,
            waste=load.waste.code,
            day=day,
            field="consignee_site",
        )
    return found.claims


def licensed(
    template: ManifestTemplate,
    site: Site,
    waste: WasteType,
    day: date,
    papers: Papers | None = None,
) -> None:
    """Refuse a consignee without a licence for ``waste``, as far as the register can know."""
    kinds, consignee = template.licence_kinds, site.organisation
    if not kinds or (papers or Papers()).licences(consignee, waste.code, kinds, day):
        return
    if _is_known_to_lack(kinds, consignee, site):
        raise LicenceMissing(
            organisation=consignee.name, waste=waste.code, day=day, field="consignee_site"
        )


_HELD = Rows(
    lambda: Licence.objects.filter(
        valid_on(Given("day", DateField())),
        Among("organisation", "holders"),
        Among("kind", "kinds"),
    ).order_by()[:1]
)


def _lacks(
    kinds: tuple[str, ...], holder: Organisation, day: date, *, at: Site | None = None
) -> bool:
    """Whether ``holder`` has none of these licences, for whatever waste."""
    if not kinds or _HELD(day=day, holders=[holder.pk], kinds=[*kinds]):
        return False
    return _is_known_to_lack(kinds, holder, at)


def _is_known_to_lack(kinds: tuple[str, ...], holder: Organisation, at: Site | None) -> bool:
    """Whether a missing licence says anything.

    Whoever has licences of these kinds on record needs one that holds. Who has none on record is
    refused inside the district where others of the same kind hold one, and let through outside it:
    the register of this district is not complete there.
    """
    held = Licence.objects.filter(kind__in=kinds)
    if held.filter(organisation=holder).exists():
        return True
    others = held.filter(organisation__kind=holder.kind, organisation__region__within=True)
    return (at or holder).region.within and others.exists()


# The carriers.
def carriage(
    form: ManifestTemplate,
    carriers: Iterable[Organisation],
    load: Load,
    day: date,
    papers: Papers | None = None,
) -> Claims:
    """Claims without which one of ``carriers`` could not carry the load.

    Raises ``CarrierUnlicensed``, or ``CarriageNotExempt`` where a claim would do.
    """
    for carrier in carriers if form.carrier_kinds else ():
        kinds = form.carrier_kinds
        key = ("lacks", kinds, carrier.pk, day)
        if not (papers or Papers()).once(key, partial(_lacks, kinds, carrier, day)):
            continue
        said = {
            "organisation": carrier.name,
            "kind": Licence.Kind(form.carrier_kinds[0]).label,
            "day": day,
        }
        if form.exempt is None or not form.exempt.carriage:
            raise CarrierUnlicensed(field="carrier", **said)
        found = load.covered(form.exempt.carriage, day)
        if not found:
            batches = {"lots": _names(load, found), "waste": load.waste.code}
            raise CarriageNotExempt(field="carrier", **said, **batches)
        return found.claims
    return _NONE


def _names(load: Load, found: Coverage) -> str:
    """The batches in the way, as people call them."""
    lots = found.bare or Lot.objects.filter(pk__in=load.lots).order_by("pk")
    names = [str(lot) for lot in lots[:_LOTS_NAMED_MAX]]
    return ", ".join(names) + (" …" if len(lots) > len(names) else "") or "—"


# A manifest that is written.
@dataclass(frozen=True)
class Unfit:
    """A line that could not have gone to this plant or with this carrier, and why."""

    line: Line
    refusal: Refusal


def rely(
    manifest: Manifest,
    form: ManifestTemplate,
    new: NewManifest,
    lines: Sequence[Line],
    lots: Mapping[UUID, Sequence[LineLot]],
    papers: Papers | None = None,
    reach: Reach | None = None,
) -> list[Unfit]:
    """Hold plants and carriers against each line, and let it keep the claims that it relies on.

    ``reach`` of the lots of several manifests that are written together. Raises what ``plant``
    and ``carriage`` raise; returns it where it has happened already.
    """
    day, papers = checks.day_of(manifest.issued_at), papers or Papers()
    reach = reach or reach_of(part.lot for parts in lots.values() for part in parts)
    found: list[Unfit] = []
    for line in lines:
        batches = tuple(part.lot_id for part in lots.get(line.uuid, ()))
        claims = set[int]()
        load = Load(line.waste, line.method, batches, reach=reach)
        for ask in _asks(form, new, load, day, papers):
            try:
                claims |= ask()
            except _UNFIT as refusal:
                if manifest.origin not in PAST:
                    raise
                found.append(Unfit(line, refusal))
        line.relied = reach.rows(claims)
    return found


def reach_of(lots: Iterable[Lot]) -> Reach:
    """Of what is written now: claims that hold are held until it is certain."""
    return Reach([lot.pk for lot in lots], for_deed=True)


def _asks(
    form: ManifestTemplate, new: NewManifest, load: Load, day: date, papers: Papers
) -> list[Callable[[], Claims]]:
    plants = [new.consignee_site, *filter(None, [new.alternate_site])]
    carriers = [new.carrier, *(one.carrier for one in new.further_carriers)]
    return [
        *(partial(plant, form, site, load, day, papers) for site in plants),
        partial(carriage, form, carriers, load, day, papers),
    ]


def told(manifest: Manifest, unfit: Iterable[Unfit]) -> Iterator[Finding]:
    """What has happened although it should not, as findings."""
    for one in unfit:
        yield written.not_allowed(manifest, one.line, one.refusal)


def keep(lines: Sequence[Line]) -> None:
    """Write the claims that lines rely on; lines must have been saved before."""
    LineClaim.objects.bulk_create(
        LineClaim(line=line, claim=claim) for line in lines for claim in line.exemption
    )


def hold(
    manifest: Manifest, lines: Sequence[Line], signing: Signing, day: date
) -> Iterator[Finding]:
    """Refuse to load on a claim that holds no longer; what travels back is loaded in any case.

    What was loaded without network while the claim still stood has happened: a finding.
    """
    if template(manifest.template).exempt is None or manifest.relation == Relation.RETURN:
        return
    claims = {one.pk: one for line in lines for one in line.exemption}
    if not claims or manifest.origin in PAST:
        return
    standing = queries.in_force(claims, day, for_deed=True)
    for claim in Claim.objects.filter(pk__in=claims.keys() - standing).order_by("pk"):
        ended_later = claim.ended_at is not None and claim.ended_at > signing.signed_at
        if not (signing.mode == Mode.QUEUE and ended_later):
            state = claim.get_state_display() if claim.ended_at else claim.valid_until
            raise ClaimLapsed(manifest=str(manifest), report=claim.report_no, state=state)
        yield written.exemption_lost(manifest, claim)


def hear(claim: Claim, by: Actor) -> None:
    """A claim has ended: whatever has travelled on it is a finding; the rest cannot be loaded."""
    lines = LineClaim.objects.filter(claim=claim).values("line__manifest")
    gone = Manifest.objects.filter(pk__in=lines, loaded_at__isnull=False)
    rows = gone.exclude(status=Status.CANCELLED).order_by("pk")
    record_findings([written.exemption_lost(one, claim) for one in rows], by)
    waiting = Manifest.objects.filter(pk__in=lines, status__in=(Status.ISSUED, *MOVING))
    for manifest in waiting.order_by("pk"):
        telling.exemption_ended(manifest, claim)


def check_method(document: Document, methods: Mapping[UUID, str]) -> None:
    """Whether lines could have been sent for what a correction says the plant does with them."""
    form, manifest = document.form, document.manifest
    day = checks.day_of(manifest.issued_at)
    for line in document.lines if form.exempt else ():
        if line.uuid not in methods:
            continue
        load = replace(on_the_way(line), method=methods[line.uuid])
        try:
            plant(form, manifest.consignee_site, load, day)
        except _UNFIT as refusal:
            if manifest.origin not in PAST:
                raise
            document.findings.append(written.not_allowed(manifest, line, refusal))


def kinds(form: ManifestTemplate, lines: Iterable[Line]) -> tuple[str, ...]:
    """Licences under one of which the consignee takes these lines."""
    if form.exempt is None:
        return form.licence_kinds
    ways = [form.exempt.way(line.method) for line in lines if line.exemption]
    more = dict.fromkeys(kind for way in ways if way for kind in way.licence_kinds)
    return (*form.licence_kinds, *more)
