"""The units that the district's plan gives its tasks to."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from wufei.hub.registry.models import Region, Unit
from wufei.hub.registry.pinyin import initials
from wufei.hub.registry.services.regions import read_rows

# The plan was issued on 2023-07-17 for the years from 2022 on.
PLAN_BEGINS = date(2022, 1, 1)


def load(
    unit: type[Any] = Unit,
    region: type[Any] = Region,
    rows: Iterable[Mapping[str, str]] | None = None,
) -> int:
    """Add the units of ``rows`` (``units.csv``) that are not known yet; returns how many.

    Known ones are left as they are: offices are renamed and merged by hand.
    """
    added = 0
    with transaction.atomic():
        regions = {r.code: r for r in region.objects.filter(within=True)}
        known: dict[str, Any] = {u.code: u for u in unit.objects.all()}
        for position, row in enumerate(read_rows("units.csv") if rows is None else rows):
            if row["code"] in known:
                continue
            known[row["code"]] = unit.objects.create(
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                short_name=row["short_name"],
                aliases=[alias for alias in row["aliases"].split("|") if alias],
                kind=row["kind"],
                part_of=known.get(row["part_of"]),
                region=regions.get(row["region"]),
                pinyin=initials(row["name"]),
                position=position,
                validity=DateRange(PLAN_BEGINS, None),
            )
            added += 1
    return added
