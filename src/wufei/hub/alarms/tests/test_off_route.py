"""Off route, on hand-made tracks."""

import pytest

from wufei.hub.alarms.tests.tracks import (
    MANIFEST,
    OFF_ROUTE,
    T0,
    VEHICLE,
    drive,
    fix,
    one,
    place,
    seconds,
    table,
    track,
    trip,
    watch,
)
from wufei.hub.telemetry.fixes import BACK_FILLED, FUTURE, OUT_OF_RANGE, UNFIXED, ZERO


def test_a_truck_on_its_route_is_left_alone():
    assert watch(OFF_ROUTE, drive(0, 600)) == {}


def test_a_truck_that_leaves_its_route_is_found_after_a_minute():
    assert watch(OFF_ROUTE, drive(0, 60, north_m=400)) == {}
    values = one(watch(OFF_ROUTE, drive(0, 100, north_m=400)))
    assert seconds(values["since_ms"]) == 0
    assert seconds(values["seen_ms"]) == 90
    assert values["cleared_ms"] is None
    assert values["lasted_s"] == 90
    assert values["distance_max_m"] == 400
    assert values["corridor_m"] == 150
    assert (values["vehicle"], values["manifest"]) == (VEHICLE, MANIFEST)
    assert values["parameters"]["off_s_min"] == 60


def test_its_identity_is_the_manifest_and_the_time_at_which_it_left():
    (finding,) = watch(OFF_ROUTE, drive(0, 60), drive(60, 200, north_m=400)).values()
    assert finding.code == "construction.off_route"
    assert finding.subject == f"registry.vehicle:vehicle-{VEHICLE}"
    assert finding.episode == f"{MANIFEST}@{T0 + 60_000}"


def test_coming_back_ends_the_episode_when_it_came_back():
    found = watch(OFF_ROUTE, drive(0, 120, north_m=400), drive(120, 200))
    assert seconds(one(found)["cleared_ms"]) == 120
    assert seconds(one(found)["seen_ms"]) == 110


def test_crossing_the_route_for_a_moment_does_not_end_it():
    found = watch(
        OFF_ROUTE, drive(0, 120, north_m=400), fix(120, 3_200), drive(130, 200, north_m=-400)
    )
    assert one(found)["cleared_ms"] is None
    assert one(found)["lasted_s"] == 190


def test_two_moments_inside_do_not_add_up():
    zigzag = [
        part
        for start in (0, 120, 240)
        for part in (drive(start, start + 110, north_m=400), fix(start + 110, 3_200))
    ]
    assert one(watch(OFF_ROUTE, *zigzag))["cleared_ms"] is None


def test_leaving_twice_is_found_twice():
    away = drive(0, 100, north_m=300)
    again = drive(300, 400, north_m=300)
    assert len(watch(OFF_ROUTE, away, drive(100, 300), again)) == 2


def test_a_wrong_turn_is_no_deviation():
    assert watch(OFF_ROUTE, drive(0, 50, north_m=400), drive(50, 300)) == {}


@pytest.mark.parametrize("wobble", [0, 1, 2])
def test_jitter_at_the_edge_of_the_corridor_is_no_deviation(wobble):
    jitter = [fix(at, 2_000 + at, 190 + 25 * ((at // 10 + wobble) % 3)) for at in range(0, 900, 10)]
    assert watch(OFF_ROUTE, track(*jitter)) == {}


def test_the_error_of_the_terminal_is_allowed_for():
    assert watch(OFF_ROUTE, drive(0, 300, north_m=195)) == {}
    assert watch(OFF_ROUTE, drive(0, 300, north_m=195), numbers={"margin_m": 0}) != {}


def test_trucks_may_turn_and_queue_around_their_sites():
    assert watch(OFF_ROUTE, drive(0, 20, east_m=0, north_m=250)) == {}
    queue = track(*(fix(at, 10_020, 260, 0) for at in range(0, 900, 30)))
    assert watch(OFF_ROUTE, queue) == {}


def test_without_an_approved_route_nothing_is_judged():
    assert watch(OFF_ROUTE, drive(0, 600, north_m=5_000), trips=table(trip(path=()))) == {}


def test_an_empty_truck_drives_where_it_likes():
    away = drive(0, 600, north_m=5_000)
    assert watch(OFF_ROUTE, away, trips=table(trip(begins_s=700))) == {}
    assert watch(OFF_ROUTE, away, trips=table(trip(ends_s=0))) == {}
    assert watch(OFF_ROUTE, away, trips=table(trip(vehicle=8))) == {}


def test_a_load_of_another_domain_is_judged_by_that_domains_rule():
    away = drive(0, 600, north_m=5_000)
    assert watch(OFF_ROUTE, away, trips=table(trip(domain="hazardous"))) == {}


def test_arriving_ends_the_episode():
    trips = table(trip(ends_s=300))
    found = watch(OFF_ROUTE, drive(0, 400, north_m=400), trips=trips)
    assert seconds(one(found)["cleared_ms"]) == 290


def test_the_next_load_is_another_episode():
    trips = table(trip(ends_s=300), trip(key=71, begins_s=300, manifest="second"))
    found = watch(OFF_ROUTE, drive(0, 500, north_m=400), trips=trips)
    assert {finding.values["manifest"] for finding in found.values()} == {MANIFEST, "second"}


def test_silence_is_no_evidence():
    found = watch(OFF_ROUTE, fix(0, 2_000, 400), fix(400, 3_000, 400), fix(430, 3_100, 400))
    assert found == {}
    going_on = watch(OFF_ROUTE, drive(0, 120, north_m=400), drive(1_000, 1_020, north_m=400))
    assert one(going_on)["lasted_s"] == 1_010


@pytest.mark.parametrize("mark", [UNFIXED, ZERO, OUT_OF_RANGE, FUTURE])
def test_what_cannot_be_used_is_not_used(mark):
    assert watch(OFF_ROUTE, drive(0, 600, north_m=400, marks=mark)) == {}
    # A fix from tomorrow does not make the present late.
    tomorrow = fix(86_400, 2_000, 400, marks=mark)
    found = watch(OFF_ROUTE, tomorrow, drive(0, 100, north_m=400))
    assert one(found)["historical"] is False


def test_what_comes_late_is_history_and_does_not_move_the_present_back():
    now = drive(600, 700)
    filled = drive(0, 200, north_m=400, marks=BACK_FILLED)
    found = watch(OFF_ROUTE, now, filled, drive(700, 800))
    assert one(found)["historical"] is True
    assert seconds(one(found)["cleared_ms"]) == 190
    present = watch(OFF_ROUTE, now, filled, drive(700, 770, north_m=400))
    assert [seconds(f.values["since_ms"]) for f in present.values()] == [0, 700]


def test_fixes_that_overtook_each_other_are_history_too():
    found = watch(OFF_ROUTE, drive(600, 700), drive(0, 200, north_m=400))
    assert one(found)["historical"] is True


def test_each_vehicle_has_its_own_route():
    north = tuple(place(0, north) for north in range(0, 10_001, 500))
    trips = table(trip(), trip(vehicle=8, key=80, path=north, sites=(north[0], north[-1])))
    both = track(drive(0, 200), drive(0, 200, vehicle=8))
    found = watch(OFF_ROUTE, both, trips=trips)
    assert one(found)["vehicle"] == 8
