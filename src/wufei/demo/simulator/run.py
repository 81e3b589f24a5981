"""The simulation at work: vehicles that drive and report, people who do what trips wait for."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from wufei.demo.simulator.deeds import Crew, NothingReady, begin
from wufei.demo.simulator.dispatch import Dispatcher
from wufei.demo.simulator.geometry import Point
from wufei.demo.simulator.network import Network, roads
from wufei.demo.simulator.people import Away, People, Refused
from wufei.demo.simulator.reports import Reports
from wufei.demo.simulator.state import ABSENCE_S, Later, Standing, away_since, load
from wufei.demo.simulator.terminal import Link
from wufei.demo.simulator.trips import Mishap, Stage, Trip
from wufei.demo.simulator.vehicle import Vehicle
from wufei.demo.simulator.world import CONSTRUCTION, Truck, World, read
from wufei.protocols.jt808 import Terminal

_SAVE_S, _LOOK_S = 10.0, 3.0
_RETRY_S = (1.0, 2.0, 4.0, 8.0, 15.0)
_BARRED_S, _EMPTY_S = 6 * 3600.0, 1_800.0
_REST_S, _IDLE_S = (60.0, 240.0), (20.0, 40.0)
_EDITIONS = (2019, 2013, 2011)
# The carrier of the short first trip, then those under a manifest.
_FIRST = {"truck2": 0, "danger": 1, "truck1": 2}
log = logging.getLogger("wufei.simulate")


@dataclass
class Settings:
    """``folder`` holds ``world.json`` and the state; ``clock`` is seconds since 1970."""

    folder: Path
    gateway: tuple[str, int]
    web: str
    password: str
    speed: float = 1.0
    mishaps: float = 0.12
    vehicles_max: int = 1_000
    clock: Callable[[], float] = time.time


@dataclass
class _Away:
    """Tells once that something does not answer, and once that it does again."""

    what: str
    away: bool = False

    def say(self, away: bool, why: str = "") -> None:
        if away and not self.away:
            log.warning("%s does not answer (%s); waiting, with the same ids", self.what, why)
        elif self.away and not away:
            log.info("%s answers again", self.what)
        self.away = away


class Simulation:
    """Everything that moves, from one world and one state."""

    def __init__(self, settings: Settings, world: World) -> None:
        self.settings, self.world = settings, world
        self.state = load(self.state_path)
        self.crew = Crew(People(settings.web, settings.password), world)
        self.dispatcher = Dispatcher(
            world,
            Network(roads()),
            settings.mishaps,
            self.state.credit,
            fresh=not self.state.standing and not self.state.trips,
        )
        self.vehicles: list[Vehicle] = []
        self.reports = Reports(self)
        self.web = _Away("the web server")
        self.gateway = _Away("the gateway")
        self._deeds: dict[str, asyncio.Task[None]] = {}
        self._pool = ThreadPoolExecutor(4, "people")
        self._dirty = True
        self._seen = 0.0

    @property
    def state_path(self) -> Path:
        return self.settings.folder / "state.json"

    @property
    def now(self) -> float:
        return self.settings.clock()

    async def run(self) -> None:
        """For ever; a cancelled run has saved its state."""
        self._man()
        log.info(
            "%d vehicles, %d trips gone on with, speed %g",
            len(self.vehicles),
            len(self.state.trips),
            self.settings.speed,
        )
        try:
            async with asyncio.TaskGroup() as group:
                for vehicle in self.vehicles:
                    group.create_task(vehicle.link.run())
                    group.create_task(vehicle.run())
                group.create_task(self._keep())
                group.create_task(self.reports.run())
        finally:
            self.save()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _man(self) -> None:
        """Give every truck its terminal; those of the short first trip come first."""
        for number, truck in enumerate(_in_turn(self.world.trucks)[: self.settings.vehicles_max]):
            terminal = Terminal(truck.device, _EDITIONS[number % len(_EDITIONS)])
            link = Link(terminal, truck.plate, self.settings.gateway, told=self._connected)
            self.state.standing.setdefault(truck.uuid, self._first_place(truck))
            self.vehicles.append(Vehicle(self, truck, link))

    def _first_place(self, truck: Truck) -> Standing:
        random = Random(f"{self.world.seed}:{truck.plate}")  # noqa: S311
        # Who works under manifests stands where its loads begin.
        keys = [job.origin for job in self.world.jobs if job.carrier == truck.carrier]
        keys = keys or [key for pair in self.world.rounds.get(truck.carrier, ()) for key in pair]
        keys = sorted(set(keys)) or [truck.carrier]
        at = self.world.places[random.choice(keys)].at
        return Standing(at, round(random.uniform(8_000, 90_000), 1))

    def _connected(self, up: bool) -> None:
        lost = sum(not vehicle.up for vehicle in self.vehicles) if not up else 0
        if up or lost == len(self.vehicles):
            self.gateway.say(not up, "connections were closed")

    # Trips.
    def next_trip(self, truck: Truck, standing: Standing) -> Trip | None:
        """What the truck does next, if it has rested."""
        if self.now < standing.rests_until:
            return None
        running = list(self.state.trips.values())
        trip = self.dispatcher.next_trip(truck, standing.at, self.now, running, self.settings.speed)
        if trip is None:
            standing.rests_until = self.now + self._random(_IDLE_S)
            return None
        self.state.trips[truck.uuid] = trip
        self._dirty = True
        return trip

    def people_needed(self, trip: Trip, truck: Truck) -> None:
        """Somebody does the deed that ``trip`` waits for, unless somebody is at it."""
        busy = self._deeds.get(trip.id)
        if busy is not None and not busy.done():
            return
        # Live mass goes into a plant's stock behind the history's.
        if trip.stage is Stage.SITE and not self.world.construction_ready:
            return
        self._deeds[trip.id] = asyncio.create_task(self._do(trip, truck))

    async def _do(self, trip: Trip, truck: Truck) -> None:
        job = self.world.job(trip.job)
        if job is None:
            trip.give_up(self.now)
            return
        begin(trip, self.now)
        self.save()
        stage = trip.stage
        for attempt in range(1_000_000):
            try:
                await self.in_thread(lambda: self.crew.do(trip, job, truck))
            except Away as away:
                self.web.say(True, str(away))
                await asyncio.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
                continue
            except NothingReady:
                self.dispatcher.bar(trip.job, self.now + _EMPTY_S / self.settings.speed)
                trip.give_up(self.now)
                return
            except Refused as refusal:
                self._refused(trip, stage, refusal)
                return
            except Exception:
                # A mistake of ours: told once, and the truck goes on.
                log.exception("%s of %s failed", stage, trip.job)
                self.dispatcher.bar(trip.job, self.now + _BARRED_S)
                trip.give_up(self.now)
                return
            break
        self.web.say(False)
        if stage is Stage.ACCEPT and trip.mishap is Mishap.REDIRECTED:
            places = self.world.places
            way = self.dispatcher.network.way(places[trip.target].at, places[trip.next_target].at)
            trip.turn_to(trip.next_target, way, self.now)
        else:
            trip.go_on(self.now)
            self._after(trip, stage)
        self._dirty = True

    def _refused(self, trip: Trip, stage: Stage, refusal: Refused) -> None:
        """No is no: the truck goes on without, and the job is left alone for some hours."""
        self.web.say(False)
        log.warning("%s of %s was refused: %s", stage, trip.job, refusal)
        self.dispatcher.bar(trip.job, self.now + _BARRED_S)
        trip.give_up(self.now)

    def _after(self, trip: Trip, stage: Stage) -> None:
        if stage not in (Stage.SITE, Stage.ACCEPT):
            return
        job = self.world.job(trip.job)
        assert job is not None
        self.state.closed += 1
        self.reports.received(trip, job)
        if trip.settled_after_s:
            # Whoever signed that it left.
            user = f"gate.{trip.origin}" if job.kind == CONSTRUCTION else f"clerk.{trip.origin}"
            due = self.now + trip.settled_after_s / self.settings.speed
            key = str(trip.act_id("close"))
            self.state.later.append(Later(due, trip.manifest, user, key))

    def ended(self, trip: Trip, truck: Truck, at: Point) -> None:
        """The truck is free again and rests a little where it is."""
        standing = self.state.standing[truck.uuid]
        standing.at = at
        standing.rests_until = self.now + self._random(_REST_S) / self.settings.speed
        self.state.trips.pop(truck.uuid, None)
        self._deeds.pop(trip.id, None)
        self._dirty = True

    def _random(self, span: tuple[float, float]) -> float:
        return Random(f"{self.now}:{self.dispatcher.count}").uniform(*span)  # noqa: S311

    async def in_thread(self, work: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, work)

    # The state and the world.
    async def _keep(self) -> None:
        """Save now and then, and look whether the demo load has got further."""
        saved = 0.0
        while True:
            await asyncio.sleep(_LOOK_S)
            self._look()
            if self._dirty or self.now - saved >= _SAVE_S:
                self.save()
                saved = self.now

    def save(self) -> None:
        self.state.save(self.state_path, self.now)
        self._dirty = False

    def _look(self) -> None:
        path = self.settings.folder / "world.json"
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:
            return
        if changed == self._seen:
            return
        self._seen = changed
        if (world := read(path)) is not None:
            self.world = self.crew.world = self.dispatcher.world = world


def _in_turn(trucks: tuple[Truck, ...]) -> list[Truck]:
    """One of each carrier, then the next of each: few vehicles are of many kinds, too."""
    seen: dict[str, int] = {}
    turns = []
    for truck in trucks:
        seen[truck.carrier] = seen.get(truck.carrier, 0) + 1
        turns.append((seen[truck.carrier], _FIRST.get(truck.carrier, len(_FIRST)), truck))
    return [truck for _turn, _first, truck in sorted(turns, key=lambda one: one[:2])]


def _handed_over(settings: Settings) -> bool:
    """After a long absence the demo load first takes note of it, and tells what happened meanwhile.

    It writes the world anew when it has.
    """
    since = away_since(settings.folder / "state.json")
    if settings.clock() - since < ABSENCE_S:
        return True
    try:
        written = (settings.folder / "world.json").stat().st_mtime
    except FileNotFoundError:
        return False
    return written - since >= ABSENCE_S


async def simulate(settings: Settings) -> None:
    """Wait for the district, then let it live. Ends only when it is cancelled."""
    path = settings.folder / "world.json"
    while not _handed_over(settings) or (world := read(path)) is None:
        await asyncio.sleep(0.5)
    await Simulation(settings, world).run()
