"""Targets of the plans in force."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.pages import Resource
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.plans import queries
from wufei.hub.plans.models import Target
from wufei.hub.plans.pages.columns import (
    DomainFilter,
    PlanFilter,
    clause_column,
    domain_column,
    link,
    plan_column,
)

_SIGNS = {">=": "≥", "<=": "≤", "=": "="}


def goal(target: Target) -> str:
    """ "≥ 75 %", "200–300 t"."""
    if target.value_max is not None:
        return f"{_figure(target.value)}–{_figure(target.value_max)} {target.unit}"
    return f"{_SIGNS[target.operator]} {_figure(target.value)} {target.unit}"


def _figure(value: Any) -> str:
    return f"{value.normalize():,f}"


TABLE = register(
    Table(
        code="plans.target",
        title=_("Targets of the plans"),
        columns=(
            Column("name", _("Name"), link=link("plans.target.detail"), length_max=100),
            Column("goal", _("Target"), value=goal, sort="value", exported=False),
            Column(
                "operator",
                _("Condition"),
                Kind.CHOICE,
                choices=lambda: list(Target.Operator.choices),
                listed=False,
            ),
            Column("value", _("Value"), Kind.DECIMAL, listed=False),
            Column("value_max", _("Highest value"), Kind.DECIMAL, listed=False),
            Column("unit", _("Unit of measure"), listed=False),
            Column("year", _("Year"), value=lambda target: str(target.year), sort="year"),
            Column("base_value", _("Base value"), Kind.DECIMAL, listed=False),
            domain_column(lambda target: target.domain, "domain"),
            Column("indicator", _("Indicator"), sort="indicator"),
            Column(
                "responsible",
                _("Unit that answers for it"),
                value=lambda target: str(target.responsible) if target.responsible else None,
                sort="responsible__name",
            ),
            clause_column(lambda target: target.clause, "clause__"),
            plan_column(lambda target: target.clause.document, "clause__document__"),
            Column("raw", _("As written"), listed=False),
            Column("draft", _("Draft"), Kind.BOOLEAN, listed=False),
        ),
        rows=lambda actor: queries.all_targets(),
        search=("name__icontains", "indicator__icontains", "clause__path__icontains"),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    year = django_filters.ChoiceFilter(
        label=_("Year"), choices=queries.target_years, empty_label=_("All")
    )
    domain = DomainFilter("domain")
    plan = PlanFilter("clause__document")


TARGETS = Resource(
    code="plans.target",
    path="targets/",
    title=_("Targets of the plans"),
    singular=_("target"),
    table=TABLE,
    filters=Filters,
    empty=_("Load a plan and put it into force; its targets show here."),
)
