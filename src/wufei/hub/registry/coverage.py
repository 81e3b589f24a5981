"""How many of those who should be registered are: the denominators of coverage rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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


def entries(code: str, day: date | None = None) -> "QuerySet[ListEntry]":
    """Who counts on ``day`` (today): on the list then, and not found to be no case for it."""
    rows = ListEntry.objects.filter(valid_on(day), list=code)
    return rows.exclude(match=ListEntry.Match.DISMISSED)


def coverage(code: str, day: date | None = None) -> Coverage | None:
    """None where the list is empty: without a denominator there is no rate."""
    told = entries(code, day).aggregate(
        listed=Count("pk"), registered=Count("pk", filter=_here(day))
    )
    return Coverage(**told) if told["listed"] else None


def by_region(code: str, day: date | None = None) -> list[Coverage]:
    """A line for each region that the source names; those without one come last."""
    rows = entries(code, day).order_by("region__path").values("region")
    told = list(rows.annotate(listed=Count("pk"), registered=Count("pk", filter=_here(day))))
    regions = Region.objects.in_bulk([one["region"] for one in told if one["region"]])
    return [Coverage(one["listed"], one["registered"], regions.get(one["region"])) for one in told]


def missing(code: str, day: date | None = None) -> "QuerySet[ListEntry]":
    """By name, those who should be registered and are not."""
    return entries(code, day).exclude(_here(day)).select_related("region").order_by("name")


def _here(day: date | None) -> Q:
    """Matched to an organisation that is open on the day."""
    return Q(match=ListEntry.Match.MATCHED) & valid_on(day, "organisation__validity")
