"""Hand-made tracks for the pure rules: a road of ten kilometres to the east, told in metres."""

import time

import numpy as np

from wufei.domains.construction.rules import RULES
from wufei.hub.alarms.streams import machine
from wufei.hub.alarms.streams.trips import M_PER_DEGREE, Trip, gather
from wufei.hub.base.findings import Finding
from wufei.hub.telemetry.fixes import FIX

OFF_ROUTE, LONG_STOP = RULES
WEST, SOUTH = 115.9, 36.4
# Half an hour ago, in whole seconds: loads and fixes of the tests are of today.
T0 = (int(time.time()) - 1_800) * 1000
VEHICLE, MANIFEST = 7, "0198c1a0-0000-7000-8000-000000000001"
YARD_EAST_M, YARD_NORTH_M = 5_000, -3_000


def place(east_m, north_m):
    """Degrees of a place so far from the beginning of the road."""
    longitude = WEST + east_m / (M_PER_DEGREE * np.cos(np.radians(SOUTH)))
    return float(longitude), float(SOUTH + north_m / M_PER_DEGREE)


def trip(vehicle=VEHICLE, key=70, begins_s=-600, ends_s=None, **values):
    """A loaded trip from (0, 0) to (10 km, 0) on a road that may be left by 150 m."""
    road = tuple(place(east, 0) for east in range(0, 10_001, 500))
    return Trip(
        key=key,
        manifest=values.pop("manifest", MANIFEST),
        vehicle=vehicle,
        vehicle_uuid=f"vehicle-{vehicle}",
        domain=values.pop("domain", "construction"),
        begins_ms=T0 + begins_s * 1000,
        ends_ms=None if ends_s is None else T0 + ends_s * 1000,
        path=values.pop("path", road),
        corridor_m=values.pop("corridor_m", 150),
        sites=values.pop("sites", (road[0], road[-1])) if road else (),
        **values,
    )


def table(*trips):
    return gather(trips or [trip()], yards=[place(YARD_EAST_M, YARD_NORTH_M)])


def fix(at_s, east_m, north_m=0.0, speed_kmh=40.0, *, vehicle=VEHICLE, marks=0, mileage_km=0.0):
    one = np.zeros(1, dtype=FIX)
    one["device"] = one["vehicle"] = vehicle
    one["device_time_ms"] = one["received_ms"] = T0 + int(at_s * 1000)
    one["longitude"], one["latitude"] = place(east_m, north_m)
    one["speed_kmh"], one["marks"], one["mileage_km"] = speed_kmh, marks, mileage_km
    return one


def track(*fixes):
    return np.concatenate(fixes) if fixes else np.zeros(0, dtype=FIX)


def drive(start_s, end_s, *, north_m=0.0, east_m=2_000.0, every_s=10, **values):
    """Straight on to the east at 36 km/h, so many metres beside the road."""
    return track(
        *(
            fix(at, east_m + (at - start_s) * 10, north_m, 36, **values)
            for at in range(start_s, end_s, every_s)
        )
    )


def stand(start_s, end_s, *, east_m=5_000.0, north_m=0.0, every_s=30, wobble_m=6.0, **values):
    """On one spot, as a terminal sees it: a few metres here and there, up to 3 km/h."""
    return track(
        *(
            fix(at, east_m + wobble_m * (at // every_s % 3 - 1), north_m, at % 4, **values)
            for at in range(start_s, end_s, every_s)
        )
    )


def watch(rule, *batches, trips=None, numbers=None, known=(), state=None):
    """What the rule finds in these batches, one after the other: {(subject, episode): finding}.

    A later sight of an episode takes the place of an earlier one, as the service does it.
    """
    trips = trips if trips is not None else table()
    state = state if state is not None else machine.begin(rule.sight, known)
    found: dict[tuple[str, str], Finding] = {}
    for batch in batches:
        seen = machine.observe(batch, trips)
        state, findings = machine.judge(
            rule.sight,
            state,
            seen,
            trips,
            {**rule.defaults, **(numbers or {})},
            code=rule.code,
            severity=rule.severity,
            domains=rule.domains,
        )
        found |= {(one.subject, one.episode): one for one in findings}
    return found


def one(found):
    """The only finding's values."""
    (finding,) = found.values()
    return finding.values


def seconds(time_ms):
    return None if time_ms is None else (time_ms - T0) / 1000
