"""Several lines of a file that are one entry: a market's day with all its stalls."""

from dataclasses import replace
from decimal import Decimal

import pytest

from wufei.hub.base.errors import Invalid
from wufei.hub.base.models import ImportFault, ImportRun
from wufei.hub.base.tables import Column, Kind, Table, Taken, importing, spec, taking
from wufei.hub.base.tables.heading import UnknownUnit, find_heading
from wufei.hub.base.tables.joining import Numbered, pieces
from wufei.hub.base.tables.reading import Sheet

UNITS = (("t", "t"), ("吨", "t"), ("kg", "kg"), ("千克", "kg"))
COLUMNS = (
    Column("day", "Day", required=True, aliases=("集市编号", "market no.")),
    Column("stall", "Stall"),
    Column("sold", "Sold", Kind.QUANTITY, unit="t", units=UNITS, aliases=("成交量",)),
)
HEAD = ["Day", "Stall", "Sold"]


def table_of(*columns, **more):
    return Table("x", "X", columns or COLUMNS, lambda actor: ImportRun.objects.none(), **more)


@pytest.fixture
def market(garden, monkeypatch):
    """Every entry that was written, in ``market.days``; "fog" is refused, "again" is known."""

    class Market:
        days: list[list[str]] = []
        sold: list[list[object]] = []

    def write(rows, actor):
        for number, row in enumerate(rows):
            if row["stall"] == "fog":
                refusal = Invalid("Nobody sells fog.", field="stall")
                refusal.row = number
                raise refusal
        if rows[0]["day"] in [day[0] for day in Market.days]:
            return Taken.KNOWN
        Market.days.append([rows[0]["day"], *(row["stall"] for row in rows)])
        Market.sold.append([row.get("sold") for row in rows])
        return Taken.NEW

    Market.days, Market.sold = [], []
    table = Table(
        code="garden.day",
        title="Markets",
        columns=COLUMNS,
        rows=lambda actor: ImportRun.objects.none(),
        write=write,
        joined_by=("day",),
        joined_max=3,
        alone=True,
    )
    monkeypatch.setitem(spec._TABLES, table.code, table)
    return Market


@pytest.fixture
def hand_in(committed, market, gardener, sheet):
    def send(*rows, head=HEAD):
        return importing.hand_in(spec.table("garden.day"), sheet([head, *rows]), gardener().actor)

    return send


@pytest.fixture
def take_in(hand_in, run_jobs):
    """Hands the rows in and has them worked off; returns the run."""

    def send(*rows, head=HEAD):
        run = hand_in(*rows, head=head)
        run_jobs()
        run.refresh_from_db()
        return run

    return send


def counts(run):
    return run.state, run.rows_good, run.rows_known, run.rows_bad


def test_lines_with_the_same_value_are_one_entry(take_in, market):
    run = take_in(["1", "plums"], ["1", "eels"], ["2", "hats"], [None, None], ["3", "tin"])
    assert market.days == [["1", "plums", "eels"], ["2", "hats"], ["3", "tin"]]
    assert counts(run) == ("done", 5, 0, 0)


def test_one_bad_line_brings_its_whole_entry_back_and_no_other(take_in, market):
    run = take_in(["1", "plums"], ["1", "fog"], ["2", "hats"])
    assert market.days == [["2", "hats"]]
    first, second = ImportFault.objects.order_by("row_number")
    assert (first.row_number, first.column) == (2, "")
    assert first.reason == "This line belongs to line 3 and comes back with it."
    assert (second.row_number, second.column, second.reason) == (3, "stall", "Nobody sells fog.")
    assert counts(run) == ("done", 1, 0, 2)


def test_a_line_that_cannot_be_read_brings_its_entry_back_too(take_in, market):
    take_in(["1", "plums", 2], ["1", "eels", "plenty"])
    assert market.days == []
    assert [fault.column for fault in ImportFault.objects.order_by("row_number")] == ["", "sold"]


