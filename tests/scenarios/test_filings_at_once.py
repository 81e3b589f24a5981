"""Forms at once, each deed on a connection of its own: one wins and the other is told."""

from collections import Counter
from datetime import date
from functools import partial

from django.conf import settings
from django.utils.translation import override
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import IdReused
from wufei.hub.base.notices.models import Notice
from wufei.hub.filings import services
from wufei.hub.filings.models import EffectRecord, Filing, Version
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import Decided, DraftMoved, Overtaken
from wufei.hub.filings.services import clock
from wufei.hub.filings.services.checking import form_of
from wufei.hub.filings.tests.conftest import forms, real_town
from wufei.hub.filings.tests.stories import (
    MONTHLY,
    OCTOBER,
    PLAN,
    SEPTEMBER,
    STORED,
    Town,
    loads,
    month,
)
from wufei.hub.ledger.tests.test_regrouping import at_once

__all__ = ["forms", "real_town"]
ROUNDS = 4


def names(results):
    """What came of each: a result's type or a refusal's."""
    return Counter(type(one).__name__ for one in results)


def passed_on(town: Town, mass: int = 10) -> tuple[Filing, Version]:
    filing = town.plan(mass)
    version = town.submit(filing)
    services.forward(version, town.town_officer())
    return filing, version


def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told(real_town: Town):
    for _round in range(ROUNDS):
        STORED.clear()
        filing, version = passed_on(real_town)
        first, second = real_town.officer(), real_town.officer()
        results = at_once(
            partial(services.accept, version, by=first),
            partial(services.reject, version, note="No room.", by=second),
        )
        assert names(results) == {"Version": 1, "Decided": 1}
        (told,) = [one for one in results if isinstance(one, Decided)]
        version.refresh_from_db()
        # A thread of its own speaks the platform's language.
        with override(settings.LANGUAGE_CODE):
            assert told.values["state"].startswith(str(version.get_state_display()))
        filing.refresh_from_db()
        accepted = version.state == "accepted"
        assert filing.state == version.state
        # What follows is done exactly if it was accepted.
        assert len(STORED) == EffectRecord.objects.filter(version=version).count() == accepted


def test_one_decision_sent_four_times_at_once_is_one(real_town: Town):
    _filing, version = passed_on(real_town)
    officer = real_town.officer()
    results = at_once(*[partial(services.accept, version, by=officer)] * 4)
    assert names(results) == {"Version": 4}
    assert len(STORED) == 1
    decided = AuditEvent.objects.filter(event="filings:version:accept")
    assert decided.count() == 1


def test_an_amendment_and_a_decision_at_once_are_in_one_order_or_the_other(real_town: Town):
    for _round in range(ROUNDS):
        STORED.clear()
        filing, version = passed_on(real_town)
        clerk, officer = real_town.clerk(), real_town.officer()
        real_town.write(filing, loads(20), by=clerk)
        decided, amended = partial(services.accept, version, by=officer), uuid7()
        results = at_once(decided, partial(services.submit, filing, id=amended, by=clerk))
        filing.refresh_from_db()
        # In either order the later version waits, and what was accepted, if it was, is in force.
        assert filing.versions.get(number=2).state == "submitted"
        assert filing.state == "submitted"
        if overtaken := [one for one in results if isinstance(one, Overtaken)]:
            assert (len(overtaken), filing.in_force, STORED) == (1, None, [])
        else:
            assert filing.in_force == version
            assert [float(mass) for mass, _before in STORED] == [10]


def test_submitting_twice_at_once_with_one_id_is_one_submission(real_town: Town):
    for span in (SEPTEMBER, OCTOBER):
        filing, clerk, id = real_town.month(span), real_town.clerk(), uuid7()
        real_town.write(filing, month(), by=clerk)
        results = at_once(*[partial(services.submit, filing, id=id, by=clerk)] * 4)
        assert {one.pk for one in results} == {filing.versions.get().pk}
        sent = AuditEvent.objects.filter(event="filings:version:submit")
        assert sent.filter(subject=f"filings.filing:{filing.uuid}").count() == 1


