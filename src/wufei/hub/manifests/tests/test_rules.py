"""Order, sealing, weights, deadlines and digests: no database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.workdays import WorkCalendar
from wufei.hub.manifests import numbers, rules
from wufei.hub.manifests.declarations import Hours, WorkingDays, template, templates
from wufei.hub.manifests.models import Status
from wufei.hub.manifests.refusals import BadAuthorityNo

GRAMS = st.integers(1, 10**9)
TEMPLATES = [form.code for form in templates()]
# The State Council gave the Monday off and had the Saturday before worked.
CALENDAR = WorkCalendar({date(2026, 11, 28): True, date(2026, 11, 30): False})


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_field_is_sealed_by_some_step(code):
    form = template(code)
    assert rules.sealed_after(form, form.steps[-1].code) == rules.fields_of(form)


@pytest.mark.parametrize("code", TEMPLATES)
def test_steps_name_fields_that_exist(code):
    for step in template(code).steps:
        assert step.needs | step.may | step.seals <= set(rules.FIELDS), step.code


@pytest.mark.parametrize("code", TEMPLATES)
def test_no_step_asks_for_what_an_earlier_one_has_sealed(code):
    sealed: set[str] = set()
    for step in template(code).steps:
        assert not (step.needs | step.may) & sealed, step.code
        sealed |= step.seals


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_manifest_goes_through_its_steps_one_by_one(code):
    form = template(code)
    status, seen = Status.ISSUED, ["issue"]
    while step := rules.next_step(form, status):
        assert rules.status_before(form, step.code) == status
        assert not rules.is_signed(form, status, step.code)
        status = rules.STATUS_AFTER[step.code]
        assert rules.is_signed(form, status, step.code)
        seen.append(step.code)
    assert seen == [step.code for step in form.steps]
    assert status == Status.CLOSED


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_cancelled_manifest_waits_for_nothing(code):
    assert rules.next_step(template(code), Status.CANCELLED) is None


def test_a_difference_at_the_limit_needs_no_reason_and_a_gram_more_does():
    assert not rules.beyond_tolerance(1_000_000, 990_000, 10)
    assert rules.beyond_tolerance(1_000_000, 989_999, 10)
    assert rules.beyond_tolerance(1_000_000, 1_010_001, 10)
    assert rules.difference_permille(1_000_000, 989_999) == 11


@given(GRAMS, GRAMS, st.integers(0, 100))
def test_what_is_beyond_tolerance_says_more_permille_than_it(out_g, in_g, permille):
    beyond = rules.beyond_tolerance(out_g, in_g, permille)
    assert beyond == (rules.difference_permille(out_g, in_g) > permille)


@given(st.data(), st.lists(GRAMS, min_size=1, max_size=20))
def test_shares_add_up_and_none_is_larger_than_its_part(data, parts):
    total = data.draw(st.integers(0, sum(parts)))
    shares = rules.shares_g(total, parts)
    assert sum(shares) == total
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))


@pytest.mark.parametrize(
    ("known", "given_g", "wrong"),
    [
        (25_000_000, 25_000, True),  # 25 kg written as 25 t
        (25_000, 25_000_000, True),
        (25_000_000, 24_000_000, False),
        (25_000_000, 2_500_000, False),  # a tenth is strange, and no unit
    ],
)
def test_a_factor_of_a_thousand_is_another_unit(known, given_g, wrong):
    assert rules.looks_like_another_unit(known, given_g) is wrong


def test_working_days_end_at_midnight_in_the_district_and_follow_the_calendar():
    friday_evening = datetime(2026, 11, 27, 20, tzinfo=UTC)  # Saturday, 4 o'clock in Shanghai
    due = rules.due_at(WorkingDays(5), friday_evening, CALENDAR)
    # Saturday is the day itself, Sunday and Monday are free: Tuesday to Friday, and Monday.
    assert due == datetime(2026, 12, 8, tzinfo=rules.SHANGHAI)


def test_hours_run_on_through_the_night():
    at = datetime(2026, 11, 27, 20, tzinfo=UTC)
    assert rules.due_at(Hours(6), at, None) == datetime(2026, 11, 28, 2, tzinfo=UTC)
    assert rules.due_at(None, at, None) is None


def test_the_digest_changes_with_anything_that_is_signed():
    def digest(fields, about=None, before=""):
        return rules.digest(rules.content("construction", "issue", fields, about or {}, before))

    said = dict.fromkeys(rules.FIELDS, "x")
    first = digest(said)
    assert all(digest(said | {name: "y"}) != first for name in said)
    assert digest(said, {"actor": "somebody"}) != first
    assert digest(said, before=first) != first


def test_the_digest_is_the_one_that_anybody_can_make():
    # printf '{"a":"废","b":[1,2]}' | sha256sum
    expected = "faa4dd218743cb52fdfb50abfcdc777b65d2717ad492aaab42b7070153ed961c"
    assert rules.digest({"b": [1, 2], "a": "废"}) == expected


@pytest.mark.parametrize("number", ["20253715000001", " 20263715123456 "])
def test_a_number_of_the_national_system_has_its_form(number):
    assert numbers.authority_no(template("hazardous"), number) == number.strip()


@pytest.mark.parametrize(
    "number", ["2025371500001", "20259915000001", "2025 3715000001", "A0253715000001", "1" * 14]
)
def test_any_other_number_is_refused(number):
    with pytest.raises(BadAuthorityNo):
        numbers.authority_no(template("hazardous"), number)


def test_no_number_is_none():
    assert numbers.authority_no(template("hazardous"), "  ") is None
