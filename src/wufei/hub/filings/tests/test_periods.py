"""Periods and due days."""

from datetime import date

import pytest

from wufei.hub.base.workdays import WorkCalendar
from wufei.hub.filings.periods import (
    DueDay,
    DueWithin,
    Period,
    Span,
    a_year_before,
    before,
    span_of,
    spans,
)

PLAIN = WorkCalendar({})


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.MONTH, date(2028, 2, 1), date(2028, 2, 29)),
        (Period.QUARTER, date(2028, 1, 1), date(2028, 3, 31)),
        (Period.YEAR, date(2028, 1, 1), date(2028, 12, 31)),
        (Period.EVENT, date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_a_day_lies_in_its_period(period, first, last):
    assert span_of(period, date(2028, 2, 29)) == Span(first, last)


def test_the_period_before_and_the_same_one_a_year_ago():
    january = span_of(Period.MONTH, date(2026, 1, 15))
    assert str(before(Period.MONTH, january)) == "2025-12"
    assert str(before(Period.MONTH, january, 13)) == "2024-12"
    assert str(a_year_before(Period.MONTH, january)) == "2025-01"
    quarter = span_of(Period.QUARTER, date(2026, 5, 1))
    assert before(Period.QUARTER, quarter) == Span(date(2026, 1, 1), date(2026, 3, 31))


def test_periods_follow_one_another_without_a_gap():
    found = list(spans(Period.QUARTER, date(2025, 11, 30), date(2026, 7, 1)))
    assert [one.first for one in found] == [
        date(2025, 10, 1),
        date(2026, 1, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
    ]


def test_due_days_of_the_law():
    month = span_of(Period.MONTH, date(2026, 1, 9))
    assert DueDay(15).on(month, PLAIN) == date(2026, 2, 15)
    year = span_of(Period.YEAR, date(2026, 1, 1))
    # Reports of a year by 31 March of the next one, its plan by 31 March of its own.
    assert DueDay(31, months=3).on(year, PLAIN) == date(2027, 3, 31)
    assert DueDay(31, months=2, of_first=True).on(year, PLAIN) == date(2026, 3, 31)


def test_a_shorter_month_ends_on_its_last_day():
    assert DueDay(31).on(span_of(Period.MONTH, date(2026, 1, 1)), PLAIN) == date(2026, 2, 28)


def test_a_free_day_moves_on_only_where_the_rule_says_so():
    # 15 February 2026 is a Sunday; let the Monday be free too.
    calendar = WorkCalendar({date(2026, 2, 16): False})
    month = span_of(Period.MONTH, date(2026, 1, 1))
    assert DueDay(15).on(month, calendar) == date(2026, 2, 15)
    assert DueDay(15, working=True).on(month, calendar) == date(2026, 2, 17)


def test_days_after_an_event_are_worked_or_any():
    friday = Span(date(2026, 11, 27), date(2026, 11, 27))
    assert DueWithin(5).on(friday, PLAIN) == date(2026, 12, 4)
    assert DueWithin(2, working=False).on(friday, PLAIN) == date(2026, 11, 29)
