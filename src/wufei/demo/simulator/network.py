"""The invented road network of the demo district: where one can drive, and the quickest way.

Roads are lines that share the points where they meet; places lie beside them and are reached from
the nearest point of a road.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from pathlib import Path

from wufei.demo.simulator.geometry import Line, Point, metres, nearest

ROADS = Path(__file__).parents[1] / "data" / "roads.csv"
_ACCESS_KMH = 20


class NoWay(Exception):
    """Two places are not connected by roads."""


@dataclass(frozen=True)
class Road:
    """``limit_kmh`` is how fast one may drive there."""

    name: str
    limit_kmh: int
    points: tuple[Point, ...]


def roads(path: Path = ROADS) -> list[Road]:
    """The network's roads; all names say that they are invented."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Road(row["name"], int(row["limit_kmh"]), _points(row["line"]))
            for row in csv.DictReader(file)
        ]


def _points(text: str) -> tuple[Point, ...]:
    pairs = (pair.split() for pair in text.split(";"))
    return tuple((float(longitude), float(latitude)) for longitude, latitude in pairs)


class Network:
    """A graph of points; edges are stretches of road, weighed by the seconds they take."""

    def __init__(self, roads: Iterable[Road]) -> None:
        self.edges: dict[Point, dict[Point, float]] = {}
        for road in roads:
            for a, b in pairwise(road.points):
                self._join(a, b, road.limit_kmh)
        assert self.edges, "a network has roads"

    def way(self, start: Point, end: Point) -> list[Point]:
        """The quickest way between two places, both included. Raises ``NoWay``."""
        edges = {point: dict(ends) for point, ends in self.edges.items()}
        for place in (start, end):
            self._reach(edges, place)
        return _quickest(edges, start, end)

    def _join(self, a: Point, b: Point, kmh: float) -> None:
        _join(self.edges, a, b, kmh)

    def _reach(self, edges: dict[Point, dict[Point, float]], place: Point) -> None:
        """Join ``place`` to the nearest road by a short access road."""
        if place in edges:
            return
        best: tuple[float, Point, Point, Point] | None = None
        for a, ends in edges.items():
            for b in ends:
                if a < b:
                    foot = nearest(place, a, b)
                    best = min(best or (1e12, a, b, foot), (metres(place, foot), a, b, foot))
        assert best
        _away, a, b, foot = best
        seconds = edges[a][b]
        whole = metres(a, b)
        for end in (a, b):
            if end != foot:
                part = seconds * metres(end, foot) / whole
                edges.setdefault(foot, {})[end] = edges[end][foot] = part
        if foot != place:
            _join(edges, place, foot, _ACCESS_KMH)


def _join(edges: dict[Point, dict[Point, float]], a: Point, b: Point, kmh: float) -> None:
    seconds = metres(a, b) / (kmh / 3.6)
    edges.setdefault(a, {})[b] = seconds
    edges.setdefault(b, {})[a] = seconds


def _quickest(edges: dict[Point, dict[Point, float]], start: Point, end: Point) -> list[Point]:
    """Dijkstra's way; among equally quick ones the one that is found first."""
    before: dict[Point, Point] = {}
    found = {start: 0.0}
    waiting = [(0.0, start)]
    while waiting:
        seconds, here = heappop(waiting)
        if here == end:
            return _back(before, start, end)
        if seconds > found[here]:
            continue
        for there, cost in edges.get(here, {}).items():
            if (sum_s := seconds + cost) < found.get(there, 1e12):
                found[there], before[there] = sum_s, here
                heappush(waiting, (sum_s, there))
    raise NoWay(f"no road leads from {start} to {end}")


def _back(before: dict[Point, Point], start: Point, end: Point) -> list[Point]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def length_m(way: Sequence[Point]) -> float:
    return Line(way).length_m
