"""The roadside check: shown for some minutes, opened on one phone, of one manifest, no names."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.labels import services, tasks
from wufei.hub.labels.checks import check_of, masked
from wufei.hub.labels.models import CheckPass
from wufei.hub.labels.refusals import NothingToCheck, PassEnded, PassTaken, TooManyPasses
from wufei.hub.labels.tests.conftest import DRUM, drawing
from wufei.hub.manifests.tests.conftest import OIL, person
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.validity import period

NOBODY_YET: frozenset[str] = frozenset()


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def drum(district):
    (found,) = district.stored("works", OIL, 2)
    facts = replace(DRUM, volume_l=Decimal(1000))
    services.make([found.uuid], facts, by=district.firm("works").person)
    return found


@pytest.fixture
def load(district, drum):
    """A drum of two tonnes on the road to the refinery."""
    found = district.issue(OIL, 2, lots=[drum])
    district.load(found, 2)
    found.refresh_from_db()
    return found


@pytest.fixture
def driver(district):
    return person(district.firm("dangerous goods", "carrier", "yard").organisation, role="driver")


def shown(load, driver):
    return services.make_pass(load, id=uuid7(), by=driver)


def phone():
    """An inspector's: nobody is signed in."""
    return Client(headers={"accept-language": "en"})


def scan(inspector, made):
    return inspector.post(
        reverse("labels.check.open"), {"token": services.token_of(made)}, follow=True
    )


def test_an_inspector_sees_what_should_be_on_the_truck(load, driver, drum):
    text = text_of(scan(phone(), shown(load, driver)))
    code = drum.container_label.code
    for said in (load.vehicle.plate[2:], str(load), code, "works", "refinery", "900-249-08"):
        assert said in text, said
    assert "2.000" in text
    assert "On the road" in text
    assert "refinery hazardous" in text  # the licence's number


def test_people_are_not_named(load, driver, district):
    text = text_of(scan(phone(), shown(load, driver)))
    for secret in ("Zhao Wu", DRUM.contact, DRUM.phone):
        assert secret not in text
    assert masked(load.driver) == "Z" + "*" * 6
    assert masked(None) == ""


def test_it_opens_on_one_phone_only(load, driver):
    made, first = shown(load, driver), phone()
    assert scan(first, made).status_code == 200
    assert scan(first, made).status_code == 200
    answer = scan(phone(), made)
    assert answer.status_code == 409
    assert "opened on another phone" in text_of(answer)
    assert "refinery" not in text_of(answer)


def test_after_its_time_it_opens_nothing(load, driver, settings):
    made, inspector = shown(load, driver), phone()
    token = services.token_of(made)
    scan(inspector, made)
    page = reverse("labels.check.pass", args=[made.uuid])
    assert inspector.get(page).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert inspector.get(page).status_code == 403
        with pytest.raises(PassEnded):
            services.open_token(token, NOBODY_YET)
        # Signed again it is as old as before: the row says when it ends.
        with pytest.raises(PassEnded):
            services.open_token(services.token_of(made), NOBODY_YET)


def test_a_pass_shows_its_own_manifest_and_no_other(district, load, driver):
    (other_drum,) = district.stored("works", OIL, 1)
    other = district.issue(OIL, 1, lots=[other_drum])
    inspector, made = phone(), shown(load, driver)
    scan(inspector, made)
    second = shown(other, driver)
    for path in (
        reverse("labels.check.pass", args=[second.uuid]),
        reverse("labels.check.pass", args=[other.uuid]),
        reverse("labels.check.pass", args=[load.uuid]),
    ):
        answer = inspector.get(path)
        assert answer.status_code == 403
        assert str(other) not in text_of(answer)
    text = text_of(inspector.get(reverse("labels.check.pass", args=[made.uuid])))
    assert str(other) not in text
    # It opens nothing else either.
    assert inspector.get(reverse("manifests.manifest.detail", args=[load.uuid])).status_code == 302
    assert inspector.get(reverse("labels.check", args=[load.uuid])).status_code == 302


@pytest.mark.parametrize("token", ["", "x", "x:y:z", "\0", "a" * 5000, "..:..:.."])
def test_a_forged_token_opens_nothing(load, driver, token):
    answer = phone().post(reverse("labels.check.open"), {"token": token})
    assert answer.status_code == 403


def test_a_token_signed_for_something_else_opens_nothing(load, driver):
    made = shown(load, driver)
    for forged in (
        signing.TimestampSigner(salt="other").sign(made.uuid.hex),
        signing.TimestampSigner(salt="wufei.labels.check").sign(load.uuid.hex),
        services.token_of(made)[:-1],
    ):
        with pytest.raises(PassEnded):
            services.open_token(forged, NOBODY_YET)


def test_the_first_phone_wins(load, driver):
    made = shown(load, driver)
    token = services.token_of(made)
    assert services.open_token(token, NOBODY_YET) == made
    with pytest.raises(PassTaken):
        services.open_token(token, NOBODY_YET)
    assert services.open_token(token, frozenset({str(made.uuid)})) == made


