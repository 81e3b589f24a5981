"""Units: loaded from the plan's facts, afterwards kept by hand."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.models import Region, Unit
from wufei.hub.registry.pinyin import initials
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.services.regions import read_rows
from wufei.hub.registry.services.tidying import one_of, required, strip

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


def _check(values: Values, unit: Unit | None) -> Values:
    clean = strip(values)
    required(
        clean,
        unit,
        code=_("Give a short code of small letters, digits and hyphens."),
        name=_("Give the unit's name."),
        kind=_("Choose a kind from the list."),
    )
    one_of(clean, "kind", Unit.Kind.values, _("Choose a kind from the list."))
    if "name" in clean:
        clean["pinyin"] = initials(clean["name"])[:60]
    if "aliases" in clean:
        given = (alias.strip() for alias in clean["aliases"])
        clean["aliases"] = list(dict.fromkeys(filter(None, given)))
    if unit is not None and clean.get("part_of") == unit:
        raise Invalid(_("A unit is no part of itself."), field="part_of")
    return clean


def _taken(unit: Unit, values: Values) -> Refusal:
    return Invalid(_("There is already a unit of this name or code. Open that one."), field="name")


UNITS: Book[Unit] = Book(
    name="unit",
    model=Unit,
    check=_check,
    owner="",
    conflicts={"registry_unit_name_key": _taken, "registry_unit_code_key": _taken},
)


def create(by: Actor, **values: Any) -> Unit:
    """Add a unit: ``code``, ``name``, ``kind``; ``aliases``, ``part_of``, ``organisation``."""
    return UNITS.create(by, **values)


def edit(unit: Unit, by: Actor, **values: Any) -> Unit:
    return UNITS.edit(unit, by, **values)


def close(unit: Unit, by: Actor, *, last: date, reason: str = "") -> Unit:
    return UNITS.close(unit, by, last=last, reason=reason)


def find(text: str) -> Unit | None:
    """The unit that a document means by ``text``: its name, short name or another spelling."""
    wanted = "".join(text.split()).removesuffix("等")
    conditions = ({"name": wanted}, {"aliases__contains": [wanted]}, {"short_name": wanted})
    found = (Unit.objects.filter(**condition).first() for condition in conditions)
    return next(filter(None, found), None)
