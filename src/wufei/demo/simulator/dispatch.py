"""Who drives what next: pure choices from the world, the credit of each job and a seed.

As much leaves on live manifests as arises: a job has credit for what arose since the live day
began, a few loads to begin with, and one construction load is on the road at any time, so that
there is something to see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from wufei.demo.simulator.geometry import Line, Point, metres
from wufei.demo.simulator.network import Network
from wufei.demo.simulator.trips import (
    Kind,
    Mishap,
    Trip,
    first_stage,
    long_stop,
    mishap,
)
from wufei.demo.simulator.world import CONSTRUCTION, HAZARDOUS, Job, Truck, World

_DAY_S = 86_400
# Loads that every job may send at once when the simulation begins.
_HEAD_START = 1.5
# What one carrier has on the road at a time; hazardous loads are far fewer in life, too.
LOADED_MAX = {CONSTRUCTION: 4, HAZARDOUS: 3}
# Trips that end within the first minute come first.
_SHORT_M = 900
_STEP_G = 20_000
_FAR_M = 25_000
_NEAR_MPS, _FAR_MPS = (11.5, 14.5), (18.0, 21.0)
# Loading and unloading in life; the first load of all stands ready at the gate.
_LOADS_S, _UNLOADS_S = (240.0, 540.0), (100.0, 240.0)
_READY_S = (2.0, 2.0)
# Who stands at the gate when everything begins has been loading for a while.
_ALREADY_S = (5.0, 100.0)
_ROUND_S = ((180.0, 420.0), (180.0, 600.0))
# Beyond the tolerances of all templates: 40 to 80 thousandths.
_MISSING_PERMILLE = (40, 80)
_AWAY_M = (1_000, 3_000)
_REASONS = ("途中雨水沥出", "到场后分拣出杂物，未计入", "地磅误差，已复核")
_REFUSALS = ("混入其他类别，不符合接收要求", "含水率过高", "现场检测指标超出接收标准")
_BUSY = ("处理线临时检修，当日不能进料", "本日处理能力已满")
Places = Mapping[str, Point]


@dataclass
class Credit:
    """Tonnes that each job may still send, by its key; ``since`` when it was last counted."""

    tonnes: dict[str, float] = field(default_factory=dict)
    since: float = 0.0

    def count(self, jobs: tuple[Job, ...], now: float, speed: float) -> None:
        """Add what arose meanwhile; no more than a day's, since nobody drives for a full yard."""
        passed_s = max(0.0, min(now - self.since, _DAY_S)) * speed if self.since else 0.0
        for job in jobs:
            had = self.tonnes.setdefault(job.key, _HEAD_START * job.load_t)
            most = max(job.t_day, 3 * job.load_t)
            self.tonnes[job.key] = min(had + job.t_day * passed_s / _DAY_S, most)
        self.since = now

    def spend(self, job: Job, tonnes: float) -> None:
        self.tonnes[job.key] = self.tonnes.get(job.key, 0.0) - tonnes


