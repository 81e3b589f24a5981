"""The steps of a trace as a file."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.tables import Column, Kind, Table
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.told import Stop
from wufei.hub.ledger.units import GRAMS_PER_T


def _none(actor: Any) -> Any:
    return Movement.objects.none()


def _where(stop: Stop) -> str:
    return " · ".join(part for part in (stop.who, stop.place) if part)


def _what(stop: Stop) -> str:
    return " · ".join(part for part in (stop.what, stop.title) if part)


def _stands(stop: Stop) -> Decimal | None:
    return None if stop.stands_g is None else Decimal(stop.stands_g) / GRAMS_PER_T


def _direction(step: Any) -> str:
    return gettext("back") if step.back else gettext("onward")


def _cut(step: Any) -> bool:
    return bool(step.tail.cut if step.back else step.head.cut)


TRACE_OUT = Table(
    code="ledger.trace.export",
    title=_("Trace"),
    columns=(
        Column("way", _("direction"), value=_direction),
        Column("hop", _("hop"), Kind.INTEGER),
        Column("tail", _("came from"), value=lambda s: _where(s.tail)),
        Column("tail_what", _("came from: what"), value=lambda s: _what(s.tail)),
        Column("tail_waste", _("came from: waste"), value=lambda s: s.tail.waste),
        Column("head", _("went to"), value=lambda s: _where(s.head)),
        Column("head_what", _("went to: what"), value=lambda s: _what(s.head)),
        Column("head_waste", _("went to: waste"), value=lambda s: s.head.waste),
        Column(
            "mass",
            _("mass"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=lambda s: Decimal(s.mass_g) / GRAMS_PER_T,
        ),
        Column("happened_at", _("happened"), Kind.DATETIME),
        Column("document", _("voucher")),
        Column("exact", _("exact"), Kind.BOOLEAN),
        Column("certain", _("exact from the start on"), Kind.BOOLEAN),
        Column(
            "stands",
            _("still stands there"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=lambda s: _stands(s.head),
        ),
        Column("cut", _("not followed further"), Kind.BOOLEAN, value=_cut),
    ),
    rows=_none,
)
