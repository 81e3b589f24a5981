"""Long stops, on hand-made tracks."""

from wufei.hub.alarms.tests.tracks import (
    LONG_STOP,
    YARD_EAST_M,
    YARD_NORTH_M,
    drive,
    fix,
    one,
    seconds,
    stand,
    table,
    track,
    trip,
    watch,
)

MINUTE = 60


def test_a_truck_that_stands_loaded_for_twenty_minutes_is_found():
    found = watch(LONG_STOP, drive(0, 300), stand(300, 300 + 20 * MINUTE))
    assert seconds(one(found)["since_ms"]) == 300
    assert one(found)["lasted_min"] == 19
    assert one(found)["cleared_ms"] is None
    assert one(found)["parameters"]["dwell_s_max"] == 900


def test_a_traffic_light_is_no_long_stop():
    assert watch(LONG_STOP, drive(0, 300), stand(300, 420), drive(420, 600)) == {}


def test_one_light_after_the_other_is_no_long_stop():
    lights = [
        part
        for n in range(12)
        for part in (
            stand(n * 150, n * 150 + 120, east_m=2_000 + n * 300),
            fix(n * 150 + 130, 2_150 + n * 300, 0, 40),
        )
    ]
    assert watch(LONG_STOP, track(*lights)) == {}


def test_driving_on_ends_the_stop():
    found = watch(LONG_STOP, stand(0, 20 * MINUTE), drive(20 * MINUTE, 21 * MINUTE, east_m=5_010))
    assert seconds(one(found)["cleared_ms"]) == 20 * MINUTE


def test_creeping_in_a_jam_is_no_stop():
    jam = track(*(fix(at, 2_000 + at, 0, 4) for at in range(0, 3_600, 30)))
    assert watch(LONG_STOP, jam) == {}


def test_waiting_at_ones_sites_is_no_long_stop():
    assert watch(LONG_STOP, stand(0, 3_600, east_m=100)) == {}
    assert watch(LONG_STOP, stand(0, 3_600, east_m=9_900)) == {}


def test_standing_at_a_known_yard_is_no_long_stop():
    assert watch(LONG_STOP, stand(0, 3_600, east_m=YARD_EAST_M, north_m=YARD_NORTH_M)) == {}
    beside = stand(0, 3_600, east_m=YARD_EAST_M + 1_000, north_m=YARD_NORTH_M)
    assert watch(LONG_STOP, beside) != {}


def test_it_is_judged_with_or_without_a_route():
    assert watch(LONG_STOP, stand(0, 3_600), trips=table(trip(path=()))) != {}


def test_an_empty_truck_may_stand():
    assert watch(LONG_STOP, stand(0, 3_600), trips=table(trip(ends_s=0))) == {}


def test_a_terminal_that_sleeps_while_its_truck_stands_is_believed_by_its_mileage():
    before, after = stand(0, 120, mileage_km=81.3), stand(1_500, 1_560, mileage_km=81.3)
    assert one(watch(LONG_STOP, before, after))["lasted_min"] == 25
    elsewhere = stand(1_500, 1_560, mileage_km=93.8)
    assert watch(LONG_STOP, before, elsewhere) == {}
    assert watch(LONG_STOP, stand(0, 120), stand(1_500, 1_560)) == {}


def test_a_stop_that_is_told_late_is_history():
    found = watch(LONG_STOP, drive(4_000, 4_100), stand(0, 20 * MINUTE))
    assert one(found)["historical"] is True
    assert seconds(one(found)["cleared_ms"]) == 19.5 * MINUTE
