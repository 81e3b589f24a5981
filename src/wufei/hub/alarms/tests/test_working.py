"""What people do with an alarm."""

import pytest

from wufei.hub.alarms import queries, services
from wufei.hub.alarms.models import State
from wufei.hub.alarms.refusals import NoReason, OutOfBounds, Overtaken
from wufei.hub.alarms.tests.conftest import feed, named, one_alarm, watch
from wufei.hub.alarms.tests.tracks import drive
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import Forbidden, NotFound


@pytest.fixture
def alarm(road):
    road.load()
    batch = drive(0, 200, north_m=400)
    batch["vehicle"] = road.truck().pk
    feed(watch(), batch)
    return one_alarm()


def kinds(alarm):
    return [event.kind for event in alarm.events.all()]


def test_an_alarm_is_acknowledged_remarked_and_closed(alarm, officer):
    services.acknowledge(alarm, by=officer)
    services.remark(alarm, text="called the carrier", by=officer)
    services.close(alarm, reason="road works, detour agreed", by=officer)
    assert alarm.state == State.CLOSED
    assert kinds(alarm) == ["open", "acknowledge", "remark", "close"]
    assert [event.remark for event in alarm.events.all()][2:] == [
        "called the carrier",
        "road works, detour agreed",
    ]
    told = AuditEvent.objects.filter(actor=officer.id, subject=f"alarms.alarm:{alarm.uuid}")
    assert told.count() == 3


def test_doing_it_again_changes_nothing(alarm, officer):
    for _twice in range(2):
        services.acknowledge(alarm, by=officer)
    for _twice in range(2):
        services.mark_false(alarm, reason="jammed receiver", by=officer)
    assert kinds(alarm) == ["open", "acknowledge", "false"]


def test_the_second_of_two_people_is_told_that_somebody_was_quicker(alarm, officer, actor):
    services.close(alarm, reason="done", by=officer)
    with pytest.raises(Overtaken, match="Somebody was quicker"):
        services.mark_false(alarm, reason="nothing there", by=actor("administrator"))
    with pytest.raises(Overtaken):
        services.acknowledge(alarm, by=actor("administrator"))


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_end_without_a_reason(alarm, officer, reason):
    with pytest.raises(NoReason):
        services.close(alarm, reason=reason, by=officer)
    with pytest.raises(NoReason):
        services.mark_false(alarm, reason=reason, by=officer)
    assert kinds(alarm) == ["open"]


def test_who_may_only_look_may_not_work(alarm, road, actor):
    with pytest.raises(Forbidden):
        services.acknowledge(alarm, by=actor("clerk", organisations=[road.carrier]))
    with pytest.raises(Forbidden):
        services.remark(alarm, text="x", by=actor("auditor"))


def test_a_dispatcher_works_on_their_own_domains_and_regions(alarm, road, actor):
    elsewhere = actor("dispatcher", regions=["T2"])
    other = actor("dispatcher", regions=["T1"], domains=["household"])
    for stranger in (elsewhere, other):
        assert not queries.visible(stranger).exists()
        with pytest.raises(NotFound):
            services.acknowledge(alarm, by=stranger)
    services.acknowledge(alarm, by=actor("dispatcher", regions=["T1"], domains=["construction"]))


def test_the_parties_of_the_manifest_see_it_and_others_do_not(alarm, road, actor):
    for name, seen in (("pit", 1), ("muck trucks", 1), ("spoil ground", 1), ("works", 0)):
        firm = road.district.firm(name).organisation
        assert queries.visible(actor("clerk", organisations=[firm])).count() == seen, name


def test_an_alarm_that_is_closed_is_not_opened_by_the_rest_of_its_episode(alarm, road, officer):
    services.close(alarm, reason="on the phone", by=officer)
    batch = drive(200, 400, north_m=400)
    batch["vehicle"] = road.truck().pk
    feed(watch(200), batch)
    assert one_alarm().state == State.CLOSED


@pytest.mark.parametrize("value", [59, 28_801])
def test_a_number_out_of_bounds_is_refused(db, actor, value):
    stop = named("construction.long_stop")
    with pytest.raises(OutOfBounds, match="May stand for"):
        services.set_rule(
            stop, numbers={"dwell_s_max": value}, enabled=True, by=actor("administrator")
        )


def test_only_administrators_and_officers_set_rules(db, actor):
    stop = named("construction.long_stop")
    for role in ("dispatcher", "town_officer", "auditor", "clerk"):
        with pytest.raises(Forbidden):
            services.set_rule(stop, numbers={}, enabled=True, by=actor(role))
