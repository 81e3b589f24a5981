"""Long stop 异常停留: a loaded truck that stands where it has nothing to do. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wufei.hub.alarms.streams.machine import Numbers, Rows, Seen, Sight
from wufei.hub.alarms.streams.trips import Trips, Whole

_EXTRA = (("x_m", "<f8"), ("y_m", "<f8"), ("mileage_km", "<f8"))
# Terminals count hundreds of metres: two of them may pass within a truck's length.
_MILEAGE_STEP_KM = 0.2


def step(rows: Rows, fixes: Seen, trips: Trips, numbers: Numbers) -> list[tuple[Rows, Whole]]:
    """One fix of each vehicle. A stop begins with the first slow fix, is reported after
    ``dwell_s_max`` and ends with the first fix that is fast or farther off than ``radius_m``.
    """
    now = fixes["time_ms"]
    other = (rows["trip"] != fixes["trip"]) | (now <= rows["last_ms"])
    ended = [_end(rows, other & rows["raised"], rows["seen_ms"])]
    _forget(rows, other)
    rows["trip"] = fixes["trip"]

    slow = _slow(fixes, trips, numbers)
    away_m = np.hypot(fixes["x_m"] - rows["x_m"], fixes["y_m"] - rows["y_m"])
    stays = (rows["since_ms"] > 0) & slow & (away_m <= numbers["radius_m"])
    stays &= ~_drove_unseen(rows, fixes, numbers)
    moved = (rows["since_ms"] > 0) & ~stays
    ended.append(_end(rows, moved & rows["raised"], now))
    _forget(rows, moved)
    _anchor(rows, fixes, slow & (rows["since_ms"] == 0))

    standing = rows["since_ms"] > 0
    rows["seen_ms"] = np.where(standing, now, rows["seen_ms"])
    rows["mileage_km"] = fixes["mileage_km"]
    rows["raised"] |= standing & (now - rows["since_ms"] > numbers["dwell_s_max"] * 1000)
    return [part for part in ended if len(part[0])]


def _slow(fixes: Seen, trips: Trips, numbers: Numbers) -> NDArray[Any]:
    """Slow on a trip, neither at one of its two sites nor at a known yard."""
    slow = (fixes["trip"] > 0) & (fixes["speed_kmh"] <= numbers["speed_kmh_max"])
    slow &= fixes["site_m"] > numbers["site_radius_m"]
    # Few are slow: only these are compared with every yard.
    yard_m = trips.yard_m(fixes["longitude"][slow], fixes["latitude"][slow])
    found: NDArray[Any] = slow.copy()
    found[slow] = yard_m > numbers["site_radius_m"]
    return found


def _drove_unseen(rows: Rows, fixes: Seen, numbers: Numbers) -> NDArray[Any]:
    """After a silence at the same place: whether it may have been elsewhere in between.

    Terminals of parked trucks sleep. The mileage tells; one that counts none proves nothing.
    """
    silent = fixes["time_ms"] - rows["last_ms"] > numbers["gap_s_max"] * 1000
    driven_km = np.abs(fixes["mileage_km"] - rows["mileage_km"])
    stood = (rows["mileage_km"] > 0) & (driven_km <= _MILEAGE_STEP_KM)
    unseen: NDArray[Any] = silent & ~stood & ~rows["raised"]
    return unseen


def _anchor(rows: Rows, fixes: Seen, which: NDArray[Any]) -> None:
    rows["since_ms"][which] = fixes["time_ms"][which]
    for name in ("x_m", "y_m", "longitude", "latitude"):
        rows[name][which] = fixes[name][which]


def _end(rows: Rows, which: NDArray[Any], at_ms: Whole) -> tuple[Rows, Whole]:
    return rows[which].copy(), at_ms[which].copy()


def _forget(rows: Rows, which: NDArray[Any]) -> None:
    rows["raised"][which] = False
    for name in ("since_ms", "seen_ms"):
        rows[name][which] = 0


def _values(row: Any, trips: Trips, numbers: Numbers) -> dict[str, Any]:
    return {"lasted_min": (int(row["seen_ms"]) - int(row["since_ms"])) // 60_000}


SIGHT = Sight(_EXTRA, step, _values)
