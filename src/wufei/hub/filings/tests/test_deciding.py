"""What was submitted is looked at: passed on, accepted, sent back, rejected, decided elsewhere."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Forbidden, Invalid, NotFound
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.notices.models import Notice
from wufei.hub.filings import declarations, queries, services
from wufei.hub.filings.declarations import Reviewer
from wufei.hub.filings.models import EffectRecord, Filing, Version
from wufei.hub.filings.refusals import (
    Decided,
    DecidedElsewhere,
    DecidedHere,
    EffectRefused,
    EvidenceMissing,
    LeftToTowns,
    NotForTowns,
    NothingToPassOn,
    NothingWaits,
    NotRefusable,
    NumberMissing,
    Overtaken,
    ReasonMissing,
    TownFirst,
    TownPassesOn,
)
from wufei.hub.filings.services import effects
from wufei.hub.filings.services.checking import form_of
from wufei.hub.filings.services.effects import made_of
from wufei.hub.filings.tests.stories import FORMS, LICENCE, PLAN, STORED, loads, month

DAY = date(2026, 11, 20)


def passed_on(town, mass=10):
    """A plan that the town has passed on."""
    filing = town.plan(mass)
    version = town.submit(filing)
    services.forward(version, town.town_officer())
    return filing, version


# Town and department.
def test_the_town_looks_first_and_the_department_decides(town):
    filing, version = town.plan(), None
    version = town.submit(filing)
    assert version.state == "submitted"
    with pytest.raises(TownFirst):
        services.accept(version, by=town.officer())
    with pytest.raises(TownPassesOn):
        services.accept(version, by=town.town_officer())
    forwarded = services.forward(version, town.town_officer())
    assert services.forward(version, town.town_officer()) == forwarded
    with pytest.raises(NothingWaits):
        services.send_back(version, note="Too late.", by=town.town_officer())
    accepted = services.accept(version, note="Fine.", by=town.officer())
    filing.refresh_from_db()
    assert (accepted.state, filing.state, filing.in_force) == ("accepted", "accepted", version)


def test_each_finds_in_the_queue_what_waits_for_them(town):
    filing = town.plan()
    version = town.submit(filing)
    town_officer, officer = town.town_officer(), town.officer()
    assert list(queries.review_queue(town_officer)) == [version]
    assert list(queries.review_queue(officer)) == []
    services.forward(version, town_officer)
    assert list(queries.review_queue(town_officer)) == []
    assert list(queries.review_queue(officer)) == [version]
    services.accept(version, by=officer)
    assert list(queries.review_queue(officer)) == []
    assert list(queries.review_queue(town.clerk())) == []


def test_towns_review_only_where_the_form_says_so(town):
    version = town.submit(town.month(), month())
    with pytest.raises(NotForTowns):
        services.send_back(version, note="No.", by=town.town_officer())
    with pytest.raises(Forbidden):
        services.accept(version, by=town.clerk())
    with pytest.raises(NothingToPassOn):
        services.forward(version, town.officer())


def test_a_town_far_away_does_not_see_it(town):
    version = town.submit(town.plan())
    far = replace(town.town_officer(), region_codes=frozenset({"T2"}))
    with pytest.raises(NotFound):
        services.forward(version, far)


# Deciding twice.
def test_who_decides_second_is_told_what_the_first_decided(town):
    _filing, version = passed_on(town)
    first, second = town.officer(), town.officer()
    services.send_back(version, note="Which road?", by=first)
    with pytest.raises(Decided, match=r"Sent back \(Which road\?\)"):
        services.accept(version, by=second)
    with pytest.raises(Decided):
        services.reject(version, note="No.", by=second)
    assert STORED == []


def test_the_same_decision_again_is_the_decision_there_is(town):
    _filing, version = passed_on(town)
    officer = town.officer()
    accepted = services.accept(version, by=officer)
    assert services.accept(version, by=officer) == accepted
    assert len(STORED) == 1
    assert EffectRecord.objects.count() == 1


# Sending back.
def test_what_was_sent_back_shows_its_remarks_and_is_submitted_again(town):
    filing, version = passed_on(town)
    remarks = [
        {"section": "loads", "row": 0, "field": "mass", "text": "Weigh it."},
        {"section": "loads", "row": 0, "field": "mass", "text": " "},
    ]
    services.send_back(version, note="", remarks=remarks, by=town.officer())
    filing.refresh_from_db()
    version.refresh_from_db()
    assert (filing.state, len(version.remarks)) == ("returned", 1)
    assert queries.mine(town.clerk()).get() == filing
    notice = Notice.objects.filter(role="clerk").get()
    assert (notice.organisation_id, "sent back" in notice.heading) == (town.firm().pk, True)
    draft = services.draft_of(filing, by=town.clerk())
    assert form_of(draft).total("loads", "mass") == 10
    again = town.submit(filing, loads(12))
    assert (again.number, again.state, filing.state) == (2, "submitted", "submitted")


def test_sending_back_says_why(town):
    _filing, version = passed_on(town)
    with pytest.raises(ReasonMissing):
        services.send_back(version, note=" ", by=town.officer())
    with pytest.raises(ReasonMissing):
        services.reject(version, note="", by=town.officer())


def test_what_is_on_file_waits_for_a_look_and_stays_in_force_when_it_is_sent_back(town):
    filing = town.month()
    version, officer = town.submit(filing, month()), town.officer()
    assert list(queries.review_queue(officer)) == [version]
    with pytest.raises(NotRefusable):
        services.reject(version, note="No.", by=officer)
    services.send_back(version, note="Which slag?", by=officer)
    filing.refresh_from_db()
    assert (filing.state, filing.in_force) == ("returned", version)
    changed = town.submit(filing, month(6))
    version.refresh_from_db()
    assert (filing.state, filing.in_force) == ("accepted", changed)
    assert version.state == "returned"
    services.accept(changed, by=officer)
    assert list(queries.review_queue(officer)) == []
    with pytest.raises(Decided):
        services.accept(changed, by=town.officer())


# Rejecting, and what stays.
def test_an_amendment_that_is_rejected_leaves_what_was_in_force(town):
    filing, first = passed_on(town)
    officer = town.officer()
    services.accept(first, by=officer)
    second = town.submit(filing, loads(20))
    assert (filing.state, filing.in_force) == ("submitted", first)
    services.forward(second, officer)
    services.reject(second, note="Too much.", by=officer)
    filing.refresh_from_db()
    first.refresh_from_db()
    assert (filing.state, filing.in_force, first.state) == ("accepted", first, "accepted")


def test_a_plan_that_is_rejected_has_no_effect_and_may_be_handed_in_anew(town):
    filing, version = passed_on(town)
    services.reject(version, note="No room.", by=town.officer())
    filing.refresh_from_db()
    assert (filing.state, STORED) == ("rejected", [])
    assert town.submit(filing, loads(1)).number == 2


def test_of_two_versions_only_the_later_is_decided_on(town):
    filing, first = passed_on(town)
    second = town.submit(filing, loads(12))
    with pytest.raises(Overtaken, match="version 2 is the latest"):
        services.accept(first, by=town.officer())
    services.forward(second, town.officer())
    services.accept(second, by=town.officer())
    assert [(Decimal(12), [])] == STORED


# What follows.
def test_what_follows_is_said_beforehand_and_done_with_the_acceptance(town):
    filing, version = passed_on(town)
    ((effect, lines),) = services.preview(version)
    assert (effect.code, lines, STORED) == ("store", ["10 t"], [])
    services.accept(version, by=town.officer())
    assert [(Decimal(10), [])] == STORED
    assert [made.text for _code, made in made_of(version)] == ["10 t stored"]
    second = town.submit(filing, loads(12))
    services.forward(second, town.officer())
    services.accept(second, by=town.officer())
    # It is told what it made of the version before.
    assert STORED[1:] == [(Decimal(12), ["10 t stored"])]


def test_what_follows_from_a_version_is_done_once_were_the_code_wrong(town):
    _filing, version = passed_on(town)
    accepted = services.accept(version, by=town.officer())
    with pytest.raises(IntegrityError, match="filings_effect_once"), transaction.atomic():
        effects.run([(accepted, None)], town.clock)


def test_an_effect_that_is_refused_refuses_the_acceptance_as_a_whole(town):
    filing, version = passed_on(town, mass=60)
    with pytest.raises(EffectRefused, match="There is no room for 60 t") as refused:
        services.accept(version, by=town.officer())
    assert refused.value.cause.code == "test_no_room"
    version.refresh_from_db()
    filing.refresh_from_db()
    assert (version.state, version.decided_at) == ("forwarded", None)
    assert (filing.state, filing.in_force) == ("submitted", None)
    assert not EffectRecord.objects.exists()


# Decided elsewhere.
def prepared(town):
    filing = town.plan(form=LICENCE)
    return filing, town.submit(filing)


def accepted(filing, number, by, file=None):
    services.bring_back(
        filing, outcome="accepted", authority_no=number, decided_on=DAY, file=file, by=by
    )


def test_what_is_decided_elsewhere_is_brought_back_with_its_number(town):
    filing, version = prepared(town)
    assert filing.state == "submitted"
    with pytest.raises(DecidedElsewhere):
        services.accept(version, by=town.officer())
    with pytest.raises(NumberMissing):
        services.bring_back(filing, outcome="accepted", decided_on=DAY, by=town.officer())
    accepted(filing, "鲁危证 7", town.officer())
    filing.refresh_from_db()
    assert (filing.state, filing.authority_no, filing.in_force) == (
        "accepted",
        "鲁危证 7",
        version,
    )
    assert len(STORED) == 1
    accepted(filing, "鲁危证 7", town.officer())
    assert len(STORED) == 1
    with pytest.raises(Decided):
        services.bring_back(filing, outcome="rejected", decided_on=DAY, by=town.officer())


def test_who_files_brings_the_decision_back_with_the_paper(town):
    filing, version = prepared(town)
    by = town.clerk()
    with pytest.raises(EvidenceMissing):
        accepted(filing, "7", by)
    paper = StoredFile.objects.create(
        sha256=uuid7().hex * 2, name="a.pdf", size=1, kind="pdf", mime="application/pdf", by=by.id
    )
    accepted(filing, "7", by, paper)
    assert version.attachments.get().file == paper
    assert queries.may_open(paper, town.officer())


def test_what_is_decided_here_has_no_other_decision(town):
    filing, _version = passed_on(town)
    with pytest.raises(DecidedHere):
        services.bring_back(filing, outcome="accepted", decided_on=DAY, by=town.officer())


def test_what_the_authority_sends_back_is_filled_in_again(town):
    filing, _version = prepared(town)
    services.bring_back(filing, outcome="returned", decided_on=DAY, note="Map.", by=town.officer())
    filing.refresh_from_db()
    assert filing.state == "returned"
    assert town.submit(filing, loads(3)).number == 2
    assert Version.objects.count() == 2
    assert Filing.objects.count() == 1


def test_a_decision_holds_for_the_version_that_it_was_made_on(town):
    filing, first = prepared(town)
    second = town.submit(filing, loads(20))
    said = {"outcome": "accepted", "authority_no": "7", "decided_on": DAY, "by": town.officer()}
    with pytest.raises(Overtaken, match="version 2 is the latest"):
        services.bring_back(filing, version=first.number, **said)
    assert STORED == []
    assert services.bring_back(filing, version=second.number, **said).state == "accepted"
    # The same once more, although a third one has come since.
    assert services.bring_back(filing, version=second.number, **said) == second
    with pytest.raises(Decided):
        services.bring_back(filing, **{**said, "decided_on": date(2026, 11, 19)})


def test_a_day_that_no_calendar_has_is_no_day_of_a_decision(town):
    filing, _version = prepared(town)
    said = {"outcome": "accepted", "authority_no": "7", "by": town.officer()}
    with pytest.raises(Invalid, match="four digits"):
        services.bring_back(filing, decided_on=date(1, 1, 1), **said)


def test_a_town_brings_back_no_decision_on_what_it_does_not_review(town):
    filing, _version = prepared(town)
    with pytest.raises(NotFound):
        accepted(filing, "7", town.town_officer())
    others = [one for one in FORMS if one.code != LICENCE.code]
    declarations.fill([*others, replace(LICENCE, reviewer=Reviewer.DEPARTMENT)])
    with pytest.raises(NotForTowns):
        accepted(filing, "7", town.town_officer())
    declarations.fill([*others, replace(LICENCE, reviewer=Reviewer.TOWN)])
    accepted(filing, "7", town.town_officer())
    assert len(STORED) == 1


def test_a_department_decides_on_nothing_that_only_the_town_reviews(town):
    only_town = replace(PLAN, code="test_town", number_prefix="TT", reviewer=Reviewer.TOWN)
    declarations.fill([*FORMS, only_town])
    filing = town.plan(form=only_town)
    version = town.submit(filing)
    for decide in (
        lambda by: services.accept(version, by=by),
        lambda by: services.send_back(version, note="Which?", by=by),
        lambda by: services.reject(version, note="No.", by=by),
    ):
        with pytest.raises(LeftToTowns):
            decide(town.officer())
    services.accept(version, by=town.town_officer())
    filing.refresh_from_db()
    assert filing.state == Filing.State.ACCEPTED


def test_what_is_no_text_is_left_out_of_notes_and_remarks(town):
    version = town.submit(town.month(), month())
    remark = {"section": "head", "row": None, "field": "output", "text": "Look\0."}
    services.send_back(version, note="Which\0 slag?", remarks=[remark], by=town.officer())
    version.refresh_from_db()
    assert (version.decision_note, version.remarks[0]["text"]) == ("Which slag?", "Look.")