def test_lines_apart_are_two_entries_and_those_without_value_stand_alone(take_in, market):
    run = take_in(["1", "plums"], ["2", "hats"], ["1", "eels"], ["", "none"], ["", "none"])
    assert market.days == [["1", "plums"], ["2", "hats"]]
    assert counts(run) == ("done", 2, 1, 2)


def test_an_entry_of_too_many_lines_comes_back_whole(take_in, market):
    run = take_in(*[["1", f"stall {n}"] for n in range(8)], ["2", "hats"])
    assert market.days == [["2", "hats"]]
    assert counts(run) == ("done", 1, 0, 8)
    assert "More than 3 lines" in ImportFault.objects.earliest("row_number").reason


def test_what_was_there_already_is_counted_and_told(take_in):
    from wufei.hub.base.models import Notice

    take_in(["1", "plums"], ["2", "hats"])
    run = take_in(["1", "plums"], ["2", "hats"], ["3", "tin"])
    assert counts(run) == ("done", 1, 2, 0)
    told = Notice.objects.latest("pk").heading
    assert told.endswith("1 lines taken, 2 were there already, 0 came back")


def test_a_killed_run_takes_no_entry_twice_and_splits_none(hand_in, market, monkeypatch, run_jobs):
    run = hand_in(*[[str(day), f"stall {n}"] for day in range(1, 6) for n in range(3)])
    taken, take = [], taking.Taker.take

    def die_at_the_third(self, batch):
        taken.append(batch)
        if len(taken) == 3:
            raise KeyboardInterrupt
        return take(self, batch)

    monkeypatch.setattr(taking.Taker, "take", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        importing.work_off(run.uuid)
    run.refresh_from_db()
    assert (run.state, run.rows_done) == ("running", 6)
    run_jobs()
    run.refresh_from_db()
    assert counts(run) == ("done", 15, 0, 0)
    assert market.days == [[str(day), "stall 0", "stall 1", "stall 2"] for day in range(1, 6)]


def test_pieces_are_the_same_however_many_lines_were_read_before():
    table = table_of(joined_by=("day",), joined_max=2)
    heading = find_heading(table, [Sheet("", 9, [HEAD])])
    rows: list[Numbered] = list(
        enumerate([["a"], ["a"], ["a"], ["a"], ["a"], ["b"], [None], ["b"]], start=2)
    )
    found = [([n for n, _cells in p.rows], p.too_long) for p in pieces(table, heading, rows)]
    assert found == [([2, 3, 4], True), ([5, 6], True), ([7], False), ([8], False), ([9], False)]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Sold", ""),
        ("Sold (kg)", "kg"),
        ("成交量（吨）", "t"),
        ("sold[千克]", "kg"),
        ("SOLD( t )", "t"),
    ],
)
def test_a_heading_may_say_the_unit_and_have_another_name(take_in, market, heading, unit):
    take_in(["1", "plums", 1.5], ["1", "eels", "2 kg"], head=["集市编号", "Stall", heading])
    ((first, second),) = market.sold
    assert (first.value, first.unit) == (Decimal("1.5"), unit)
    assert (second.value, second.unit) == (Decimal(2), "kg")


def test_a_unit_that_nobody_knows_is_refused_with_those_that_are():
    table = table_of()
    with pytest.raises(UnknownUnit) as refused:
        find_heading(table, [Sheet("", 2, [["Day", "Sold (lb)"]])])
    assert "t, kg" in str(refused.value)


def test_an_alias_never_takes_the_heading_of_another_column():
    columns = (Column("a", "A", aliases=("B",)), Column("b", "B"), replace(COLUMNS[0]))
    table = table_of(*columns)
    heading = find_heading(table, [Sheet("", 2, [["A", "B", "market No."]])])
    assert [column.name for column in heading.columns.values()] == ["a", "b", "day"]
