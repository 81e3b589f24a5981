"""Plants: what arrives stands in stock until it is treated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heappop, heappush

from wufei.demo.history.world import World, moment, pace, tonnes, weighed
from wufei.domains import DOMAINS
from wufei.hub.catalogue.declarations import Outcome
from wufei.hub.ledger.entries import Entry
from wufei.hub.ledger.models import AccountKind

_OUTCOMES = {m.code: m.outcome for d in DOMAINS for s in d.streams for m in s.methods}
# Days between treatments, and tonnes of each waste a plant has in hand at most.
HABITS: dict[str, tuple[int, float]] = {
    "burner": (1, 40),
    "kitchen": (1, 4),
    "jiancai": (3, 260),
    "tip": (3, 0),
    "recycle": (3, 350),
    "spoilground": (2, 0),
    "feed": (4, 20),
    "metal": (5, 90),
    "compost": (5, 120),
    "biomass": (7, 300),
    "film": (6, 45),
    "carcass": (3, 0),
    "sorting": (3, 25),
}
_USUAL = (6, 10.0)
# Of a waste that hardly comes, no more is in hand than this many days bring.
_DAYS_IN_HAND = 20


def outcome(method: str) -> AccountKind:
    recovered = _OUTCOMES[method] is Outcome.RECOVERED
    return AccountKind.RECOVERED if recovered else AccountKind.DISPOSED


@dataclass
class Store:
    """Mass in hand, and mass that is still coming."""

    mass_g: int = 0
    coming: list[tuple[datetime, int]] = field(default_factory=list)

    def put(self, at: datetime, mass_g: int) -> None:
        heappush(self.coming, (at, mass_g))

    def standing(self, at: datetime) -> int:
        while self.coming and self.coming[0][0] <= at:
            self.mass_g += heappop(self.coming)[1]
        return self.mass_g


def _habit(plant: str) -> tuple[int, float]:
    return HABITS.get(plant, _USUAL)


class Plants:
    """Every plant's stock by (plant, waste, method)."""

    def __init__(self, world: World, supplied_t: Mapping[tuple[str, str, str], float]) -> None:
        """``supplied_t``: tonnes a year of each (plant, waste, method)."""
        self.world = world
        self.stores = {key: Store() for key in supplied_t}
        self.reserve_g = {
            key: tonnes(round(min(_habit(key[0])[1], t_year / 365 * _DAYS_IN_HAND), 2))
            for key, t_year in supplied_t.items()
        }
        self.treated_g: dict[str, int] = {}

    def arrive(self, plant: str, waste: str, method: str, at: datetime, mass_g: int) -> None:
        self.stores[plant, waste, method].put(at, mass_g)

    def day(self, day: date) -> Iterator[Entry]:
        if day == self.world.first:
            yield from self._opening(day)
        for number, ((plant, waste, method), store) in enumerate(self.stores.items()):
            every, _reserve_t = _habit(plant)
            if (day.toordinal() + number) % (every * pace(day)):
                continue
            at = moment(day, 22.5 + number % 60 / 60)
            mass_g = store.standing(at) - self.reserve_g[plant, waste, method]
            if mass_g <= 0:
                continue
            store.mass_g -= mass_g
            self.treated_g[plant] = self.treated_g.get(plant, 0) + mass_g
            yield self._treatment(plant, waste, method, at, mass_g)

    def _opening(self, day: date) -> Iterator[Entry]:
        """Each plant begins with what it always has in hand."""
        at = moment(day, 0.5)
        for (plant, waste, method), store in self.stores.items():
            if mass_g := self.reserve_g[plant, waste, method]:
                store.put(at, mass_g)
                yield Entry(
                    self.world.id(f"opening:{plant}:{waste}:{method}:{day}"),
                    self.world.account(AccountKind.OPENING, plant, waste),
                    self.world.account(AccountKind.STOCK, plant, waste),
                    weighed(mass_g),
                    at,
                )

    def _treatment(self, plant: str, waste: str, method: str, at: datetime, mass_g: int) -> Entry:
        world = self.world
        return Entry(
            world.id(f"treated:{plant}:{waste}:{method}:{at:%Y%m%d}"),
            world.account(AccountKind.STOCK, plant, waste),
            world.account(outcome(method), plant, waste, method),
            weighed(mass_g),
            at,
        )
