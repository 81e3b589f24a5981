"""Filters that several registers share."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry import domains
from wufei.hub.registry.models import Region
from wufei.hub.registry.scope import in_regions
from wufei.hub.registry.validity import today, valid_on


def region_choices() -> list[tuple[str, str]]:
    """The district's root and its towns."""
    rows = Region.objects.filter(within=True, level__in=["zone", "town"]).order_by("-level", "path")
    return [(region.code, str(region)) for region in rows]


class RegionFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """Rows whose region is the chosen one, lies in it or is supervised by it."""

    def __init__(self, field: str = "region", **kwargs: Any) -> None:
        self.region_field = field
        super().__init__(
            label=_("Region"),
            choices=region_choices,
            empty_label=_("All"),
            **kwargs,
        )

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        return qs.filter(in_regions([value], self.region_field)) if value else qs


class DomainFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """Rows of organisations that work in the chosen waste domain."""

    def __init__(self, field: str = "domains", **kwargs: Any) -> None:
        self.domains_field = field
        super().__init__(
            label=_("Waste domain"), choices=domains.choices, empty_label=_("All"), **kwargs
        )

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        return qs.filter(**{f"{self.domains_field}__contains": [value]}) if value else qs


class StateFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """Rows that are valid today, have ended or have not begun."""

    STATES = (("valid", _("In force")), ("ended", _("Ended")), ("later", _("Not yet valid")))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("State"), choices=self.STATES, empty_label=_("All"), **kwargs)

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        conditions = {
            "valid": valid_on(),
            "ended": Q(validity__endswith__lte=today()),
            "later": Q(validity__startswith__gt=today()),
        }
        return qs.filter(conditions[value]) if value else qs


def kind_filter(choices: Any, label: Any = "", **kwargs: Any) -> Any:
    return django_filters.ChoiceFilter(
        label=label or _("Kind"), choices=choices, empty_label=_("All"), **kwargs
    )
