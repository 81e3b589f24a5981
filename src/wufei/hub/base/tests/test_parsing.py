"""What a cell may hold, and what a person is told about one that may not."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.errors import Invalid
from wufei.hub.base.tables import Column, Kind, Quantity
from wufei.hub.base.tables.parsing import choice_names, parse

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHOICES = [("spoil", "Spoil"), ("slurry", "Slurry")]
COLUMNS = {
    kind: Column(
        "x",
        "X",
        kind,
        unit="t" if kind in (Kind.DECIMAL, Kind.QUANTITY) else "",
        choices=(lambda: CHOICES) if kind is Kind.CHOICE else None,
        units=(("t", "t"), ("吨", "t"), ("kg", "kg"), ("千克", "kg"))
        if kind is Kind.QUANTITY
        else (),
    )
    for kind in Kind
}


def value(kind, cell):
    column = COLUMNS[kind]
    return parse(column, cell, choice_names(column) if kind is Kind.CHOICE else None)


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        (Kind.TEXT, "  石灰 ", "石灰"),
        (Kind.TEXT, 13800000000.0, "13800000000"),
        (Kind.TEXT, None, ""),
        (Kind.INTEGER, "1,234", 1234),
        (Kind.INTEGER, 12.0, 12),
        (Kind.DECIMAL, "12.5", Decimal("12.5")),
        (Kind.DECIMAL, "１２．５ t", Decimal("12.5")),
        (Kind.DECIMAL, "-1,234,567.89", Decimal("-1234567.89")),
        (Kind.DECIMAL, 0.1 + 0.2, Decimal("0.3")),
        (Kind.DECIMAL, None, None),
        (Kind.QUANTITY, "12.5", Quantity(Decimal("12.5"))),
        (Kind.QUANTITY, 12.5, Quantity(Decimal("12.5"))),
        (Kind.QUANTITY, "1,250 KG", Quantity(Decimal(1250), "kg")),
        (Kind.QUANTITY, "１２．５吨", Quantity(Decimal("12.5"), "t")),
        (Kind.QUANTITY, None, None),
        (Kind.DATE, "2026-01-31", date(2026, 1, 31)),
        (Kind.DATE, "2026/1/31", date(2026, 1, 31)),
        (Kind.DATE, "2026年1月31日", date(2026, 1, 31)),
        (Kind.DATE, 20260131, date(2026, 1, 31)),
        (Kind.DATE, 46053.0, date(2026, 1, 31)),
        (Kind.DATE, datetime(2026, 1, 31, 8), date(2026, 1, 31)),
        (Kind.DATETIME, "2026-01-31 8:30", datetime(2026, 1, 31, 8, 30, tzinfo=SHANGHAI)),
        (Kind.DATETIME, "2026-01-31T08:30:15", datetime(2026, 1, 31, 8, 30, 15, tzinfo=SHANGHAI)),
        (Kind.DATETIME, date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=SHANGHAI)),
        (Kind.CHOICE, "spoil", "spoil"),
        (Kind.CHOICE, " SLURRY", "slurry"),
        (Kind.BOOLEAN, "是", True),
        (Kind.BOOLEAN, "no", False),
        (Kind.BOOLEAN, 1.0, True),
    ],
)
def test_people_write_the_same_thing_in_many_ways(kind, cell, expected):
    assert value(kind, cell) == expected


@pytest.mark.parametrize(
    ("kind", "cell", "told"),
    [
        (Kind.TEXT, 9.137150000000001e17, "lost its last digits"),
        (Kind.TEXT, "x" * 501, "501 characters; it may have 500"),
        (Kind.INTEGER, 1.5, "whole number"),
        (Kind.DECIMAL, "12 kg", "must be a number in t, not “12 kg”"),
        (Kind.DECIMAL, "1,23", "must be a number"),
        (Kind.DECIMAL, "NaN", "must be a number"),
        (Kind.DECIMAL, "1e5", "must be a number"),
        (Kind.DECIMAL, float("inf"), "must be a number"),
        (Kind.DECIMAL, "9" * 31, "must be a number"),
        (Kind.DECIMAL, True, "must be a number"),
        (Kind.QUANTITY, "12 lb", "must be a number in t, not “12 lb”"),
        (Kind.QUANTITY, "kg", "must be a number in t"),
        (Kind.QUANTITY, "=1+1", "must be a number in t"),
        (Kind.DATE, "2026-02-30", "must be a date such as 2026-01-31, not “2026-02-30”"),
        (Kind.DATE, "31.1.2026", "must be a date"),
        (Kind.DATE, "0001-01-01", "must be a date"),
        (Kind.DATE, 5, "must be a date"),
        (Kind.DATETIME, "2026-01-31 25:00", "must be a time"),
        (Kind.CHOICE, "gold", "not one of the choices of “X”: Spoil、Slurry"),
        (Kind.BOOLEAN, "maybe", "must be yes or no"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(kind, cell, told):
    with pytest.raises(Invalid) as refusal:
        value(kind, cell)
    assert told in str(refusal.value)


def test_an_empty_required_cell_is_refused():
    with pytest.raises(Invalid, match="must be filled in"):
        parse(Column("x", "Plate", required=True), "  ")


@given(
    st.sampled_from([k for k in Kind if k is not Kind.CHOICE]),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=40),
        st.dates(),
        st.datetimes(),
    ),
)
def test_any_cell_gives_a_value_or_a_refusal(kind, cell):
    try:
        found = value(kind, cell)
    except Invalid:
        return
    assert found is None or isinstance(found, str | int | bool | Decimal | date | Quantity)


@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_number_written_by_us_is_read_back_exactly(number):
    assert value(Kind.DECIMAL, f"{number:f}") == number
