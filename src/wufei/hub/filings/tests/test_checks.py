"""Checks that forms share: what is impossible, what is odd, and what is as it should be."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from wufei.hub.filings import checks
from wufei.hub.filings.declarations import Checked, Field, FieldKind, Severity
from wufei.hub.filings.forms import Form

MASS = Field("mass", "Arising", FieldKind.MASS, unit="t")
BEFORE = Field("before", "Before", FieldKind.MASS, unit="t")
GONE = Field("gone", "Gone", FieldKind.MASS, unit="kg")
LEFT = Field("left", "Left", FieldKind.MASS, unit="t")


@dataclass
class Waste:
    code: str


@dataclass
class Flow:
    waste: Waste
    arisen_g: int


def form(*rows: dict[str, Any]) -> Form:
    return Form({}, {"wastes": rows})


def checked(now: Form, *flows: tuple[str, int], **more: Any) -> Checked:
    facts = {"flows": tuple(Flow(Waste(code), mass_g) for code, mass_g in flows)}
    return Checked(now, subject=None, facts=facts, **more)  # type: ignore[arg-type]


def row(waste: str, mass_t: str) -> dict[str, Any]:
    return {"waste": waste, "mass": Decimal(mass_t)}


AGREES = checks.agrees("wastes", MASS, lambda flow: flow.arisen_g, code="ledger")


@pytest.mark.parametrize(("reported", "odd"), [("10", 0), ("10.4", 0), ("10.6", 1), ("9.4", 1)])
def test_what_is_reported_may_differ_from_the_ledger_by_a_twentieth(reported, odd):
    found = list(AGREES(checked(form(row("a", reported)), ("a", 10_000_000))))
    assert len(found) == odd


def test_rows_of_one_waste_count_together():
    assert not list(AGREES(checked(form(row("a", "4"), row("a", "6")), ("a", 10_000_000))))


def test_a_waste_that_the_ledger_knows_is_missed_by_name():
    found = list(AGREES(checked(form(row("a", "1")), ("a", 1_000_000), ("b", 7_000_000))))
    assert [(one.code, one.about, one.row, one.severity) for one in found] == [
        ("ledger_missing", "b", None, Severity.WARNING)
    ]
    assert "b is missing" in str(found[0].text)
    assert "7.000" in str(found[0].text)


def test_a_reason_stays_with_its_waste_when_rows_move():
    one = list(AGREES(checked(form(row("a", "9")), ("a", 1_000_000))))
    two = list(AGREES(checked(form(row("b", "1"), row("a", "9")), ("a", 1_000_000), ("b", 10**6))))
    assert one[0].row != two[0].row
    assert one[0].key == two[0].key


def test_a_row_that_does_not_add_up_blocks():
    check = checks.adds_up("wastes", (BEFORE, MASS), (GONE,), LEFT, code="balance")
    good = {"before": Decimal(1), "mass": Decimal(2), "gone": Decimal(500), "left": Decimal("2.5")}
    bad = {**good, "left": Decimal("2.6")}
    (problem,) = check(checked(form(good, bad)))
    assert (problem.severity, problem.row, problem.field) == (Severity.ERROR, 1, "left")
    assert "2.500" in str(problem.text)


def test_columns_may_each_be_rounded_to_the_kilogram():
    check = checks.adds_up("wastes", (BEFORE, MASS), (GONE,), LEFT, code="balance")
    row = {"before": Decimal("1.001"), "mass": Decimal("2.001"), "gone": Decimal(500)}
    assert not list(check(checked(form({**row, "left": Decimal("2.500")}))))
    assert list(check(checked(form({**row, "left": Decimal("2.499")}))))


def test_three_times_as_much_as_last_year_is_odd_and_so_is_a_third():
    check = checks.unlike_before("wastes", MASS, code="unlike")
    last_year, last = form(row("a", "3")), form(row("a", "100"))

    def odd(mass_t: str) -> bool:
        return bool(list(check(checked(form(row("a", mass_t)), last=last, last_year=last_year))))

    assert [odd(mass) for mass in ("0.9", "1", "3", "9", "9.1")] == [
        True,
        False,
        False,
        False,
        True,
    ]
    # Without a year before, the period before counts; without any, nothing is odd.
    assert list(check(checked(form(row("a", "3")), last=last)))
    assert not list(check(checked(form(row("a", "3")))))
