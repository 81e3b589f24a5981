"""Last days: set by rule, changed, come near and passed; who is obliged, excused or closed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db.models import Q
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Forbidden
from wufei.hub.base.models import CalendarDay, FindingRecord
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.workdays import forget
from wufei.hub.filings import declarations, services
from wufei.hub.filings.models import DueChange, Filing, Obligation
from wufei.hub.filings.periods import DueDay, DueFrom, Period, span_of
from wufei.hub.filings.refusals import NoLongerOwed, NothingWaits, ReasonMissing
from wufei.hub.filings.services import clock, opening
from wufei.hub.filings.tests.stories import (
    FARM,
    FORMS,
    MONTHLY,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    farm,
    month,
)
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.services import organisations
from wufei.hub.registry.validity import period, today

REASON = "The portal was down."


# Opening, day by day.
def test_a_month_opens_when_it_begins_and_the_one_before_while_it_is_still_due(town):
    town.firm()
    services.open_due(date(2026, 11, 3), by=town.clock)
    assert firsts() == [date(2026, 10, 1), date(2026, 11, 1)]
    services.open_due(date(2026, 11, 26), by=town.clock)
    assert firsts() == [date(2026, 10, 1), date(2026, 11, 1)]


def test_months_in_which_nothing_ran_are_caught_up_with(town):
    town.firm()
    services.open_due(date(2026, 6, 20), by=town.clock)
    services.open_due(date(2026, 9, 20), by=town.clock)
    assert firsts() == [date(2026, n, 1) for n in (6, 7, 8, 9)]


def test_a_form_is_owed_from_its_first_period_to_its_last_only(town):
    town.firm()
    form = replace(MONTHLY, since=OCTOBER.first, until=OCTOBER.last)
    opened = [services.open_period(form, n, by=town.clock) for n in (SEPTEMBER, OCTOBER, NOVEMBER)]
    assert opened == [0, 1, 0]


def test_what_is_owed_once_is_owed_once_and_not_anew_every_day(town):
    works = town.firm()
    once = replace(MONTHLY, period=Period.ONCE, code="test_once", number_prefix="TO")
    declarations.fill([*FORMS, once])
    for n in (20, 21, 22):
        opening.open_form(once, date(2026, 11, n), by=town.clock)
    filing = Filing.objects.get(type="test_once")
    day = span_of(Period.ONCE, date(2026, 11, 25))
    by = town.clerk(works)
    assert services.start(once, works, span=day, id=uuid7(), by=by) == filing


def test_each_site_owes_its_own(town):
    works, mill = town.firm(), town.firm("Mill")
    town.site(works, "North")
    town.site(works, "South")
    form = replace(MONTHLY, per_site=lambda span: Q(kind="storage"))
    assert services.open_period(form, SEPTEMBER, by=town.clock) == 2
    names = Filing.objects.values_list("site__name", flat=True)
    assert sorted(names) == ["North", "South"]
    assert not Filing.objects.filter(organisation=mill).exists()


def test_a_site_owes_a_form_that_is_asked_of_sites_alone(town):
    town.site(town.firm(), "North")
    form = replace(MONTHLY, owes=None, per_site=lambda span: Q(kind="storage"))
    assert services.open_period(form, SEPTEMBER, by=town.clock) == 1
    assert list(Filing.objects.values_list("site__name", flat=True)) == ["North"]


# Who owes it although no rule says so, and the other way round.
def test_who_is_obliged_owes_it_and_who_is_excused_does_not(town):
    works, hospital, officer = town.firm(), town.firm("Clinic", "hospital"), town.officer()
    since, until, reason = date(2026, 9, 15), date(2026, 10, 15), "Inspection."
    for say, whom in ((services.oblige, hospital), (services.excuse, works)):
        say(MONTHLY, whom, since=since, until=until, reason=reason, by=officer)
    for span in (SEPTEMBER, OCTOBER, NOVEMBER):
        services.open_period(MONTHLY, span, by=town.clock)
    owing = Filing.objects.values_list("organisation__name", "first").order_by("first", "pk")
    assert list(owing) == [
        ("Clinic", date(2026, 9, 1)),
        ("Clinic", date(2026, 10, 1)),
        ("Works", date(2026, 11, 1)),
    ]


def test_excusing_lets_open_filings_lapse_and_obliging_again_revives_them(town):
    filing, officer = town.month(), town.officer()
    said = services.excuse(MONTHLY, town.firm(), since=SEPTEMBER.first, reason="Flood.", by=officer)
    again = services.excuse(
        MONTHLY, town.firm(), since=SEPTEMBER.first, reason="Flood.", by=officer
    )
    assert (said, Obligation.objects.count()) == (again, 1)
    filing.refresh_from_db()
    assert filing.state == "lapsed"
    with pytest.raises(NoLongerOwed, match="excused"):
        services.draft_of(filing, by=town.clerk())
    services.oblige(MONTHLY, town.firm(), since=SEPTEMBER.first, reason="It works.", by=officer)
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    filing.refresh_from_db()
    assert filing.state == "open"


def test_what_was_handed_in_does_not_lapse(town):
    filing, officer = town.month(), town.officer()
    town.submit(filing, month())
    services.excuse(MONTHLY, town.firm(), since=SEPTEMBER.first, reason="Flood.", by=officer)
    with pytest.raises(NothingWaits):
        services.lapse(filing, reason="Flood.", by=officer)
    filing.refresh_from_db()
    assert filing.state == "accepted"


def test_one_filing_lapses_with_its_reason_and_stays_so(town):
    filing, officer = town.month(), town.officer()
    with pytest.raises(ReasonMissing):
        services.lapse(filing, reason=" ", by=officer)
    with pytest.raises(Forbidden):
        services.lapse(filing, reason="Because.", by=town.clerk())
    services.lapse(filing, reason="Moved away.", by=officer)
    services.lapse(filing, reason="Moved away.", by=officer)
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    filing.refresh_from_db()
    assert (filing.state, filing.lapse_reason) == ("lapsed", "Moved away.")


# Last days.
def test_a_last_day_is_changed_for_everyone_and_for_one_region_which_goes_before(town):
    far = Region.objects.create(
        code="T2", name="Far", level="town", path="T2", pinyin="f", covered_by=["T2"]
    )
    here, there = town.month(firm=town.firm()), town.firm("Far works", region=far)
    officer, change = town.officer(), services.change_due
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    change(MONTHLY, SEPTEMBER, date(2026, 10, 25), reason=REASON, region=far, by=officer)
    change(MONTHLY, SEPTEMBER, date(2026, 10, 20), reason=REASON, by=officer)
    assert [due(here), due_of(there)] == [date(2026, 10, 20), date(2026, 10, 25)]
    with pytest.raises(Forbidden):
        change(MONTHLY, SEPTEMBER, date(2026, 10, 30), reason=REASON, by=town.clerk())


def test_who_owes_it_is_told_of_another_last_day_once(town):
    town.month()
    officer = town.officer()
    for _n in range(2):
        services.change_due(MONTHLY, SEPTEMBER, date(2026, 10, 20), reason=REASON, by=officer)
    assert DueChange.objects.count() == 1
    notice = Notice.objects.get(role="clerk")
    assert (notice.organisation_id, notice.text) == (town.firm().pk, REASON)


def test_what_is_opened_later_has_the_changed_day_too(town):
    services.change_due(MONTHLY, SEPTEMBER, date(2026, 10, 20), reason=REASON, by=town.officer())
    assert town.month().due_on == date(2026, 10, 20)


def test_a_holiday_that_becomes_known_moves_the_last_days_that_are_to_come(town):
    october, september = town.month(OCTOBER), town.month(SEPTEMBER)
    assert [due(september), due(october)] == [date(2026, 10, 15), date(2026, 11, 16)]
    for day in (date(2026, 10, 15), date(2026, 11, 16)):
        CalendarDay.objects.update_or_create(day=day, defaults={"kind": "holiday", "source": "-"})
    forget()
    assert clock.follow_calendar(date(2026, 11, 1)) == 1
    # What is past is past.
    assert [due(september), due(october)] == [date(2026, 10, 15), date(2026, 11, 17)]


def test_a_rule_that_changes_holds_for_periods_that_begin_from_its_day_on(town):
    form = replace(MONTHLY, due=DueFrom(OCTOBER.first, DueDay(10), DueDay(20)))
    town.firm()
    for span in (SEPTEMBER, OCTOBER):
        services.open_period(form, span, by=town.clock)
    days = Filing.objects.order_by("first").values_list("due_on", flat=True)
    assert list(days) == [date(2026, 10, 20), date(2026, 11, 10)]


# Reminders and lateness.
def test_a_filer_is_reminded_as_often_as_the_form_says_and_no_more(town):
    filing = town.month()
    sent = [clock.remind(filing.due_on - timedelta(days=n)) for n in (8, 7, 6, 3, 3, 1, 0)]
    assert sent == [0, 1, 0, 1, 0, 1, 0]
    assert Notice.objects.filter(role="clerk", organisation_id=town.firm().pk).count() == 3


def test_reminders_that_were_missed_come_as_one(town):
    filing = town.month()
    assert clock.remind(filing.due_on) == 1
    assert clock.remind(filing.due_on) == 0


def test_nobody_is_reminded_of_what_has_been_handed_in(town):
    filing = town.month()
    town.submit(filing, month())
    assert clock.remind(filing.due_on) == 0
    assert clock.escalate(filing.due_on + timedelta(days=1)) == 0


def test_where_the_town_helps_it_is_reminded_too(town):
    filing = town.month(firm=town.firm("Pigs", "farm"), form=FARM)
    clock.remind(filing.due_on)
    assert Notice.objects.get(role="town_officer").region == town.region.path


def test_what_is_late_is_a_finding_until_it_comes_and_town_and_officers_hear_of_it(town):
    filings = [town.month(firm=town.firm(f"Works {n}")) for n in range(3)]
    assert clock.escalate(filings[0].due_on) == 0
    day = filings[0].due_on + timedelta(days=1)
    assert clock.escalate(day) == 3
    assert clock.escalate(day) == 0
    assert Notice.objects.get(role="town_officer").values["count"] == 3
    assert Notice.objects.filter(role="officer").count() == 1
    late = FindingRecord.objects.filter(code="filings.late", cleared_at=None)
    assert late.count() == 3
    town.submit(filings[0], month())
    assert late.count() == 2


def test_a_later_last_day_takes_the_lateness_back(town):
    filing = town.month()
    clock.escalate(date(2026, 10, 16))
    later = today() + timedelta(days=30)
    services.change_due(MONTHLY, SEPTEMBER, later, reason=REASON, by=town.officer())
    assert not FindingRecord.objects.filter(code="filings.late", cleared_at=None).exists()
    assert clock.remind(later) == 1
    assert filing.due_on != due(filing)


# Closing.
def test_who_closes_owes_what_began_before_and_nothing_after(town):
    works = town.firm()
    for span in (SEPTEMBER, OCTOBER, NOVEMBER):
        services.open_period(MONTHLY, span, by=town.clock)
    organisations.close(works, town.clock, last=date(2026, 10, 10), reason="Sold.")
    clock.look(date(2026, 11, 26))
    clock.look(date(2026, 12, 26))
    assert states(works) == {9: "open", 10: "open", 11: "lapsed"}
    with pytest.raises(NoLongerOwed, match="closed"):
        services.draft_of(Filing.objects.get(first=NOVEMBER.first), by=town.clerk(works))
    october = Filing.objects.get(first=OCTOBER.first)
    assert town.submit(october, month()).state == "accepted"


def test_who_was_closed_by_mistake_owes_it_again(town):
    works = town.firm()
    town.month(NOVEMBER)
    organisations.close(works, town.clock, last=date(2026, 10, 10), reason="Sold.")
    clock.look(date(2026, 11, 26))
    organisations.reopen(Organisation.objects.get(pk=works.pk), town.clock)
    clock.look(date(2026, 11, 26))
    assert states(works)[11] == "open"


def test_what_fails_for_one_form_keeps_no_other_back(town):
    town.firm()
    town.firm("Pigs", "farm")

    def broken(span):
        raise RuntimeError("no such rule")

    declarations.fill([replace(MONTHLY, owes=broken), FARM])
    with pytest.raises(ExceptionGroup, match="the clock of the filings"):
        clock.look(date(2026, 11, 26))
    assert set(Filing.objects.values_list("type", flat=True)) == {FARM.code}


def test_the_clock_is_wound_every_hour_and_looks_twice_without_harm(town):
    from wufei.hub.filings.tasks import look_at_the_clock

    town.firm("Pigs", "farm", validity=period(date(2020, 1, 1)))
    look_at_the_clock(timestamp=0)
    before = Filing.objects.count(), Notice.objects.count(), FindingRecord.objects.count()
    look_at_the_clock(timestamp=0)
    assert (Filing.objects.count(), Notice.objects.count(), FindingRecord.objects.count()) == before
    filing = Filing.objects.filter(type=FARM.code).first()
    early = {"not_over:::": "nothing more is coming"}
    assert town.submit(filing, farm(), reasons=early).state == "accepted"


def firsts():
    rows = Filing.objects.filter(type=MONTHLY.code).order_by("first")
    return list(rows.values_list("first", flat=True))


def due(filing):
    return Filing.objects.get(pk=filing.pk).due_on


def due_of(organisation):
    return Filing.objects.get(organisation=organisation).due_on


def states(organisation):
    rows = Filing.objects.filter(organisation=organisation, type=MONTHLY.code)
    return {filing.first.month: filing.state for filing in rows}
