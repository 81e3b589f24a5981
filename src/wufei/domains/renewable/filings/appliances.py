"""Kinds of appliances and what one of them usually weighs: data with its source and grade."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Choices

_FILE = Path(__file__).parents[1] / "data" / "appliances.csv"


@dataclass(frozen=True)
class Appliance:
    """A kind; kilograms of one piece, at least, usually and at most."""

    kind: str
    name: tuple[str, str]
    least_kg: Decimal
    usual_kg: Decimal
    most_kg: Decimal


@cache
def appliances() -> dict[str, Appliance]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["kind"]: _appliance(row) for row in csv.DictReader(file)}


def _appliance(row: dict[str, str]) -> Appliance:
    least, usual, most = (Decimal(row[name]) for name in ("kg_least", "kg_usual", "kg_most"))
    return Appliance(row["kind"], (row["zh"], row["en"]), least, usual, most)


def kinds() -> Choices:
    return tuple((kind, both(*one.name)) for kind, one in appliances().items())
