"""What the demo's people filed: mostly in time, each on its day, and again nothing new."""

import logging
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from wufei.demo import filings
from wufei.demo.entering import MEMBERS, enter
from wufei.demo.filings import fates, obliged
from wufei.demo.filings.courses import Doer
from wufei.demo.models import Load
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.base.actor import system
from wufei.hub.filings import queries, services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import Period, span_of
from wufei.hub.registry import lists
from wufei.hub.registry.lists import Purpose
from wufei.hub.registry.models import ListEntry, Membership

BY = system("demo")
DAYS = 130
# Without a history nothing stands there that could be stored.
STORED = "hazardous.ledger_b2"


@pytest.fixture
def district(committed, settings, tmp_path):
    """The registers of the demo, as if it had been loaded today with some months of history."""
    settings.DEMO, settings.SIMULATE, settings.MEDIA_ROOT = True, False, tmp_path
    now = timezone.now()
    record = Load.objects.create(
        seed=settings.DEMO_SEED,
        movements_max=0,
        anchor=timezone.localdate(now),
        first=timezone.localdate(now) - timedelta(days=DAYS),
        until=now,
    )
    return record, enter(BY, record.anchor)


def stands():
    """Everything that was handed in, with its state."""
    rows = Version.objects.exclude(filing__type=STORED).order_by("filing", "number")
    return list(rows.values_list("filing__type", "filing__organisation", "number", "state"))


def test_most_came_in_time_some_late_some_not_and_the_next_load_adds_nothing(district, caplog):
    caplog.set_level(logging.WARNING, "wufei.demo")
    record, entered = district
    filings.owe(record, entered, BY)
    told = [one.getMessage() for one in caplog.records]
    assert [one for one in told if STORED not in one] == []
    due = Filing.objects.filter(owed=True, due_on__lt=timezone.localdate())
    came = due.exclude(received_on=None)
    in_time = came.filter(received_on__lte=F("due_on")).count()
    assert in_time >= due.count() * 0.8
    assert in_time < came.count() < due.count()
    states = Counter(Version.objects.values_list("state", flat=True))
    assert min(states[one] for one in ("accepted", "superseded", "returned", "submitted")) > 0
    assert 3 <= queries.review_queue(BY).count() <= 60
    assert Filing.objects.filter(state="returned").exists()
    assert not Version.objects.filter(submitted_at__gt=timezone.now()).exists()
    before = stands()
    filings.owe(record, entered, BY)
    assert stands() == before


def test_a_load_that_was_cut_off_goes_on(district, monkeypatch):
    submit, calls = Doer._submit, []

    def cut_off(doer, courses):
        calls.append(1)
        if len(calls) > 12:
            raise KeyboardInterrupt
        submit(doer, courses)

    record, entered = district
    monkeypatch.setattr(Doer, "_submit", cut_off)
    with pytest.raises(KeyboardInterrupt):
        filings.owe(record, entered, BY)
    some = len(stands())
    monkeypatch.setattr(Doer, "_submit", submit)
    filings.owe(record, entered, BY)
    after = stands()
    assert 0 < some < len(after)
    filings.owe(record, entered, BY)
    assert stands() == after


def test_what_people_of_the_demo_have_to_file_is_left_for_them(district):
    record, entered = district
    filings.owe(record, entered, BY)
    mine = {entered.organisations[key].pk for key in MEMBERS["clerk"]}
    open_ones = Filing.objects.filter(organisation__in=mine, state="open", owed=True)
    assert open_ones.filter(due_on__gte=record.anchor).exists()
    department = Membership.objects.filter(user__username="officer")
    assert department.get().organisation.kind == "department"


def test_every_obliged_list_has_those_who_are_missing_by_name(district):
    record, entered = district
    obliged.enter(entered, BY, record.anchor)
    declared = {one.code for one in lists.kinds() if one.purpose is Purpose.OBLIGED}
    for code in declared:
        matched = ListEntry.objects.filter(list=code).values_list("match", flat=True)
        assert "open" in matched, code
    assert declared == set(obliged.OBLIGED)


def test_the_same_form_has_the_same_fate_and_what_was_missing_long_ago_has_come():
    form = filing_type("industrial.flow")
    span = span_of(Period.MONTH, date(2024, 5, 1))
    now, due = date(2026, 11, 26), date(2024, 6, 15)

    def told(number):
        chance = Random(number)
        return fates.owed(form, span, due, now, chance)

    assert told(7) == told(7)
    days = [told(number)[0].at.date() for number in range(300)]
    assert all(date(2024, 6, 1) <= day <= due + timedelta(days=60) for day in days)
    assert 0.8 < sum(day <= due for day in days) / len(days) < 0.97


# Who has something to file on any day; the others file what happens.
FILES = ("clerk", "agent", "plant", "keeper", "hospital", "bureau", "recycler")


def test_everybody_of_the_demo_opens_what_they_have_to_file(district):
    record, _entered = district
    services.open_due(record.anchor, by=BY)
    for username in (*FILES, "officer", "farmer", "builder", "town"):
        client = Client()
        user = User.objects.get(username=username)
        client.force_login(user, "wufei.hub.accounts.backend.AccountBackend")
        assert client.get("/filings/mine/").status_code == 200, username
        mine = queries.mine(actor_for(user))
        assert mine.exists() or username not in FILES, username
        kinds = {one.type: one for one in mine}
        for code, filing in list(kinds.items())[:3]:
            word = "phone" if filing_type(code).simple else "edit"
            answer = client.get(f"/filings/{filing.uuid}/{word}/")
            assert answer.status_code == 200, (username, code)
