"""A trip goes from stage to stage by the clock it is told, and people do what it waits for."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.demo.simulator.geometry import Line
from wufei.demo.simulator.motion import Motion
from wufei.demo.simulator.trips import (
    Kind,
    Mishap,
    Stage,
    Trip,
    first_stage,
    long_stop,
    mishap,
    restored,
)

APPROACH = [(116.0, 36.3), (116.005, 36.3)]
HAUL = [(116.005, 36.3), (116.015, 36.3), (116.015, 36.305)]
UUID = "6b0a2f0e-8f7e-4b33-9a51-2f7f6c9d1e01"


def trip(kind=Kind.CONSTRUCTION, **values):
    given = {
        "id": UUID,
        "kind": kind,
        "truck": "t",
        "job": "j",
        "origin": "site",
        "target": "recycle",
        "approach": list(APPROACH),
        "haul": list(HAUL),
        "cruise_mps": 12.0,
        "waits_s": (60.0, 30.0),
        "stage": first_stage(kind),
        "since": 0.0,
    }
    return Trip(**(given | values))


def drive(one, *, speed=1.0, step_s=4.0, until=None, now=0.0, people=True):
    """Let time pass; the stages met, and when each began."""
    met = [(one.stage, now)]
    for _n in range(5_000):
        if one.ended or one.stage is until:
            return met
        now += step_s
        one.advance(now, step_s * speed, speed)
        if people and one.waits_for_people and one.stage is not until:
            one.go_on(now)
        if one.stage is not met[-1][0]:
            met.append((one.stage, now))
    raise AssertionError(f"it hangs in {one.stage}")


@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        (Kind.CONSTRUCTION, ["approach", "loading", "haul", "unloading", "end"]),
        (Kind.HAZARDOUS, ["issue", "approach", "loading", "haul", "unloading", "accept", "end"]),
        (Kind.ROUND, ["approach", "loading", "haul", "unloading", "end"]),
    ],
)
def test_a_trip_passes_its_stages_in_order(kind, stages):
    assert [stage.value for stage, _at in drive(trip(kind))] == stages


def test_a_truck_waits_at_the_gate_until_somebody_scans_it():
    one = trip()
    drive(one, until=Stage.GATE)
    before = one.position
    one.advance(10_000, 600, 1)
    assert one.stage is Stage.GATE
    assert one.position == before == HAUL[0]


def test_it_is_loaded_from_the_gate_until_it_is_accepted():
    one, loaded = trip(), []
    while not one.ended:
        loaded.append((one.stage, one.loaded))
        one.go_on(0)
    assert [stage for stage, is_loaded in loaded if is_loaded] == [
        Stage.HAUL,
        Stage.UNLOADING,
        Stage.SITE,
    ]


def test_ten_times_the_speed_takes_a_tenth_of_the_time():
    slow, fast = drive(trip())[-1][1], drive(trip(), speed=10, step_s=0.4)[-1][1]
    assert fast == pytest.approx(slow / 10, rel=0.1)


def test_a_long_stop_lasts_as_long_as_the_watchers_clock_says():
    one = trip(mishap=Mishap.LONG_STOP, stop_at_m=400, stop_s=1_200)
    drive(one, until=Stage.HAUL)
    now, stood = 1_000.0, []
    while one.stage is Stage.HAUL:
        now += 4
        one.advance(now, 40, 10)
        if one.stopped_since:
            stood.append(now)
            assert not one.moving
    assert stood[-1] - stood[0] == pytest.approx(1_200, abs=8)


@given(st.integers(0, 12), st.sampled_from(list(Kind)), st.floats(0, 600))
def test_a_saved_trip_goes_on_from_where_it_was(steps, kind, seconds):
    one, now = trip(kind), 0.0
    for _n in range(steps):
        now += 30
        one.advance(now, min(seconds, 60), 1)
        if one.waits_for_people:
            one.go_on(now)
    again = restored(json.loads(json.dumps(one.saved())))
    assert again == one
    assert again.position == pytest.approx(one.position)
    first, second = drive(again, now=now), drive(one, now=now)
    assert [stage for stage, _at in first] == [stage for stage, _at in second]
    # It starts from standing.
    assert first[-1][1] == pytest.approx(second[-1][1], abs=20)


def test_keys_of_deeds_are_the_same_at_every_try():
    assert trip().act_id("gate") == restored(trip().saved()).act_id("gate")
    assert trip().act_id("gate") != trip().act_id("site")


def test_a_refused_trip_ends_at_once():
    one = trip()
    one.give_up(5.0)
    assert one.ended


@given(st.floats(5, 25), st.floats(0.2, 120))
def test_a_truck_never_speeds_and_always_arrives(cruise_mps, step_s):
    motion = Motion(Line(HAUL), cruise_mps)
    for _n in range(10_000):
        before = motion.along_m
        driven_m = motion.advance(step_s)
        assert motion.speed_mps <= cruise_mps
        assert driven_m == motion.along_m - before >= 0
        if motion.arrived:
            assert motion.speed_mps == 0
            return
    raise AssertionError("it does not arrive")


def test_it_slows_down_for_the_turn():
    motion = Motion(Line(HAUL), 14.0)
    turn_m = Line(HAUL[:2]).length_m
    speeds = {}
    while not motion.arrived:
        motion.advance(1)
        speeds[motion.along_m] = motion.speed_mps
    assert min(mps for m, mps in speeds.items() if abs(m - turn_m) < 25) < 7
    assert max(speeds.values()) == 14.0


def test_mishaps_come_as_often_as_asked():
    happened = [mishap(Random(n), 0.2) for n in range(3_000)]
    share = sum(one is not Mishap.NONE for one in happened) / 3_000
    assert share == pytest.approx(0.2, abs=0.03)
    assert set(happened) == set(Mishap)
    assert not any(mishap(Random(n), 0) for n in range(100))


def test_a_long_stop_is_longer_than_any_rule_allows_and_on_the_way():
    for n in range(50):
        at_m, stop_s = long_stop(Random(n), 1_000)
        assert 0 < at_m < 1_000
        assert stop_s > 900


# What is refused.
@pytest.mark.parametrize("kind", [Kind.CONSTRUCTION, Kind.HAZARDOUS])
def test_what_was_refused_goes_home_by_the_way_it_came(kind):
    load = trip(kind)
    last = {Kind.CONSTRUCTION: Stage.SITE, Kind.HAZARDOUS: Stage.ACCEPT}[kind]
    drive(load, until=last)
    load.returned = "r"
    load.go_on(1_000.0)
    met = [stage for stage, _at in drive(load, now=1_000.0)]
    # People sign at once, so that deeds are no stages of their own here.
    assert met == [Stage.BACK, Stage.UNLOADING_BACK, Stage.END]
    assert load.position == pytest.approx(HAUL[0])
    assert load.loaded is False


def test_on_the_way_home_it_is_where_it_was_after_a_restart():
    load = trip()
    drive(load, until=Stage.SITE)
    load.returned = "r"
    load.go_on(1_000.0)
    load.advance(1_010.0, 10.0, 1.0)
    again = restored(json.loads(json.dumps(load.saved())))
    assert again.position == pytest.approx(load.position)
    assert again.loaded


def test_a_load_that_another_plant_takes_drives_on_and_signs_anew():
    load = trip(Kind.HAZARDOUS, mishap=Mishap.REDIRECTED, next_target="other")
    drive(load, until=Stage.ACCEPT)
    load.deeds = {"load": "1", "arrive": "2", "accept": "3"}
    before = load.act_id(Stage.ACCEPT)
    load.turn_to("other", [HAUL[-1], (116.02, 36.305)], 500.0)
    assert (load.stage, load.target, load.deeds) == (Stage.HAUL, "other", {"load": "1"})
    assert load.act_id(Stage.ACCEPT) != before
    met = [stage for stage, _at in drive(load, now=500.0)]
    assert met == [Stage.HAUL, Stage.UNLOADING, Stage.ACCEPT, Stage.END]
    assert load.position == pytest.approx((116.02, 36.305))
