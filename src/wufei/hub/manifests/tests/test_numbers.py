"""Numbers of the authority: filled in from it, or given here where Wufei is the authority."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from wufei.config import environment
from wufei.hub.manifests import services
from wufei.hub.manifests.models import IssuedNumber, Manifest
from wufei.hub.manifests.services import authority, revisions
from wufei.hub.manifests.services.expiry import expire
from wufei.hub.manifests.tests.conftest import OIL, SPOIL
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.manifests.tests.test_concurrency import at_once

WORKS = "works"


def in_liaocheng(district):
    """The test's town lies in a county of a city that Wufei may give numbers for."""
    district.town.path = "37/3715/371502/T1"
    district.town.covered_by = ["T1", "371502", "3715", "37"]
    district.town.save()
    return district


@pytest.fixture
def giving(settings):
    """``giving("3715")``: Wufei is the authority for hazardous waste there."""

    def configure(region="3715", since=date(2020, 1, 1), until=None):
        settings.AUTHORITY_NUMBERS = (("hazardous", region, since, until),)

    return configure


def test_numbers_are_never_given_in_another_authoritys_name(district):
    in_liaocheng(district).stored(WORKS, OIL, 9)
    assert district.issue(OIL, 1).authority_no is None


def test_where_wufei_is_the_authority_numbers_ascend_city_by_city(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    year = district.at.year
    numbers = [district.issue(OIL, 1).authority_no for _n in range(3)]
    assert numbers == [f"{year}3715{serial:06}" for serial in (1, 2, 3)]
    assert all(len(number) == 14 for number in numbers)
    # Another form, another number.
    assert district.issue(SPOIL, 1).authority_no is None
    scopes = set(IssuedNumber.objects.values_list("scope", flat=True))
    assert scopes == {f"hazardous:{year}3715"}


def test_everybody_takes_numbers_of_several_scopes_in_one_order(declared, monkeypatch):
    """Scopes say the order, whatever the codes of the forms are: nobody waits in a ring."""
    asked = []
    monkeypatch.setattr(authority, "give", lambda manifest, *_rest: asked.append(manifest))
    early = declared("fly_ash", number_scope="a_scope")
    late = replace(declared("hazardous", number_scope="b_scope"), code="a_code")
    monkeypatch.setattr(authority, "_where", lambda manifest: "371502")
    at = timezone.now()
    for order in ((("early", early), ("late", late)), (("late", late), ("early", early))):
        asked.clear()
        stand_ins: Any = [(name, form, at) for name, form in order]
        authority.give_all(stand_ins)
        assert asked == ["early", "late"]


@pytest.mark.parametrize(
    "where",
    [{"region": "3701"}, {"since": date(2999, 1, 1)}, {"until": date(2021, 1, 1)}],
)
def test_only_in_its_own_scope_and_time(district, giving, where):
    giving(**where)
    in_liaocheng(district).stored(WORKS, OIL, 9)
    assert district.issue(OIL, 1).authority_no is None


def test_what_is_refused_leaves_no_gap(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    district.issue(OIL, 1)
    refused(partial(district.issue, OIL, 50), "not_enough")
    assert district.issue(OIL, 1).authority_no.endswith("000002")


def test_a_cancelled_one_keeps_its_number_voided_with_the_reason(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    manifest = district.issue(OIL, 1)
    by = district.firm(WORKS).person
    services.cancel(manifest, reason="the truck never came", by=by)
    kept = IssuedNumber.objects.get()
    assert (kept.number, kept.reason) == (manifest.authority_no, "the truck never came")
    assert kept.voided_at is not None
    assert district.issue(OIL, 1).authority_no.endswith("000002")


def test_an_annulled_one_as_well(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    manifest = district.issue(OIL, 1)
    district.load(manifest, 1)
    by, carrier = district.firm(WORKS).person, district.firm("dangerous goods").person
    annul = revisions.propose_annulment(manifest, id=uuid4(), reason="twice", by=by)
    revisions.decide(annul, approve=True, signing=district.signing(), by=carrier)
    assert IssuedNumber.objects.get().reason == "twice"


def test_what_nobody_loads_in_time_leaves_a_voided_number(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    manifest = district.issue(OIL, 1)
    Manifest.objects.filter(pk=manifest.pk).update(expires_at=district.at)
    assert expire(timezone.now()) == 1
    assert IssuedNumber.objects.get().reason == "Nobody loaded it in time."


def test_nobody_writes_a_number_where_they_are_given(district, giving):
    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    number = f"{district.at.year}3715000077"
    asked = partial(district.issue, OIL, 1, authority_no=number)
    refused(asked, "manifest_number_given_here", "authority_no")
    manifest = district.issue(OIL, 1)
    by = district.firm(WORKS).person
    change = partial(services.set_authority_no, manifest, number, by=by)
    refused(change, "manifest_number_given_here", "authority_no")
    district.load(manifest, 1)
    district.arrive(manifest, 1)
    district.accept(manifest)
    propose = partial(
        revisions.propose, manifest, {"authority_no": number}, id=uuid4(), reason="x", by=by
    )
    refused(propose, "manifest_number_given_here", "authority_no")


def test_a_place_without_a_national_code_gets_none(district, giving):
    giving(region="")
    district.stored(WORKS, OIL, 9)
    refused(partial(district.issue, OIL, 1), "manifest_no_region_code")


def test_the_last_number_of_a_year_is_the_last(district, giving):
    from wufei.hub.base.models import Serial

    giving()
    in_liaocheng(district).stored(WORKS, OIL, 9)
    Serial.objects.create(scope=f"authority:hazardous:{district.at.year}3715", last=999_998)
    assert district.issue(OIL, 1).authority_no.endswith("999999")
    refused(partial(district.issue, OIL, 1), "manifest_serials_used_up")


def test_twenty_who_issue_at_once_get_twenty_numbers_in_a_row(real_district, giving):
    giving()
    in_liaocheng(real_district).stored(WORKS, OIL, 90)
    new, by = real_district.new(OIL, 1), real_district.firm(WORKS).person
    deeds = [
        partial(services.issue, new, id=uuid4(), signing=signing, by=by)
        for signing in [real_district.signing() for _n in range(20)]
    ]
    assert at_once(deeds) == {"Manifest": 20}
    rows = Manifest.objects.order_by("pk").values_list("authority_no", flat=True)
    assert sorted(int(str(number)[-6:]) for number in rows) == list(range(1, 21))
    serials = IssuedNumber.objects.order_by("pk").values_list("serial", flat=True)
    assert list(serials) == list(range(1, 21))


# The setting.
def test_the_setting_names_template_region_and_days(monkeypatch):
    text = "hazardous:3715:2027-01-01, construction::2027-01-01:2027-12-31"
    monkeypatch.setenv("WUFEI_AUTHORITY_NUMBERS", text)
    assert environment.get("WUFEI_AUTHORITY_NUMBERS") == (
        ("hazardous", "3715", date(2027, 1, 1), None),
        ("construction", "", date(2027, 1, 1), date(2027, 12, 31)),
    )


@pytest.mark.parametrize("text", ["hazardous", "hazardous:3715", "a:b:tomorrow", "a:b:c:d:e"])
def test_a_setting_that_cannot_be_read_says_so(monkeypatch, text):
    monkeypatch.setenv("WUFEI_AUTHORITY_NUMBERS", text)
    with pytest.raises(environment.BadSetting):
        environment.get("WUFEI_AUTHORITY_NUMBERS")
