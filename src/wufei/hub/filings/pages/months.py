"""The calendar of what is due: a month of whole weeks, each day with what is due on it. Pure."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wufei.hub.base.desk import ATTENTION, BAD, GOOD, INFO
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages.states import TONES, seen_as

_ORDER = (BAD, ATTENTION, INFO, GOOD)


@dataclass(frozen=True)
class Day:
    """A day with what is due on it, the most urgent first; ``tone`` is that of the first."""

    day: date
    filings: Sequence[Filing]
    tone: str
    inside: bool
    today: bool
    past: bool

    @property
    def count(self) -> int:
        return len(self.filings)


def month_of(text: str, default: date) -> date:
    """First day of the month that ``2026-11`` names; that of ``default`` for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return default.replace(day=1)


def next_month(first: date, months: int = 1) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def days_of(first: date) -> tuple[date, date]:
    """First and last day that the page of a month shows: whole weeks from Monday."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return weeks[0][0], weeks[-1][-1]


def weeks_of(first: date, filings: Iterable[Filing], today: date) -> list[list[Day]]:
    due = defaultdict(list)
    for filing in filings:
        if filing.due_on:
            due[filing.due_on].append(filing)
    start, end = days_of(first)
    days = [
        _day(start + timedelta(days=offset), first, due, today)
        for offset in range((end - start).days + 1)
    ]
    return [days[at : at + 7] for at in range(0, len(days), 7)]


def _day(day: date, first: date, due: dict[date, list[Filing]], today: date) -> Day:
    filings = sorted(due.get(day, ()), key=lambda one: _rank(one, today))
    tone = TONES[seen_as(filings[0], today)] if filings else ""
    return Day(
        day, filings, tone, inside=day.month == first.month, today=day == today, past=day < today
    )


def _rank(filing: Filing, today: date) -> int:
    tone = TONES[seen_as(filing, today)]
    return _ORDER.index(tone) if tone in _ORDER else len(_ORDER)
