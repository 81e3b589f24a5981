"""What a form must hold."""

from datetime import date
from decimal import Decimal

from wufei.hub.filings import rules
from wufei.hub.filings.declarations import Field, FieldKind, Problem, Section, Severity
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import Span

HEAD = Section(
    "head",
    "Head",
    (
        Field("name", "Name", required=True),
        Field("share", "Share", FieldKind.DECIMAL, unit="%", maximum=Decimal(100)),
        Field("why", "Why", required_when=lambda v: (v["share"] or 0) > 50),
    ),
)
TABLE = Section(
    "wastes",
    "Wastes",
    (
        Field("waste", "Waste", FieldKind.WASTE, required=True),
        Field("mass", "Mass", FieldKind.MASS, unit="t", minimum=Decimal(0)),
    ),
    table=True,
    rows_min=1,
    rows_max=2,
    key=("waste",),
)


def said(values, rows=()):
    found = rules.shape((HEAD, TABLE), Form(values, {"wastes": tuple(rows)}))
    return [(one.code, one.section, one.row, one.field) for one in found]


WASTE = {"waste": "900-041-49", "mass": Decimal(1)}
GOOD = {"name": "Works", "share": Decimal(10), "why": ""}


def test_a_form_that_holds_what_it_must_has_no_problems():
    assert said(GOOD, [WASTE]) == []


def test_missing_values_are_named_where_they_are_missing():
    assert said({**GOOD, "name": ""}, [{"waste": "", "mass": None}]) == [
        ("missing", "head", None, "name"),
        ("missing", "wastes", 0, "waste"),
    ]


def test_a_field_may_be_needed_because_of_another():
    assert said({**GOOD, "share": Decimal(60)}, [WASTE]) == [("missing", "head", None, "why")]


def test_bounds():
    below = {"waste": "x", "mass": Decimal(-1)}
    assert said({**GOOD, "share": Decimal(101), "why": "so"}, [below]) == [
        ("too_large", "head", None, "share"),
        ("too_small", "wastes", 0, "mass"),
    ]


def test_tables_have_as_many_rows_as_they_may_and_none_twice():
    assert said(GOOD, []) == [("too_few_rows", "wastes", None, "")]
    assert said(GOOD, [WASTE, {**WASTE, "waste": "b"}, WASTE]) == [
        ("too_many_rows", "wastes", None, ""),
        ("twice", "wastes", 2, "waste"),
    ]


def test_a_warning_needs_a_reason_and_an_error_cannot_be_explained_away():
    odd = Problem("odd", Severity.WARNING, "Odd", "wastes", 0, "mass")
    wrong = Problem("wrong", Severity.ERROR, "Wrong")
    reasons = {odd.key: "a new furnace", wrong.key: "never mind"}
    assert rules.unexplained([odd, wrong], reasons) == [wrong]
    assert rules.unexplained([odd], {odd.key: "  "}) == [odd]


def test_a_field_is_asked_for_only_in_its_time():
    field = Field("new", "New", since=date(2027, 1, 1))
    assert not field.asked_for(Span(date(2026, 1, 1), date(2026, 12, 31)))
    assert field.asked_for(Span(date(2027, 1, 1), date(2027, 12, 31)))
