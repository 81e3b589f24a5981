"""How many of those who should be registered are: the denominators of coverage rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from wufei.hub.registry.models import ListEntry, Region
from wufei.hub.registry.validity import valid_on


@dataclass(frozen=True)
class Coverage:
    """``listed`` should be registered, ``registered`` are; ``region`` is one of them, if any."""

    listed: int
    registered: int
    region: Region | None = None

    @property
    def percent(self) -> Decimal:
        return Decimal(100 * self.registered) / self.listed

    @property
    def missing(self) -> int:
        return self.listed - self.registered


def _counting(day: date | None = None) -> "QuerySet[ListEntry]":
    """Who counts on ``day`` (today): on a list then, and not found to be no case for it."""
    return ListEntry.objects.filter(valid_on(day)).exclude(match=ListEntry.Match.DISMISSED)


def coverages(day: date | None = None) -> dict[str, Coverage]:
    """Of every list that has entries: without a denominator there is no rate."""
    told = _counted(_counting(day).order_by().values("list"), day)
    return {one["list"]: Coverage(one["listed"], one["registered"]) for one in told}


def coverage(code: str, day: date | None = None) -> Coverage | None:
    """Of one list, None where it is empty."""
    return coverages(day).get(code)


def _counted(rows: Any, day: date | None) -> list[dict[str, Any]]:
    return list(rows.annotate(listed=Count("pk"), registered=Count("pk", filter=_here(day))))


def by_region(code: str, day: date | None = None) -> list[Coverage]:
    """A line for each region that the source names; those without one come last."""
    rows = _counting(day).filter(list=code).order_by("region__path").values("region")
    told = _counted(rows, day)
    regions = Region.objects.in_bulk([one["region"] for one in told if one["region"]])
    return [Coverage(one["listed"], one["registered"], regions.get(one["region"])) for one in told]


def missing(code: str, day: date | None = None) -> "QuerySet[ListEntry]":
    """By name, those who should be registered and are not."""
    rows = _counting(day).filter(list=code).exclude(_here(day))
    return rows.select_related("region").order_by("name")


def _here(day: date | None) -> Q:
    """Matched to an organisation that is open on the day."""
    return Q(match=ListEntry.Match.MATCHED) & valid_on(day, "organisation__validity")
