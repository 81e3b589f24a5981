"""Values as people write them, as Python has them and as JSON keeps them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.errors import Invalid
from wufei.hub.filings.declarations import Field, FieldKind, Section
from wufei.hub.filings.forms import (
    Form,
    complete,
    decode,
    decoded,
    encode,
    encoded,
    grams,
    parse,
)

MASS = Field("mass", "Mass", FieldKind.MASS, unit="t")
KILOGRAMS = Field("mass", "Mass", FieldKind.MASS, unit="kg")


def test_a_mass_may_be_written_in_another_unit():
    assert parse(MASS, "12500 kg") == Decimal("12.5")
    assert parse(MASS, "12.5 吨") == Decimal("12.5")
    assert parse(KILOGRAMS, "0.012 t") == Decimal(12)
    assert parse(KILOGRAMS, 12) == Decimal(12)


def test_a_unit_that_is_no_mass_is_refused():
    with pytest.raises(Invalid, match="number"):
        parse(MASS, "12 m³")


def test_what_would_have_to_be_rounded_is_refused():
    with pytest.raises(Invalid, match="decimals"):
        parse(MASS, "0.0001")


def test_numbers_keep_no_empty_decimals():
    assert encode(MASS, parse(MASS, "100.000")) == "100"
    assert encode(MASS, parse(MASS, "0")) == "0"


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_a_mass_comes_back_from_json_to_the_gram(value):
    assert grams(MASS, decode(MASS, encode(MASS, value))) == int(value * 1_000_000)


def test_all_kinds_come_back_from_json():
    fields = (
        MASS,
        Field("day", "Day", FieldKind.DATE),
        Field("yes", "Yes", FieldKind.BOOLEAN),
        Field("who", "Who", FieldKind.ORGANISATION),
        Field("files", "Files", FieldKind.FILES),
        Field("count", "Count", FieldKind.INTEGER),
        Field("words", "Words"),
    )
    values = {
        "mass": Decimal("1.5"),
        "day": date(2026, 11, 26),
        "yes": False,
        "who": UUID(int=7),
        "files": (UUID(int=8),),
        "count": 0,
        "words": "固废",
    }
    assert decoded(fields, encoded(fields, values)) == values


def test_what_was_not_given_is_not_kept_and_comes_back_empty():
    fields = (MASS, Field("words", "Words"), Field("files", "Files", FieldKind.FILES))
    assert encoded(fields, {"mass": None, "words": "", "files": ()}) == {}
    assert decoded(fields, {}) == {"mass": None, "words": "", "files": ()}


def test_computed_values_follow_and_hidden_ones_are_emptied():
    head = Section(
        "head",
        "Head",
        (
            Field("area", "Area", FieldKind.DECIMAL),
            Field("has_store", "Store", FieldKind.BOOLEAN),
            Field("store", "Which", shown_when=lambda v: bool(v["has_store"])),
        ),
    )
    table = Section(
        "wastes",
        "Wastes",
        (
            MASS,
            Field(
                "intensity",
                "Intensity",
                FieldKind.DECIMAL,
                computed=lambda v: v["mass"] / v["area"] if v["mass"] and v["area"] else None,
            ),
        ),
        table=True,
    )
    form = complete(
        (head, table),
        Form(
            {"area": Decimal(2), "has_store": False, "store": "left over"},
            {"wastes": ({"mass": Decimal(5)}, {"mass": None})},
        ),
    )
    assert form.values["store"] == ""
    assert [row["intensity"] for row in form.rows["wastes"]] == [Decimal("2.5"), None]
    assert form.total("wastes", "mass") == 5
