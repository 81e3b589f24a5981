"""The list of indicators as a file."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.tables import Column, Kind, Table
from wufei.hub.catalogue import declarations
from wufei.hub.indicators.queries import Value
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.units import GRAMS_PER_T


def _none(actor: Any) -> "QuerySet[Any]":
    return Movement.objects.none()


def _source(value: Value) -> str:
    grade = value.indicator.source.grade
    title = str(value.indicator.source.title)
    return f"{title} ({grade.label})" if grade else title


def _tonnes(name: str) -> Any:
    return lambda value: Decimal(getattr(value, name)) / GRAMS_PER_T


INDICATORS_OUT = Table(
    code="indicators.indicator",
    title=_("Indicators"),
    columns=(
        Column("domain", _("domain"), value=lambda v: str(declarations.domain(v.domain).name)),
        Column("code", _("code")),
        Column("name", _("indicator"), value=lambda v: str(v.name)),
        Column("year", _("year"), Kind.INTEGER),
        Column("value", _("value"), Kind.DECIMAL, decimals=4),
        Column("unit", _("unit")),
        Column(
            "target",
            _("target"),
            Kind.DECIMAL,
            value=lambda v: v.target.value if v.target else None,
        ),
        Column(
            "target_year",
            _("target year"),
            Kind.INTEGER,
            value=lambda v: v.target.year if v.target else None,
        ),
        Column("state", _("state"), value=lambda v: str(v.state.label)),
        Column("why_not", _("why there is no value")),
        Column(
            "numerator",
            _("numerator"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=_tonnes("numerator_g"),
        ),
        Column(
            "denominator",
            _("denominator"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=_tonnes("denominator_g"),
        ),
        Column("definition", _("definition"), value=lambda v: str(v.indicator.definition)),
        Column("source", _("source of the definition"), value=_source),
    ),
    rows=_none,
)
