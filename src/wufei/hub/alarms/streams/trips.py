"""Loaded trips as arrays: which manifest a vehicle carries at a moment, and where it should be.

Distances are taken on a plane that touches the earth at the beginning of each trip: within 50 km
it is wrong by less than half a percent, less than a terminal is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

# Mean radius of the earth 6,371,008.8 m (IUGG), one degree of a great circle.
M_PER_DEGREE = 111_195.08
# Vehicle and moment in one sortable number; 2**42 ms reach to the year 2109.
_TIME_BITS = 42
_NEVER = (1 << _TIME_BITS) - 1

Degrees = tuple[float, float]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Trip:
    """A loaded vehicle on its way; (longitude, latitude) in WGS-84, ms since 1970 UTC.

    ``key`` is the primary key of the manifest; ``ends_ms`` is when the load arrived, None while
    it is on the road. ``path`` is empty where no route was approved.
    """

    key: int
    manifest: str
    vehicle: int
    vehicle_uuid: str
    domain: str
    begins_ms: int
    ends_ms: int | None = None
    path: tuple[Degrees, ...] = ()
    corridor_m: float = 0.0
    sites: tuple[Degrees, ...] = ()


@dataclass(frozen=True)
class Trips:
    """Trips in the order of (vehicle, begin), with what rules need of them as arrays."""

    all: tuple[Trip, ...]
    yards: Floats
    vehicles: Whole
    of_domain: dict[str, Whole]
    keys: Whole
    ends_ms: Whole
    codes: Whole
    origin: Floats
    m_per_longitude: Floats
    lines: NDArray[Any]
    corridor_m: Floats
    sites: Floats
    domain: NDArray[np.str_]
    by_key: dict[int, Trip] = field(default_factory=dict)

    def at(self, vehicle: Whole, time_ms: Whole) -> Whole:
        """Index of the trip that each vehicle is on at its moment, -1 for none."""
        if not len(self.all):
            return np.full(len(vehicle), -1)
        rank = np.searchsorted(self.vehicles, vehicle)
        known = rank < len(self.vehicles)
        rank = np.where(known, rank, 0)
        known &= self.vehicles[rank] == vehicle
        # Times beyond the scale would run into the next vehicle.
        wanted = (rank << _TIME_BITS) | np.clip(time_ms, 0, _NEVER)
        index = np.searchsorted(self.codes, wanted, side="right") - 1
        safe = np.maximum(index, 0)
        known &= (index >= 0) & (self.codes[safe] >> _TIME_BITS == rank)
        known &= time_ms < self.ends_ms[safe]
        return np.where(known, index, -1)

    def metres(self, index: Whole, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """East and north of the beginning of the trip, m."""
        east = (longitude - self.origin[index, 0]) * self.m_per_longitude[index]
        north = (latitude - self.origin[index, 1]) * M_PER_DEGREE
        return east, north

    def site_m(self, index: Whole, x_m: Floats, y_m: Floats) -> Floats:
        """Distance to the nearer of the trip's two sites, m; infinite where none is known."""
        gaps = np.hypot(
            self.sites[index, :, 0] - x_m[:, None], self.sites[index, :, 1] - y_m[:, None]
        )
        nearest: Floats = np.min(np.where(np.isnan(gaps), np.inf, gaps), axis=1, initial=np.inf)
        return nearest

    def yard_m(self, longitude: Floats, latitude: Floats) -> Floats:
        """Distance to the nearest known yard, m; infinite where there is none."""
        east = (longitude[:, None] - self.yards[:, 0]) * np.cos(np.radians(latitude))[:, None]
        gaps = np.hypot(east, latitude[:, None] - self.yards[:, 1]) * M_PER_DEGREE
        nearest: Floats = np.min(gaps, axis=1, initial=np.inf)
        return nearest

    def vehicles_of(self, domains: Sequence[str]) -> Whole:
        """Vehicles with a trip of one of these domains, ascending; of any, if none is named."""
        if not domains:
            return self.vehicles
        if len(domains) == 1:
            return self.of_domain.get(domains[0], self.vehicles[:0])
        return np.unique(np.concatenate([self.vehicles_of([one]) for one in domains]))


def gather(trips: Iterable[Trip], yards: Sequence[Degrees] = ()) -> Trips:
    """The table of these trips; yards 停车场 are places where a loaded truck may stand."""
    ordered = tuple(sorted(trips, key=lambda one: (one.vehicle, one.begins_ms, one.key)))
    vehicle = np.array([one.vehicle for one in ordered], dtype=np.int64)
    vehicles, rank = np.unique(vehicle, return_inverse=True)
    domain = np.array([one.domain for one in ordered], dtype=np.str_)
    begins = np.array([one.begins_ms for one in ordered], dtype=np.int64)
    origin = np.array([_origin(one) for one in ordered], dtype=np.float64).reshape(-1, 2)
    scale = M_PER_DEGREE * np.cos(np.radians(origin[:, 1]))
    flat = [_on_plane(one, origin[i], scale[i]) for i, one in enumerate(ordered)]
    lines = np.array([line for line, _sites in flat] or [], dtype=object)
    shapely.prepare(lines)
    return Trips(
        all=ordered,
        yards=np.array(yards, dtype=np.float64).reshape(-1, 2),
        vehicles=vehicles,
        of_domain={one: np.unique(vehicle[domain == one]) for one in set(domain.tolist())},
        keys=np.array([one.key for one in ordered], dtype=np.int64),
        ends_ms=np.array([_ends(one) for one in ordered], dtype=np.int64),
        codes=(rank.astype(np.int64) << _TIME_BITS) | begins,
        origin=origin,
        m_per_longitude=scale,
        lines=lines,
        corridor_m=np.array([one.corridor_m for one in ordered], dtype=np.float64),
        sites=np.array([sites for _line, sites in flat], dtype=np.float64).reshape(-1, 2, 2),
        domain=domain,
        by_key={one.key: one for one in ordered},
    )


def _ends(trip: Trip) -> int:
    return _NEVER if trip.ends_ms is None else trip.ends_ms


def _origin(trip: Trip) -> Degrees:
    return next(iter((*trip.path, *trip.sites)), (0.0, 0.0))


def _on_plane(trip: Trip, origin: Floats, m_per_longitude: float) -> tuple[Any, Floats]:
    """The route (None without one) and its two sites (NaN where unknown), m."""

    def plane(points: Sequence[Degrees]) -> Floats:
        degrees = np.array(points, dtype=np.float64).reshape(-1, 2)
        return np.asarray((degrees - origin) * (m_per_longitude, M_PER_DEGREE))

    sites = np.full((2, 2), np.nan)
    known = plane(trip.sites[:2])
    sites[: len(known)] = known
    line = shapely.LineString(plane(trip.path)) if len(trip.path) > 1 else None
    return line, sites
