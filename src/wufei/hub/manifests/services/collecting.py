"""At a stop of a round: what is loaded there, and how a wrong entry is mended before the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.declarations import Party, Rounds, template
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop, Signature, Status, StepCode
from wufei.hub.manifests.refusals import MixedTemplates, Overtaken
from wufei.hub.manifests.round_refusals import (
    NotAtStop,
    NothingCollected,
    NoYard,
    OfOneManifest,
    OnlyLine,
    StopDone,
    StopNotDone,
)
from wufei.hub.manifests.services import allotting, checks, exempting, masses, rounds
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.checks import ISSUE, SIGN
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.given import NewLine, NewManifest, Signing, part_of
from wufei.hub.manifests.services.issue_checks import check_line
from wufei.hub.manifests.services.issuing import issue, template_for
from wufei.hub.manifests.services.signing import sign
from wufei.hub.registry.models import Site
from wufei.hub.registry.queries import open_on
from wufei.hub.registry.services.book import require_open

# What each stop adds to is sealed anew by its signature.
SEALS = frozenset({"waste", "declared", "weighed_out", "method", "containers", "lots"})


@dataclass(frozen=True)
class Collected:
    """One waste that was loaded at a stop, as weighed or counted there."""

    waste: WasteType
    weighed: Mass
    method: str = ""
    lots: tuple[LotPart, ...] = ()
    containers: int | None = None


def collect(
    stop: RoundStop,
    loads: Sequence[Collected],
    *,
    signing: Signing,
    by: Actor,
    manifest: Manifest | None = None,
    issuer: Actor | None = None,
) -> Manifest:
    """Load what stands at a stop; returns the manifest that it travels on.

    In a set of manifests ``manifest`` is the one that the consignor has issued; without it,
    ``issuer`` (else ``by``) issues one on the spot and has to act for the consignor. On one
    record the stop adds its lines. The same ``signing.id`` does it once.

    Raises ``RoundEnded``, ``StopDone``, ``NothingCollected``, ``NotAtStop``, and what issuing and
    loading refuse.
    """
    with transaction.atomic():
        if earlier := _earlier(stop, signing, by):
            return earlier
        now = rounds.under_way(stop.round)
        # A twin of this very request may have held the round until now.
        if earlier := _earlier(stop, signing, by):
            return earlier
        rounds.permit(now.carrier, by, now.number)
        stop = RoundStop.objects.select_related("site__organisation", "site__region").get(
            pk=stop.pk
        )
        if stop.done_at is not None:
            raise StopDone(site=stop.site.name)
        if not loads:
            raise NothingCollected(field="value_0")
        if template(now.template).rounds is Rounds.SET:
            loaded = _load_one(now, stop, loads, signing, by, manifest, issuer or by)
        else:
            loaded = _add_lines(now, stop, loads, signing, by)
        RoundStop.objects.filter(pk=stop.pk).update(done_at=signing.signed_at, skipped="")
    return loaded


def _earlier(stop: RoundStop, signing: Signing, by: Actor) -> Manifest | None:
    """What this very signing has loaded before; raises ``IdReused`` where it did something else."""
    ids = [signing.id, part_of(signing.id, StepCode.LOAD)]
    rows = Signature.objects.filter(uuid__in=ids).select_related("manifest__consignor_site")
    # The first stop of a record is loaded as well: what it collected was signed last.
    found = rows.order_by("pk").last()
    if found is None:
        return None
    site = found.values.get("site") or str(found.manifest.consignor_site.uuid)
    same = (
        found.manifest.round_id == stop.round_id
        and site == str(stop.site.uuid)
        and found.actor == by.id
        and found.signed_at == signing.signed_at
    )
    if not same:
        raise IdReused(id=signing.id)
    return found.manifest


# A manifest for each consignor.
def _load_one(
    now: Round,
    stop: RoundStop,
    loads: Sequence[Collected],
    signing: Signing,
    by: Actor,
    manifest: Manifest | None,
    issuer: Actor,
) -> Manifest:
    if manifest is None:
        new = _new(now, stop.site, _lines(now, loads))
        issuing = replace(signing, id=part_of(signing.id, StepCode.ISSUE))
        id = uuid5(signing.id, "manifest")
        manifest = issue(new, id=id, signing=issuing, by=issuer)
    fits = (
        manifest.consignor_site_id == stop.site_id
        and manifest.carrier_id == now.carrier_id
        and manifest.consignee_site_id == now.destination_id
        and manifest.template == now.template
    )
    if not fits:
        raise NotAtStop(manifest=str(manifest), site=stop.site.name, field="manifest")
    Manifest.objects.filter(pk=manifest.pk).update(round=now)
    values = {
        "weighed_out": _weights(manifest, loads),
        "vehicle": now.vehicle,
        "driver": now.driver,
    }
    loading = replace(signing, id=part_of(signing.id, StepCode.LOAD))
    sign(manifest, StepCode.LOAD, signing=loading, values=values, by=by)
    return manifest


def _weights(manifest: Manifest, loads: Sequence[Collected]) -> dict[UUID, Mass]:
    """Of each line, in order; what does not fit is refused when it is signed."""
    lines = manifest.lines.order_by("position")
    return {line.uuid: load.weighed for line, load in zip(lines, loads, strict=False)}


def _lines(now: Round, loads: Sequence[Collected], site: Site | None = None) -> tuple[NewLine, ...]:
    lines = tuple(
        NewLine(one.waste, one.weighed, one.method, one.lots, one.containers, site) for one in loads
    )
    day, own = checks.day_of(now.started_at), template(now.template)
    form = template_for(lines, day)
    if form.code != own.code:
        raise MixedTemplates(first=own.name, second=form.name, field="waste")
    return lines


def _new(now: Round, origin: Site, lines: tuple[NewLine, ...]) -> NewManifest:
    return NewManifest(
        consignor_site=origin,
        carrier=now.carrier,
        consignee_site=now.destination,
        lines=lines,
        vehicle=now.vehicle,
        driver=now.driver,
        round=now,
    )


# One record of the whole round.
def record_of(now: Round) -> Manifest | None:
    """The record that the stops add to; None before the first one."""
    return Manifest.objects.filter(uuid=uuid5(now.uuid, "record")).first()


def _add_lines(
    now: Round, stop: RoundStop, loads: Sequence[Collected], signing: Signing, by: Actor
) -> Manifest:
    news = _lines(now, loads, stop.site)
    record, first = record_of(now), False
    if record is None:
        record, first = _begin_record(now, news, signing, by), True
    uuids = [
        uuid5(record.uuid, f"line:{n}") if first else uuid5(signing.id, f"line:{n}")
        for n in range(1, len(news) + 1)
    ]
    weighed = {uuid: new.declared for uuid, new in zip(uuids, news, strict=True)}
    work = _Adding(now, news, uuids, weighed)
    act = Beside(
        StepCode.COLLECT,
        Party.CARRIER,
        now.carrier_id,
        (Status.LOADED,),
        SEALS,
        {"site": stop.site, "weighed_out": weighed},
    )
    if not first:
        act = replace(act, check=work.check, change=work.change, move=work.move)
    sign_beside(record, act, signing=signing, by=by)
    return record


def _begin_record(now: Round, news: tuple[NewLine, ...], signing: Signing, by: Actor) -> Manifest:
    """The carrier hands over what it collected: it is the record's consignor."""
    # Whoever may drive the round may begin its record: nobody else issues it.
    deputy = Actor(
        by.kind,
        by.id,
        name=by.name,
        role=by.role,
        organisation_ids=by.organisation_ids,
        acts={**by.acts, ISSUE: by.scope(SIGN)},
    )
    issuing = replace(signing, id=part_of(signing.id, StepCode.ISSUE))
    new = _new(now, yard_of(now), news)
    record = issue(new, id=uuid5(now.uuid, "record"), signing=issuing, by=deputy)
    weighed = {
        line.uuid: one.declared
        for line, one in zip(record.lines.order_by("position"), news, strict=True)
    }
    values = {"weighed_out": weighed, "vehicle": now.vehicle, "driver": now.driver}
    loading = replace(signing, id=part_of(signing.id, StepCode.LOAD))
    sign(record, StepCode.LOAD, signing=loading, values=values, by=deputy)
    return record


