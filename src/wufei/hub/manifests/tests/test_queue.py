"""Steps signed without network: each is verified, signed as of its time, or kept for a person."""

from datetime import timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.manifests.models import Mode, QueuedStep, SigningKey
from wufei.hub.manifests.shown import shown
from wufei.hub.manifests.tests.conftest import OIL, t
from wufei.hub.manifests.tests.phones import Phone

WEIGHED = {"value_0": "1.99", "unit_0": "t"}


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="keeper"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


@pytest.fixture
def phone(people):
    """``phone("refinery")``: somebody of that firm with a phone that has a key."""

    def take(firm, role="keeper", **more):
        held = Phone(people(firm, role), **more)
        assert held.register().status_code == 200
        return held

    return take


@pytest.fixture
def on_the_road(district):
    """Two tonnes of oil that left the works."""
    district.licence("refinery", "hazardous")
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    district.load(load, 2)
    return load


def arrive(phone, load, **more):
    values = {"manifest": str(load.uuid), "seen": shown(load), "fields": WEIGHED, "ago_s": 20}
    return phone.keep("arrive", **(values | more))


def test_arrival_and_acceptance_are_signed_as_of_when_they_were(district, on_the_road, phone):
    held = phone("refinery")
    first = arrive(held, on_the_road)
    second = held.keep(
        "accept",
        manifest=str(on_the_road.uuid),
        seen=shown(on_the_road),
        after=first["id"],
        ago_s=10,
    )
    results = held.send(first, second)
    assert [one["outcome"] for one in results] == ["signed", "signed"]
    on_the_road.refresh_from_db()
    assert on_the_road.status == "closed"
    assert district.g("stock", "refinery", OIL) == t(1.99)
    signed = on_the_road.signatures.get(step="arrive")
    row = QueuedStep.objects.get(uuid=first["id"])
    assert signed.mode == Mode.QUEUE
    assert signed.signed_at == row.device_time < row.received_at
    assert signed.organisation.name == "refinery"


def test_sent_twice_it_is_signed_once(on_the_road, phone):
    held = phone("refinery")
    entry = arrive(held, on_the_road)
    assert held.send(entry, entry) == held.send(entry) * 2
    assert on_the_road.signatures.count() == 3


def test_what_reached_the_server_before_the_network_went_is_not_a_conflict(on_the_road, phone):
    held = phone("refinery")
    entry = arrive(held, on_the_road)
    said = WEIGHED | {"step": "arrive", "submission": entry["id"]}
    held.client.post(f"/m/{on_the_road.uuid}/", said)
    (result,) = held.send(entry)
    assert result["outcome"] == "signed"
    assert on_the_road.signatures.get(step="arrive").mode == Mode.OWN


def test_the_offset_measured_with_network_mends_a_wrong_clock(on_the_road, phone):
    """The phone is three hours ahead and knows it: both times are kept."""
    held = phone("refinery", offset_ms=-3 * 3_600_000)
    at = timezone.now() + timedelta(hours=3, seconds=-20)
    entry = arrive(held, on_the_road, at=at)
    assert held.send(entry)[0]["outcome"] == "signed"
    row = QueuedStep.objects.get(uuid=entry["id"])
    assert row.device_time == at
    assert on_the_road.signatures.get(step="arrive").signed_at == at - timedelta(hours=3)


# What cannot be signed any more goes to a person.
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ago_s": 7 * 3600}, "manifest_before_the_key"),
        ({"seen": "0" * 64}, "manifest_content_changed"),
        ({"fields": {"value_0": "1.99", "unit_0": "kg"}}, "manifest_wrong_unit"),
        ({"fields": {}}, "invalid"),
        ({"manifest": str(uuid7())}, "not_found"),
    ],
)
def test_what_is_refused_is_kept_as_a_conflict(on_the_road, phone, change, code):
    held = phone("refinery")
    entry = arrive(held, on_the_road, **change)
    (result,) = held.send(entry)
    assert (result["outcome"], result["code"]) == ("conflict", code)
    row = QueuedStep.objects.get(uuid=entry["id"])
    assert row.payload == entry["payload"]
    assert on_the_road.signatures.count() == 2


