"""Queries that are composed once find what the queries themselves find."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import DateField
from django.test.utils import CaptureQueriesContext

from wufei.hub.base import rows
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.prepared import Among, Given, Rows, none_of, run, together
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import period, valid_on

MAY = [date(2031, 5, n) for n in (1, 2, 5)]
NAMED = Rows(lambda: CalendarDay.objects.filter(Among("day", "days")).order_by("-day"))
LOCKED = Rows(lambda: CalendarDay.objects.select_for_update().filter(Among("pk", "keys")))
PLACES = Rows(
    lambda: (
        Site.objects.filter(
            valid_on(Given("day", DateField())), Among("organisation", "owners"), kind="depot"
        )
        .select_related("organisation__region", "region")
        .defer("organisation__address")
        .order_by("name")
    )
)


@pytest.fixture
def days(db):
    made = [CalendarDay(day=day, kind=CalendarDay.Kind.HOLIDAY, name="May 100 %") for day in MAY]
    return CalendarDay.objects.bulk_create(made)


@pytest.fixture
def yards(db):
    """Two yards and a mill of one firm, and a yard of another."""
    always = period(date(2020, 1, 1))
    town = Region.objects.create(code="P1", name="Town", level="town", path="P1", pinyin="t")
    firms = [
        Organisation.objects.create(
            name=name, pinyin="f", kind="enterprise", region=town, validity=always
        )
        for name in ("Works", "Others")
    ]
    return [
        Site.objects.create(
            organisation=firm, name=name, pinyin="s", kind=kind, region=town, validity=always
        )
        for firm, name, kind in (
            (firms[0], "West yard", "depot"),
            (firms[0], "East yard", "depot"),
            (firms[0], "Mill", "plant"),
            (firms[1], "North yard", "depot"),
        )
    ]


def columns(row):
    return {field.attname: row.__dict__.get(field.attname) for field in row._meta.concrete_fields}


def test_rows_are_those_of_the_query_in_its_order(days):
    assert [one.day for one in NAMED(days=MAY[:2])] == [MAY[1], MAY[0]]
    assert [one.day for one in NAMED(days=MAY[2:])] == [MAY[2]]
    assert NAMED(days=[]) == []


def test_instances_are_as_the_orm_makes_them(yards, django_assert_num_queries):
    owner = yards[0].organisation
    query = Site.objects.filter(valid_on(date(2026, 1, 1)), organisation=owner, kind="depot")
    plain = list(query.select_related("organisation__region", "region").order_by("name"))
    with django_assert_num_queries(1):
        found = PLACES(day=date(2026, 1, 1), owners=[owner.pk])
        assert [one.name for one in found] == ["East yard", "West yard"]
        assert [one.organisation.region.name for one in found] == ["Town", "Town"]
    assert [columns(one) for one in found] == [columns(one) for one in plain]
    assert found == plain
    assert not any(one._state.adding for one in found)
    assert PLACES(day=date(2019, 12, 31), owners=[owner.pk]) == []


def test_what_the_query_defers_is_read_when_it_is_asked_for(yards, django_assert_num_queries):
    (found, *_more) = PLACES(day=date(2026, 1, 1), owners=[yards[3].organisation_id])
    with django_assert_num_queries(1):
        assert found.organisation.address == ""


def test_each_asking_is_counted_as_a_query(days):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        NAMED(days=MAY)
        NAMED(days=MAY)
    assert len(asked) == 2


def test_rows_are_locked_as_the_query_locks_them(days):
    with CaptureQueriesContext(connection) as asked:
        assert len(LOCKED(keys=[days[0].pk])) == 1
    assert "FOR UPDATE" in asked[0]["sql"]


def test_a_per_cent_sign_stays_what_it_is(days):
    text = Rows(lambda: CalendarDay.objects.filter(Among("day", "days"), name="May 100 %"))
    assert len(text(days=MAY)) == 3
    assert run("SELECT '100 %%', %s::text", ["50 %"]) == [("100 %", "50 %")]


def test_one_text_is_planned_once_whatever_the_size_of_a_number(days):
    text = "SELECT %s::bigint + 0"
    assert [run(text, [number]) for number in (1, 1 << 20, 1 << 40, 7)] == [
        [(1,)],
        [(1 << 20,)],
        [(1 << 40,)],
        [(7,)],
    ]
    kept = run(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s::text",
        ["SELECT $1::bigint + 0"],
    )
    assert kept == [(1,)]


def test_a_refused_statement_leaves_the_next_one_well(days):
    again = """INSERT INTO base_calendarday (day, kind, name, certain)
        SELECT day, kind, name, certain FROM base_calendarday WHERE day = %s::date RETURNING day"""
    for _try in range(3):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(again, [MAY[0]])
        assert len(NAMED(days=MAY)) == 3


def renamed(day, name):
    day.name = name
    return rows.change([day], ["name"])


def test_what_runs_together_sees_what_was_done_before_it(days):
    before, written, after = together(
        NAMED.of(days=MAY[:1]), renamed(days[0], "Labour Day"), NAMED.of(days=MAY[:1])
    )
    assert written == {days[0].pk}
    assert [one.name for one in before + after] == ["May 100 %", "Labour Day"]


def test_each_that_runs_together_is_counted_and_nothing_asks_nothing(days):
    with CaptureQueriesContext(connection) as asked:
        told = together(NAMED.of(days=MAY), none_of(), rows.insertion([]), NAMED.of(days=MAY))
    assert [found and len(found) for found in told] == [3, [], None, 3]
    assert len(asked) == 2
    assert together() == []


def test_the_first_error_stops_those_that_run_together(days):
    twin = CalendarDay(day=MAY[0], kind=CalendarDay.Kind.HOLIDAY, name="Twin")
    with pytest.raises(IntegrityError, match="day"), transaction.atomic():
        together(renamed(days[1], "Before"), rows.insertion([twin]), renamed(days[2], "After"))
    assert {one.name for one in NAMED(days=MAY)} == {"May 100 %"}
    assert twin._state.adding


def test_outside_a_transaction_nothing_runs_together(committed):
    with pytest.raises(AssertionError, match="all or nothing"):
        together(NAMED.of(days=MAY), NAMED.of(days=MAY))


def test_locks_want_a_transaction_to_end_with(committed):
    with transaction.atomic():
        assert LOCKED(keys=MAY) == []
    with pytest.raises(AssertionError, match="locks"):
        LOCKED(keys=MAY)
