"""Collection rounds 收运班次: one truck calls at many places and brings all to one.

Where the law wants a manifest per consignor a round is a set of manifests, each loaded at its
stop; elsewhere one record, to which each stop adds its lines (``services.collecting``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.numbering import next_number
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.declarations import Party, Rounds, template
from wufei.hub.manifests.models import (
    Line,
    Manifest,
    Round,
    RoundStop,
    Signature,
    Status,
    StepCode,
)
from wufei.hub.manifests.refusals import Overtaken, WrongParty
from wufei.hub.manifests.round_refusals import (
    NoRounds,
    NoStops,
    RoundEnded,
    RoundUnderWay,
    SkipReasonMissing,
    StopDone,
    StopsOpen,
)
from wufei.hub.manifests.services import checks
from wufei.hub.manifests.services.checks import SIGN
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.signing import Asked, sign_together
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.services.book import require_open

STOPS_MAX = 200
REASON_MAX = 200


@dataclass(frozen=True)
class NewRound:
    """A round to begin: ``stops`` in the order in which the truck calls at them."""

    template: str
    carrier: Organisation
    vehicle: Vehicle
    destination: Site
    stops: tuple[Site, ...]
    driver: Driver | None = None


def start(new: NewRound, *, id: UUID, at: datetime, by: Actor) -> Round:
    """Begin a round; the same ``id`` and content returns the first one.

    Raises ``NoRounds``, ``RoundUnderWay`` (one round at a time on a truck), ``NoStops``.
    """
    permit(new.carrier, by)
    try:
        with transaction.atomic():
            if earlier := _earlier(new, id):
                return earlier
            _check(new, at)
            return _write(new, id, at, by)
    except IntegrityError as error:
        if "manifests_round_uuid" in str(error) and (earlier := _earlier(new, id)):
            return earlier
        if "manifests_round_one_a_vehicle" in str(error):
            raise RoundUnderWay(plate=new.vehicle.plate, field="vehicle") from error
        raise


def permit(carrier: Organisation, by: Actor, number: str = "—") -> None:
    """Only the carrier's people drive a round; ``number`` where it has begun."""
    scope = by.require(SIGN)
    if scope is not Scope.ALL and carrier.pk not in by.organisation_ids:
        step = checks.step_name(StepCode.COLLECT)
        party = Party.CARRIER.label
        raise WrongParty(step=step, manifest=number, party=party, organisation=carrier.name)


def _earlier(new: NewRound, id: UUID) -> Round | None:
    found = Round.objects.filter(uuid=id).first()
    if found is None:
        return None
    stops = list(found.stops.order_by("position").values_list("site", flat=True))
    told = (found.template, found.carrier_id, found.vehicle_id, found.destination_id)
    asked = (new.template, new.carrier.pk, new.vehicle.pk, new.destination.pk)
    # Stops may have been added since: those that it began with come first.
    if told != asked or stops[: len(new.stops)] != [site.pk for site in new.stops]:
        raise IdReused(id=id)
    return found


def _check(new: NewRound, at: datetime) -> None:
    form, day = template(new.template), checks.day_of(at)
    if form.rounds is Rounds.NONE:
        raise NoRounds(template=form.name, field="template")
    if not 1 <= len(new.stops) <= STOPS_MAX:
        raise NoStops(most=STOPS_MAX, field="stops")
    checks.at_time(at)
    require_open(new.carrier, day)
    checks.vehicle_of(new.carrier, new.vehicle, day)
    if new.driver:
        checks.driver_of(new.carrier, new.driver, day)
    require_open(new.destination.organisation, day)
    checks.open_site(new.destination, day, "destination")
    for site in new.stops:
        checks.open_site(site, day, "stops")


def _write(new: NewRound, id: UUID, at: datetime, by: Actor) -> Round:
    if Round.objects.filter(vehicle=new.vehicle, ended_at=None).exists():
        raise RoundUnderWay(plate=new.vehicle.plate, field="vehicle")
    day = f"{at.astimezone(rules.SHANGHAI):%Y%m%d}"
    begun = Round.objects.create(
        uuid=id,
        number=f"R-{day}-{next_number(f'round:{day}'):04}",
        template=new.template,
        carrier=new.carrier,
        vehicle=new.vehicle,
        driver=new.driver,
        destination=new.destination,
        actor=by.id,
        started_at=at,
    )
    RoundStop.objects.bulk_create(
        RoundStop(round=begun, position=position, site=site)
        for position, site in enumerate(new.stops, start=1)
    )
    record(by, begun, "start", {"stops": len(new.stops)})
    return begun


def add_stop(begun: Round, site: Site, *, by: Actor) -> RoundStop:
    """Call at one more place; one that is still open already is returned as it is."""
    with transaction.atomic():
        now = under_way(begun)
        permit(now.carrier, by, now.number)
        rows = list(now.stops.order_by("position"))
        for stop in rows:
            if stop.site_id == site.pk and stop.done_at is None and not stop.skipped:
                return stop
        if len(rows) >= STOPS_MAX:
            raise NoStops(most=STOPS_MAX, field="stops")
        checks.open_site(site, checks.day_of(timezone.now()), "site")
        stop = RoundStop.objects.create(
            round=now, position=1 + max(one.position for one in rows), site=site
        )
        record(by, now, "add_stop", {"position": stop.position})
    return stop


