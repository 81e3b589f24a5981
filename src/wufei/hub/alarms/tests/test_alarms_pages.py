"""The list, the evidence and the rules, as each role sees them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from wufei.hub.alarms import pages, services
from wufei.hub.alarms.drawing import draw
from wufei.hub.alarms.models import Alarm, RuleSetting, State
from wufei.hub.alarms.tests.conftest import BY, feed, moment, one_alarm, watch
from wufei.hub.alarms.tests.tracks import drive, place, stand
from wufei.hub.audit.models import AuditEvent

PHONE = "0635-8112233"


@pytest.fixture
def alarm(road):
    """Off route for three minutes, and still."""
    road.load()
    batch = drive(0, 200, north_m=400)
    batch["vehicle"] = road.truck().pk
    feed(watch(), batch)
    return one_alarm()


def page(client, alarm):
    return client.get(reverse("alarms.alarm.detail", args=[alarm.uuid]))


def press(client, alarm, action, **values):
    return client.post(reverse(f"alarms.alarm.{action}", args=[alarm.uuid]), values)


def test_the_evidence_shows_what_the_rule_saw_and_on_what_ground(alarm, sign_in):
    text = page(sign_in("officer"), alarm).content.decode()
    for words in (
        "Off route",
        "Up to 400 m from the approved route.",
        "Solid waste law (2020), articles 60 to 63",
        "Outside for at least",
        "60 s",
        "Lake road",
        "150 m to either side",
        alarm.manifest.local_id,
        "29.860",
        alarm.vehicle.plate,
        PHONE,
        "Raised",
    ):
        assert words in text, words


def test_the_evidence_draws_route_corridor_and_place(alarm, sign_in):
    text = page(sign_in("officer"), alarm).content.decode()
    assert 'class="corridor"' in text
    assert 'stroke-width="300"' in text
    assert "last position of the episode" in text
    assert "No track is stored for this time yet." in text


def test_seeing_the_number_to_call_is_kept(alarm, road, sign_in):
    page(sign_in("officer"), alarm)
    subject = f"registry.organisation:{road.carrier.uuid}"
    assert AuditEvent.objects.filter(event="registry:organisation:read", subject=subject).exists()


def test_a_keeper_of_the_receiving_site_does_not_see_the_carriers_contact(alarm, road, sign_in):
    site = road.district.firm("spoil ground").organisation
    text = page(sign_in("keeper", organisations=[site]), alarm).content.decode()
    assert alarm.vehicle.plate in text
    assert PHONE not in text
    assert "Not shown to your role." in text


def test_one_tap_acknowledges_and_a_reason_closes(alarm, sign_in):
    officer = sign_in("officer")
    assert press(officer, alarm, "acknowledge").status_code == 302
    refused = press(officer, alarm, "close")
    assert refused.status_code == 422
    assert "Say why in a few words" in refused.content.decode()
    press(officer, alarm, "close", usual="Handed over to law enforcement", text="case 12")
    alarm.refresh_from_db()
    assert alarm.state == State.CLOSED
    text = page(officer, alarm).content.decode()
    assert "Handed over to law enforcement：case 12" in text
    assert officer.user.display_name in text
    assert reverse("alarms.alarm.close", args=[alarm.uuid]) not in text


def test_a_false_alarm_needs_its_reason_and_a_remark_is_possible_afterwards(alarm, sign_in):
    officer = sign_in("officer")
    press(officer, alarm, "false", usual="Approved route is out of date")
    press(officer, alarm, "remark", text="route sent to be changed")
    alarm.refresh_from_db()
    assert alarm.state == State.FALSE
    assert "route sent to be changed" in page(officer, alarm).content.decode()


def test_who_only_looks_has_no_buttons(alarm, road, sign_in):
    clerk = sign_in("clerk", organisations=[road.carrier])
    text = page(clerk, alarm).content.decode()
    for action in pages.ACTIONS:
        assert reverse(f"alarms.alarm.{action.code}", args=[alarm.uuid]) not in text
    assert press(clerk, alarm, "acknowledge").status_code == 403
    assert page(sign_in("clerk"), alarm).status_code == 404


def test_the_list_filters_by_state_rule_severity_domain_and_day(alarm, road, sign_in):
    officer = sign_in("officer")
    day = timezone.localdate(moment(0))
    seen = {
        "": 1,
        "?state=todo": 1,
        "?state=closed": 0,
        "?rule=off_route": 1,
        "?rule=long_stop": 0,
        "?severity=error": 1,
        "?severity=warning": 0,
        "?domain=construction": 1,
        "?domain=hazardous": 0,
        f"?since={day}": 1,
        f"?since={day.year + 1}-01-01": 0,
        f"?until={day.year - 1}-01-01": 0,
        "?q=12345": 1,
        "?q=nothing": 0,
    }
    for query, count in seen.items():
        text = officer.get(reverse("alarms.alarm.list") + query).content.decode()
        assert (str(alarm.uuid) in text) == bool(count), query


def test_the_list_is_exported(alarm, sign_in):
    answer = sign_in("officer").get(reverse("alarms.alarm.export") + "?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert alarm.manifest.local_id in text
    assert "Off route" in text


def test_a_list_of_many_asks_as_often_as_a_list_of_one(
    road, sign_in, django_assert_max_num_queries
):
    for number in range(6):
        plate = f"鲁P3000{number}"
        road.load(plate=plate)
        batch = drive(0, 200, north_m=400)
        batch["vehicle"] = road.truck(plate).pk
        feed(watch(), batch)
    officer = sign_in("officer")
    officer.get(reverse("alarms.alarm.list"))
    with django_assert_max_num_queries(22):
        officer.get(reverse("alarms.alarm.list"))


def test_a_dispatcher_finds_the_truck_first_with_the_number_to_call(alarm, road, sign_in):
    stop = stand(0, 1_500)
    road.load(plate="鲁P77777")
    stop["vehicle"] = road.truck("鲁P77777").pk
    feed(watch(), stop)
    dispatcher = sign_in("dispatcher", regions=["T1"], domains=["construction"])
    text = dispatcher.get(reverse("desk")).content.decode()
    assert "Trucks off route now" in text
    assert PHONE in text
    assert text.index("鲁P12345") < text.index("鲁P77777")
    kept = AuditEvent.objects.filter(event="registry:organisation:read")
    assert kept.count() == 1
    dispatcher.get(reverse("desk"))
    assert kept.count() == 1


def test_an_alarm_is_not_shown_twice_on_the_desk(alarm, sign_in):
    text = sign_in("officer").get(reverse("desk")).content.decode()
    assert text.count("Up to 400 m from the approved route.") == 1


def test_the_side_bar_counts_what_is_to_be_worked_on(alarm, road, sign_in):
    clerk = sign_in("clerk", organisations=[road.carrier])
    assert clerk.get(reverse("frame.counts")).json()["alarms.alarm.list"] == 1
    services.close(alarm, reason="done", by=BY)
    assert clerk.get(reverse("frame.counts")).json()["alarms.alarm.list"] == 0


def test_the_search_finds_an_alarm_by_plate(alarm, sign_in):
    text = sign_in("officer").get(reverse("search"), {"q": "鲁P12345"}).content.decode()
    assert reverse("alarms.alarm.detail", args=[alarm.uuid]) in text


def test_the_rules_stand_with_their_numbers_and_sources(alarm, sign_in):
    text = sign_in("auditor").get(reverse("alarms.rule.list")).content.decode()
    for words in (
        "Off route",
        "Long stop",
        "Weight difference",
        "Solid waste law",
        "1 alarm in 30 days",
    ):
        assert words in text, words
    assert reverse("alarms.rule.edit", args=["construction.off_route"]) not in text


def test_an_officer_sets_a_rule(db, sign_in):
    officer = sign_in("officer")
    url = reverse("alarms.rule.edit", args=["construction.long_stop"])
    form = officer.get(url).context["form"]
    values = {name: form.initial[name] for name in form.fields if name in form.initial}
    wrong = officer.post(url, values | {"dwell_s_max": 5})
    assert wrong.status_code == 422
    saved = officer.post(url, values | {"dwell_s_max": 600, "reason": "night works"})
    assert saved.status_code == 302
    setting = RuleSetting.objects.get()
    assert (setting.numbers, setting.enabled) == ({"dwell_s_max": 600}, True)
    assert "600 s" in officer.get(reverse("alarms.rule.list")).content.decode()


def test_an_unknown_rule_has_no_page(db, sign_in):
    url = reverse("alarms.rule.edit", args=["construction.nothing"])
    assert sign_in("officer").get(url).status_code == 404


def test_an_alarm_of_a_rule_that_is_gone_stays_readable(alarm, sign_in):
    Alarm.objects.update(rule="construction.forgotten")
    text = page(sign_in("officer"), alarm).content.decode()
    assert "no longer declared" in text


def test_both_languages(alarm, sign_in):
    text = page(sign_in("officer", language="zh-hans"), alarm).content.decode()
    assert "偏离核准路线最远 400 米" in text


def test_the_drawing_shows_the_surroundings_of_the_episode():
    road = [place(east, 0) for east in range(0, 10_001, 500)]
    episode = [place(east, 400) for east in range(2_000, 3_000, 100)]
    found = draw(
        route=road,
        corridor_m=150,
        track=episode,
        episode=episode,
        marks=[(place(0, 0), "far away", "site"), (episode[-1], "here", "here")],
    )
    assert found is not None
    left, top, width, height = (float(n) for n in found.box.split())
    assert 1_800 < width < 3_000
    assert left < -500
    assert top < 0 < height
    assert found.corridor_m == 300
    assert [mark.name for mark in found.marks] == ["here"]
    nothing = draw(route=(), corridor_m=0, track=(), episode=(), marks=())
    assert nothing is None
