"""Regions come from a file of facts; loading it again changes nothing."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
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


def save(known: Region | None, values: Mapping[str, Any], by: Actor) -> Region:
    """Add a region (``code``, ``name``, ``level``, ``parent``) or change one's names and place.

    A region that already has others below it keeps its place: moving a tree is a reorganisation,
    which comes as a new file of codes.
    """
    by.require("registry.region.edit")
    region = known or Region(code=str(values.get("code", "")).strip().upper())
    if not region.code.isalnum():
        raise Invalid(_("Give the region's code: digits and letters."), field="code")
    for name in ("name", "name_en", "level", "parent", "zone", "within"):
        if name in values:
            setattr(region, name, values[name])
    if not region.name:
        raise Invalid(_("Give the region's name."), field="name")
    _place(region)
    with transaction.atomic():
        region.save()
        audit.record(
            by,
            f"registry:region:{'edit' if known else 'create'}",
            subject=f"registry.region:{region.uuid}",
            values={"code": region.code, "name": region.name, "path": region.path},
        )
    return region


def _place(region: Region) -> None:
    before = region.path
    region.path = f"{region.parent.path}/{region.code}" if region.parent else region.code
    if before and before != region.path and Region.objects.filter(parent=region).exists():
        raise Invalid(_("This region has others below it and cannot be moved."), field="parent")
    if region.parent and region.code in region.parent.path.split("/"):
        raise Invalid(_("A region cannot lie in itself."), field="parent")
    region.covered_by = region.path.split("/") + ([region.zone.code] if region.zone else [])
    region.pinyin = initials(region.name)