@dataclass
class Dispatcher:
    """Chooses trips; the same seed and the same questions give the same answers."""

    world: World
    network: Network
    mishaps: float
    credit: Credit = field(default_factory=Credit)
    # Jobs that the platform refused, and until when they are left alone.
    barred: dict[str, float] = field(default_factory=dict)
    count: int = 0
    # Nothing has run yet: the first load waits at the gate, so that it arrives within a minute.
    fresh: bool = False
    # Whoever looks at the alarms on the first day should find one: the second load strays.
    strays: bool = field(init=False)

    def __post_init__(self) -> None:
        self.strays = self.fresh and self.mishaps > 0

    def next_trip(
        self, truck: Truck, at: Point, now: float, running: list[Trip], speed: float
    ) -> Trip | None:
        """What ``truck``, standing ``at`` a place, does next; None: it stays a little."""
        self.count += 1
        random = Random(f"{self.world.seed}:{truck.plate}:{self.count}:{int(now)}")  # noqa: S311
        self.credit.count(self.world.jobs, now, speed)
        if job := self._job(truck, at, now, running, random):
            return self._under_manifest(job, truck, at, now, random)
        if rounds := self.world.rounds.get(truck.carrier):
            return self._round(truck, random.choice(rounds), at, now, random)
        return None

    # Under a manifest.
    def _job(
        self, truck: Truck, at: Point, now: float, running: list[Trip], random: Random
    ) -> Job | None:
        open_now = [job for job in self.world.jobs if self._possible(job, truck, now)]
        if not open_now:
            return None
        kind = open_now[0].kind
        under_way = [trip for trip in running if trip.kind == kind]
        own = {job.key for job in open_now}
        if sum(trip.job in own for trip in under_way) >= LOADED_MAX[kind]:
            return None
        busy = {trip.job for trip in under_way}
        owed = [j for j in open_now if self._owed(j) and j.key not in busy]
        if not under_way and kind == CONSTRUCTION:
            # Something is always to be seen.
            owed = owed or open_now
        if self.fresh and kind == CONSTRUCTION:
            shortest = min(open_now, key=lambda job: Line(job.path).length_m)
            if Line(shortest.path).length_m < _SHORT_M:
                return shortest
        if not owed:
            return None
        near = sorted(owed, key=lambda job: metres(at, self.world.places[job.origin].at))
        here = [job for job in near if self._stands_at(job, at)]
        found = here or near[:4]
        # Short ways are driven more often: one sees loads arrive.
        weights = [1 / max(Line(job.path).length_m, _SHORT_M) for job in found]
        return random.choices(found, weights)[0]

    def _stands_at(self, job: Job, at: Point) -> bool:
        return metres(at, self.world.places[job.origin].at) < 1

    def _possible(self, job: Job, truck: Truck, now: float) -> bool:
        ready = self.world.construction_ready or job.kind == CONSTRUCTION
        if job.kind == HAZARDOUS:
            ready = self.world.history_ready
        open_at = job.open_at(datetime.fromtimestamp(now, UTC))
        return (
            job.carrier == truck.carrier
            and ready
            and open_at
            and self.barred.get(job.key, 0.0) <= now
        )

    def _owed(self, job: Job) -> bool:
        # Containers decide for themselves: what stands ready may go.
        return job.kind == HAZARDOUS or self.credit.tonnes.get(job.key, 0.0) > 0

    def bar(self, key: str, until: float) -> None:
        self.barred[key] = until

    def _under_manifest(
        self, job: Job, truck: Truck, at: Point, now: float, random: Random
    ) -> Trip:
        origin = self.world.places[job.origin].at
        kind = Kind(job.kind)
        ready = self.fresh and kind is Kind.CONSTRUCTION and Line(job.path).length_m < _SHORT_M
        self.fresh = self.fresh and not ready
        approach = [origin] if ready else self.network.way(at, origin)
        load_t = random.uniform(0.8, 0.97) * min(job.load_t, truck.load_t)
        out_g = round(load_t * 1_000_000 / _STEP_G) * _STEP_G
        trip = self._trip(kind, truck, approach, job, now, random)
        loads_s = _ALREADY_S if self._stands_at(job, at) else _LOADS_S
        trip.waits_s = _READY_S if ready else (_any(random, loads_s), _any(random, _UNLOADS_S))
        if not ready:
            self._let_go_wrong(trip, random)
        if kind is Kind.CONSTRUCTION:
            weigh(trip, out_g, _STEP_G, random)
            self.credit.spend(job, out_g / 1_000_000)
        return trip

    def _let_go_wrong(self, trip: Trip, random: Random) -> None:
        trip.mishap = mishap(random, self.mishaps)
        if self.strays and trip.kind is Kind.CONSTRUCTION:
            trip.mishap, self.strays = Mishap.DETOUR, False
        match trip.mishap:
            case Mishap.DETOUR:
                trip.haul = self._detour(trip.haul, random)
            case Mishap.LONG_STOP:
                trip.stop_at_m, trip.stop_s = long_stop(random, Line(trip.haul).length_m)
            case Mishap.MISSING:
                # The keeper says why; every second consignor agrees, after a while.
                trip.reason = random.choice(_REASONS)
                if random.random() < 0.5:
                    trip.settled_after_s = random.uniform(300, 1_800)
            case Mishap.REFUSED:
                trip.reason = random.choice(_REFUSALS)
            case Mishap.REDIRECTED:
                trip.reason, trip.next_target = random.choice(_BUSY), self._other_plant(trip)
                if not trip.next_target:
                    # No other plant takes it: then some of it is refused.
                    trip.mishap, trip.reason = Mishap.REFUSED, random.choice(_REFUSALS)

    def _other_plant(self, trip: Trip) -> str:
        """Another plant that the same producer sends the same waste to."""
        own = self.world.job(trip.job)
        if own is None or trip.kind is not Kind.HAZARDOUS:
            return ""
        known = (j for j in self.world.jobs if (j.origin, j.waste) == (own.origin, own.waste))
        return next((job.target for job in known if job.target != own.target), "")

    def _detour(self, way: list[Point], random: Random) -> list[Point]:
        """The way with an excursion to a crossing that lies one to three kilometres off it."""
        crossings = sorted(self.network.edges)
        random.shuffle(crossings)
        for there in crossings:
            away_m, turn = min((metres(there, point), n) for n, point in enumerate(way))
            if _AWAY_M[0] < away_m < _AWAY_M[1]:
                out = self.network.way(way[turn], there)
                return [*way[:turn], *out, *out[-2::-1], *way[turn + 1 :]]
        return way

    # Without one.
    def _round(
        self, truck: Truck, ends: tuple[str, str], at: Point, now: float, random: Random
    ) -> Trip:
        start, end = (self.world.places[key].at for key in ends)
        trip = self._plain(Kind.ROUND, truck, now, random, self.network.way(at, start))
        trip.origin, trip.target = ends
        trip.haul = self.network.way(start, end)
        trip.waits_s = (_any(random, _ROUND_S[0]), _any(random, _ROUND_S[1]))
        return trip

    def _trip(
        self, kind: Kind, truck: Truck, approach: list[Point], job: Job, now: float, random: Random
    ) -> Trip:
        trip = self._plain(kind, truck, now, random, approach)
        trip.job, trip.origin, trip.target = job.key, job.origin, job.target
        trip.haul = list(job.path)
        if Line(trip.haul).length_m > _FAR_M:
            trip.cruise_mps = random.uniform(*_FAR_MPS)
        return trip

    def _plain(
        self, kind: Kind, truck: Truck, now: float, random: Random, approach: list[Point]
    ) -> Trip:
        return Trip(
            id=str(UUID(int=random.getrandbits(128), version=4)),
            kind=kind,
            truck=truck.uuid,
            job="",
            origin="",
            target="",
            approach=approach,
            haul=[],
            cruise_mps=random.uniform(*_NEAR_MPS),
            waits_s=(0.0, 0.0),
            stage=first_stage(kind),
            since=now,
        )


def weigh(trip: Trip, out_g: int, step_g: int, random: Random) -> None:
    """Two scales never show the same: three thousandths apart, or much less arrives."""
    share = random.uniform(0.9965, 1.0015)
    if trip.mishap is Mishap.MISSING:
        share = 1 - random.randint(*_MISSING_PERMILLE) / 1000
    trip.out_g, trip.in_g = out_g, max(step_g, round(out_g * share / step_g) * step_g)


def _any(random: Random, span: tuple[float, float]) -> float:
    return random.uniform(*span)
