"""Off route 偏离路线: a loaded truck far from the way that was approved for it, for some time.

Without an approved route nothing is judged: the straight line between two sites is nobody's way
(docs/decisions/0020). Pure.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from wufei.hub.alarms.streams.machine import Numbers, Rows, Seen, Sight
from wufei.hub.alarms.streams.trips import Trips, Whole

_EXTRA = (("back_ms", "<i8"), ("distance_m", "<f8"))


def beyond(seen: Seen, trips: Trips, numbers: Numbers) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which fixes are outside of their corridor, and how far from the route these are (else 0), m.

    The corridor is the route's own half width and ``margin_m`` for the error of the terminal;
    around the two sites trucks turn and queue where they must.
    """
    index = seen["index"]
    on = (seen["trip"] > 0) & (seen["site_m"] > numbers["site_radius_m"])
    outside = np.zeros(len(seen), dtype=bool)
    distance_m = np.zeros(len(seen))
    lines = trips.lines[index[on]]
    points = shapely.points(seen["x_m"][on], seen["y_m"][on])
    reach_m = trips.corridor_m[index[on]] + numbers["margin_m"]
    # Prepared lines answer "near?" much faster than "how far?", and nearly all are near.
    outside[on] = ~shapely.dwithin(lines, points, reach_m) & ~shapely.is_missing(lines)
    far = outside[on]
    distance_m[outside] = shapely.distance(lines[far], points[far])
    return outside, distance_m


def step(rows: Rows, fixes: Seen, trips: Trips, numbers: Numbers) -> list[tuple[Rows, Whole]]:
    """One fix of each vehicle. An episode begins with the first fix outside, is reported after
    ``off_s_min`` and ends with the first of the fixes that stay inside for ``back_s_min``.
    """
    now = fixes["time_ms"]
    outside, distance_m = beyond(fixes, trips, numbers)
    other = (rows["trip"] != fixes["trip"]) | (now <= rows["last_ms"])
    ended = [_end(rows, other & rows["raised"], rows["seen_ms"])]
    _forget(rows, other)
    rows["trip"] = fixes["trip"]
    # Silence is no evidence: what was not reported before it begins anew after it.
    silent = ~rows["raised"] & (now - rows["last_ms"] > numbers["gap_s_max"] * 1000)
    _forget(rows, silent)

    inside = ~outside & (rows["since_ms"] > 0)
    rows["back_ms"] = np.where(inside & (rows["back_ms"] == 0), now, rows["back_ms"])
    back = inside & (now - rows["back_ms"] >= numbers["back_s_min"] * 1000)
    ended.append(_end(rows, back & rows["raised"], rows["back_ms"]))
    _forget(rows, back | (inside & ~rows["raised"]))

    _go_on(rows, fixes, outside, distance_m, trips, numbers)
    return [part for part in ended if len(part[0])]


def _go_on(
    rows: Rows,
    fixes: Seen,
    outside: NDArray[Any],
    distance_m: NDArray[Any],
    trips: Trips,
    numbers: Numbers,
) -> None:
    """Begin or lengthen the episodes of those outside."""
    now = fixes["time_ms"]
    rows["since_ms"] = np.where(outside & (rows["since_ms"] == 0), now, rows["since_ms"])
    rows["seen_ms"] = np.where(outside, now, rows["seen_ms"])
    rows["back_ms"][outside] = 0
    for name in ("longitude", "latitude"):
        rows[name] = np.where(outside, fixes[name], rows[name])
    rows["distance_m"] = np.maximum(rows["distance_m"], distance_m)
    rows["raised"] |= outside & (now - rows["since_ms"] >= numbers["off_s_min"] * 1000)


def _end(rows: Rows, which: NDArray[Any], at_ms: Whole) -> tuple[Rows, Whole]:
    return rows[which].copy(), at_ms[which].copy()


def _forget(rows: Rows, which: NDArray[Any]) -> None:
    rows["raised"][which] = False
    for name in ("since_ms", "seen_ms", "back_ms", "distance_m"):
        rows[name][which] = 0


def _values(row: Any, trips: Trips, numbers: Numbers) -> dict[str, Any]:
    trip = trips.by_key[int(row["trip"])]
    return {"distance_max_m": round(float(row["distance_m"])), "corridor_m": round(trip.corridor_m)}


SIGHT = Sight(_EXTRA, step, _values)
