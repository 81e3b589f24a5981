"""All diaries of the district, merged in the order in which things happened."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from heapq import heappop, heappush

from wufei.demo.history import (
    agricultural,
    construction,
    hazardous,
    household,
    industrial,
    renewable,
)
from wufei.demo.history.bulk import BulkDiary, How, Source
from wufei.demo.history.corrections import Correction, MistakeDiary
from wufei.demo.history.lots import LotDiary, LotPlants, LotSource
from wufei.demo.history.plants import Plants
from wufei.demo.history.world import World, moment
from wufei.hub.ledger.entries import Entry

Event = Entry | Correction
Diary = Callable[[date], Iterator[Event]]
_DAY = timedelta(days=1)


def sources() -> list[Source]:
    rooms = (industrial, agricultural, household, construction, renewable)
    return [source for room in rooms for source in room.sources()]


def lot_sources() -> list[LotSource]:
    return [*hazardous.lot_sources(), *renewable.lot_sources()]


def history(world: World, until: datetime, wastes: Collection[str] = ()) -> Iterator[Event]:
    """Everything from ``world.first`` to ``until``, in order of time.

    Longer histories begin with the shorter ones: only the cut differs. With ``wastes`` only what
    happened to these: accounts are of one waste each, so wastes can be told one after the other.
    """
    events = _told(_diaries(world, wastes), world.first, until)
    if not wastes:
        return events
    known = {world.wastes[code] for code in wastes}
    return (e for e in events if isinstance(e, Entry) and e.source.waste_id in known)


def _told(diaries: Sequence[Diary], first: date, until: datetime) -> Iterator[Event]:
    waiting: list[tuple[datetime, int, Event]] = []
    number, day = 0, first
    while moment(day, 0) <= until:
        for diary in diaries:
            for event in diary(day):
                number += 1
                heappush(waiting, (event.happened_at, number, event))
        day += _DAY
        end = min(moment(day, 0), until)
        while waiting and waiting[0][0] < end:
            yield heappop(waiting)[2]


def _diaries(world: World, wastes: Collection[str]) -> list[Diary]:
    bulk = sources()
    plants, lot_plants = Plants(world, _supplied(bulk)), LotPlants(world)
    if wastes:
        found = [source for source in bulk if source.waste in wastes]
        return [*(BulkDiary(world, plants, source).day for source in found), plants.day]
    ash = LotDiary(world, lot_plants, hazardous.FLY_ASH, lambda: _fly_ash_g(plants))
    return [
        *(BulkDiary(world, plants, source).day for source in bulk),
        *(LotDiary(world, lot_plants, source).day for source in lot_sources()),
        ash.day,
        plants.day,
        lot_plants.day,
        MistakeDiary(world, bulk).day,
    ]


def _supplied(bulk: Iterable[Source]) -> dict[tuple[str, str, str], float]:
    """Tonnes of the base year by (plant, waste, method)."""
    found: dict[tuple[str, str, str], float] = {}
    for source in bulk:
        whole = sum(outlet.share[0] for outlet in source.outlets)
        for outlet in source.outlets:
            if outlet.how is How.PLANT:
                key = (outlet.place, source.waste, outlet.method)
                share_t = source.t_year[0] * outlet.share[0] / whole
                found[key] = found.get(key, 0) + share_t
    return dict(sorted(found.items()))


def _fly_ash_g(plants: Plants) -> float:
    """What burning since the last question has left in the filters."""
    return plants.treated_g.pop("burner", 0) * hazardous.FLY_ASH_RATE
