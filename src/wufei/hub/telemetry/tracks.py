"""Tracks 轨迹 out of the lake: where a vehicle was, how far it went, where it stood.

As fresh as the sink's commits: a fix is here five seconds after its terminal was answered, at
the latest (``sink.BATCH_S`` and the commit itself).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from django.utils import timezone

from wufei.hub.manifests.carriages import carriages
from wufei.hub.manifests.models import Manifest
from wufei.hub.telemetry import lake
from wufei.hub.telemetry.fixes import UNUSABLE

TRACK = pl.Schema(
    {
        "device_time_ms": pl.Int64,
        "longitude": pl.Float64,
        "latitude": pl.Float64,
        "speed_kmh": pl.Float32,
        "heading_deg": pl.Int32,
    }
)
_EARTH_KM = 6371.0088
# Faster than any truck: a fix that jumps, not a way that was driven.
_JUMP_KMH = 160.0
STOP_KMH, STOP_S, GAP_S = 3.0, 180.0, 300.0


def track(vehicle_id: int, start: datetime, end: datetime) -> pl.DataFrame:
    """Usable fixes from ``start`` to ``end`` inclusive, by device time (columns of ``TRACK``).

    Milliseconds since 1970, degrees WGS-84, km/h, degrees from north. Reads the files of these
    days only, and of them the parts that may hold the vehicle. Empty where there is no lake.
    """
    if end < start or not lake.exists():
        return pl.DataFrame(schema=TRACK)
    first, last = _ms(start), _ms(end)
    days = lake.days_between(timezone.localdate(start), timezone.localdate(end))
    found = (
        lake.Lake()
        .scan(days)
        .filter(
            pl.col("vehicle") == vehicle_id,
            pl.col("device_time_ms").is_between(first, last),
            (pl.col("marks") & UNUSABLE) == 0,
        )
        .select("serial", *TRACK)
        .collect()
    )
    # Two terminals, or two fixes of one second: the later frame is the better one.
    ordered = found.sort("device_time_ms", "serial")
    return ordered.unique("device_time_ms", keep="last", maintain_order=True).select(TRACK.names())


def trip(manifest: Manifest) -> pl.DataFrame:
    """The track from loading to arrival, or until now; empty before the load is on the road.

    Of every vehicle that carried it, one after the other; nothing of what they did without it.
    """
    parts = [
        track(one.vehicle_id, one.start, one.end or timezone.now()) for one in carriages(manifest)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=TRACK)


@dataclass(frozen=True)
class Pause:
    """A stretch of a track: milliseconds since 1970, and where it began."""

    start_ms: int
    end_ms: int
    longitude: float
    latitude: float

    @property
    def length(self) -> timedelta:
        return timedelta(milliseconds=self.end_ms - self.start_ms)


@dataclass(frozen=True)
class Facts:
    """What a track comes to. ``stops`` are places of standing, ``gaps`` times without a fix."""

    distance_km: float
    duration: timedelta
    speed_kmh_max: float
    fixes: int
    stops: tuple[Pause, ...]
    gaps: tuple[Pause, ...]


def facts(points: pl.DataFrame) -> Facts:
    """Distance, duration, stops of ``STOP_S`` and more, gaps of ``GAP_S`` and more."""
    if points.is_empty():
        return Facts(0.0, timedelta(), 0.0, 0, (), ())
    ms = points["device_time_ms"].to_numpy()
    return Facts(
        distance_km=distance_km(points),
        duration=timedelta(milliseconds=int(ms[-1] - ms[0])),
        speed_kmh_max=float(points["speed_kmh"].max() or 0.0),  # type: ignore[arg-type]
        fixes=len(points),
        stops=tuple(_stops(points)),
        gaps=tuple(_gaps(points)),
    )


def distance_km(points: pl.DataFrame) -> float:
    """Length of the line through the points on a sphere (haversine), without jumps."""
    if len(points) < 2:
        return 0.0
    steps = _steps_km(points)
    hours = np.diff(points["device_time_ms"].to_numpy()) / 3_600_000
    return float(steps[steps <= _JUMP_KMH * np.maximum(hours, 1 / 3600)].sum())


def _steps_km(points: pl.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    longitude, latitude = (
        np.radians(points[name].to_numpy()) for name in ("longitude", "latitude")
    )
    across = np.cos(latitude[1:]) * np.cos(latitude[:-1]) * np.sin(np.diff(longitude) / 2) ** 2
    found: np.ndarray[tuple[int], np.dtype[np.float64]]
    found = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.sin(np.diff(latitude) / 2) ** 2 + across))
    return found


def _stops(points: pl.DataFrame) -> Iterator[Pause]:
    """Runs of fixes that stand; a gap ends a run, since nobody saw what happened in it."""
    begun: dict[str, float] | None = None
    last = 0.0
    for row in points.iter_rows(named=True):
        at, stands = row["device_time_ms"], row["speed_kmh"] < STOP_KMH
        unseen = at - last >= GAP_S * 1000
        if begun and (not stands or unseen):
            yield from _long_enough(begun, last if unseen else at)
            begun = None
        if stands and begun is None:
            begun = row
        last = at
    if begun:
        yield from _long_enough(begun, last)


def _long_enough(begun: dict[str, float], end_ms: float) -> Iterator[Pause]:
    if end_ms - begun["device_time_ms"] >= STOP_S * 1000:
        start = int(begun["device_time_ms"])
        yield Pause(start, int(end_ms), begun["longitude"], begun["latitude"])


def _gaps(points: pl.DataFrame) -> Iterator[Pause]:
    ms = points["device_time_ms"].to_numpy()
    for at in np.flatnonzero(np.diff(ms) >= GAP_S * 1000):
        row = points.row(int(at), named=True)
        yield Pause(int(ms[at]), int(ms[at + 1]), row["longitude"], row["latitude"])


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
