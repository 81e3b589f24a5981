"""Columns, filters and links that several of the plans' pages share."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.tables import Column, Kind
from wufei.hub.plans import queries
from wufei.hub.plans.models import Clause, Document
from wufei.hub.registry import domains
from wufei.hub.registry.models import Unit


def link(name: str, get: Callable[[Any], Any] = lambda obj: obj) -> Callable[[Any], str]:
    """Link of a cell to the detail page of what ``get`` finds."""
    return lambda obj: reverse(name, args=[get(obj).uuid])


def clause_column(get: Callable[[Any], Clause], prefix: str) -> Column:
    return Column(
        "clause",
        _("Clause"),
        value=lambda obj: get(obj).path,
        link=link("plans.clause.detail", get),
        sort=f"{prefix}position",
    )


def plan_column(get: Callable[[Any], Document], prefix: str) -> Column:
    return Column(
        "plan",
        _("Plan"),
        value=lambda obj: get(obj).number or get(obj).title,
        link=link("plans.plan.detail", get),
        sort=f"{prefix}number",
        listed=False,
    )


def domain_column(get: Callable[[Any], str], sort: str) -> Column:
    return Column(
        "domain",
        _("Waste domain"),
        Kind.CHOICE,
        choices=domains.choices,
        value=lambda obj: get(obj) or None,
        sort=sort,
    )


def plan_choices() -> list[tuple[str, str]]:
    return [(str(one.uuid), one.number or one.title) for one in Document.objects.all()]


def unit_choices() -> list[tuple[str, str]]:
    """Units that plans name, and those that belong to a named group."""
    return [(unit.code, str(unit)) for unit in queries.named_units()]


class DomainFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    def __init__(self, field: str) -> None:
        super().__init__(
            field, label=_("Waste domain"), choices=domains.choices, empty_label=_("All")
        )


class PlanFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    def __init__(self, field: str) -> None:
        super().__init__(
            f"{field}__uuid", label=_("Plan"), choices=plan_choices, empty_label=_("All")
        )


class UnitFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """Tasks that name the unit or its group; ``?role=lead`` beside it narrows to one role."""

    def __init__(self) -> None:
        super().__init__(label=_("Unit"), choices=unit_choices, empty_label=_("All"))

    def filter(self, qs: Any, value: str) -> Any:
        unit = Unit.objects.filter(code=value).first()
        if unit is None:
            return qs
        role = self.parent.data.get("role", "") if self.parent.data else ""
        return qs.filter(queries.with_unit(unit, role if role in ("lead", "responsible") else ""))
