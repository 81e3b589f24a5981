"""Working days 工作日: the State Council's yearly arrangement 调休, which is data.

``data/workdays.csv`` names the days that differ from their weekday; administrators may correct
and add to them (``CalendarDay``). A year without any such day is not known: Monday to Friday are
taken for working days there, and ``calendar_known`` lets a page say so.
"""

import csv
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.recording import record

_ONE_DAY = timedelta(days=1)
# How long a process may go by the calendar that it has read; who edits it, sees that at once.
_KEPT_S = 60


@dataclass(frozen=True)
class WorkCalendar:
    """Days that differ from their weekday: True where such a day is worked. Pure."""

    exceptions: Mapping[date, bool]

    def is_working_day(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)

    def add_working_days(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start`` (before it, if negative).

        ``start`` itself is not counted, as in a period "within 5 working days of": 0 gives
        ``start`` back.
        """
        day, step = start, _ONE_DAY if count > 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative if it lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (end - start).days
        return sum(self.is_working_day(start + _ONE_DAY * n) for n in range(1, days + 1))

    def known(self, year: int) -> bool:
        """Whether the arrangement of ``year`` is in the data."""
        return any(day.year == year for day in self.exceptions)


def calendar() -> WorkCalendar:
    """The calendar of now; load it once for many questions."""
    days = CalendarDay.objects.values_list("day", "kind")
    return WorkCalendar({day: kind == CalendarDay.Kind.WORKDAY for day, kind in days})


_kept: list[tuple[float, WorkCalendar]] = []


def recent_calendar() -> WorkCalendar:
    """The calendar of now or of a minute ago, for what is asked with every signature."""
    if not _kept or time.monotonic() - _kept[0][0] > _KEPT_S:
        _kept[:] = [(time.monotonic(), calendar())]
    return _kept[0][1]


def forget() -> None:
    """Let the next question be answered by what the database says."""
    _kept.clear()


def add_working_days(start: date, count: int) -> date:
    return calendar().add_working_days(start, count)


def is_working_day(day: date) -> bool:
    return calendar().is_working_day(day)


def working_days_between(start: date, end: date) -> int:
    return calendar().working_days_between(start, end)


def calendar_known(year: int) -> bool:
    return CalendarDay.objects.filter(day__year=year).exists()


def save_day(day: CalendarDay | None, values: Mapping[str, Any], actor: Actor) -> CalendarDay:
    """Add a day or correct one (its date stays); the same again changes nothing."""
    differs = values["kind"] == CalendarDay.Kind.WORKDAY
    date_ = day.day if day else values["day"]
    if differs is (date_.weekday() < 5):
        raise Invalid(
            _("%(day)s is such a day anyway. Only days that differ from their weekday are kept.")
            % {"day": date_},
            field="kind",
        )
    kept = {name: values[name] for name in ("kind", "name", "source", "certain") if name in values}
    with transaction.atomic():
        saved, _new = CalendarDay.objects.update_or_create(day=date_, defaults=kept)
        record(actor, "base:calendar:save", subject=f"base.calendar:{date_}", kind=saved.kind)
        transaction.on_commit(forget)
    return saved


def remove_day(day: CalendarDay, actor: Actor) -> None:
    """Let a day be like its weekday again."""
    with transaction.atomic():
        record(actor, "base:calendar:remove", subject=f"base.calendar:{day.day}", kind=day.kind)
        day.delete()
        transaction.on_commit(forget)


def shipped_days() -> Iterator[dict[str, Any]]:
    """The days of ``data/workdays.csv``, for a migration that loads them."""
    text = (resources.files("wufei.hub.base") / "data/workdays.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield {
            **row,
            "day": date.fromisoformat(row["day"]),
            "certain": row["certain"] == "yes",
        }