def test_a_time_before_the_step_before_is_a_conflict(district, on_the_road, phone):
    held = phone("refinery")
    SigningKey.objects.update(made_at=timezone.now() - timedelta(days=2))
    entry = arrive(held, on_the_road, at=district.at - timedelta(hours=1))
    assert held.send(entry)[0]["code"] == "manifest_before_the_step_before"


def test_a_time_to_come_is_a_conflict(on_the_road, phone):
    held = phone("refinery")
    (result,) = held.send(arrive(held, on_the_road, ago_s=-3600))
    assert (result["outcome"], result["code"]) == ("conflict", "in_the_future")


def test_one_refused_step_holds_up_no_other(district, on_the_road, phone):
    held = phone("refinery")
    wrong = arrive(held, on_the_road, fields={"value_0": "x", "unit_0": "t"})
    results = held.send({"payload": "{}", "signature": ""}, wrong, arrive(held, on_the_road))
    assert [one["outcome"] for one in results] == ["kept", "conflict", "signed"]


def test_the_wrong_party_signs_nothing_from_a_queue(on_the_road, phone):
    held = phone("dangerous goods", "driver")
    assert held.send(arrive(held, on_the_road))[0]["code"] == "manifest_wrong_party"


# Whose it is.
def test_a_shared_phone_never_sends_one_persons_steps_as_anothers(on_the_road, phone, people):
    first = phone("refinery")
    entry = arrive(first, on_the_road)
    second = Phone(people("refinery"), id=first.id, secret=first.secret)
    (result,) = second.send(entry)
    assert (result["outcome"], result["code"]) == ("kept", "manifest_foreign_step")
    renamed = arrive(second, on_the_road)
    assert second.send(renamed)[0]["code"] == "manifest_foreign_step"
    assert not QueuedStep.objects.exists()
    assert first.send(entry)[0]["outcome"] == "signed"


def test_a_changed_step_does_not_fit_its_signature(on_the_road, phone):
    held = phone("refinery")
    entry = arrive(held, on_the_road)
    entry["payload"] = entry["payload"].replace("1.99", "1.09")
    (result,) = held.send(entry)
    assert (result["outcome"], result["code"]) == ("conflict", "manifest_bad_signature")
    assert on_the_road.signatures.count() == 2


def test_a_withdrawn_key_signs_nothing_more(on_the_road, phone):
    held = phone("refinery")
    held.client.post(f"/m/phones/{held.id}/revoke/")
    (result,) = held.send(arrive(held, on_the_road))
    assert (result["outcome"], result["code"]) == ("conflict", "manifest_key_revoked")
    assert held.register().status_code == 409


def test_an_unknown_key_is_asked_to_register_first(on_the_road, people):
    held = Phone(people("refinery"))
    entry = arrive(held, on_the_road)
    assert held.send(entry)[0]["code"] == "manifest_unknown_key"
    held.register()
    assert held.send(entry)[0]["outcome"] == "signed"


def test_nobody_withdraws_the_key_of_another(phone):
    held, other = phone("refinery"), phone("refinery")
    assert other.client.post(f"/m/phones/{held.id}/revoke/").status_code == 404


@pytest.mark.parametrize("text", ["", "AAAA", "not base64", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"])
def test_what_is_no_key_is_refused(people, text):
    answer = Phone(people("refinery")).register(public_key=text)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "manifest_bad_key"


@pytest.mark.parametrize(
    "payload",
    ["", "[]", "{}", "null", '{"version": 1}', '{"version":2}', "[" * 5000, "\ud800", "x" * 9000],
)
def test_what_cannot_be_read_stays_on_the_phone(phone, payload):
    held = phone("refinery")
    body = {"entries": [{"id": "1", "payload": payload, "signature": ""}, payload, 3, None]}
    answer = held.client.post("/m/queue/", body, content_type="application/json")
    assert {one["code"] for one in answer.json()["results"]} == {"manifest_bad_entry"}
