"""How a truck moves along a line: it speeds up, slows down for turns and stops at the end."""

from dataclasses import dataclass
from math import sqrt

from wufei.demo.simulator.geometry import Line

_SPEEDS_UP, _BRAKES = 0.9, 1.3  # m/s²
_TURN_MPS = 4.0
_STEP_S, _STEPS_MAX = 1.0, 60
# So near the end it has arrived.
_ARRIVED_M = 1.0


@dataclass
class Motion:
    """Where on ``line`` a truck is, and how fast; metres and metres a second."""

    line: Line
    cruise_mps: float
    along_m: float = 0.0
    speed_mps: float = 0.0

    @property
    def arrived(self) -> bool:
        return self.line.length_m - self.along_m <= _ARRIVED_M

    def advance(self, seconds: float) -> float:
        """Drive on for ``seconds``; returns the metres driven."""
        before = self.along_m
        steps = max(1, min(_STEPS_MAX, round(seconds / _STEP_S)))
        for _step in range(steps):
            if self.arrived:
                break
            self._step(seconds / steps)
        if self.arrived:
            self.along_m, self.speed_mps = self.line.length_m, 0.0
        return self.along_m - before

    def stop(self) -> None:
        self.speed_mps = 0.0

    def _step(self, seconds: float) -> None:
        ahead_m = self.line.to_turn_m(self.along_m)
        last = ahead_m >= self.line.length_m - self.along_m
        slow = 1.0 if last else _TURN_MPS
        allowed = min(self.cruise_mps, sqrt(slow * slow + 2 * _BRAKES * ahead_m))
        faster = self.speed_mps + _SPEEDS_UP * seconds
        self.speed_mps = min(allowed, faster)
        self.along_m = min(self.along_m + self.speed_mps * seconds, self.line.length_m)
