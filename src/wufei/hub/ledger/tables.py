"""Tables of the ledger: what is exported and imported."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables import Column, Kind, Table
from wufei.hub.base.tables.spec import Text
from wufei.hub.catalogue import declarations
from wufei.hub.ledger.models import Account, Movement
from wufei.hub.ledger.queries.numbers import Number
from wufei.hub.ledger.queries.people import cause_of
from wufei.hub.ledger.units import GRAMS_PER_T


def one_account_table(by: Text, numbers: Sequence[Number]) -> Table:
    """Columns of the one account, grouped as the page is; tonnes, exact."""

    def mass(number: Number) -> Column:
        return Column(
            number.code,
            number.label,
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=lambda row: Decimal(number.of(row.line)) / GRAMS_PER_T,
        )

    columns = (
        Column("label", by),
        Column("note", _("code or region")),
        *(mass(number) for number in numbers),
    )
    return Table(code="ledger.one_account", title=_("One account"), columns=columns, rows=_none)


def _none(actor: Any) -> "QuerySet[Any]":
    return Movement.objects.none()


class TooManyMovements(Refusal):
    code = "too_many_movements"
    status = 413
    message = gettext_noop(
        "These are more than %(limit)s movements, the most that one file may hold. Choose a "
        "shorter period."
    )


def _t(mass_g: int) -> Decimal:
    return Decimal(mass_g) / GRAMS_PER_T


def _place(account: Account) -> str:
    return str(account.place) if account.place else ""


MOVEMENTS_OUT = Table(
    code="ledger.movement.export",
    title=_("Movements"),
    columns=(
        Column("happened_at", _("happened"), Kind.DATETIME, value=lambda r: r.movement.happened_at),
        Column("kind", _("movement"), value=lambda r: r.movement.get_kind_display()),
        Column("waste", _("waste code"), value=lambda r: r.movement.source.waste.code),
        Column("name", _("waste"), value=lambda r: r.movement.source.waste.label),
        Column("source", _("source"), value=lambda r: r.movement.source.holder.name),
        Column("source_place", _("source site"), value=lambda r: _place(r.movement.source)),
        Column("target", _("destination"), value=lambda r: r.movement.target.holder.name),
        Column("target_place", _("destination site"), value=lambda r: _place(r.movement.target)),
        Column("method", _("method"), value=lambda r: method_label(r.movement.target.method)),
        Column(
            "mass",
            _("mass"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=lambda r: _t(r.movement.sign * r.movement.mass_g),
        ),
        Column(
            "change",
            _("counts as"),
            Kind.DECIMAL,
            unit="t",
            decimals=6,
            value=lambda r: _t(r.change_g),
        ),
        Column(
            "original_value",
            _("original value"),
            Kind.DECIMAL,
            value=lambda r: r.movement.original_value,
        ),
        Column("original_unit", _("original unit"), value=lambda r: r.movement.original_unit),
        Column("cause", _("cause"), value=lambda r: cause_of(r.movement.cause).words),
        Column("recorded_at", _("recorded"), Kind.DATETIME, value=lambda r: r.movement.recorded_at),
        Column("uuid", _("id"), value=lambda r: str(r.movement.uuid)),
    ),
    rows=_none,
)


def method_label(code: str) -> str:
    """A method of recovery or disposal as people call it."""
    known = declarations.methods()
    return str(known[code].name) if code in known else code


def _standing(name: str) -> Any:
    return lambda row: _t(getattr(row.standing, name))


STOCK_OUT = Table(
    code="ledger.stock.export",
    title=_("Stock"),
    columns=(
        Column("holder", _("organisation"), value=lambda r: r.standing.account.holder.name),
        Column("place", _("site"), value=lambda r: _place(r.standing.account)),
        Column("code", _("waste code"), value=lambda r: r.standing.account.waste.code),
        Column("waste", _("waste"), value=lambda r: r.standing.account.waste.label),
        Column("mass", _("mass"), Kind.DECIMAL, unit="t", decimals=6, value=_standing("mass_g")),
        Column(
            "booked", _("reserved"), Kind.DECIMAL, unit="t", decimals=6, value=_standing("booked_g")
        ),
        Column("free", _("free"), Kind.DECIMAL, unit="t", decimals=6, value=_standing("free_g")),
        Column("oldest", _("oldest since"), Kind.DATETIME, value=lambda r: r.standing.oldest_at),
        Column("days", _("age, days"), Kind.INTEGER, value=lambda r: r.standing.age_days),
        Column("limit", _("limit, days"), Kind.INTEGER, value=lambda r: r.age.limit_days),
        Column("state", _("state"), value=lambda r: str(r.age.state)),
        Column("lots", _("lots"), Kind.INTEGER, value=lambda r: r.standing.lots),
    ),
    rows=_none,
)