def check_finishable(begun: Round, by: Actor) -> None:
    """Raises ``Forbidden``, ``WrongParty`` and ``RoundEnded``."""
    permit(begun.carrier, by, begun.number)
    if begun.ended_at is not None:
        raise RoundEnded(number=begun.number)


def under_way(begun: Round) -> Round:
    """The round, locked: whoever collects at two stops at once takes turns.

    Raises ``RoundEnded``.
    """
    rows = Round.objects.select_for_update(of=("self",)).select_related(
        "carrier", "vehicle", "driver", "destination__organisation", "destination__region"
    )
    now = rows.get(pk=begun.pk)
    if now.ended_at is not None:
        raise RoundEnded(number=now.number)
    return now


def skip(stop: RoundStop, *, reason: str, by: Actor) -> RoundStop:
    """Nothing is collected here, and why; until the round ends it may be collected after all."""
    reason = reason.strip()[:REASON_MAX]
    if not reason:
        raise SkipReasonMissing(field="reason")
    with transaction.atomic():
        now = under_way(stop.round)
        permit(now.carrier, by, now.number)
        stop = RoundStop.objects.select_related("site").get(pk=stop.pk)
        if stop.done_at is not None:
            raise StopDone(site=stop.site.name)
        RoundStop.objects.filter(pk=stop.pk).update(skipped=reason)
        record(by, now, "skip", {"position": stop.position, "reason": reason})
    stop.skipped = reason
    return stop


def finish(begun: Round, *, at: datetime, by: Actor, reason: str = "") -> Round:
    """The truck has been everywhere; doing it twice is the same as once.

    Raises ``StopsOpen`` where a stop is neither done nor skipped; with ``reason`` those are
    skipped.
    """
    with transaction.atomic():
        if Round.objects.filter(pk=begun.pk, ended_at__isnull=False).exists():
            return Round.objects.get(pk=begun.pk)
        now = under_way(begun)
        permit(now.carrier, by, now.number)
        checks.at_time(at)
        left = now.stops.filter(done_at=None, skipped="").select_related("site")
        if not reason.strip() and (first := left.order_by("position").first()):
            raise StopsOpen(count=left.count(), site=first.site.name)
        left.update(skipped=reason.strip()[:REASON_MAX])
        return _end(now, at, by)


def _end(now: Round, at: datetime, by: Actor) -> Round:
    now.ended_at = max(at, now.started_at)
    now.save(update_fields=["ended_at"])
    record(by, now, "finish", {})
    return now


def arrive(
    begun: Round, weighed_in: Mass, *, signing: Signing, by: Actor, accept: bool = False
) -> list[Manifest]:
    """The consignee receives all that the round brought with one weight.

    It is split over the stops as they were weighed out. ``accept`` signs the acceptance as well.
    A round that is not finished yet ends: what was not called at is skipped.
    """
    with transaction.atomic():
        now = Round.objects.select_for_update(of=("self",)).get(pk=begun.pk)
        manifests = _brought(now, signing)
        if not manifests:
            raise Overtaken(manifest=now.number, status=_word(now))
        lines = list(Line.objects.filter(manifest__in=manifests).order_by("manifest", "position"))
        shares = rules.shares_g(weighed_in.grams, [line.weighed_out_g or 1 for line in lines])
        by_line = {line.uuid: grams(part) for line, part in zip(lines, shares, strict=True)}
        asked = [_asked(one, lines, by_line, signing, accept=accept) for one in manifests]
        for outcome in sign_together(asked, by):
            if isinstance(outcome, Refusal):
                raise outcome
        if now.ended_at is None:
            now.stops.filter(done_at=None, skipped="").update(skipped="—")
            _end(now, signing.signed_at, by)
    return manifests


def _brought(now: Round, signing: Signing) -> list[Manifest]:
    """What is on the truck, and what this very signing has received already."""
    found = []
    for manifest in now.manifests.order_by("pk"):
        id = _key(signing.id, manifest, "arrive")
        if manifest.status == Status.LOADED or Signature.objects.filter(uuid=id).exists():
            found.append(manifest)
    return found


def _asked(
    manifest: Manifest,
    lines: Sequence[Line],
    by_line: Mapping[UUID, Mass],
    signing: Signing,
    *,
    accept: bool,
) -> Asked:
    """What is signed of one manifest: all are signed together, and so lock in one order."""
    mine = {line.uuid: by_line[line.uuid] for line in lines if line.manifest_id == manifest.pk}
    id = _key(signing.id, manifest, "arrive")
    acts = [Act(StepCode.ARRIVE, id, {"weighed_in": mine})]
    if accept:
        acts.append(Act(StepCode.ACCEPT, _key(signing.id, manifest, "accept"), {}))
    return Asked(manifest, acts, replace(signing, id=id))


def _key(id: UUID, manifest: Manifest, step: str) -> UUID:
    return uuid5(id, f"{step}:{manifest.uuid}")


def _word(now: Round) -> str:
    states = [one.get_status_display() for one in now.manifests.all()[:1]]
    return str(states[0]) if states else "—"


def record(by: Actor, begun: Round, action: str, values: dict[str, object]) -> None:
    subject = f"manifests.round:{begun.uuid}"
    told = {"number": begun.number, **values}
    audit.record(by, f"manifests:round:{action}", subject=subject, values=told)


__all__: Sequence[str] = (
    "NewRound",
    "add_stop",
    "arrive",
    "check_finishable",
    "finish",
    "permit",
    "record",
    "skip",
    "start",
    "under_way",
)
