"""What is usual at plants, works and kitchens: outside of it a form asks for a reason.

The figures are data (``data/plausible.csv``) with their source, all from memory (grade C);
``WUFEI_HOUSEHOLD_RANGES`` names a file with a place's own ones.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.conf import settings

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Text

_SHIPPED = Path(__file__).parents[1] / "data" / "plausible.csv"


@dataclass(frozen=True)
class Range:
    """``least`` and ``most`` are both still usual; ``grade`` as of a ``Basis``."""

    code: str
    least: Decimal
    most: Decimal
    unit: str
    what: Text
    source: str
    grade: str

    def holds(self, value: Decimal) -> bool:
        return self.least <= value <= self.most


def read(path: Path) -> Mapping[str, Range]:
    """Ranges of a file like the shipped one, by their code."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: Range(
                row["code"],
                Decimal(row["least"]),
                Decimal(row["most"]),
                row["unit"],
                both(row["what"], row["what_en"]),
                row["source"],
                row["grade"],
            )
            for row in csv.DictReader(file)
        }


@cache
def _ranges() -> Mapping[str, Range]:
    """A place's own ones go before the shipped ones."""
    own = settings.HOUSEHOLD_RANGES
    return {**read(_SHIPPED), **(read(Path(own)) if own else {})}


def usual(code: str) -> Range:
    """Raises ``KeyError`` for a code that the shipped file does not have."""
    return _ranges()[code]
