"""One vehicle: it drives its trip, and its terminal reports where it is."""

import asyncio
from random import Random
from typing import TYPE_CHECKING

from wufei.demo.simulator.geometry import Point, beside
from wufei.demo.simulator.state import Standing
from wufei.demo.simulator.terminal import Link
from wufei.demo.simulator.trips import Mishap, Stage, Trip
from wufei.demo.simulator.world import Truck
from wufei.protocols.jt808 import Extra, Position

if TYPE_CHECKING:
    from wufei.demo.simulator.run import Simulation

# Seconds between two reports, moving and parked.
_MOVING_S, _PARKED_S = (3.0, 5.0), (10.0, 30.0)
# How often a parked vehicle looks whether there is something to do.
_GLANCE_S = 1.0
_NOISE_M = 2.5
_ACC_ON, _FIXED = 1 << 0, 1 << 1
_ALTITUDE_M = 33
_DAY_MS = 86_400_000
_MILEAGE = 0x01


class Vehicle:
    """``run`` for ever; everything that must survive is in the simulation's state."""

    def __init__(self, simulation: "Simulation", truck: Truck, link: Link) -> None:
        self.simulation, self.truck, self.link = simulation, truck, link
        self.up = False
        self._random = Random(f"{truck.plate}:noise")  # noqa: S311
        tell = link.told
        link.told = lambda up: self._linked(up, tell)

    def _linked(self, up: bool, tell: "object") -> None:
        self.up = up
        assert callable(tell)
        tell(up)

    @property
    def standing(self) -> Standing:
        return self.simulation.state.standing[self.truck.uuid]

    @property
    def trip(self) -> Trip | None:
        return self.simulation.state.trips.get(self.truck.uuid)

    async def run(self) -> None:
        # Not all at the same moment.
        await asyncio.sleep(self._random.uniform(0, 1.5))
        before = self.simulation.now
        report_at = 0.0
        while True:
            now = self.simulation.now
            # After a sleep of the machine nobody has driven on meanwhile.
            passed_s = min(max(now - before, 0.0), 30.0)
            before = now
            stage = self.trip.stage if self.trip else None
            self._live(now, passed_s)
            moving = self.trip is not None and self.trip.moving
            turned = (self.trip.stage if self.trip else None) is not stage
            if now >= report_at or moving or turned:
                self._report(now)
                report_at = now + self._random.uniform(*_PARKED_S)
            await asyncio.sleep(self._next_look_s() if moving else _GLANCE_S)

    def _next_look_s(self) -> float:
        """Until the next report on the way, or until it arrives."""
        usual_s = self._random.uniform(*_MOVING_S)
        if (trip := self.trip) is None or not trip.moving:
            return _GLANCE_S
        left_m = trip.motion.line.length_m - trip.motion.along_m
        there_s = left_m / max(trip.motion.speed_mps, 2.0) / self.simulation.settings.speed
        return min(usual_s, max(there_s, 0.5))

    def _live(self, now: float, passed_s: float) -> None:
        trip = self.trip or self.simulation.next_trip(self.truck, self.standing)
        if trip is None:
            return
        speed = self.simulation.settings.speed
        driven_m = trip.advance(now, passed_s * speed, speed)
        self.standing.km += driven_m / 1000
        if trip.waits_for_people:
            self.simulation.people_needed(trip, self.truck)
        if trip.ended:
            self.simulation.ended(trip, self.truck, trip.position)

    def _report(self, now: float) -> None:
        trip = self.trip
        at, heading, speed_mps = self.standing.at, 0, 0.0
        if trip is not None:
            motion = trip.motion
            at, speed_mps = trip.position, motion.speed_mps if trip.moving else 0.0
            heading = motion.line.heading(motion.along_m)
        position = self._position(at, heading, speed_mps, now)
        if trip is not None and trip.stage is Stage.HAUL and not trip.told_mishap:
            self._mishap(trip, position)
        self.link.report(position)

    def _position(self, at: Point, heading: int, speed_mps: float, now: float) -> Position:
        random = self._random
        noise_m = _NOISE_M if speed_mps else _NOISE_M / 3
        longitude, latitude = beside(at, random.uniform(0, 360), random.gauss(0, noise_m))
        kmh = max(0.0, speed_mps * 3.6 + random.gauss(0, 0.6)) if speed_mps else 0.0
        tenths_km = round(self.standing.km * 10)
        return Position(
            longitude=longitude,
            latitude=latitude,
            time_ms=int(now) * 1000,
            speed_kmh=round(kmh, 1),
            heading_deg=heading,
            altitude_m=_ALTITUDE_M,
            status=_FIXED | (_ACC_ON if speed_mps else 0),
            extras=(Extra(_MILEAGE, tenths_km.to_bytes(4)),),
        )

    def _mishap(self, trip: Trip, position: Position) -> None:
        """A wrong clock or a damaged frame, once on the trip."""
        if trip.mishap is Mishap.CLOCK:
            assert position.time_ms is not None
            tomorrow = position.time_ms + _DAY_MS
            self.link.report(
                Position(position.longitude, position.latitude, tomorrow, status=_FIXED)
            )
        elif trip.mishap is Mishap.FRAME:
            self.link.garble(self._damaged(position))
        trip.told_mishap = True

    def _damaged(self, position: Position) -> bytes:
        frame = bytearray(self.link.terminal.position(position))
        # A byte in the middle flips: the checksum tells.
        frame[len(frame) // 2] ^= 0x11
        return bytes(frame)
