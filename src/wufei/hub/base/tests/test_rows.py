"""Many rows written in one statement: all columns of every kind, and only where nothing else is."""

from datetime import date, timedelta

import pytest
from django.db import DataError, transaction
from django.utils import timezone

from wufei.hub.base import rows
from wufei.hub.base.models import CalendarDay, FindingRecord

pytestmark = pytest.mark.django_db
DAYS = [date(2031, 5, n) for n in (1, 2, 5)]


@pytest.fixture
def days():
    made = [CalendarDay(day=day, kind=CalendarDay.Kind.HOLIDAY, name="Old") for day in DAYS]
    return CalendarDay.objects.bulk_create(made)


def names():
    return list(
        CalendarDay.objects.filter(day__in=DAYS).order_by("day").values_list("name", "certain")
    )


def test_each_row_gets_its_own_values(days):
    for number, day in enumerate(days):
        day.name, day.certain = f"New {number}", number == 1
    assert rows.update(days, ["name", "certain"]) == {day.pk for day in days}
    assert names() == [("New 0", False), ("New 1", True), ("New 2", False)]


def test_what_is_not_as_expected_is_left_alone(days):
    for day in days:
        day.name = "New"
    CalendarDay.objects.filter(pk=days[1].pk).update(name="Meanwhile")
    written = rows.update(days, ["name"], expected={"name": ["Old"] * 3})
    assert written == {days[0].pk, days[2].pk}
    assert [name for name, _certain in names()] == ["New", "Meanwhile", "New"]


def test_what_is_too_long_is_refused_and_not_cut_off(days):
    days[0].name = "x" * 41
    with pytest.raises(DataError), transaction.atomic():
        rows.update(days, ["name"])


def test_new_rows_get_their_keys_and_what_the_database_fills_in():
    seen = {"first_seen": timezone.now(), "last_seen": timezone.now()}
    made = [FindingRecord(code="a.b", subject=f"s:{n}", values={"n": n}, **seen) for n in range(3)]
    rows.insert(made)
    found = {one.pk: one for one in FindingRecord.objects.filter(code="a.b")}
    assert [found[one.pk].values for one in made] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert not any(one._state.adding for one in made)


def test_very_many_rows_are_copied_as_they_are_said(django_assert_num_queries):
    said = ["back\\slash", "tab\there", "line\nend", "\\N", "中文", "{}"] * 40
    seen = {"first_seen": timezone.now(), "last_seen": timezone.now()}
    made = [
        FindingRecord(code="a.b", subject=f"s:{n}", values={"text": text}, episode=text, **seen)
        for n, text in enumerate(said)
    ]
    # Their keys; COPY itself is none that is counted.
    with django_assert_num_queries(1):
        rows.insert(made)
    found = FindingRecord.objects.filter(code="a.b").in_bulk()
    assert [(found[one.pk].values["text"], found[one.pk].episode) for one in made] == [
        (text, text) for text in said
    ]
    assert {one.cleared_at for one in found.values()} == {None}
    assert {one.first_seen for one in found.values()} == {seen["first_seen"]}
    assert not any(one._state.adding for one in made)


def test_what_is_too_long_is_refused_among_very_many_too():
    made = [
        CalendarDay(day=date(2031, 1, 1) + timedelta(n), kind=CalendarDay.Kind.HOLIDAY, name="x")
        for n in range(150)
    ]
    made[99].name = "x" * 41
    with pytest.raises(DataError), transaction.atomic():
        rows.insert(made)
    assert not CalendarDay.objects.filter(day__range=(date(2031, 1, 1), date(2031, 12, 1))).exists()


def test_nothing_to_write_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows.update([], ["name"]) == set()
        rows.insert([])
