"""The limits that ship with the platform (``data/SOURCES.md``), as rows of ``Criterion``."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

from wufei.hub.catalogue.shipped import HAZARDOUS_SINCE

DATA = Path(__file__).parent / "data"


def criteria() -> list[dict[str, Any]]:
    with (DATA / "criteria.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        row
        | {
            "item": int(row["item"]),
            "effects": row["effects"].split(),
            "limit": Decimal(row["limit"]),
            "position": position,
            "validity": HAZARDOUS_SINCE,
        }
        for position, row in enumerate(rows, start=1)
    ]


def load(criterion: type[Any]) -> None:
    """Add the shipped limits; those that exist stay, since places set them."""
    criterion.objects.bulk_create([criterion(**row) for row in criteria()], ignore_conflicts=True)
