"""What the catalogue's lists are narrowed by."""

from typing import Any, TypeAlias

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.catalogue import queries, tables
from wufei.hub.catalogue.models import LOCAL, Exemption, WasteType
from wufei.hub.catalogue.rules import as_code, category_of
from wufei.hub.registry.validity import today

Rows: TypeAlias = "QuerySet[Any]"

HAZARDS = (
    ("T", _("T toxic")),
    ("C", _("C corrosive")),
    ("I", _("I ignitable")),
    ("R", _("R reactive")),
    ("In", _("In infectious")),
)


def _category_choices() -> list[tuple[str, str]]:
    return [(code, f"{code} {one.category_label}") for code, one in queries.categories()]


class WasteFilters(django_filters.FilterSet):  # type: ignore[misc]
    domain = django_filters.ChoiceFilter(
        label=_("Domain"), choices=tables.domain_choices, empty_label=_("All")
    )
    stream = django_filters.ChoiceFilter(
        label=_("Stream"), choices=tables.streams_by_domain, empty_label=_("All")
    )
    category = django_filters.ChoiceFilter(
        label=_("Category"), choices=_category_choices, empty_label=_("All")
    )
    hazard = django_filters.ChoiceFilter(
        label=_("Hazard"), choices=HAZARDS, method="with_hazard", empty_label=_("All")
    )
    standing = django_filters.ChoiceFilter(
        label=_("Standing"),
        choices=(*tables.STANDINGS, ("closed", pgettext_lazy("code", "closed"))),
        method="with_standing",
        empty_label=_("All"),
    )

    class Meta:
        model = WasteType
        fields: tuple[str, ...] = ()

    def with_hazard(self, rows: Rows, name: str, value: str) -> Rows:
        # "I" must not find "In": letters stand between slashes.
        return rows.filter(hazard__regex=rf"(^|/){value}(/|$)")

    def with_standing(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(
            {
                "draft": Q(draft=True),
                "local": Q(edition=LOCAL),
                "closed": Q(validity__endswith__lte=today()),
                "published": Q(draft=False) & ~Q(edition=LOCAL),
            }[value]
        )


class ExemptionFilters(django_filters.FilterSet):  # type: ignore[misc]
    code = django_filters.CharFilter(label=_("Waste code"), method="for_code")
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Exemption.Stage.choices, empty_label=_("All")
    )

    class Meta:
        model = Exemption
        fields: tuple[str, ...] = ()

    def for_code(self, rows: Rows, name: str, value: str) -> Rows:
        code = as_code(value)
        category = category_of(code)
        wanted = [code, category, "*"] if category else [code]
        return rows.filter(codes__overlap=wanted)
