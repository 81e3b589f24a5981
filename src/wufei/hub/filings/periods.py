"""Periods that forms are filed for, and until when. Pure; days are those of Asia/Shanghai."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wufei.hub.base.workdays import WorkCalendar

_DAY = timedelta(days=1)


class Period(StrEnum):
    """How often a form is owed."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    # Whenever something happens: as often as it does.
    EVENT = "event"

    @property
    def label(self) -> str | Promise:
        return {
            "once": pgettext_lazy("period", "once"),
            "month": gettext_lazy("every month"),
            "quarter": gettext_lazy("every quarter"),
            "year": gettext_lazy("every year"),
            "event": gettext_lazy("for each event"),
        }[self.value]

    @property
    def recurs(self) -> bool:
        return self in _MONTHS


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Whole days from ``first`` to ``last``, both counted."""

    first: date
    last: date

    def __str__(self) -> str:
        """``2026-09``, ``2026 Q3``, ``2026``, a day, or both days."""
        first, last = self.first, self.last
        if first == last:
            return first.isoformat()
        if self == span_of(Period.MONTH, first):
            return f"{first:%Y-%m}"
        if self == span_of(Period.QUARTER, first):
            return _("%(year)s Q%(quarter)s") % {
                "year": first.year,
                "quarter": (first.month + 2) // 3,
            }
        if self == span_of(Period.YEAR, first):
            return str(first.year)
        return f"{first} – {last}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def span_of(period: Period, day: date) -> Span:
    """The period that ``day`` lies in; an event, and what is owed once, have their day alone."""
    if not period.recurs:
        return Span(day, day)
    months = _MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Span(first, _months_later(first, months) - _DAY)


def before(period: Period, span: Span, count: int = 1) -> Span:
    """The ``count``-th period before ``span``."""
    for _n in range(count):
        span = span_of(period, span.first - _DAY)
    return span


def a_year_before(period: Period, span: Span) -> Span:
    """The same period of the year before."""
    return span_of(period, _months_later(span.first, -12))


def spans(period: Period, since: date, until: date) -> Iterator[Span]:
    """Recurring periods that have a day in ``since`` to ``until``, the earliest first."""
    span = span_of(period, since)
    while span.first <= until:
        yield span
        span = span_of(period, span.last + _DAY)


def _months_later(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class DueDay:
    """Due on a ``day`` of a month, ``months`` after the month in which the period ends.

    ``DueDay(15)``: on the 15th of the month that follows. ``DueDay(31, months=3)`` of a year: on
    31 March of the next one. ``of_first``: counted from the month in which the period begins, so
    that ``DueDay(31, months=2, of_first=True)`` is 31 March of the year itself. A month that is
    shorter ends on its last day. ``working``: on a day that is not worked, the next that is.
    """

    day: int
    months: int = 1
    of_first: bool = False
    working: bool = False

    def on(self, span: Span, calendar: WorkCalendar) -> date:
        month = (span.first if self.of_first else span.last).replace(day=1)
        start = _months_later(month, self.months)
        end = _months_later(start, 1) - _DAY
        due = min(start + _DAY * (self.day - 1), end)
        if self.working and not calendar.is_working_day(due):
            due = calendar.add_working_days(due, 1)
        return due


@dataclass(frozen=True)
class DueWithin:
    """Due so many days after the period, or after the event: working days, or any."""

    days: int
    working: bool = True

    def on(self, span: Span, calendar: WorkCalendar) -> date:
        if self.working:
            return calendar.add_working_days(span.last, self.days)
        return span.last + _DAY * self.days


@dataclass(frozen=True)
class DueFrom:
    """A rule that changed: ``rule`` for periods that begin on ``since`` or later, else ``before``.

    Filings that are there keep the day of the rule under which their period began.
    """

    since: date
    rule: "DueRule"
    before: "DueRule"

    def on(self, span: Span, calendar: WorkCalendar) -> date:
        rule = self.rule if span.first >= self.since else self.before
        return rule.on(span, calendar)


DueRule = DueDay | DueWithin | DueFrom
