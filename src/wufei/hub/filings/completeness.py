"""How much of what was owed has come: expected, received, on time, late, missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wufei.hub.base.actor import Actor
from wufei.hub.filings import queries
from wufei.hub.filings.models import Filing
from wufei.hub.filings.scope import COMPLETENESS
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.validity import today


class By(StrEnum):
    """What figures are told apart by: form and period, town, or organisation."""

    FORM = "form"
    TOWN = "town"
    ORGANISATION = "organisation"


_KEYS = {
    By.FORM: ("type", "first", "last"),
    By.TOWN: ("organisation__region",),
    By.ORGANISATION: ("organisation",),
}


@dataclass(frozen=True)
class Figures:
    """``missing`` are past their day and have not come; what is still to come is none of these.

    ``key`` are the values of what it is told apart by, ``of`` the region or organisation.
    """

    key: tuple[Any, ...]
    expected: int
    received: int
    on_time: int
    late: int
    missing: int
    of: Region | Organisation | None = None

    @property
    def percent(self) -> int | None:
        """Received of expected, rounded down: 100 means all of them."""
        return self.received * 100 // self.expected if self.expected else None


def owed(actor: Actor, since: date, until: date) -> "QuerySet[Filing]":
    """What was owed and due from ``since`` to ``until``, of those whom the actor watches."""
    rows = queries.visible(actor, COMPLETENESS).filter(owed=True, due_on__range=(since, until))
    return rows.exclude(state=Filing.State.LAPSED)


def figures(rows: "QuerySet[Filing]", by: By) -> list[Figures]:
    """Counts of ``rows`` in one query, what is missing most first."""
    came, came_late = Q(received_on__isnull=False), Q(received_on__gt=F("due_on"))
    overdue = Q(received_on=None, due_on__lt=today())
    counted = (
        rows.order_by()
        .values_list(*_KEYS[by])
        .annotate(
            n_expected=Count("pk"),
            n_received=Count("pk", filter=came),
            n_on_time=Count("pk", filter=came & ~came_late),
            n_late=Count("pk", filter=came_late),
            n_missing=Count("pk", filter=overdue),
        )
    )
    found = [Figures(tuple(row[:-5]), *row[-5:]) for row in counted]
    found.sort(key=lambda one: (-one.missing, [str(part) for part in one.key]))
    return _with_names(found, by)


def _with_names(found: list[Figures], by: By) -> list[Figures]:
    models: dict[By, Any] = {By.TOWN: Region, By.ORGANISATION: Organisation}
    if by not in models:
        return found
    things = models[by].objects.in_bulk([one.key[0] for one in found])
    return [Figures(**{**vars(one), "of": things[one.key[0]]}) for one in found]


def total(found: Iterable[Figures]) -> Figures:
    parts = list(found)
    names = ("expected", "received", "on_time", "late", "missing")
    return Figures((), *(sum(getattr(one, name) for one in parts) for name in names))


def missing(rows: "QuerySet[Filing]") -> "QuerySet[Filing]":
    """Those that are past their day and have not come, the longest first."""
    late = rows.filter(received_on=None, due_on__lt=today())
    return late.select_related("organisation__region", "site").order_by("due_on", "pk")
