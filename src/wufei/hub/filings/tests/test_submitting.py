"""Periods are opened, drafts written, forms submitted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base import texts
from wufei.hub.base.errors import IdReused, NotFound
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.wording import both
from wufei.hub.filings import declarations, findings, queries, services
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import (
    ClosedThen,
    DraftInTheWay,
    DraftMoved,
    FileOfOthers,
    NoDraft,
    NotOfThisPeriod,
    StillProblems,
    TwiceInOne,
    WrongFiler,
)
from wufei.hub.filings.services import Item
from wufei.hub.filings.services.checking import form_of, problems_of, resolve, sections_of
from wufei.hub.filings.tests.stories import (
    FARM,
    MONTHLY,
    OCTOBER,
    PLAN,
    SEPTEMBER,
    WASTES,
    farm,
    loads,
    month,
)
from wufei.hub.registry.validity import period


# Who owes it.
def test_all_who_owe_a_form_owe_it_from_then_on_until_the_day_that_the_rule_says(town):
    works, pigs = town.firm("Works"), town.firm("Pigs", "farm")
    assert services.open_period(MONTHLY, SEPTEMBER, by=town.clock) == 1
    (filing,) = Filing.objects.all()
    assert (filing.organisation, filing.owed, filing.due_on) == (works, True, date(2026, 10, 15))
    assert services.open_period(FARM, SEPTEMBER, by=town.clock) == 1
    assert queries.mine(town.clerk(pigs)).get().type == FARM.code


def test_opening_a_period_again_opens_it_for_those_who_are_new_only(town):
    town.firm("Works")
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    town.firm("Mill")
    assert services.open_period(MONTHLY, SEPTEMBER, by=town.clock) == 1
    assert services.open_period(MONTHLY, SEPTEMBER, by=town.clock) == 0


def test_nobody_owes_a_month_in_which_they_were_not_open_on_any_day(town):
    town.firm("Young", validity=period(date(2026, 9, 30)))
    town.firm("Old", validity=period(date(2020, 1, 1), date(2026, 8, 31)))
    town.firm("Gone", validity=period(date(2020, 1, 1), date(2026, 9, 1)))
    services.open_period(MONTHLY, SEPTEMBER, by=town.clock)
    owing = Filing.objects.values_list("organisation__name", flat=True)
    assert sorted(owing) == ["Gone", "Young"]


def test_the_class_of_a_filer_decides_what_is_asked_and_says_why(town):
    big, small = town.firm("Big works"), town.firm("Works")
    filings = [town.month(firm=one) for one in (big, small)]
    asked = [[section.code for section in sections_of(one)] for one in filings]
    assert asked == [["head", "wastes", "more"], ["head", "wastes"]]
    assert filings[0].class_reason == "It is big."


# One form.
def test_an_event_is_filed_on_ones_own_account_and_once_under_one_id(town):
    by, id, day = town.clerk(), uuid7(), Span(date(2026, 11, 2), date(2026, 11, 2))
    first = services.start(PLAN, town.firm(), span=day, id=id, by=by)
    assert first == services.start(PLAN, town.firm(), span=day, id=id, by=by)
    assert first.due_on == date(2026, 11, 5)
    with pytest.raises(IdReused):
        services.start(PLAN, town.firm("Mill"), span=day, id=id, by=by)


def test_a_month_that_is_there_is_not_begun_a_second_time(town):
    opened = town.month()
    again = services.start(
        MONTHLY, town.firm(), span=SEPTEMBER, id=uuid7(), by=town.clerk(town.firm())
    )
    assert again == opened


def test_only_who_may_file_it_begins_a_form_and_only_for_a_period_of_it(town):
    pigs, works = town.firm("Pigs", "farm"), town.firm()
    new = town.firm("New", validity=period(date(2026, 11, 1)))
    with pytest.raises(WrongFiler):
        services.start(MONTHLY, pigs, span=SEPTEMBER, id=uuid7(), by=town.clerk(pigs))
    with pytest.raises(NotFound):
        services.start(MONTHLY, works, span=SEPTEMBER, id=uuid7(), by=town.clerk(pigs))
    # An officer files for the own department only.
    with pytest.raises(NotFound):
        services.start(MONTHLY, works, span=SEPTEMBER, id=uuid7(), by=town.officer())
    half = Span(date(2026, 9, 1), date(2026, 9, 15))
    with pytest.raises(NotOfThisPeriod):
        services.start(MONTHLY, works, span=half, id=uuid7(), by=town.clerk(works))
    with pytest.raises(ClosedThen):
        services.start(MONTHLY, new, span=SEPTEMBER, id=uuid7(), by=town.clerk(new))


def test_a_town_files_for_those_without_a_computer_and_for_nobody_else(town):
    pigs, helper = town.firm("Pigs", "farm"), town.town_officer()
    filing = town.month(firm=pigs, form=FARM)
    version = town.submit(filing, farm(40), by=helper)
    assert (version.state, version.submitted_by) == ("accepted", helper.id)
    with pytest.raises(NotFound):
        services.draft_of(town.month(), by=helper)


# Drafts.
def test_the_first_draft_is_filled_in_and_there_is_one_only(town):
    filing, by = town.month(), town.clerk()
    draft = services.draft_of(filing, by=by)
    form = form_of(draft)
    assert (form.values["output"], form.values["share"]) == (100, Decimal(100))
    assert form.rows["wastes"] == ({"waste": "X-1", "mass": Decimal(5), "to": None},)
    assert services.draft_of(filing, by=town.clerk()) == draft


def test_what_two_people_write_in_one_draft_is_never_lost_without_a_word(town):
    filing, anna, bo = town.month(), town.clerk(), town.clerk()
    draft = services.draft_of(filing, by=anna)
    services.save_draft(draft, month(7), edition=0, by=anna)
    with pytest.raises(DraftMoved, match="saved this draft at"):
        services.save_draft(draft, month(8), edition=0, by=bo)
    seen = services.draft_of(filing, by=bo)
    assert form_of(seen).total("wastes", "mass") == 7
    services.save_draft(seen, month(8), edition=seen.edition, by=bo)
    assert form_of(services.draft_of(filing, by=anna)).total("wastes", "mass") == 8


def test_drafts_are_private(town):
    filing = town.month()
    services.draft_of(filing, by=town.clerk())
    assert queries.versions(filing, town.clerk()).count() == 1
    assert queries.versions(filing, town.officer()).count() == 0
    with pytest.raises(NotFound):
        services.draft_of(filing, by=town.clerk(town.firm("Mill")))


def test_a_file_that_somebody_else_has_handed_in_cannot_be_named(town):
    filing, by = town.month(), town.clerk()
    own, foreign = (_file(one.id) for one in (by, town.officer()))
    draft = town.write(filing, month(photos=(own.uuid,)), by=by)
    assert draft.attachments.get().file == own
    with pytest.raises(FileOfOthers):
        town.write(filing, month(photos=(foreign.uuid,)), by=by)
    # A colleague goes on with it.
    town.write(filing, month(8, photos=(own.uuid,)), by=town.clerk())


def test_files_are_opened_by_those_who_read_the_form_once_it_is_submitted(town):
    filing, by = town.month(), town.clerk()
    photo = _file(by.id)
    town.write(filing, month(photos=(photo.uuid,)), by=by)
    colleague, stranger = town.clerk(), town.clerk(town.firm("Mill"))
    seen = [queries.may_open(photo, one) for one in (colleague, stranger, town.officer())]
    assert seen == [True, False, False]
    town.submit(filing)
    seen = [queries.may_open(photo, one) for one in (colleague, stranger, town.officer())]
    assert seen == [True, False, True]


def test_a_draft_that_was_thrown_away_leaves_room_for_another(town):
    filing, by = town.month(), town.clerk()
    draft = town.write(filing, month(9))
    services.discard(draft, by=by)
    services.discard(draft, by=by)
    assert form_of(services.draft_of(filing, by=by)).total("wastes", "mass") == 5


# Submitting.
def test_what_is_put_on_file_has_its_number_at_once(town):
    filing = town.month()
    version = town.submit(filing, month())
    assert (filing.state, version.state, filing.in_force) == ("accepted", "accepted", version)
    assert filing.number
    assert filing.number.startswith("TM20")
    assert (filing.head, version.number) == (1, 1)
    assert filing.received_on
    mill = town.month(OCTOBER)
    town.submit(mill, month())
    assert int(mill.number[-5:]) == int(filing.number[-5:]) + 1


def test_submitting_twice_under_one_id_is_submitting_once(town):
    filing, id, by = town.month(), uuid7(), town.clerk()
    first = town.submit(filing, month(), id=id, by=by)
    assert services.submit(filing, id=id, by=by) == first
    assert filing.versions.count() == 1
    with pytest.raises(IdReused):
        services.submit(town.month(OCTOBER), id=id, by=by)
    with pytest.raises(NoDraft):
        services.submit(filing, id=uuid7(), by=by)


def test_what_is_impossible_blocks_and_leaves_a_finding_that_goes_when_it_is_mended(town):
    filing = town.month()
    town.write(filing, month(2000))
    with pytest.raises(StillProblems, match="More than there is") as refused:
        town.submit(filing)
    assert [one.code for one in refused.value.problems] == ["more_than_there_is"]
    found = FindingRecord.objects.get(code="filings.impossible", cleared_at=None)
    assert found.values["problem"] == "more_than_there_is"
    assert Filing.objects.get().state == "open"
    town.submit(filing, month(5))
    assert not FindingRecord.objects.filter(cleared_at=None).exists()


def test_what_is_odd_needs_a_reason_and_is_remembered_with_what_was_seen(town):
    town.submit(town.month(SEPTEMBER), month(5))
    filing = town.month(OCTOBER)
    draft = town.write(filing, month(11))
    (odd,) = problems_of(draft)
    with pytest.raises(StillProblems):
        town.submit(filing)
    version = town.submit(filing, reasons={odd.key: "A second line.", "other": "No."})
    assert version.reasons == {odd.key: "A second line."}
    found = FindingRecord.objects.get(code="filings.odd")
    assert found.values["now_t"] == "11"
    assert "A second line" not in str(found.values)


def test_missing_values_are_told_and_are_no_finding(town):
    filing = town.month()
    town.write(filing, month(output=None))
    with pytest.raises(StillProblems) as refused:
        town.submit(filing)
    assert [one.key for one in refused.value.problems] == ["missing:head::output"]
    assert not FindingRecord.objects.exists()


def test_a_waste_that_is_in_no_catalogue_and_a_firm_that_is_nowhere_are_told(town):
    draft = town.write(town.month(), month(waste="X-99", to=uuid7()))
    assert [one.key for one in problems_of(draft)] == [
        "unknown:wastes:0:waste",
        "unknown:wastes:0:to",
    ]
    before = Span(date(2019, 1, 1), date(2019, 1, 31))
    assert len(resolve((WASTES,), month(), span=before)) == 1
    assert resolve((WASTES,), month(to=town.firm().uuid), span=SEPTEMBER) == []


def test_an_amendment_is_the_next_version_and_keeps_the_number(town):
    filing = town.month()
    first = town.submit(filing, month(5))
    number = filing.number
    draft = services.draft_of(filing, by=town.clerk())
    assert form_of(draft).total("wastes", "mass") == 5
    second = town.submit(filing, month(6))
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("superseded", "accepted", 2)
    assert (filing.number, filing.in_force) == (number, second)
    assert form_of(first).total("wastes", "mass") == 5


def test_what_stands_in_the_audit_log_says_nothing_of_people(town):
    town.submit(town.month(), month(contact="Zhang San 13800000000"))
    events = AuditEvent.objects.filter(event__startswith="filings:")
    assert {one.event for one in events} >= {"filings:draft:save", "filings:version:submit"}
    assert not [one for one in events if "Zhang" in str(one.values)]


def test_what_waits_can_be_taken_back_and_then_nothing_has_come(town):
    filing = town.plan()
    town.submit(filing)
    assert filing.state == "submitted"
    version = services.withdraw(filing, by=town.clerk())
    assert services.withdraw(filing, by=town.clerk()) == version
    filing.refresh_from_db()
    assert (filing.state, filing.received_on) == ("open", None)


def test_an_agent_files_for_a_firm_and_is_named(town, sign_in):
    agency = town.firm("Green agency", "agent")
    works = town.firm()
    user = sign_in("agent", organisations=[agency, works]).user
    agent = replace(town.clerk(works, role="agent"), id=f"person:{user.uuid}")
    assert town.submit(town.month(), month(), by=agent).agent == agency


# Many at once.
def test_each_of_many_forms_stands_for_itself(town):
    firms = [town.firm(f"Works {n}") for n in range(4)]
    filings = [town.month(firm=one) for one in firms]
    by = town.clock
    town.write(filings[2], month(9))
    items = [
        Item(filings[0], month(5), uuid7()),
        Item(filings[1], month(5000), uuid7()),
        Item(filings[2], month(5), uuid7()),
        Item(filings[3], month(6), uuid7()),
        Item(filings[3], month(7), uuid7()),
    ]
    answers = services.submit_many(items, by)
    assert [type(one) for one in answers] == [
        Version,
        StillProblems,
        DraftInTheWay,
        Version,
        TwiceInOne,
    ]
    again = services.submit_many([items[0], items[3]], by)
    assert again == [answers[0], answers[3]]
    (changed,) = services.submit_many([Item(filings[0], month(8), items[0].id)], by)
    assert isinstance(changed, IdReused)
    assert Version.objects.filter(state="accepted").count() == 2
    filings[3].refresh_from_db()
    assert form_of(filings[3].in_force).total("wastes", "mass") == 6


def test_many_forms_cost_as_many_queries_as_few(town, django_assert_max_num_queries):
    filings = [town.month(firm=town.firm(f"Works {n}")) for n in range(60)]
    with django_assert_max_num_queries(30):
        services.submit_many([Item(one, month(5), uuid7()) for one in filings], town.clock)
    assert len(set(Filing.objects.values_list("number", flat=True))) == 60


def test_imported_amendments_replace_what_was_in_force(town):
    filing = town.month()
    services.submit_many([Item(filing, month(5), uuid7())], town.clock)
    (second,) = services.submit_many([Item(filing, month(6), uuid7())], town.clock)
    filing.refresh_from_db()
    assert (filing.in_force, filing.head) == (second, 2)
    assert Version.objects.filter(state="accepted").count() == 1


def test_a_plan_without_a_load_is_told_so(town):
    filing = town.plan()
    town.write(filing, loads())
    with pytest.raises(StillProblems, match="at least 1 rows"):
        town.submit(filing)


def _file(by):
    return StoredFile.objects.create(
        sha256=uuid7().hex * 2, name="a.jpg", size=1, kind="image", mime="image/jpeg", by=by
    )


def test_an_id_that_is_another_forms_is_refused_for_the_one_that_came_later(town):
    one, other, id = town.month(SEPTEMBER), town.month(OCTOBER), uuid7()
    items = [Item(one, month(5), id), Item(other, month(5), id)]
    answers = services.submit_many(items, town.clock)
    assert [type(answer) for answer in answers] == [Version, IdReused]
    assert [type(answer) for answer in services.submit_many(items, town.clock)] == [
        Version,
        IdReused,
    ]


def test_a_history_that_the_platform_brings_in_has_its_own_days(town):
    filing, at = town.month(), datetime(2025, 10, 12, 9, tzinfo=UTC)
    services.submit_many([Item(filing, month(5), uuid7(), at=at)], town.clock)
    filing.refresh_from_db()
    services.send_back(filing.in_force, note="Which?", at=at + timedelta(days=1), by=town.clock)
    filing.refresh_from_db()
    assert (filing.received_on, filing.number) == (date(2025, 10, 12), "TM2025-00001")
    assert filing.in_force.decided_at == at + timedelta(days=1)
    # People act now.
    with pytest.raises(AssertionError):
        services.submit_many([Item(filing, month(6), uuid7(), at=at)], town.clerk())


def test_what_was_odd_is_told_in_the_readers_language(town):
    filing = town.month(form=FARM, firm=town.firm("Pigs", "farm"))
    form = replace(FARM, name=both("养殖月报", "Farm's month"))
    declarations.fill([MONTHLY, form])
    values = findings.late(filing).values
    for language, name in (("en", "Farm's month"), ("zh-hans", "养殖月报")):
        with translation.override(language):
            assert name in texts.tell("filings.late", values)