def test_showing_and_opening_stand_in_the_audit_log(load, driver):
    inspector, made = phone(), shown(load, driver)
    scan(inspector, made)
    scan(inspector, made)
    events = AuditEvent.objects.filter(event__startswith="labels:check").order_by("pk")
    assert [(one.event, one.actor) for one in events] == [
        ("labels:check:show", driver.id),
        ("labels:check:open", "outside:anonymous"),
    ]
    assert {one.subject for one in events} == {f"manifests.manifest:{load.uuid}"}


def test_guessing_is_slowed_down(load, driver):
    inspector = phone()
    answers = [inspector.post(reverse("labels.check.open"), {"token": "x"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [403] * 20 + [429]
    assert scan(inspector, shown(load, driver)).status_code == 429


def test_nobody_shows_codes_without_end(load, driver, monkeypatch):
    monkeypatch.setattr("wufei.hub.labels.services.passes.PASSES_HOUR_MAX", 2)
    shown(load, driver), shown(load, driver)
    with pytest.raises(TooManyPasses):
        shown(load, driver)


def test_making_a_pass_twice_with_one_id_makes_one(load, driver):
    id = uuid7()
    first, again = (services.make_pass(load, id=id, by=driver) for _ in range(2))
    assert first == again


def test_a_finished_manifest_is_not_shown(district, load, driver):
    district.arrive(load, 2)
    district.accept(load)
    load.refresh_from_db()
    load.__class__.objects.filter(pk=load.pk).update(status="closed", closed_at=timezone.now())
    load.refresh_from_db()
    with pytest.raises(NothingToCheck):
        shown(load, driver)


def test_the_driver_shows_the_code_on_the_phone(load, people, settings):
    settings.PUBLIC_URL = "https://wufei.example"
    client = people("dangerous goods", "driver")
    page = reverse("labels.check.show", args=[load.uuid])
    assert page in text_of(client.get(reverse("manifests.qr", args=[load.uuid])))
    asked = client.get(page)
    assert "valid for 15 minutes" in text_of(asked)
    answer = client.post(page, {"submission": str(uuid7())}, follow=True)
    assert "data:image/svg+xml;base64," in text_of(answer)
    made = CheckPass.objects.get()
    # The code is the maker's to show, and only while it lasts.
    one = reverse("labels.pass", args=[made.uuid])
    assert people("dangerous goods", "driver").get(one).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert "no longer valid" in text_of(client.get(one))


def test_the_token_stands_behind_the_hash_of_the_address(load, people, settings, monkeypatch):
    drawn = drawing(monkeypatch)
    settings.PUBLIC_URL = "https://wufei.example"
    client = people("dangerous goods", "driver")
    client.post(reverse("labels.check.show", args=[load.uuid]), follow=True)
    ((address, token),) = [text.split("#") for text in drawn]
    assert address == "https://wufei.example/k/"
    assert services.open_token(token, NOBODY_YET).manifest == load


@pytest.mark.parametrize(
    ("role", "firm", "status"),
    [
        ("driver", "dangerous goods", 200),
        ("clerk", "works", 200),
        ("keeper", "refinery", 200),
        ("driver", "stranger", 404),
        ("clerk", "stranger", 404),
    ],
)
def test_only_who_takes_part_shows_a_load(district, load, people, role, firm, status):
    district.firm(firm)
    client = people(firm, role)
    assert client.get(reverse("labels.check.show", args=[load.uuid])).status_code == status
    assert client.get(reverse("labels.check", args=[load.uuid])).status_code == 403


@pytest.mark.parametrize("role", ["officer", "dispatcher", "auditor", "leader", "town_officer"])
def test_officials_check_without_a_pass_and_have_none_to_show(load, sign_in, district, role):
    more = {"regions": ["T1"]} if role in ("town_officer", "dispatcher") else {}
    client = sign_in(role, **more)
    answer = client.get(reverse("labels.check", args=[load.uuid]))
    assert answer.status_code == 200
    assert "What should be on the truck" in text_of(answer)
    assert client.get(reverse("labels.check.show", args=[load.uuid])).status_code == 403


def test_papers_that_ran_out_or_are_missing_are_named(district, load):
    papers = check_of(load).papers
    assert [one.missing for one in papers] == [True, True, False]
    vehicle = Vehicle.objects.filter(pk=load.vehicle_id)
    vehicle.update(permit_number="P-1", permit_validity=period(date(2020, 1, 1), date(2021, 1, 1)))
    first = check_of(load).papers[0]
    assert (first.number, first.ended, first.last) == ("P-1", True, date(2021, 1, 1))


def test_old_passes_are_forgotten(load, driver):
    made, kept = shown(load, driver), shown(load, driver)
    CheckPass.objects.filter(pk=made.pk).update(ends_at=timezone.now() - timedelta(days=8))
    tasks.forget_passes(timestamp=0)
    assert list(CheckPass.objects.all()) == [kept]
