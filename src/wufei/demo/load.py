"""Load the demo district: registers first, then its history, oldest first.

Everything goes through the services that people and imports use. Every id follows from the seed,
so a load that was killed is simply started again, and a load of today goes on from yesterday's.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wufei.demo import filings, lastdays, live, plan, script, stories
from wufei.demo.entering import Entered, enter
from wufei.demo.history import Correction, Event, Place, World, history
from wufei.demo.history.construction import sources as construction
from wufei.demo.history.hazardous import FLY_ASH
from wufei.demo.history.stream import lot_sources, sources
from wufei.demo.history.world import BASE_YEAR, OFFSET
from wufei.demo.models import Load
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.evidence.models import Root
from wufei.hub.evidence.refusals import NothingToSign
from wufei.hub.evidence.services.roots import sign_now
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import Entry

Progress = Callable[[str, int], None]
CAUSE = "import:demo"
_LOCK = 0x64656D6F
# A finished history is not continued for less.
_WORTH_IT = timedelta(minutes=25)
# Movements of a day, by which a capped history is cut short.
_A_DAY = 150
log = logging.getLogger("wufei.demo")


class AlreadyLoading(Exception):
    """Another process is loading the demo at this moment."""


def load(progress: Progress | None = None, *, now: datetime | None = None) -> Load:
    """Load what is missing up to ``now``; returns the record of it.

    ``progress`` is called with the month reached ("2023-05") and the movements so far. Raises
    ``AlreadyLoading`` where another process is at it.
    """
    with _alone():
        by = system("demo")
        now = (now or timezone.now()).replace(second=0, microsecond=0)
        record = _record(now)
        left_alone = live.hand_over(record, now)
        entered = enter(by, record.anchor)
        plan.enter(by)
        # Before the simulator is told anything: what is still to be told keeps it waiting.
        unfinished = _goes_on(record, now, timedelta() if left_alone else _WORTH_IT)
        script.write(record, entered)
        while unfinished:
            started = time.monotonic()
            _finish(record, entered, by, progress)
            record.seconds = time.monotonic() - started
            record.save()
            unfinished = _goes_on(record, now, _WORTH_IT)
        script.write(record, entered)
        return record


def _finish(record: Load, entered: Entered, by: Actor, progress: Progress | None) -> None:
    world = _world(record, entered)
    _tell_ahead(record, world, by)
    script.write(record, entered)
    _tell(record, world, by, progress)
    lastdays.enact(record, entered, by)
    stories.tell(record, entered, by)
    filings.owe(record, entered, by)
    _sign_the_log()
    record.finished = True


def _sign_the_log() -> None:
    """A root and its key to look at: the first comes after midnight, and nobody waits for that."""
    sequence_all()
    if not Root.objects.exists():
        with suppress(NothingToSign):
            sign_now()


@contextmanager
def _alone() -> Iterator[None]:
    """Held by the session: a killed process lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyLoading
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _record(now: datetime) -> Load:
    """The record of this seed."""
    today = timezone.localdate(now)
    record, _made = Load.objects.get_or_create(
        seed=settings.DEMO_SEED,
        defaults={
            "movements_max": settings.DEMO_MOVEMENTS,
            "anchor": today,
            "first": _first_day(today, settings.DEMO_MOVEMENTS),
            "until": now,
        },
    )
    return record


def _goes_on(record: Load, now: datetime, worth_it: timedelta) -> bool:
    """Is there anything to tell? A run that was cut off keeps the end it was going for."""
    if record.finished and now - record.until >= worth_it and now > record.until:
        record.until, record.finished = now, False
        record.save()
    return not record.finished


def _first_day(today: date, movements_max: int) -> date:
    base = date(BASE_YEAR, 1, 1)
    if not movements_max:
        return base
    return max(base, today - timedelta(days=movements_max // _A_DAY))


def _world(record: Load, entered: Entered) -> World:
    book = WasteBook()
    codes = {source.waste for source in sources()}
    codes |= {source.waste for source in (*lot_sources(), FLY_ASH)}
    return World(
        seed=record.seed,
        places={key: Place(site.organisation_id, site.pk) for key, site in entered.sites.items()},
        wastes={code: book.waste(code, record.anchor).pk for code in sorted(codes)},
        first=record.first,
        live=live.spans(record),
        gone=live.gone(),
    )


def _tell_ahead(record: Load, world: World, by: Actor) -> None:
    """Tell what the simulator builds on before all the rest: its mass goes behind it in stock."""
    # A history that is cut short is cut in the order of time, over all wastes.
    if record.ahead == record.until or record.movements_max:
        return
    events = history(world, record.until, _ahead())
    _import((e for e in events if record.ahead is None or e.happened_at >= record.ahead), by)
    record.ahead = record.until
    record.save()


def _ahead() -> frozenset[str]:
    return frozenset(source.waste for source in construction())


def _tell(record: Load, world: World, by: Actor, progress: Progress | None) -> None:
    """Import month by month; months that are certainly recorded are passed over."""
    count, untold = 0, _untold(record, world)
    for month, events in groupby(history(world, record.until), key=_month):
        found = list(events)
        count += len(found)
        if record.movements_max and count > record.movements_max:
            found = found[: record.movements_max - count]
            count = record.movements_max
        if record.reached is None or _end(found) > record.reached:
            _import(untold(found), by)
            record.reached, record.movements = _end(found), count
            record.save()
            if progress:
                progress(month, count)
        if record.movements_max and count >= record.movements_max:
            break
    record.reached = record.until


def _untold(record: Load, world: World) -> Callable[[list[Event]], list[Event]]:
    """Leaves out what is recorded already: it would be recognised, but only one by one."""
    ahead = {world.wastes[code] for code in _ahead()}
    begin, told = record.reached, record.ahead

    def new(event: Event) -> bool:
        if begin is not None and event.happened_at < begin:
            return False
        early = told is not None and event.happened_at < told
        return not (early and isinstance(event, Entry) and event.source.waste_id in ahead)

    return lambda events: [event for event in events if new(event)]


def _month(event: Event) -> str:
    at = event.happened_at + OFFSET
    return f"{at.year}-{at.month:02}"


def _end(events: list[Event]) -> datetime:
    return events[-1].happened_at if events else datetime.min.replace(tzinfo=UTC)


def _import(events: Iterable[Event], by: Actor) -> None:
    entries = [event for event in events if isinstance(event, Entry)]
    corrections = [event for event in events if isinstance(event, Correction)]
    result = services.import_movements(entries, by=by, cause=CAUSE)
    for row, refusal in result.refused:
        log.warning("demo movement %s refused: %s", entries[row].id, refusal)
    for correction in corrections:
        try:
            services.reverse(correction.movement, id=correction.id, by=by, reason=correction.reason)
        except Refusal as refusal:
            log.warning("demo correction %s refused: %s", correction.id, refusal)
