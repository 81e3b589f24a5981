"""What holds for any history: how the log was cut, and what was known before, changes nothing."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wufei.hub.alarms.streams.machine import Known
from wufei.hub.alarms.tests.tracks import (
    LONG_STOP,
    OFF_ROUTE,
    T0,
    fix,
    table,
    track,
    trip,
    watch,
)
from wufei.hub.telemetry.fixes import BACK_FILLED, UNFIXED

QUICK = {
    OFF_ROUTE.code: {"off_s_min": 20, "back_s_min": 10, "gap_s_max": 60},
    LONG_STOP.code: {"dwell_s_max": 60, "gap_s_max": 60},
}
TRIPS = table(
    trip(begins_s=10, ends_s=400),
    trip(key=71, begins_s=450, manifest="second"),
    trip(vehicle=8, key=80, begins_s=0, manifest="third"),
    trip(vehicle=9, key=90, begins_s=0, manifest="fourth", domain="hazardous"),
)
fixes = st.builds(
    fix,
    st.integers(0, 600),
    st.sampled_from([50, 2_000, 2_040, 5_000]),
    st.sampled_from([0, 180, 220, 900]),
    st.sampled_from([0, 3, 40]),
    vehicle=st.sampled_from([7, 8, 9, 10]),
    marks=st.sampled_from([0, 0, 0, 0, BACK_FILLED, UNFIXED]),
    mileage_km=st.sampled_from([0.0, 5.0, 9.0]),
)
# Mostly in order, as devices report, with some that come late.
histories = st.lists(fixes, max_size=60).flatmap(
    lambda found: st.integers(0, len(found)).map(
        lambda late: (
            sorted(found[late:], key=lambda one: int(one["device_time_ms"][0])) + found[:late]
        )
    )
)


def cut(history, cuts):
    edges = sorted({0, len(history), *(c % (len(history) + 1) for c in cuts)})
    return [track(*history[a:b]) for a, b in pairwise(edges)]


@given(histories, st.lists(st.integers(0, 60), max_size=8), st.sampled_from([OFF_ROUTE, LONG_STOP]))
@settings(deadline=None, max_examples=150)
def test_any_cut_of_the_log_into_batches_gives_the_same_findings(history, cuts, rule):
    numbers = QUICK[rule.code]
    whole = watch(rule, track(*history), trips=TRIPS, numbers=numbers)
    assert watch(rule, *cut(history, cuts), trips=TRIPS, numbers=numbers) == whole


@given(histories, st.sampled_from([OFF_ROUTE, LONG_STOP]))
@settings(deadline=None, max_examples=100)
def test_a_replay_from_the_beginning_gives_the_same_findings(history, rule):
    first = watch(rule, *cut(history, [20]), trips=TRIPS, numbers=QUICK[rule.code])
    again = watch(rule, *cut(history, [7, 33]), trips=TRIPS, numbers=QUICK[rule.code])
    assert again == first


@given(histories, st.sampled_from([OFF_ROUTE, LONG_STOP]))
@settings(deadline=None, max_examples=100)
def test_an_episode_begins_and_ends_within_its_fixes(history, rule):
    times = {int(one["device_time_ms"][0]) for one in history}
    for finding in watch(rule, track(*history), trips=TRIPS, numbers=QUICK[rule.code]).values():
        values = finding.values
        assert {values["since_ms"], values["seen_ms"]} <= times
        assert values["since_ms"] <= values["seen_ms"]
        assert values["cleared_ms"] is None or values["cleared_ms"] in times
        assert finding.episode.endswith(f"@{values['since_ms']}")


def test_an_open_episode_goes_on_after_a_restart_under_its_name():
    known = [Known(7, 70, T0 + 1_000, T0 + 90_000, 116.0, 36.4)]
    later = track(*(fix(100 + at, 3_000, 400) for at in range(0, 30, 10)))
    (finding,) = watch(OFF_ROUTE, later, known=known).values()
    assert finding.values["since_ms"] == T0 + 1_000
    back = track(*(fix(100 + at, 3_000) for at in range(0, 60, 10)))
    (finding,) = watch(OFF_ROUTE, back, known=known).values()
    assert finding.values["cleared_ms"] == T0 + 100_000


def test_a_batch_without_fixes_of_ours_costs_nothing():
    assert watch(OFF_ROUTE, np.zeros(0, dtype=fix(0, 0).dtype)) == {}
    assert watch(OFF_ROUTE, fix(0, 0, vehicle=99)) == {}
    assert watch(OFF_ROUTE, fix(0, 0), trips=table(trip(vehicle=99))) == {}
