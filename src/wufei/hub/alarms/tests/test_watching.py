"""From positions to alarms, on the database: once each, whatever is read again."""

from datetime import timedelta

import numpy as np
import pytest

from wufei.hub.alarms import services
from wufei.hub.alarms.models import Alarm, AlarmEvent, RuleSetting, State
from wufei.hub.alarms.tests.conftest import BY, PLATE, feed, moment, named, now_ms, one_alarm, watch
from wufei.hub.alarms.tests.tracks import drive, fix, stand, track
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.models import FindingRecord
from wufei.hub.telemetry.fixes import BACK_FILLED


def of(road, batch, plate=PLATE):
    """The track as driven by this truck."""
    batch["vehicle"] = road.truck(plate).pk
    return batch


def away(road, start_s=0, end_s=200, **values):
    return of(road, drive(start_s, end_s, north_m=400, **values))


def test_a_loaded_truck_that_leaves_its_route_raises_an_alarm(road):
    manifest = road.load()
    feed(watch(), away(road))
    alarm = one_alarm()
    assert alarm.rule == "construction.off_route"
    assert alarm.severity == "error"
    assert (alarm.manifest, alarm.vehicle) == (manifest, road.truck())
    assert (alarm.organisation, alarm.region) == (road.carrier, road.district.town)
    assert alarm.domain == "construction"
    assert (alarm.opened_at, alarm.last_seen_at) == (moment(0), moment(190))
    assert (alarm.state, alarm.cleared_at) == (State.OPEN, None)
    assert float(alarm.longitude or 0) == pytest.approx(alarm.values["longitude"])
    assert alarm.values["distance_max_m"] == 400
    assert [event.kind for event in alarm.events.all()] == ["open"]
    assert AuditEvent.objects.filter(event="alarms:alarm:open").count() == 1


def test_it_goes_on_and_ends_as_one_alarm(road):
    road.load()
    watcher = watch()
    for start in range(0, 300, 20):
        feed(watcher, away(road, start, start + 20))
    feed(watcher, of(road, drive(300, 400)))
    alarm = one_alarm()
    assert (alarm.last_seen_at, alarm.cleared_at) == (moment(290), moment(300))
    assert alarm.values["lasted_s"] == 290
    assert [event.kind for event in alarm.events.all()] == ["open", "clear"]
    assert FindingRecord.objects.get().cleared_at is not None


def test_a_long_stop_raises_a_warning(road):
    road.load()
    feed(watch(), of(road, stand(0, 1_500)))
    alarm = one_alarm()
    assert (alarm.rule, alarm.severity) == ("construction.long_stop", "warning")
    assert alarm.values["lasted_min"] == 24


def test_a_load_that_is_issued_after_the_watcher_began_is_found(road):
    watcher = watch(-900)
    road.load()
    feed(watcher, away(road))
    assert Alarm.objects.count() == 1


def test_without_a_load_or_a_route_nothing_is_raised(road):
    feed(watch(), away(road))
    road.load(route=False)
    feed(watch(), away(road))
    assert Alarm.objects.count() == 0


def test_what_lasts_when_the_load_arrives_is_over(road):
    manifest = road.load()
    watcher = watch()
    feed(watcher, away(road))
    road.arrive(manifest, at_s=300)
    watcher.tick(now_ms(310))
    assert one_alarm().cleared_at == moment(190)


def test_a_replay_of_everything_raises_nothing_twice(road):
    road.load()
    history = track(away(road), of(road, drive(200, 300)), away(road, 300, 500))
    feed(watch(), history)
    before = list(Alarm.objects.values())
    assert len(before) == 2
    events = AlarmEvent.objects.count()
    for _again in range(2):
        feed(watch(600, replayed_s=900), *np.array_split(history, 7))
    assert list(Alarm.objects.values()) == before
    assert AlarmEvent.objects.count() == events


