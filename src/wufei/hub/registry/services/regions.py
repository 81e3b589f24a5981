"""Regions come from a file of facts; loading it again changes nothing."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from wufei.hub.registry.models import Region
from wufei.hub.registry.pinyin import initials

DATA = Path(__file__).parents[1] / "data"
Row = Mapping[str, str]


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of one of our own files of facts (``data/SOURCES.md`` says where they come from)."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(region: type[Any] = Region, rows: Iterable[Row] | None = None) -> int:
    """Add the regions of ``rows`` (``regions.csv``) and renew the known ones; returns how many.

    ``region`` is the model: a data migration passes its own. Parents and zones stand before the
    rows that name them.
    """
    wanted = list(_read_tree(read_rows("regions.csv") if rows is None else rows))
    with transaction.atomic():
        known: dict[str, Any] = {r.code: r for r in region.objects.all()}
        for values, parent, zone in wanted:
            row = known.setdefault(values["code"], region(code=values["code"]))
            for name, value in values.items():
                setattr(row, name, value)
            row.parent, row.zone = known.get(parent), known.get(zone)
            row.save()
    return len(wanted)


def _read_tree(rows: Iterable[Row]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each region's fields with the codes of its parent and its zone."""
    paths: dict[str, str] = {}
    for row in rows:
        code, parent, zone = row["code"], row["parent"], row["zone"]
        paths[code] = f"{paths[parent]}/{code}" if parent else code
        yield (
            {
                "code": code,
                "name": row["name"],
                "name_en": row["name_en"],
                "level": row["level"],
                "path": paths[code],
                "covered_by": paths[code].split("/") + ([zone] if zone else []),
                "pinyin": initials(row["name"]),
                "within": bool(zone) or row["level"] == Region.Level.ZONE,
            },
            parent,
            zone,
        )