def yard_of(now: Round) -> Site:
    """Where the carrier's own record begins: its yard, else another of its places."""
    own = Site.objects.filter(open_on(), organisation=now.carrier_id)
    rows = list(own.select_related("organisation", "region").order_by("pk"))
    yards = [site for site in rows if site.kind == Site.Kind.YARD]
    if not rows:
        raise NoYard(carrier=now.carrier.name)
    return (yards or rows)[0]


@dataclass
class _Adding:
    """Lines that one stop adds to the record of its round."""

    round: Round
    news: Sequence[NewLine]
    uuids: Sequence[UUID]
    weighed: Mapping[UUID, Mass]

    def check(self, document: Document) -> None:
        day, form = checks.day_of(document.at), document.form
        require_open(self.round.carrier, day)
        for new in self.news:
            checks.stops([new.site], day)
            exempting.licensed(form, self.round.destination, new.waste, day)
            check_line(new)
        total_g = sum(line.weighed_out_g or 0 for line in document.lines)
        total_g += sum(new.declared.grams for new in self.news)
        checks.light_enough(form, total_g, "weighed_out")

    def change(self, document: Document) -> None:
        last = max((line.position for line in document.lines), default=0)
        document.lines += [
            Line(
                uuid=uuid,
                manifest=document.manifest,
                position=last + n,
                waste=new.waste,
                method=new.method,
                declared_g=new.declared.grams,
                weighed_out_g=new.declared.grams,
                containers=new.containers,
                site=new.site,
            )
            for n, (uuid, new) in enumerate(zip(self.uuids, self.news, strict=True), start=1)
        ]

    def move(self, document: Document) -> None:
        lines = [line for line in document.lines if line.uuid in self.weighed]
        Line.objects.bulk_create(lines)
        document.findings += allotting.take(document.manifest, document.form, lines)
        _post(document, lines, self.weighed, document.at)


