"""What stream rules share: fixes bound to trips, one row of state a vehicle, episodes.

Everything here is pure and works on columns: a loop runs over the first, second, ... fix of all
vehicles at once, never over vehicles. Fixes are taken in the order in which they came, so that
the result does not depend on how the log was cut into batches.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wufei.hub.alarms.streams.trips import Trips, Whole
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.telemetry.fixes import BACK_FILLED, Fixes, usable

# A fix on a trip. ``trip`` is the manifest's key (0 for none), ``index`` its place in ``Trips``;
# metres are east and north of the trip's beginning, ``site_m`` to the nearer of its two sites.
SEEN = np.dtype(
    [
        ("vehicle", "<i8"),
        ("trip", "<i8"),
        ("index", "<i8"),
        ("time_ms", "<i8"),
        ("longitude", "<f8"),
        ("latitude", "<f8"),
        ("x_m", "<f8"),
        ("y_m", "<f8"),
        ("site_m", "<f8"),
        ("speed_kmh", "<f8"),
        ("mileage_km", "<f8"),
        ("late", "?"),
    ]
)
# What every rule keeps of a vehicle: its trip, its last fix, and the episode that may become an
# alarm: its beginning (0: none), its last fix, whether it has been reported.
ROW = (
    ("vehicle", "<i8"),
    ("trip", "<i8"),
    ("last_ms", "<i8"),
    ("since_ms", "<i8"),
    ("seen_ms", "<i8"),
    ("raised", "?"),
    ("longitude", "<f8"),
    ("latitude", "<f8"),
)

Seen = NDArray[np.void]
Rows = NDArray[np.void]
Numbers = Mapping[str, float]
Trace = tuple[Any, int]


@dataclass(frozen=True)
class Sight:
    """How a stream rule looks at fixes.

    ``extra`` are its own columns of state. ``step(rows, fixes, trips, numbers)`` moves one row a
    fix on in place and returns the rows whose episode ended there, as they were, with the time of
    the end (ms) in ``seen_ms`` order. ``values`` tells an episode in numbers.
    """

    extra: tuple[tuple[str, str], ...]
    step: Callable[[Rows, Seen, Trips, Numbers], list[tuple[Rows, Whole]]]
    values: Callable[[Any, Trips, Numbers], dict[str, Any]]

    @property
    def dtype(self) -> np.dtype[np.void]:
        return np.dtype([*ROW, *self.extra])


@dataclass(frozen=True)
class State:
    """What a rule knows: the present, and a second lane for fixes that came late."""

    live: Rows
    late: Rows


@dataclass(frozen=True)
class Known:
    """An episode that is open already (told before a restart)."""

    vehicle: int
    trip: int
    since_ms: int
    seen_ms: int
    longitude: float
    latitude: float


def observe(fixes: Fixes, trips: Trips) -> Seen:
    """Usable fixes of vehicles that have a trip in the table, bound to it.

    They are put in the order of vehicles; those of one vehicle stay in the order they came in.
    """
    good = usable(fixes)
    good = good[among(good["vehicle"], trips.vehicles)]
    good = good[np.argsort(good["vehicle"], kind="stable")]
    seen = np.zeros(len(good), dtype=SEEN)
    for name in ("vehicle", "longitude", "latitude", "speed_kmh", "mileage_km"):
        seen[name] = good[name]
    seen["time_ms"] = good["device_time_ms"]
    seen["late"] = (good["marks"] & BACK_FILLED) != 0
    index = trips.at(seen["vehicle"], seen["time_ms"])
    on = index >= 0
    seen["index"] = index
    seen["trip"][on] = trips.keys[index[on]]
    x_m, y_m = trips.metres(index[on], seen["longitude"][on], seen["latitude"][on])
    seen["x_m"][on], seen["y_m"][on] = x_m, y_m
    seen["site_m"][on] = trips.site_m(index[on], x_m, y_m)
    return seen


def begin(sight: Sight, known: Iterable[Known] = ()) -> State:
    """A state that knows nothing but the episodes that are open."""
    ordered = sorted(known, key=lambda one: (one.vehicle, one.since_ms))
    rows = np.zeros(len(ordered), dtype=sight.dtype)
    for name in ("vehicle", "trip", "since_ms", "seen_ms", "longitude", "latitude"):
        rows[name] = [getattr(one, name) for one in ordered]
    rows["raised"] = True
    # A vehicle is in one episode of a rule at a time: the latest.
    last = np.append(rows["vehicle"][1:] != rows["vehicle"][:-1], True)[: len(rows)]
    return State(rows[last], np.zeros(0, dtype=sight.dtype))


def judge(
    sight: Sight,
    state: State,
    seen: Seen,
    trips: Trips,
    numbers: Numbers,
    *,
    code: str,
    severity: Severity,
    domains: tuple[str, ...],
) -> tuple[State, list[Finding]]:
    """(state, batch) -> (state, findings): episodes that opened, went on or ended here."""
    mine = _of_domains(seen, trips, domains)
    # Every fix of a vehicle that carries this domain counts, between its trips as well: what a
    # rule sees must not depend on which fixes happen to share a batch.
    here = trips.vehicles_of(domains)
    known = among(mine["vehicle"], state.live["vehicle"])
    mine = mine[among(mine["vehicle"], here) | known]
    if not len(mine):
        return state, []
    teller = _Teller(sight, trips, numbers, code, severity)
    live = _with_rows(state.live, mine["vehicle"])
    behind = _came_late(live, mine)
    findings = list(_advance(sight, live, mine[~behind], trips, numbers, teller, late=False))
    old = mine[behind & (mine["trip"] > 0)]
    late = _with_rows(state.late, old["vehicle"]) if len(old) else state.late
    findings += _advance(sight, late, old, trips, numbers, teller, late=True)
    return State(live, late), findings


def settle(state: State, trips: Trips) -> State:
    """Without the rows of vehicles that have no trip in the table any more."""
    return State(
        state.live[among(state.live["vehicle"], trips.vehicles)],
        state.late[among(state.late["vehicle"], trips.vehicles)],
    )


def _of_domains(seen: Seen, trips: Trips, domains: tuple[str, ...]) -> Seen:
    """For a rule, a trip of another domain is no trip."""
    if not domains:
        return seen
    mine = seen.copy()
    on = mine["index"] >= 0
    foreign = on.copy()
    foreign[on] = ~np.isin(trips.domain[mine["index"][on]], domains)
    mine["trip"][foreign] = 0
    mine["index"][foreign] = -1
    return mine


def among(values: Whole, ordered: Whole) -> NDArray[np.bool_]:
    """Which of ``values`` are in ``ordered`` (ascending, each once)."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[place] == values
    return found