@pytest.mark.parametrize("from_s", [50, 120, 250, 310])
def test_a_replay_from_the_middle_of_an_episode_raises_nothing_twice(road, from_s):
    road.load()
    history = track(away(road), of(road, drive(200, 300)), away(road, 300, 500))
    feed(watch(), history)
    before = list(Alarm.objects.values())
    cut = history[history["device_time_ms"] >= now_ms(from_s)]
    feed(watch(500, replayed_s=500 - from_s), *np.array_split(cut, 3))
    assert list(Alarm.objects.values()) == before


def test_an_episode_goes_on_after_a_restart(road):
    road.load()
    feed(watch(), away(road, 0, 200))
    feed(watch(200), away(road, 200, 260), of(road, drive(260, 340)))
    alarm = one_alarm()
    assert (alarm.opened_at, alarm.last_seen_at) == (moment(0), moment(250))
    assert alarm.cleared_at == moment(260)
    assert alarm.values["since_ms"] == now_ms(0)


def test_late_fixes_raise_a_past_alarm_and_leave_the_present_alone(road):
    road.load()
    watcher = watch()
    feed(watcher, of(road, drive(600, 700)), away(road, 0, 200, marks=BACK_FILLED))
    alarm = one_alarm()
    assert alarm.historical
    assert alarm.cleared_at == moment(190)


def test_fixes_that_are_sent_again_add_no_past_alarm(road):
    road.load()
    watcher = watch()
    feed(watcher, away(road), away(road, 50, 200), of(road, drive(200, 300)), away(road, 100, 200))
    assert not one_alarm().historical


def test_a_weight_difference_opens_an_alarm_with_its_finding(road):
    manifest = road.load()
    road.arrive(manifest, at_s=300, mass_t="25")
    watcher = watch()
    watcher.tick(now_ms(310))
    watcher.tick(now_ms(311))
    alarm = one_alarm()
    assert alarm.rule == "manifests.weight_difference"
    assert (alarm.manifest, alarm.vehicle) == (manifest, road.truck())
    assert alarm.values["weighed_in_g"] == 25_000_000
    assert float(alarm.longitude or 0) == pytest.approx(
        float(manifest.consignee_site.longitude or 0)
    )
    assert alarm.events.count() == 1


def test_a_rule_that_is_switched_off_sees_nothing(road, actor):
    off = named("construction.off_route")
    services.set_rule(off, numbers={}, enabled=False, by=actor("administrator"))
    manifest = road.load()
    feed(watch(), away(road))
    weight = named("manifests.weight_difference")
    services.set_rule(weight, numbers={}, enabled=False, by=actor("administrator"))
    road.arrive(manifest, at_s=300, mass_t="25")
    services.open_from_findings(by=BY)
    assert Alarm.objects.count() == 0


def test_numbers_that_a_place_sets_are_judged_by_and_kept_with_the_alarm(road, actor):
    stop = named("construction.long_stop")
    services.set_rule(stop, numbers={"dwell_s_max": 300}, enabled=True, by=actor("administrator"))
    assert RuleSetting.objects.get().numbers == {"dwell_s_max": 300}
    road.load()
    feed(watch(), of(road, stand(0, 400)))
    assert one_alarm().values["parameters"]["dwell_s_max"] == 300


def test_alarms_of_many_trucks_cost_as_many_queries_as_one(road, django_assert_max_num_queries):
    plates = [f"鲁P2000{n}" for n in range(8)]
    for plate in plates:
        road.load(plate=plate)
    watcher = watch()
    batch = track(*(of(road, drive(0, 200, north_m=400), plate) for plate in plates))
    with django_assert_max_num_queries(40):
        watcher.handle(batch, now_ms(1))
    assert Alarm.objects.count() == len(plates)


def test_an_old_trip_does_not_stay_in_memory(road):
    manifest = road.load()
    watcher = watch()
    feed(watcher, of(road, drive(0, 100)))
    road.arrive(manifest, at_s=200)
    watcher.tick(now_ms(timedelta(hours=3).total_seconds()))
    assert all(len(state.live) == 0 for state in watcher._states.values())


def test_a_fix_of_an_unknown_vehicle_is_passed_over(road):
    road.load()
    feed(watch(), fix(0, 0, vehicle=987_654))
    assert Alarm.objects.count() == 0
