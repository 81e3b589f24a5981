"""Coefficients 系数: manure of an animal, straw of a field, mass of a carcass, thresholds of scale.

All of them stand in one table, ``data/coefficients.csv``, each with its source and grade. They are
values from memory (grade C): a place puts its own into a table of the same columns and names it
in ``WUFEI_AGRICULTURAL_COEFFICIENTS``; what stands there counts before what is shipped.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Choices

SHIPPED = Path(__file__).parents[1] / "data" / "coefficients.csv"


@dataclass(frozen=True)
class Coefficient:
    """One value in its unit, with where it comes from; ``waste`` is the code that it counts as."""

    group: str
    code: str
    label: str | Promise
    waste: str
    value: Decimal
    unit: str
    source: str
    grade: str


@cache
def table() -> Mapping[tuple[str, str], Coefficient]:
    """By group and code: what is shipped, and over it the place's own."""
    found = {(one.group, one.code): one for one in _read(SHIPPED)}
    if own := settings.AGRICULTURAL_COEFFICIENTS:
        found |= {(one.group, one.code): one for one in _read(Path(own))}
    return found


def _read(path: Path) -> Iterator[Coefficient]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield Coefficient(
                row["group"],
                row["code"],
                both(row["zh"], row["en"]),
                row["waste"],
                Decimal(row["value"]),
                row["unit"],
                row["source"],
                row["grade"],
            )


def find(group: str, code: str | None) -> Coefficient | None:
    return table().get((group, code or ""))


def value(group: str, code: str | None) -> Decimal | None:
    found = find(group, code)
    return found.value if found else None


def choices(group: str) -> Choices:
    """What a form offers: everything that the group has a coefficient for."""
    return tuple((code, one.label) for (of, code), one in table().items() if of == group)


def whence(group: str) -> str | Promise:
    """Where the coefficients of a group come from, as a form says it below the number."""
    grades = sorted({one.grade for (of, _code), one in table().items() if of == group})
    text = _("Coefficients of the place's table (grade {grade}); the department sets them.")
    return format_lazy(text, grade=", ".join(grades))
