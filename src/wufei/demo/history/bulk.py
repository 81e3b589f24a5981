"""Waste told apart only by first in, first out: it arises, stands, is carried and is treated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from wufei.demo.history.plants import Plants, outcome
from wufei.demo.history.seasons import Season, even
from wufei.demo.history.world import World, along, between, moment, pace, tonnes, weighed
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind

DAY_SHIFT, NIGHT_SHIFT = (7.5, 16.5), (20.5, 27.5)
# Before the books were kept load by load, trips of a day were written down as one.
_TRIPS_A_DAY, _TOTAL_T_MAX = 3.2, 95
# A load weighs at least this share of what the truck may carry.
_LEAST = 0.86
# Weighbridges print multiples of 20 kg.
_STEP_G = 20_000


class How(Enum):
    """How waste leaves its source."""

    ONSITE = "treated where it arose"
    PLANT = "carried to a plant in the district, into its stock"
    RECEIPT = "carried to a plant outside, whose receipt tells the treatment"
    EXPORT = "carried out of the district, no more is known"


@dataclass(frozen=True)
class Outlet:
    """Where a share of a waste goes; ``share`` is its weight in the base and the target year."""

    place: str
    method: str
    share: tuple[float, float]
    how: How = How.PLANT
    batch_t: float = 0

    def weight(self, way: float) -> float:
        return max(self.share[0] + (self.share[1] - self.share[0]) * way, 0)


@dataclass(frozen=True)
class Source:
    """A place where ``t_year`` tonnes arise (base and target year).

    ``keep_t`` stands in its yard after every pick-up (base and target year): what grows there is
    neither recovered nor disposed of. ``every`` days the clerk books what arose; ``forgets`` is
    the share of these bookings that is left out. Where it is ``simulated``, the trips of a live
    span are driven by the simulator; what is treated on the spot stays with the history.
    """

    place: str
    waste: str
    t_year: tuple[float, float]
    carrier: str
    load_t: float
    outlets: Sequence[Outlet]
    season: Season = even
    stored: bool = True
    keep_t: tuple[float, float] = (0, 0)
    every: int = 3
    hours: tuple[float, float] = DAY_SHIFT
    forgets: float = 0
    outside: bool = False
    simulated: bool = False

    @property
    def name(self) -> str:
        return f"{self.place}:{self.waste}"


class BulkDiary:
    """One source day by day."""

    def __init__(self, world: World, plants: Plants, source: Source) -> None:
        self.world, self.plants, self.source = world, plants, source
        self.random = world.random(source.name)
        self.owed = [0.0] * len(source.outlets)
        self.standing_g = 0
        self.unbooked_g = 0
        self.number = 0
        self.due = self.random.randrange(source.every)
        # With less than this in the yard there is nothing to choose.
        self.least_g = tonnes(min(o.batch_t or source.load_t for o in source.outlets) * _LEAST)

    def day(self, day: date) -> Iterator[Entry]:
        source, way = self.source, along(day)
        if day == self.world.first and source.keep_t[0]:
            yield self._opening(day, way)
        self._arise(day, way)
        if source.stored and day.toordinal() % (source.every * pace(day)) == self.due:
            yield from self._book_arising(day)
        yield from self._dispatch(day, way)

    def _dispatch(self, day: date, way: float) -> Iterator[Entry]:
        source = self.source
        hour = source.hours[0] + self.random.random()
        keep_g = tonnes(between(source.keep_t, along(day, stops=False)))
        if self.standing_g - keep_g < self.least_g:
            return
        trips = 1 if pace(day) == 1 else _TRIPS_A_DAY
        while (pick := self._next(way, keep_g, trips)) is not None:
            outlet, mass_g = pick
            yield from self._send(day, hour, outlet, mass_g)
            hour = min(hour + 0.3 + self.random.random(), source.hours[1])

    def _opening(self, day: date, way: float) -> Entry:
        mass_g = tonnes(between(self.source.keep_t, way))
        self.standing_g += mass_g
        return self._entry(
            "opening", self._account(AccountKind.OPENING), self._stock(), mass_g, moment(day, 0.5)
        )

    def _arise(self, day: date, way: float) -> None:
        source = self.source
        a_day_t = between(source.t_year, way) / 365 * source.season(day)
        mass_g = tonnes(a_day_t * self.random.uniform(0.8, 1.2))
        if source.stored:
            self.unbooked_g += mass_g
        else:
            self.standing_g += mass_g

    def _book_arising(self, day: date) -> Iterator[Entry]:
        mass_g, self.unbooked_g = self.unbooked_g, 0
        if mass_g <= 0:
            return
        self.standing_g += mass_g
        if self.source.forgets and self.random.random() < self.source.forgets:
            return
        at = moment(day, 6.2 + self.random.random())
        yield self._entry("arising", self._origin(), self._stock(), mass_g, at)

    def _next(self, way: float, keep_g: int, trips: float) -> tuple[Outlet, int] | None:
        """The outlet that has waited longest for its share, and the next load for it."""
        outlets = self.source.outlets
        weights = [outlet.weight(way) for outlet in outlets]
        total = sum(weights)
        chosen = max(range(len(outlets)), key=lambda n: self.owed[n] + weights[n] / total)
        outlet = outlets[chosen]
        size_t = outlet.batch_t or min(self.source.load_t * trips, _TOTAL_T_MAX)
        size_g = round(tonnes(size_t) * self.random.uniform(_LEAST, 1.0) / _STEP_G) * _STEP_G
        mass_g = max(size_g, _STEP_G if size_t > 1 else tonnes(size_t))
        if self.standing_g - keep_g < mass_g:
            return None
        for n, weight in enumerate(weights):
            self.owed[n] += mass_g * weight / total
        self.owed[chosen] -= mass_g
        self.standing_g -= mass_g
        return outlet, mass_g

    def _send(self, day: date, hour: float, outlet: Outlet, mass_g: int) -> Iterator[Entry]:
        self.number += 1
        at = moment(day, hour)
        start = self._stock() if self.source.stored else self._origin()
        if outlet.how is How.ONSITE:
            target = self.world.account(
                outcome(outlet.method), self.source.place, self.source.waste, outlet.method
            )
            yield self._entry(f"{self.number}:here", start, target, mass_g, at)
            return
        if self.source.simulated and self.world.lives(at):
            # This mass is owed by the simulator: it leaves on live manifests.
            return
        yield from self._carry(start, at, outlet, mass_g)

    def _carry(
        self, start: AccountKey, at: datetime, outlet: Outlet, mass_g: int
    ) -> Iterator[Entry]:
        world, source, random = self.world, self.source, self.random
        line = world.id(f"{source.name}:{self.number}:line")
        road = world.custody(source.carrier, source.waste, line)
        yield self._entry(f"{self.number}:out", start, road, mass_g, at)
        far = outlet.how in (How.RECEIPT, How.EXPORT)
        minutes = random.randrange(90, 400) if far else random.randrange(25, 90)
        arrived = at + timedelta(minutes=minutes)
        if random.random() < 0.015:
            lost_g = round(mass_g * random.uniform(0.002, 0.03))
            variance = world.account(AccountKind.VARIANCE, outlet.place, source.waste)
            yield self._entry(f"{self.number}:lost", road, variance, lost_g, arrived)
            mass_g -= lost_g
        yield self._entry(f"{self.number}:in", road, self._end(outlet), mass_g, arrived)
        if outlet.how is How.PLANT:
            self.plants.arrive(outlet.place, source.waste, outlet.method, arrived, mass_g)

    def _end(self, outlet: Outlet) -> AccountKey:
        waste = self.source.waste
        if outlet.how is How.PLANT:
            return self.world.account(AccountKind.STOCK, outlet.place, waste)
        if outlet.how is How.EXPORT:
            return self.world.account(AccountKind.EXPORTED, outlet.place, waste)
        return self.world.account(outcome(outlet.method), outlet.place, waste, outlet.method)

    def _entry(
        self, what: str, source: AccountKey, target: AccountKey, mass_g: int, at: datetime
    ) -> Entry:
        name = f"{self.source.name}:{what}"
        if what in ("arising", "opening"):
            name += f":{at:%Y%m%d}"
        return Entry(self.world.id(name), source, target, weighed(mass_g), at)

    def _origin(self) -> AccountKey:
        outside = self.source.outside
        return self._account(AccountKind.IMPORTED if outside else AccountKind.ORIGIN)

    def _stock(self) -> AccountKey:
        return self._account(AccountKind.STOCK)

    def _account(self, kind: AccountKind) -> AccountKey:
        return self.world.account(kind, self.source.place, self.source.waste)