def _with_rows(rows: Rows, vehicles: Whole) -> Rows:
    """A copy of ``rows`` that has one for each of these vehicles (ascending), in their order."""
    new = vehicles[_firsts(vehicles) & ~among(vehicles, rows["vehicle"])]
    if not len(new):
        return rows.copy()
    added = np.zeros(len(new), dtype=rows.dtype)
    added["vehicle"] = new
    both = np.concatenate([rows, added])
    ordered: Rows = both[np.argsort(both["vehicle"], kind="stable")]
    return ordered


def _firsts(ordered: Whole) -> NDArray[np.bool_]:
    """Where a new value begins in an ascending column."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def _came_late(rows: Rows, seen: Seen) -> NDArray[np.bool_]:
    """Fixes that are not after all that came before them from the same vehicle."""
    known = rows["last_ms"][np.searchsorted(rows["vehicle"], seen["vehicle"])]
    # Back-filled fixes are history whenever they come, and say nothing about the present.
    now = np.where(seen["late"], 0, seen["time_ms"])
    first = _firsts(seen["vehicle"])
    # The highest so far of each vehicle: what stands before the first is what the state knows.
    before = np.where(first, known, np.maximum(np.append(0, now)[:-1], known))
    late: NDArray[np.bool_] = now <= _running_max(before, first)
    return late


def _running_max(values: Whole, first: NDArray[np.bool_]) -> Whole:
    """Running maximum that begins anew at each ``first``."""
    group = np.cumsum(first) << 44
    highest: Whole = np.maximum.accumulate(values + group) - group
    return highest


def _advance(
    sight: Sight,
    rows: Rows,
    seen: Seen,
    trips: Trips,
    numbers: Numbers,
    teller: "_Teller",
    *,
    late: bool,
) -> Iterator[Finding]:
    touched = np.zeros(len(rows), dtype=bool)
    for fixes in _turns(seen):
        slots = np.searchsorted(rows["vehicle"], fixes["vehicle"])
        touched[slots] = True
        current = rows[slots]
        for ended, at_ms in sight.step(current, fixes, trips, numbers):
            for row, end in zip(ended, at_ms, strict=True):
                if told := teller.tell(row, cleared_ms=int(end), late=late):
                    yield told
        current["last_ms"] = fixes["time_ms"]
        rows[slots] = current
    for row in rows[touched & rows["raised"]]:
        # What came late is over, whatever it was.
        cleared_ms = int(row["seen_ms"]) if late else None
        if told := teller.tell(row, cleared_ms=cleared_ms, late=late):
            yield told


def _turns(seen: Seen) -> Iterator[Seen]:
    """The first fix of every vehicle, then the second of each that has one, and so on."""
    starts = np.flatnonzero(_firsts(seen["vehicle"]))
    lengths = np.diff(np.append(starts, len(seen)))
    if lengths.max(initial=0) == 1:
        yield seen
        return
    turn = np.arange(len(seen)) - np.repeat(starts, lengths)
    for number in range(lengths.max(initial=0)):
        yield seen[turn == number]


@dataclass(frozen=True)
class _Teller:
    sight: Sight
    trips: Trips
    numbers: Numbers
    code: str
    severity: Severity

    def tell(self, row: Any, *, cleared_ms: int | None, late: bool = False) -> Finding | None:
        """The episode as a finding; None where its manifest is no longer in the table."""
        trip = self.trips.by_key.get(int(row["trip"]))
        if trip is None:
            return None
        since, seen = int(row["since_ms"]), int(row["seen_ms"])
        values = {
            "manifest": trip.manifest,
            "vehicle": trip.vehicle,
            "domain": trip.domain,
            "since_ms": since,
            "seen_ms": seen,
            "cleared_ms": cleared_ms,
            "lasted_s": (seen - since) // 1000,
            "longitude": round(float(row["longitude"]), 7),
            "latitude": round(float(row["latitude"]), 7),
            "historical": late,
            "parameters": dict(self.numbers),
            **self.sight.values(row, self.trips, self.numbers),
        }
        return Finding(
            self.code,
            subject=f"registry.vehicle:{trip.vehicle_uuid}",
            severity=self.severity,
            values=values,
            episode=f"{trip.manifest}@{since}",
        )
