"""Post anew what a manifest has moved, from one of its steps on: figures were corrected."""

import copy
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import AccountKind, LotEntry
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests.measures import from_json
from wufei.hub.manifests.models import Line, RoundStop, Signature, StepCode
from wufei.hub.manifests.revision_refusals import BroughtOn
from wufei.hub.manifests.services import containers, masses
from wufei.hub.manifests.services.document import Document, asking_places

_STEPS = (StepCode.LOAD, StepCode.TAKE_OVER, StepCode.ACCEPT)


def take_back(document: Document, since: StepCode, reason: str) -> None:
    """Reverse what was moved from ``since`` on; raises ``MovedOn`` where the mass is elsewhere."""
    manifest = document.manifest
    steps = _STEPS[_STEPS.index(since) :]
    ledger.reverse_for(
        [masses.cause(manifest, step) for step in steps],
        [line.uuid for line in document.lines],
        by=document.by,
        reason=reason,
        # What the plant before has posted stays: only this one's acceptance is taken back.
        at=manifest.accepted_at if since == StepCode.ACCEPT else None,
    )


def repost(document: Document, since: StepCode, reason: str, again: str) -> None:
    """Reverse from ``since`` on and post what the document says now, at the times of then.

    Raises ``BroughtOn`` for what was loaded once the load was brought on to a second plant.
    """
    manifest = document.manifest
    if since == StepCode.LOAD and manifest.turn > 1:
        raise BroughtOn(manifest=str(manifest), field="weighed_out")
    accepted = _accepted_before(document)
    take_back(document, since, reason)
    asking_places([manifest]).run()
    if since == StepCode.LOAD:
        _load(document, again)
    if manifest.accepted_at is None:
        return
    masses.accept(
        manifest,
        document.lines,
        {name: _told(document, name) for name in ("weighed_in", "accepted")},
        _accepted_now(document, accepted, again),
        at=manifest.accepted_at,
        by=document.by,
        again=again,
    )


def _accepted_before(document: Document) -> set[UUID]:
    """Lots on the road of which something was accepted, where something was refused."""
    mine = [line.uuid for line in document.lines if line.refused_g and masses.by_lots(line)]
    if not mine:
        return set()
    entries = LotEntry.objects.filter(
        side="out",
        movement__cause=masses.cause(document.manifest, StepCode.ACCEPT),
        movement__reversal=None,
        movement__source__line__in=mine,
    ).exclude(movement__target__kind=AccountKind.VARIANCE)
    return set(entries.values_list("lot__uuid", flat=True))


def _accepted_now(
    document: Document, before: set[UUID], again: str
) -> dict[UUID, tuple[LotPart, ...]]:
    """Of which containers the accepted mass is: of those from before, as far as it goes."""
    manifest = document.manifest
    lines = [line for line in document.lines if line.refused_g and masses.by_lots(line)]
    found = containers.on_the_road(lines) if lines else {}
    chosen: dict[UUID, tuple[LotPart, ...]] = {}
    for line in lines:
        assert line.accepted_g is not None
        off_g = masses.off_g(manifest, line, grams(line.weighed_in_g or 0))
        more = containers.surplus_lot(masses.difference_id(manifest, line, again))
        parts = containers.after_difference(found[line.uuid], off_g, more)
        same = [part for part in parts if part[0] in before | {more}]
        if sum(mass_g for _lot, mass_g in same) < line.accepted_g:
            same = parts
        chosen[line.uuid] = containers.in_proportion(same, line.accepted_g)
    return chosen


def _load(document: Document, again: str) -> None:
    """Loaded by the first carrier, then handed over from one to the next as far as it came."""
    manifest, lines = document.manifest, document.lines
    assert manifest.loaded_at is not None, "what was weighed out was loaded"
    taken = list(manifest.legs.exclude(taken_at=None).order_by("number"))
    then = copy.copy(manifest)
    if taken:
        then.leg, then.carrier_id = taken[0].number, taken[0].carrier_id
    weighed = _told(document, "weighed_out")
    for at, some in _by_stop(document):
        masses.load(
            then,
            some,
            document.lots,
            weighed,
            at=at,
            by=document.by,
            booked=False,
            again=again,
            group="" if len(some) == len(lines) else f"load:{some[0].uuid}",
        )
    for before, leg in pairwise(taken):
        then.leg, then.carrier_id = leg.number, leg.carrier_id
        assert leg.taken_at is not None, "who has it took it over"
        masses.hand_over(
            then, lines, before.carrier_id, at=leg.taken_at, by=document.by, again=again
        )


def _by_stop(document: Document) -> list[tuple[datetime, list[Line]]]:
    """Lines with when they were loaded: those of a round's record at their own stops."""
    loaded_at = document.manifest.loaded_at
    assert loaded_at is not None, "what was weighed out was loaded"
    done = RoundStop.objects.filter(round=document.manifest.round_id).exclude(done_at=None)
    stops = {stop.site_id: stop.done_at or loaded_at for stop in done}
    found: dict[datetime, list[Line]] = {}
    for line in document.lines:
        at = stops.get(line.site_id, loaded_at) if line.site_id else loaded_at
        found.setdefault(at, []).append(line)
    return list(found.items())


def _told(document: Document, name: str) -> dict[UUID, Mass]:
    """Masses by line as they were written, with value and unit; in grams where nobody wrote any."""
    told = weights_told(_signed(document), name)
    return {line.uuid: _as_told(line, name, told.get(line.uuid)) for line in document.lines}


def _as_told(line: Line, name: str, told: Mass | None) -> Mass:
    now_g = getattr(line, f"{name}_g")
    return told if told is not None and told.grams == now_g else grams(now_g)


def _signed(document: Document) -> Sequence[Signature]:
    earlier = Signature.objects.filter(manifest=document.manifest.pk).order_by("number")
    return [*earlier, *document.signatures]


def weights_told(signed: Iterable[Signature], name: str) -> dict[UUID, Mass]:
    """Masses by line that signatures give of a field, in order: a later one corrects."""
    told: dict[str, Any] = {}
    for one in signed:
        told |= one.values.get(name) or {}
    return {UUID(line): from_json(mass) for line, mass in told.items()}
