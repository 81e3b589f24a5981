"""Short distances on the ground: a point is (longitude, latitude) in WGS-84 degrees."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from math import atan2, cos, degrees, hypot, radians

Point = tuple[float, float]
# Metres of one degree of latitude; of longitude at the equator nearly the same.
_DEGREE_M = 111_320


def metres(a: Point, b: Point) -> float:
    """Distance; good to a thousandth over the extent of a district."""
    return hypot(*_offset(a, b))


def heading(a: Point, b: Point) -> int:
    """Degrees from north, clockwise, 0 to 359."""
    east_m, north_m = _offset(a, b)
    return round(degrees(atan2(east_m, north_m))) % 360


def beside(point: Point, heading_deg: float, aside_m: float) -> Point:
    """``aside_m`` to the right of somebody who looks along ``heading_deg``."""
    turned = radians(heading_deg + 90)
    return _moved(point, aside_m * _sin(turned), aside_m * cos(turned))


def nearest(point: Point, a: Point, b: Point) -> Point:
    """The point of the stretch from ``a`` to ``b`` that lies nearest."""
    bx, by = _offset(a, b)
    px, py = _offset(a, point)
    length2 = bx * bx + by * by
    share = max(0.0, min(1.0, (px * bx + py * by) / length2)) if length2 else 0.0
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _offset(a: Point, b: Point) -> tuple[float, float]:
    north = radians((a[1] + b[1]) / 2)
    return (b[0] - a[0]) * _DEGREE_M * cos(north), (b[1] - a[1]) * _DEGREE_M


def _moved(point: Point, east_m: float, north_m: float) -> Point:
    scale = _DEGREE_M * cos(radians(point[1]))
    return point[0] + east_m / scale, point[1] + north_m / _DEGREE_M


def _sin(angle: float) -> float:
    return cos(angle - radians(90))


class Line:
    """A way along several points, measured in metres from its beginning."""

    def __init__(self, points: Sequence[Point]) -> None:
        assert points, "a line has a point"
        self.points = [points[0]]
        self.points += [b for a, b in pairwise(points) if metres(a, b) > 0.5]

    @cached_property
    def _ends_m(self) -> list[float]:
        return list(accumulate((metres(a, b) for a, b in pairwise(self.points)), initial=0.0))

    @property
    def length_m(self) -> float:
        return self._ends_m[-1]

    def at(self, along_m: float) -> Point:
        if along_m <= 0 or len(self.points) == 1:
            return self.points[0]
        if along_m >= self.length_m:
            return self.points[-1]
        n = bisect_right(self._ends_m, along_m) - 1
        share = (along_m - self._ends_m[n]) / (self._ends_m[n + 1] - self._ends_m[n])
        a, b = self.points[n], self.points[n + 1]
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def heading(self, along_m: float) -> int:
        if len(self.points) == 1:
            return 0
        n = min(max(bisect_right(self._ends_m, along_m) - 1, 0), len(self.points) - 2)
        return heading(self.points[n], self.points[n + 1])

    def to_turn_m(self, along_m: float, sharp_deg: int = 35) -> float:
        """How far ahead the next sharp turn, or the end, lies."""
        for n in range(bisect_right(self._ends_m, along_m), len(self.points) - 1):
            before = heading(self.points[n - 1], self.points[n])
            after = heading(self.points[n], self.points[n + 1])
            if abs((after - before + 180) % 360 - 180) > sharp_deg:
                return self._ends_m[n] - along_m
        return max(self.length_m - along_m, 0.0)
