"""Positions and boundaries: WGS-84 degrees, longitude first, GeoJSON (RFC 7946)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from wufei.hub.registry.rules.problems import Problem, problem

VERTICES_MAX = 500
Point = tuple[float, float]


@dataclass(frozen=True)
class Extent:
    """A box of degrees in which positions are plausible."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


# Plants and carriers may lie anywhere in the country.
CHINA = Extent(73.4, 3.8, 135.2, 53.6)


def position_problem(longitude: float, latitude: float, extent: Extent = CHINA) -> Problem | None:
    """What is wrong with a position; swapped values are recognised as such."""
    on_earth = abs(longitude) <= 180 and abs(latitude) <= 90
    if on_earth and extent.holds(longitude, latitude):
        return None
    if extent.holds(latitude, longitude):
        return problem("position_swapped", longitude=longitude, latitude=latitude)
    if not on_earth:
        return problem("position_range", longitude=longitude, latitude=latitude)
    return problem("position_far", longitude=longitude, latitude=latitude)


def boundary_problem(geometry: Any, extent: Extent = CHINA) -> Problem | None:
    """What keeps ``geometry`` from being a GeoJSON Polygon with one closed, simple outer ring."""
    rings = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(rings, list) or geometry.get("type") != "Polygon" or not rings:
        return problem("boundary_type")
    for number, ring in enumerate(rings, start=1):
        if found := _ring_problem(ring, number, extent):
            return found
    return None


def _ring_problem(ring: Any, number: int, extent: Extent) -> Problem | None:
    points = _points(ring)
    if points is None:
        return problem("boundary_points", ring=number)
    if len(points) > VERTICES_MAX:
        return problem("boundary_too_many", count=len(points), limit=VERTICES_MAX)
    if len(points) < 4:
        return problem("boundary_too_few", ring=number)
    if points[0] != points[-1]:
        return problem("boundary_open", ring=number)
    for longitude, latitude in points:
        if found := position_problem(longitude, latitude, extent):
            return found
    return problem("boundary_crosses", ring=number) if _crosses_itself(points) else None


def _points(ring: Any) -> list[Point] | None:
    if not isinstance(ring, list):
        return None
    points = []
    for point in ring:
        if not isinstance(point, list) or len(point) < 2 or not all(map(_number, point[:2])):
            return None
        points.append((float(point[0]), float(point[1])))
    return points


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6


def _crosses_itself(ring: Sequence[Point]) -> bool:
    edges = list(pairwise(ring))
    for i, first in enumerate(edges):
        # The neighbour shares a corner; so do the last edge and the first.
        for j in range(i + 2, len(edges) - (i == 0)):
            if _cross(*first, *edges[j]):
                return True
    return False


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
