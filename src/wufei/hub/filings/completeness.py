"""How much of what was owed has come: expected, received, on time, late, missing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wufei.hub.base.actor import Actor
from wufei.hub.filings import queries
from wufei.hub.filings.models import Filing
from wufei.hub.filings.scope import COMPLETENESS
from wufei.hub.filings.services.telling import town_of
from wufei.hub.registry.models import Organisation, Region, Unit
from wufei.hub.registry.scope import NOTHING
from wufei.hub.registry.validity import today, valid_on


class By(StrEnum):
    """What figures are told apart by: form and period, town, unit of the plan, organisation.

    A filer's unit is the one that it is itself; else the government of the town it lies in.
    """

    FORM = "form"
    TOWN = "town"
    UNIT = "unit"
    ORGANISATION = "organisation"


_KEYS = {
    By.FORM: ("type", "first", "last"),
    By.TOWN: ("organisation__region",),
    By.UNIT: ("organisation", "organisation__region"),
    By.ORGANISATION: ("organisation",),
}


@dataclass(frozen=True)
class Figures:
    """``missing`` are past their day and have not come; what is still to come is none of these.

    ``key`` are the values of what it is told apart by, ``of`` the region, unit or organisation
    (None for filers that belong to no unit).
    """

    key: tuple[Any, ...]
    expected: int
    received: int
    on_time: int
    late: int
    missing: int
    of: Region | Unit | Organisation | None = None

    @property
    def percent(self) -> int | None:
        """Received of expected, rounded down: 100 means all of them."""
        return self.received * 100 // self.expected if self.expected else None


EXPECTED, RECEIVED, ON_TIME, LATE, MISSING = "expected", "received", "on_time", "late", "missing"


def came(how: str) -> Q:
    """Condition on what is counted as ``how``: a number and the list behind it agree."""
    owed_still = Q(owed=True) & ~Q(state=Filing.State.LAPSED)
    here, after = Q(received_on__isnull=False), Q(received_on__gt=F("due_on"))
    return {
        EXPECTED: owed_still,
        RECEIVED: owed_still & here,
        ON_TIME: owed_still & here & ~after,
        LATE: owed_still & after,
        MISSING: owed_still & Q(received_on=None, due_on__lt=today()),
    }[how]


def owed(actor: Actor, since: date, until: date) -> "QuerySet[Filing]":
    """What was owed and due from ``since`` to ``until``, of those whom the actor watches."""
    rows = queries.visible(actor, COMPLETENESS).filter(due_on__range=(since, until))
    return rows.filter(came(EXPECTED))


def figures(rows: "QuerySet[Filing]", by: By) -> list[Figures]:
    """Counts of ``rows``, in as many queries as there are for few; what is missing most first."""
    counted = (
        rows.order_by()
        .values_list(*_KEYS[by])
        .annotate(
            n_expected=Count("pk"),
            n_received=Count("pk", filter=came(RECEIVED)),
            n_on_time=Count("pk", filter=came(ON_TIME)),
            n_late=Count("pk", filter=came(LATE)),
            n_missing=Count("pk", filter=came(MISSING)),
        )
    )
    found = [Figures(tuple(row[:-5]), *row[-5:]) for row in counted]
    found = _named(found, by)
    found.sort(key=lambda one: (-one.missing, [str(part) for part in one.key]))
    return found


def _named(found: list[Figures], by: By) -> list[Figures]:
    match by:
        case By.FORM:
            return found
        case By.ORGANISATION:
            names = Organisation.objects.in_bulk([one.key[0] for one in found])
            return [replace(one, of=names[one.key[0]]) for one in found]
        case By.TOWN:
            towns = _towns(one.key[0] for one in found)
            return _folded((towns[one.key[0]], one) for one in found)
        case By.UNIT:
            return _folded(_units(found))


def _folded(parts: Iterable[tuple[Region | Unit | None, Figures]]) -> list[Figures]:
    """One line for each thing, in which all that belongs to it is added up."""
    of: dict[int, Region | Unit | None] = {}
    lines: dict[int, list[Figures]] = {}
    for thing, one in parts:
        key = thing.pk if thing else 0
        of[key] = thing
        lines.setdefault(key, []).append(one)
    return [replace(total(some), key=(key,), of=of[key]) for key, some in lines.items()]


def _towns(regions: Iterable[int]) -> dict[int, Region]:
    """The town of each region by key: villages are their town's."""
    rows = Region.objects.filter(pk__in=set(regions)).select_related("parent")
    return {region.pk: town_of(region) for region in rows}


def _units(found: Sequence[Figures]) -> Iterator[tuple[Unit | None, Figures]]:
    """Figures by (organisation, region) with the unit that they belong to."""
    towns = _towns(one.key[1] for one in found)
    units = Unit.objects.filter(valid_on())
    own = units.filter(organisation__in=[one.key[0] for one in found])
    by_organisation = {unit.organisation_id: unit for unit in own}
    near = units.filter(kind=Unit.Kind.TOWN, region__in={town.pk for town in towns.values()})
    by_town = {unit.region_id: unit for unit in near}
    for one in found:
        organisation, region = one.key
        yield by_organisation.get(organisation) or by_town.get(towns[region].pk), one


def belongs(whose: str) -> Q:
    """Filings that a line of the figures counts: ``town:<code>``, ``unit:<code>``,
    ``organisation:<uuid>``; none where there is no such.
    """
    kind, _colon, key = whose.partition(":")
    match kind:
        case By.TOWN:
            return _of_town(key)
        case By.UNIT:
            unit = Unit.objects.filter(valid_on(), code=key).select_related("region").first()
            return _of_unit(unit) if unit else NOTHING
        case By.ORGANISATION:
            return Q(organisation__uuid=key) if _UUID.fullmatch(key) else NOTHING
    return NOTHING


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _of_town(code: str) -> Q:
    villages = Q(organisation__region__level=Region.Level.VILLAGE)
    return Q(organisation__region__code=code) | villages & Q(
        organisation__region__parent__code=code
    )


def _of_unit(unit: Unit) -> Q:
    mine = Q(organisation=unit.organisation_id) if unit.organisation_id else NOTHING
    if unit.kind != Unit.Kind.TOWN or unit.region is None:
        return mine
    # Whoever is a unit of its own is counted there.
    units = Unit.objects.filter(valid_on(), organisation__isnull=False)
    return mine | _of_town(unit.region.code) & ~Q(organisation__in=units.values("organisation"))


def total(found: Iterable[Figures]) -> Figures:
    parts = list(found)
    names = ("expected", "received", "on_time", "late", "missing")
    return Figures((), *(sum(getattr(one, name) for one in parts) for name in names))


def missing(rows: "QuerySet[Filing]") -> "QuerySet[Filing]":
    """Those that are past their day and have not come, the longest first."""
    late = rows.filter(came(MISSING))
    return late.select_related("organisation__region", "site").order_by("due_on", "pk")
