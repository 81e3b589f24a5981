"""The autumn of a works and its neighbours: months that are owed, last days that move, a closing.

Days go by on a clock of the test's own; the platform looks at it, here once a week and on days
on which somebody does something.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from wufei.hub.base.actor import system
from wufei.hub.base.models import CalendarDay, FindingRecord
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.workdays import forget, save_day
from wufei.hub.filings import declarations, queries, services
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import DueDay, DueFrom
from wufei.hub.filings.services import clock
from wufei.hub.filings.tests.conftest import forms, town
from wufei.hub.filings.tests.stories import MONTHLY, NOVEMBER, SEPTEMBER, Town, month
from wufei.hub.registry.models import Region
from wufei.hub.registry.services import organisations

__all__ = ["forms", "town"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Owed for the first time for September.
FORM = replace(MONTHLY, since=SEPTEMBER.first)


class Days:
    """Days go by; what is owed is told by month."""

    def __init__(self, town: Town, traveller: Any) -> None:
        self.town, self.traveller, self.today = town, traveller, date(2026, 9, 1)

    def until(self, day: date, step: int = 7) -> None:
        while self.today < day:
            self.today = min(self.today + timedelta(days=step), day)
            self.traveller.move_to(datetime.combine(self.today, time(8), SHANGHAI))
            clock.look(self.today)

    def filing(self, n: int, firm: str = "Works") -> Filing:
        return Filing.objects.get(
            organisation=self.town.firm(firm), type=MONTHLY.code, first=date(2026, n, 1)
        )

    def states(self, firm: str) -> dict[int, str]:
        mine = Filing.objects.filter(organisation=self.town.firm(firm)).order_by("first")
        return {one.first.month: one.state for one in mine}

    def late(self) -> list[str]:
        found = FindingRecord.objects.filter(code="filings.late", cleared_at=None)
        return sorted(f"{one.values['organisation']} {one.values['period']}" for one in found)


@pytest.fixture
def days(town: Town) -> Iterator[Days]:
    with time_machine.travel(datetime(2026, 9, 1, 8, tzinfo=SHANGHAI), tick=False) as traveller:
        declarations.fill([FORM])
        town.firm("Works")
        days = Days(town, traveller)
        clock.look(days.today)
        yield days


# A last day that changes.
def test_a_month_whose_last_day_is_put_off_is_late_by_the_new_day_only(days: Days):
    officer = days.town.officer()
    days.until(date(2026, 10, 14))
    filing = days.filing(9)
    assert filing.due_on == date(2026, 10, 15)
    services.change_due(
        MONTHLY, SEPTEMBER, date(2026, 10, 20), reason="The portal is down.", by=officer
    )
    days.until(date(2026, 10, 18))
    assert days.late() == []
    version = days.town.submit(filing, month())
    assert (version.state, filing.received_on) == ("accepted", date(2026, 10, 18))
    # On time, by the day that held for it.
    assert filing.due_on == date(2026, 10, 20)
    # The months after have their own.
    days.until(date(2026, 11, 2))
    assert days.filing(10).due_on == date(2026, 11, 16)


def test_a_last_day_put_off_after_it_was_missed_takes_the_lateness_back(days: Days):
    days.until(date(2026, 10, 17))
    assert days.late() == ["Works 2026-09"]
    services.change_due(
        MONTHLY, SEPTEMBER, date(2026, 10, 19), reason="Flood.", by=days.town.officer()
    )
    assert days.late() == []
    days.until(date(2026, 10, 20))
    assert days.late() == ["Works 2026-09"]


def test_a_last_day_put_off_for_one_town_leaves_the_others(days: Days):
    far = Region.objects.create(
        code="T2", name="Far", level="town", path="T2", pinyin="f", covered_by=["T2"]
    )
    days.town.firm("Far works", region=far)
    days.until(date(2026, 10, 10))
    services.change_due(
        MONTHLY, SEPTEMBER, date(2026, 10, 20), reason="Flood.", region=far, by=days.town.officer()
    )
    days.until(date(2026, 10, 17))
    assert days.late() == ["Works 2026-09"]


def test_a_holiday_announced_in_the_month_moves_the_last_day_behind_it(days: Days):
    days.until(date(2026, 10, 12))
    holiday = {
        "day": date(2026, 10, 15),
        "kind": CalendarDay.Kind.HOLIDAY,
        "name": "Day of the city",
        "source": "City notice 7",
    }
    save_day(None, holiday, system("test"))
    # What on_commit does where transactions are real.
    forget()
    days.until(date(2026, 10, 16))
    assert days.filing(9).due_on == date(2026, 10, 16)
    assert days.late() == []
    days.until(date(2026, 10, 17))
    assert days.late() == ["Works 2026-09"]


def test_a_rule_that_changes_holds_for_the_months_from_then_on(days: Days):
    rule = DueFrom(NOVEMBER.first, DueDay(10), DueDay(15))
    declarations.fill([replace(FORM, due=rule)])
    days.until(date(2026, 12, 1))
    due = {n: days.filing(n).due_on for n in (9, 10, 11, 12)}
    assert due == {
        9: date(2026, 10, 15),
        10: date(2026, 11, 15),
        11: date(2026, 12, 10),
        12: date(2027, 1, 10),
    }


# A works that closes.
def test_a_works_that_closes_mid_month_owes_that_month_and_nothing_after(days: Days):
    mill = days.town.firm("Mill")
    days.until(date(2026, 10, 12))
    organisations.close(mill, days.town.clock, last=date(2026, 10, 10), reason="Sold.")
    days.until(date(2026, 12, 20))
    assert days.states("Mill") == {9: "open", 10: "open"}
    # Late with both, as everybody else.
    assert days.late() == [
        "Mill 2026-09",
        "Mill 2026-10",
        "Works 2026-09",
        "Works 2026-10",
        "Works 2026-11",
    ]
    # Its people hand in what it owes for as long as they are there.
    clerk = days.town.clerk(mill)
    assert [one.first.month for one in queries.mine(clerk)] == [9, 10]
    for n in (9, 10):
        assert days.town.submit(days.filing(n, "Mill"), month(), by=clerk).state == "accepted"
    assert [one for one in days.late() if "Mill" in one] == []


def test_months_that_were_open_when_a_works_turns_out_to_have_closed_lapse(days: Days):
    mill = days.town.firm("Mill")
    days.until(date(2026, 12, 2))
    assert days.states("Mill") == {9: "open", 10: "open", 11: "open", 12: "open"}
    # The notice comes two months later.
    organisations.close(mill, days.town.clock, last=date(2026, 10, 10), reason="Sold.")
    days.until(date(2026, 12, 3))
    assert days.states("Mill") == {9: "open", 10: "open", 11: "lapsed", 12: "lapsed"}
    waiting = queries.calendar(days.town.clerk(mill), date(2026, 9, 1), date(2027, 1, 31))
    assert [one.first.month for one in waiting] == [9, 10]


def test_a_works_is_reminded_before_the_last_day_and_its_town_hears_after_it(days: Days):
    days.until(date(2026, 10, 5))
    days.until(date(2026, 10, 14), step=1)
    reminders = Notice.objects.filter(role="clerk", title__contains="due on")
    assert reminders.count() == 3
    days.until(date(2026, 10, 16))
    told = Notice.objects.filter(role="town_officer", region=days.town.region.path)
    assert [one.values["count"] for one in told] == [1]
    days.until(date(2026, 10, 20))
    assert (reminders.count(), told.count()) == (3, 1)