def _post(
    document: Document,
    lines: Sequence[Line],
    weighed: Mapping[UUID, Mass],
    at: datetime,
    again: str = "",
) -> None:
    """Into custody at the time of the stop; one posting for each."""
    masses.load(
        document.manifest,
        lines,
        {},
        weighed,
        at=at,
        by=document.by,
        booked=False,
        again=again,
        group=f"load:{lines[0].uuid}",
    )


# Mending.
def correct(
    stop: RoundStop, weighed: Mapping[UUID, Mass], *, signing: Signing, by: Actor, reason: str = ""
) -> Manifest:
    """Other masses of a stop's lines, by the lines' uuids; before the round is received.

    A line that is left out was never loaded: it goes, as long as another one stays. Raises
    ``StopNotDone``, ``OfOneManifest`` in a set of manifests, ``OnlyLine``.
    """
    with transaction.atomic():
        now = (
            Round.objects.select_for_update(of=("self",))
            .select_related("carrier")
            .get(pk=stop.round_id)
        )
        rounds.permit(now.carrier, by, now.number)
        stop = RoundStop.objects.select_related("site").get(pk=stop.pk)
        record = _record_to_mend(now, stop)
        work = _Mending(stop, weighed, reason.strip(), str(signing.id))
        values = {"site": stop.site, "weighed_out": dict(weighed), "reason": work.reason}
        act = Beside(StepCode.COLLECT, Party.CARRIER, now.carrier_id, (Status.LOADED,), SEALS)
        act = replace(act, values=values, check=work.check, change=work.change, move=work.move)
        sign_beside(record, act, signing=signing, by=by)
    return record


def _record_to_mend(now: Round, stop: RoundStop) -> Manifest:
    if template(now.template).rounds is Rounds.SET:
        own = now.manifests.filter(consignor_site=stop.site_id).first()
        raise OfOneManifest(site=stop.site.name, manifest=str(own or "—"))
    record = record_of(now)
    if record is None:
        raise StopNotDone(site=stop.site.name)
    return record


@dataclass
class _Mending:
    stop: RoundStop
    weighed: Mapping[UUID, Mass]
    reason: str
    again: str
    lines: list[Line] = field(default_factory=list)
    gone: list[Line] = field(default_factory=list)

    def check(self, document: Document) -> None:
        mine = self._mine(document)
        if not mine or self.stop.done_at is None:
            raise StopNotDone(site=self.stop.site.name)
        if set(self.weighed) - {line.uuid for line in mine}:
            raise Overtaken(
                manifest=str(document.manifest), status=document.manifest.get_status_display()
            )
        if len(mine) == len(document.lines) and not self.weighed:
            raise OnlyLine()
        total_g = sum(mass.grams for mass in self.weighed.values())
        total_g += sum(line.weighed_out_g or 0 for line in document.lines if line not in mine)
        checks.light_enough(document.form, total_g, "weighed_out")

    def _mine(self, document: Document) -> list[Line]:
        return [line for line in document.lines if line.site_id == self.stop.site_id]

    def change(self, document: Document) -> None:
        self.lines = self._mine(document)
        self.gone = [line for line in self.lines if line.uuid not in self.weighed]
        document.lines = [line for line in document.lines if line not in self.gone]
        for line in self.lines:
            if line.uuid in self.weighed:
                line.declared_g = line.weighed_out_g = self.weighed[line.uuid].grams
        document.weights |= {"declared_g", "weighed_out_g"}

    def move(self, document: Document) -> None:
        manifest, uuids = document.manifest, [line.uuid for line in self.lines]
        kept = [line for line in self.lines if line.uuid in self.weighed]
        # Limits before mass, as everybody else locks them.
        allotting.give_back_lines(line.uuid for line in self.gone)
        document.findings += allotting.correct(manifest, kept, {StepCode.LOAD})
        ledger.reverse_for(
            [masses.cause(manifest, StepCode.LOAD)],
            uuids,
            by=document.by,
            reason=self.reason or "corrected at the stop",
        )
        if kept:
            assert self.stop.done_at is not None, "was checked"
            _post(document, kept, self.weighed, self.stop.done_at, self.again)
        else:
            RoundStop.objects.filter(pk=self.stop.pk).update(done_at=None)
        Line.objects.filter(pk__in=[line.pk for line in self.gone]).delete()
