"""Waste followed container by container: drums, bags and vehicles, each with its label."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from wufei.demo.history.bulk import DAY_SHIFT, How, Outlet
from wufei.demo.history.plants import HABITS, outcome
from wufei.demo.history.seasons import Season, even
from wufei.demo.history.world import World, along, between, moment, pace, tonnes, weighed
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.units import Mass, mass

# Grams that a treatment has made since it was last asked.
MadeBy = Callable[[], float]
# A container that was overlooked is found after so many days: longer than the year allowed.
_FOUND_AFTER_DAYS = (390, 520)


@dataclass(frozen=True, slots=True)
class Container:
    """A lot as the history knows it; ``ready`` is the day from which it may be picked up."""

    lot: UUID
    mass_g: int
    ready: date


@dataclass(frozen=True)
class LotSource:
    """A place where ``t_year`` tonnes arise (base and target year) in containers.

    A pick-up comes every ``pickup_days`` and takes what is there up to ``load_t``. One container
    in ``overlooked`` stays behind for more than a year (0: none). ``unit`` is how it is counted.
    Where it is ``simulated``, containers stay in the yard during a live span until a live manifest
    takes them.
    """

    place: str
    waste: str
    t_year: tuple[float, float]
    container_t: float
    carrier: str
    pickup_days: int
    outlets: Sequence[Outlet]
    load_t: float = 15
    overlooked: int = 0
    label: str = "T"
    season: Season = even
    unit: str = "kg"
    hour: float = 8
    simulated: bool = False

    @property
    def name(self) -> str:
        return f"{self.place}:{self.waste}"


@dataclass
class _Load:
    """Containers that arrive at a plant together."""

    at: datetime
    parts: list[LotPart]


@dataclass
class LotPlants:
    """Containers waiting at plants in the district, by (plant, waste, method)."""

    world: World
    waiting: dict[tuple[str, str, str], list[_Load]] = field(default_factory=dict)

    def arrive(self, plant: str, waste: str, method: str, load: _Load) -> None:
        self.waiting.setdefault((plant, waste, method), []).append(load)

    def day(self, day: date) -> Iterator[Entry]:
        for number, ((plant, waste, method), loads) in enumerate(self.waiting.items()):
            every = HABITS.get(plant, (7, 0))[0]
            at = moment(day, 21 + number % 60 / 60)
            ready = [load for load in loads if load.at < at]
            if not ready or (day.toordinal() + number) % every:
                continue
            self.waiting[plant, waste, method] = [load for load in loads if load.at >= at]
            parts = [part for load in ready for part in load.parts]
            yield Entry(
                self.world.id(f"treated:{plant}:{waste}:{method}:{at:%Y%m%d}"),
                self.world.account(AccountKind.STOCK, plant, waste),
                self.world.account(outcome(method), plant, waste, method),
                weighed(sum(part.mass_g for part in parts)),
                at,
                lots_out=tuple(parts),
            )


class LotDiary:
    """One source day by day."""

    def __init__(
        self, world: World, plants: LotPlants, source: LotSource, made_by: MadeBy | None = None
    ) -> None:
        self.world, self.plants, self.source, self.made_by = world, plants, source, made_by
        self.arises_as = AccountKind.SECONDARY_ORIGIN if made_by else AccountKind.ORIGIN
        self.random = world.random(f"lots:{source.name}")
        self.filling_g = 0.0
        self.yard: list[Container] = []
        self.owed = [0.0] * len(source.outlets)
        self.made = self.loads = 0
        self.due = self.random.randrange(source.pickup_days)

    def day(self, day: date) -> Iterator[Entry]:
        yield from self._arise(day)
        if (day.toordinal() + self.due) % self.source.pickup_days == 0:
            yield from self._pick_up(day)

    def _arise(self, day: date) -> Iterator[Entry]:
        source = self.source
        self.filling_g += self.made_by() if self.made_by else self._arisen_g(day)
        size_g = self._size_g(day)
        hour = source.hour - 1
        while self.filling_g >= size_g:
            mass_g = size_g
            if source.unit != "piece":
                mass_g = round(size_g * self.random.uniform(0.9, 1.0) / 1000) * 1000
            self.filling_g -= mass_g
            yield self._container(day, hour, mass_g)
            hour = min(hour + 0.1, DAY_SHIFT[1])

    def _size_g(self, day: date) -> int:
        """Before the books were kept in detail, two containers were written down as one."""
        one = self.source.unit == "piece" or pace(day) == 1
        return tonnes(self.source.container_t * (1 if one else 2))

    def _arisen_g(self, day: date) -> float:
        a_day_t = between(self.source.t_year, along(day)) / 365 * self.source.season(day)
        return tonnes(a_day_t) * self.random.uniform(0.7, 1.3)

    def _container(self, day: date, hour: float, mass_g: int) -> Entry:
        world, source = self.world, self.source
        self.made += 1
        name = f"{source.name}:{self.made}"
        entry_id, lot = world.id(f"{name}:arising"), world.id(f"{name}:lot")
        wait = 0
        if source.overlooked and self.made % source.overlooked == source.overlooked // 2:
            wait = self.random.randrange(*_FOUND_AFTER_DAYS)
        self.yard.append(Container(lot, mass_g, day + timedelta(days=wait)))
        return Entry(
            entry_id,
            world.account(self.arises_as, source.place, source.waste),
            world.account(AccountKind.STOCK, source.place, source.waste),
            self._mass(mass_g),
            moment(day, hour),
            lot_in=NewLot(lot, f"{source.label}-{day:%y%m}-{self.made:05d}"),
        )

    def _mass(self, mass_g: int) -> Mass:
        if self.source.unit != "piece":
            return weighed(mass_g)
        pieces = round(mass_g / tonnes(self.source.container_t))
        return mass(pieces, "piece", unit_mass_kg=Decimal(str(self.source.container_t * 1000)))

    def _pick_up(self, day: date) -> Iterator[Entry]:
        if self.source.simulated and self.world.lives(moment(day, self.source.hour)):
            return
        while taken := self._take(day):
            self.loads += 1
            outlet = self._outlet(sum(part.mass_g for part in taken), along(day))
            hour = self.source.hour + self.random.random() * 6
            yield from self._send(outlet, moment(day, hour), taken)

    def _take(self, day: date) -> list[LotPart]:
        taken: list[LotPart] = []
        room_g = tonnes(self.source.load_t)
        left = []
        for container in self.yard:
            if container.lot in self.world.gone:
                continue
            if container.ready <= day and container.mass_g <= room_g:
                room_g -= container.mass_g
                taken.append(LotPart(container.lot, container.mass_g))
            else:
                left.append(container)
        self.yard = left
        return taken

    def _outlet(self, mass_g: int, way: float) -> Outlet:
        weights = [outlet.weight(way) for outlet in self.source.outlets]
        for n, weight in enumerate(weights):
            self.owed[n] += mass_g * weight / sum(weights)
        chosen = max(range(len(weights)), key=lambda n: self.owed[n])
        self.owed[chosen] -= mass_g
        return self.source.outlets[chosen]

    def _send(self, outlet: Outlet, at: datetime, taken: list[LotPart]) -> Iterator[Entry]:
        world, source = self.world, self.source
        name = f"{source.name}:{self.loads}"
        stock = world.account(AccountKind.STOCK, source.place, source.waste)
        mass_g = sum(part.mass_g for part in taken)
        if outlet.how is How.ONSITE:
            yield self._entry(f"{name}:here", stock, self._treated(outlet), mass_g, at, taken)
            return
        road = world.custody(source.carrier, source.waste, world.id(f"{name}:line"))
        yield self._entry(f"{name}:out", stock, road, mass_g, at, taken)
        on_road = arriving(world.id(f"{name}:out"), taken)
        far = outlet.how is How.RECEIPT
        arrived = at + timedelta(minutes=self.random.randrange(*((90, 300) if far else (30, 80))))
        if outlet.how is How.PLANT:
            target = world.account(AccountKind.STOCK, outlet.place, source.waste)
            standing = arriving(world.id(f"{name}:in"), on_road)
            self.plants.arrive(outlet.place, source.waste, outlet.method, _Load(arrived, standing))
        else:
            target = self._treated(outlet)
        yield self._entry(f"{name}:in", road, target, mass_g, arrived, on_road)

    def _treated(self, outlet: Outlet) -> AccountKey:
        place = outlet.place or self.source.place
        return self.world.account(outcome(outlet.method), place, self.source.waste, outlet.method)

    def _entry(
        self,
        name: str,
        source: AccountKey,
        target: AccountKey,
        mass_g: int,
        at: datetime,
        parts: list[LotPart],
    ) -> Entry:
        return Entry(
            self.world.id(name), source, target, weighed(mass_g), at, lots_out=tuple(parts)
        )


def arriving(entry: UUID, taken: Sequence[LotPart]) -> list[LotPart]:
    """What the ledger calls the containers where they arrive, unless somebody names them anew."""
    return [LotPart(uuid5(entry, f"lot:{n}"), part.mass_g) for n, part in enumerate(taken)]
