"""What is owed again: taken back, closed by mistake, obliged afterwards; who is told of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.base.notices.models import Notice
from wufei.hub.filings import services
from wufei.hub.filings.completeness import By, figures, owed
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import states
from wufei.hub.filings.refusals import NothingWaits
from wufei.hub.filings.services import asking, clock
from wufei.hub.filings.tests.stories import (
    MONTHLY,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    loads,
    month,
)
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.services import organisations

LATE = FindingRecord.objects.filter(code="filings.late", cleared_at=None)


# Taken back.
def test_who_takes_back_what_was_late_is_late_again(town):
    filing = town.plan()
    Filing.objects.filter(pk=filing.pk).update(owed=True)
    after = filing.due_on + timedelta(days=1)
    assert clock.escalate(after) == 1
    town.submit(filing)
    assert not LATE.exists()
    services.withdraw(filing, by=town.clerk())
    assert clock.escalate(after) == 1
    assert LATE.count() == 1


def test_taking_back_an_amendment_leaves_what_was_asked_for_before_it(town):
    filing, officer = town.plan(), town.officer()
    first = town.submit(filing)
    services.forward(first, officer)
    services.accept(first, by=officer)
    second = town.submit(filing, loads(20))
    services.send_back(second, note="Weigh it again.", by=officer)
    town.submit(filing, loads(21))
    services.withdraw(filing, by=town.clerk())
    filing.refresh_from_db()
    # It is still the filer's turn, and what is in force stays so.
    assert (filing.state, filing.in_force) == ("returned", first)


def test_taking_back_an_amendment_of_what_was_once_sent_back_leaves_it_accepted(town):
    filing, officer = town.plan(), town.officer()
    services.send_back(town.submit(filing), note="Weigh it.", by=officer)
    second = town.submit(filing, loads(20))
    services.forward(second, officer)
    services.accept(second, by=officer)
    town.submit(filing, loads(30))
    services.withdraw(filing, by=town.clerk())
    filing.refresh_from_db()
    assert (filing.state, filing.in_force) == ("accepted", second)


# Closed by mistake.
def test_months_that_lapsed_by_a_closing_that_was_a_mistake_are_owed_again(town):
    works = town.firm()
    for span in (SEPTEMBER, OCTOBER, NOVEMBER):
        services.open_period(MONTHLY, span, by=town.clock)
    clock.escalate(date(2026, 10, 20))
    organisations.close(works, town.clock, last=date(2026, 8, 31), reason="Sold.")
    clock.look(date(2026, 12, 20))
    assert set(months(works)) == {("9", "lapsed"), ("10", "lapsed"), ("11", "lapsed")}
    assert not LATE.exists()
    organisations.reopen(Organisation.objects.get(pk=works.pk), town.clock)
    clock.look(date(2026, 12, 20))
    assert set(months(works)) == {("9", "open"), ("10", "open"), ("11", "open"), ("12", "open")}
    # With what was late before as late as ever.
    assert sorted(one.values["period"] for one in LATE) == ["2026-09", "2026-10", "2026-11"]


def test_what_is_owed_again_has_the_last_day_that_was_set_meanwhile(town):
    works, officer = town.firm(), town.officer()
    filing = town.month()
    services.excuse(MONTHLY, works, since=SEPTEMBER.first, reason="Flood.", by=officer)
    later = date(2026, 12, 20)
    services.change_due(MONTHLY, SEPTEMBER, later, reason="Flood.", by=officer)
    services.oblige(MONTHLY, works, since=SEPTEMBER.first, reason="It works.", by=officer)
    filing.refresh_from_db()
    assert (filing.state, filing.due_on) == ("open", later)


# Obliged.
def test_who_is_obliged_afterwards_owes_every_month_that_the_others_owed(town):
    town.firm()
    clinic, officer = town.firm("Clinic", "hospital"), town.officer()
    for span in (SEPTEMBER, OCTOBER, NOVEMBER):
        services.open_period(MONTHLY, span, by=town.clock)
    since, until = SEPTEMBER.first, OCTOBER.last
    services.oblige(MONTHLY, clinic, since=since, until=until, reason="Inspection.", by=officer)
    assert months(clinic) == [("9", "open"), ("10", "open")]


def test_what_was_begun_of_ones_own_accord_is_owed_once_somebody_says_so(town):
    clinic, officer = town.firm("Clinic", "hospital"), town.officer()
    form = replace(MONTHLY, filers=())
    filing = services.start(form, clinic, span=SEPTEMBER, id=uuid7(), by=town.clerk(clinic))
    assert filing.owed is False
    services.oblige(MONTHLY, clinic, since=SEPTEMBER.first, reason="Inspection.", by=officer)
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    assert Filing.objects.get(pk=filing.pk).owed
    (one,) = figures(owed(officer, date(2026, 10, 1), date(2026, 10, 31)), By.FORM)
    assert one.expected == 1


# Told.
def test_nobody_waits_for_a_reminder_behind_those_who_have_had_theirs(town, monkeypatch):
    monkeypatch.setattr(clock, "ONE_LOOK_MAX", 2)
    filings = [town.month(firm=town.firm(f"Works {n}")) for n in range(5)]
    day = filings[0].due_on - timedelta(days=7)
    assert [clock.remind(day) for _n in range(4)] == [2, 2, 1, 0]
    assert Notice.objects.filter(role="clerk").values("organisation_id").distinct().count() == 5


def test_nobody_is_asked_for_what_has_been_handed_in_or_is_owed_no_longer(town):
    officer = town.officer()
    came, gone = town.month(SEPTEMBER), town.month(OCTOBER)
    town.submit(came, month())
    services.lapse(gone, reason="Moved away.", by=officer)
    assert asking.remind([came, gone], by=officer) == 0
    assert not Notice.objects.filter(role="clerk").exists()
    assert asking.remind([town.month(NOVEMBER)], by=officer) == 1


def test_what_was_taken_back_may_lapse_and_what_waits_may_not(town):
    filing = town.plan()
    town.submit(filing)
    with pytest.raises(NothingWaits):
        services.lapse(filing, reason="Gone.", by=town.officer())
    services.withdraw(filing, by=town.clerk())
    assert services.lapse(filing, reason="Gone.", by=town.officer()).state == "lapsed"


# Seen.
def test_what_nobody_owes_and_what_came_in_time_is_not_shown_as_late(town):
    clinic, officer = town.firm("Clinic", "hospital"), town.officer()
    span, by = SEPTEMBER, town.clerk(clinic)
    own = services.start(replace(MONTHLY, filers=()), clinic, span=span, id=uuid7(), by=by)
    assert own.due_on == date(2026, 10, 15)
    returned, missing = town.month(), town.month(firm=town.firm("Mill"))
    Filing.objects.filter(pk=returned.pk).update(due_on=date(2027, 1, 15))
    services.send_back(town.submit(returned, month()), note="Which slag?", by=officer)
    day = date(2027, 2, 1)
    late = Filing.objects.filter(states.late(day))
    assert list(late) == [missing]
    seen = [states.seen_as(one, day) for one in Filing.objects.order_by("pk")]
    assert seen == ["open", "returned", "late"]
    # As the figures say it.
    with time_machine.travel(datetime(2027, 2, 1, 8, tzinfo=UTC)):
        (one,) = figures(owed(officer, date(2026, 9, 1), day), By.FORM)
        assert (one.expected, one.on_time, one.missing) == (2, 1, 1)


def months(organisation):
    rows = Filing.objects.filter(organisation=organisation, type=MONTHLY.code)
    return [(f"{one.first.month}", one.state) for one in rows.order_by("first")]