def test_one_id_for_two_forms_at_once_is_refused_for_one_of_them(real_town: Town):
    clerk, id = real_town.clerk(), uuid7()
    filings = [real_town.month(span) for span in (SEPTEMBER, OCTOBER)]
    for filing in filings:
        real_town.write(filing, month(), by=clerk)
    results = at_once(*(partial(services.submit, one, id=id, by=clerk) for one in filings))
    assert names(results) == {"Version": 1, IdReused.__name__: 1}
    # The other is a draft still, and nothing of it is lost.
    assert sorted(Version.objects.values_list("state", flat=True)) == ["accepted", "draft"]


def test_of_two_people_who_save_one_draft_at_once_one_is_told_to_look_again(real_town: Town):
    filing, anna, bo = real_town.month(), real_town.clerk(), real_town.clerk()
    draft = services.draft_of(filing, by=anna)
    for edition in range(ROUNDS):
        results = at_once(
            *(
                partial(services.save_draft, draft, month(mass), edition=edition, by=by)
                for by, mass in ((anna, 7), (bo, 8))
            )
        )
        assert names(results) == {"Version": 1, DraftMoved.__name__: 1}
        (won,) = [one for one in results if isinstance(one, Version)]
        now = services.draft_of(filing, by=anna)
        assert (now.edition, now.author) == (edition + 1, won.author)
        assert form_of(now).total("wastes", "mass") == (7 if won.author == anna.id else 8)


def test_two_who_open_a_draft_at_once_write_in_the_same_one(real_town: Town):
    filing = real_town.month()
    results = at_once(*(partial(services.draft_of, filing, by=real_town.clerk()) for _n in "1234"))
    assert len({one.pk for one in results}) == 1
    assert results[0].rows.count() == 1


def test_a_period_opened_by_four_workers_at_once_is_open_once(real_town: Town):
    for n in range(30):
        real_town.firm(f"Works {n}")
    opened = at_once(*[partial(services.open_period, MONTHLY, SEPTEMBER, by=real_town.clock)] * 4)
    assert sum(opened) == 30
    assert Filing.objects.count() == 30


def test_a_month_begun_by_its_filer_while_it_is_opened_for_all_is_one(real_town: Town):
    works = real_town.firm()
    clerk = real_town.clerk(works)
    results = at_once(
        partial(services.open_period, MONTHLY, SEPTEMBER, by=real_town.clock),
        *(
            partial(services.start, MONTHLY, works, span=SEPTEMBER, id=uuid7(), by=clerk)
            for _n in range(3)
        ),
    )
    filing = Filing.objects.get()
    assert filing.owed
    assert {one.pk for one in results if isinstance(one, Filing)} == {filing.pk}


def test_two_clocks_at_once_remind_and_escalate_once(real_town: Town):
    for n in range(10):
        real_town.month(firm=real_town.firm(f"Works {n}"))
    reminded = at_once(*[partial(clock.remind, date(2026, 10, 14))] * 3)
    late = at_once(*[partial(clock.escalate, date(2026, 10, 20))] * 3)
    assert (sum(reminded), sum(late)) == (10, 10)
    assert Notice.objects.filter(role="clerk").count() == 20


def test_numbers_of_forms_that_come_at_once_are_in_a_row(real_town: Town):
    filings = [real_town.month(firm=real_town.firm(f"Works {n}")) for n in range(8)]
    for filing in filings:
        real_town.write(filing, month())
    at_once(
        *(
            partial(services.submit, one, id=uuid7(), by=real_town.clerk(one.organisation))
            for one in filings
        )
    )
    serials = sorted(int(one.number[-5:]) for one in Filing.objects.all() if one.number)
    assert serials == list(range(1, 9))


def test_forms_imported_twice_at_once_are_there_once(real_town: Town):
    filings = [real_town.month(firm=real_town.firm(f"Works {n}")) for n in range(12)]
    items = [services.Item(one, month(5), uuid7()) for one in filings]
    # One file upside down: whoever locks the same filings goes through them in one order.
    results = at_once(
        partial(services.submit_many, items, real_town.clock),
        partial(services.submit_many, items[::-1], real_town.clock),
    )
    assert {one.pk for many in results for one in many} == {one.pk for one in Version.objects.all()}
    assert Version.objects.count() == 12


def test_plans_begun_twice_at_once_with_one_id_are_one(real_town: Town):
    works, clerk, id = real_town.firm(), real_town.clerk(), uuid7()
    day = real_town.plan().first
    begin = partial(services.start, PLAN, works, span=Span(day, day), id=id, by=clerk)
    assert len({one.pk for one in at_once(begin, begin, begin)}) == 1
