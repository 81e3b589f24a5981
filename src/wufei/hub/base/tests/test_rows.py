"""Many rows written in one statement: all columns of every kind, and only where nothing else is."""

from datetime import date

import pytest

from wufei.hub.base import rows
from wufei.hub.base.models import CalendarDay

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


def test_nothing_to_write_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows.update([], ["name"]) == set()
