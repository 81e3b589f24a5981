"""The data that ships with the platform, as rows of the models' fields (``data/SOURCES.md``)."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from wufei.hub.catalogue.rules import search_key

DATA = Path(__file__).parent / "data"
# Codes stay usable after their edition was replaced, until the operator loads the next one: its
# differences are not at hand, and a district must go on booking.
HAZARDOUS_SINCE = DateRange(date(2021, 1, 1), None)
SOLID_SINCE = DateRange(date(2024, 1, 19), None)
LOCAL_SINCE = DateRange(date(2020, 1, 1), None)


def read_rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def editions() -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "title": row["title"],
            "title_en": row["title_en"],
            "source": row["source"],
            "status": row["status"],
            "validity": DateRange(_day(row["valid_from"]), _day(row["valid_to"])),
            "entries": int(row["entries"]) if row["entries"] else None,
            "replaced_by": row["replaced_by"],
        }
        for row in read_rows("editions.csv")
    ]


def waste_types() -> list[dict[str, Any]]:
    """Every waste type; ``pinyin`` is made here, so that loading and editing agree on it."""
    rows = [*_hazardous(), *_solid(), *_local()]
    for row in rows:
        row["pinyin"] = search_key(row["code"], row["name"], row["category_name"], row["keywords"])
    return rows


def exemptions() -> list[dict[str, Any]]:
    return [
        row
        | {
            "edition": "HW-2021",
            "position": position,
            "item": int(row["item"]),
            "codes": row["codes"].split(),
            "validity": HAZARDOUS_SINCE,
        }
        for position, row in enumerate(read_rows("exemptions_2021.csv"), start=1)
    ]


def _hazardous() -> list[dict[str, Any]]:
    categories = {row["category"]: row for row in read_rows("hazardous_categories.csv")}
    rows = []
    for row in read_rows("hazardous_2021.csv"):
        category = categories[row["category"]]
        rows.append(
            row
            | {
                "edition": "HW-2021",
                "domain": "hazardous",
                "category_name": category["name"],
                "category_name_en": category["name_en"],
                "validity": HAZARDOUS_SINCE,
            }
        )
    return rows


def _solid() -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "edition": "SW-2024",
            "domain": row["domain"],
            "stream": row["stream"],
            "name": row["name"],
            "name_en": row["name_en"],
            "keywords": "",
            "category": row["code"],
            "category_name": row["name"],
            "category_name_en": row["name_en"],
            "draft": True,
            "validity": SOLID_SINCE,
        }
        for row in read_rows("solid_2024_draft.csv")
    ]


def _local() -> list[dict[str, Any]]:
    names = {row["code"]: row for row in read_rows("solid_2024_draft.csv")}
    rows = []
    for row in read_rows("local.csv"):
        category = names.get(row["category"], {"name": "", "name_en": ""})
        rows.append(
            row
            | {
                "edition": "LOCAL",
                "category_name": category["name"],
                "category_name_en": category["name_en"],
                "validity": LOCAL_SINCE,
            }
        )
    return rows


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
