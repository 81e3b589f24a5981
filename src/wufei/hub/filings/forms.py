"""Values of a form: as people write them, as Python has them, as JSON keeps them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from wufei.hub.base.errors import Invalid
from wufei.hub.base.tables import Column, Quantity
from wufei.hub.base.tables import Kind as ColumnKind
from wufei.hub.base.tables.parsing import choice_names
from wufei.hub.base.tables.parsing import parse as parse_cell
from wufei.hub.filings.declarations import Field, FieldKind, Section, Values
from wufei.hub.ledger.units import UNIT_SPELLINGS

Rows = Mapping[str, Sequence[Values]]
# Nothing here is weighed or counted beyond this, and neither ledger nor statistics could keep it.
NUMBER_MAX = 10**12
# Grams of one of a unit.
GRAMS = {"t": 1_000_000, "kg": 1_000}


@dataclass(frozen=True)
class Form:
    """``values`` of single fields by name, ``rows`` of tables by the code of their section.

    A value that was not given is None ("" for text, () for files).
    """

    values: Values
    rows: Rows

    def row(self, section: str, number: int | None) -> dict[str, Any]:
        """What stands beside a field: the form's single values, and those of its row."""
        beside = {**self.values}
        if number is not None:
            beside |= self.rows[section][number]
        return beside

    def total(self, section: str, name: str) -> Decimal:
        """Sum of a column; what is empty counts nothing."""
        return sum((row.get(name) or Decimal(0) for row in self.rows.get(section, ())), Decimal(0))


EMPTY = Form({}, {})

_COLUMN_KINDS = {
    FieldKind.INTEGER: ColumnKind.INTEGER,
    FieldKind.DECIMAL: ColumnKind.DECIMAL,
    FieldKind.MASS: ColumnKind.QUANTITY,
    FieldKind.DATE: ColumnKind.DATE,
    FieldKind.MOMENT: ColumnKind.DATETIME,
    FieldKind.CHOICE: ColumnKind.CHOICE,
    FieldKind.BOOLEAN: ColumnKind.BOOLEAN,
}
_MASS_UNITS = tuple((spelled, unit) for spelled, unit in UNIT_SPELLINGS if unit in GRAMS)


def column_of(field: Field, **changes: Any) -> Column:
    """The field as a column of a table: list, Excel template, import and export."""
    return Column(
        field.name,
        field.label,
        _COLUMN_KINDS.get(field.kind, ColumnKind.TEXT),
        **{
            "unit": field.unit,
            "required": field.required,
            "help": field.help,
            "choices": field.choices,
            "example": field.example,
            "length_max": 2000 if field.kind is FieldKind.LONG_TEXT else field.length_max,
            "decimals": field.decimals if field.kind.is_number else None,
            "aliases": field.aliases,
            "units": _MASS_UNITS if field.kind is FieldKind.MASS else (),
            **changes,
        },
    )


def empty(field: Field) -> Any:
    """What stands where nothing was given."""
    if field.kind is FieldKind.FILES:
        return ()
    return "" if field.kind in _TEXTS else None


_TEXTS = {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.WASTE}
_KEYS = {FieldKind.ORGANISATION, FieldKind.SITE}


def parse(field: Field, cell: Any, names: Mapping[str, str] | None = None) -> Any:
    """The value that somebody wrote, alone; raises ``Invalid`` that says what to write.

    ``names``: what may stand for each choice, where many are parsed (``choice_names``). That a
    waste, an organisation or a site exists, and that files are one's own, is looked up elsewhere.
    """
    if field.kind is FieldKind.FILES:
        given = cell if isinstance(cell, list | tuple) else [cell] if cell else []
        return tuple(_uuid(field, one) for one in given)
    column = column_of(field, required=False)
    if field.kind is FieldKind.CHOICE and names is None:
        names = choice_names(column)
    value = of_column(field, parse_cell(column, cell, names))
    if field.kind in _KEYS and value:
        return _uuid(field, value)
    return None if field.kind in _KEYS else value


def of_column(field: Field, value: Any) -> Any:
    """What ``column_of`` made of a cell, as the field has it; names are still to be looked up."""
    if isinstance(value, Quantity):
        value = in_unit(field, value)
    if field.kind.is_number and value is not None and abs(value) > NUMBER_MAX:
        text = _("“%(field)s” may be at most %(limit)s.")
        raise Invalid(text % {"field": field.label, "limit": f"{NUMBER_MAX:,}"}, field=field.name)
    return _rounded(field, value) if isinstance(value, Decimal) else value


def in_unit(field: Field, quantity: Quantity) -> Decimal:
    """A mass as it was written, in the field's own unit."""
    unit = quantity.unit or field.unit
    return quantity.value * GRAMS[unit] / GRAMS[field.unit]


def _rounded(field: Field, value: Decimal) -> Decimal:
    """Refuses what has more decimals than are kept: silently rounding would change a report."""
    step = Decimal(1).scaleb(-field.decimals)
    rounded = value.quantize(step, ROUND_HALF_EVEN)
    if rounded != value:
        raise Invalid(
            _("“%(field)s” may have %(decimals)s decimals: %(value)s has more.")
            % {"field": field.label, "decimals": field.decimals, "value": value},
            field=field.name,
        )
    return rounded.normalize() if rounded else Decimal(0)


def _uuid(field: Field, value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError as error:
        text = _("“%(field)s” names nothing that is known here.") % {"field": field.label}
        raise Invalid(text, field=field.name) from error


def grams(field: Field, value: Decimal | None) -> int:
    """The grams of a mass, half-even; 0 where nothing was given."""
    exact = (value or Decimal(0)) * GRAMS[field.unit]
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


# As JSON.
def encode(field: Field, value: Any) -> Any:
    """A value as the database keeps it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value


def decode(field: Field, kept: Any) -> Any:
    """A value from how the database keeps it."""
    if kept is None or kept == "":
        return empty(field)
    if field.kind in (FieldKind.DECIMAL, FieldKind.MASS):
        return Decimal(kept)
    if field.kind is FieldKind.DATE:
        return date.fromisoformat(kept)
    if field.kind is FieldKind.MOMENT:
        return datetime.fromisoformat(kept)
    if field.kind in _KEYS:
        return UUID(kept)
    if field.kind is FieldKind.FILES:
        return tuple(UUID(one) for one in kept)
    return kept


def encoded(fields: Iterable[Field], values: Values) -> dict[str, Any]:
    """Values by name, without those that are empty."""
    said = ((one, values.get(one.name)) for one in fields)
    return {one.name: encode(one, value) for one, value in said if value not in (None, "", ())}


def decoded(fields: Iterable[Field], kept: Values) -> dict[str, Any]:
    """All fields by name, from what was kept; names that the form no longer has are left out."""
    return {one.name: decode(one, kept.get(one.name)) for one in fields}


def complete(sections: Iterable[Section], form: Form) -> Form:
    """The form with what is computed, and without what is not shown."""
    parts = tuple(sections)
    values = dict(form.values)
    for section in parts:
        if not section.table:
            values |= _completed(section.fields, values, values)
    rows = {
        section.code: tuple(
            {**row, **_completed(section.fields, row, {**values, **row})}
            for row in form.rows.get(section.code, ())
        )
        for section in parts
        if section.table
    }
    return replace(form, values=values, rows=rows)


def _completed(fields: Iterable[Field], own: Values, beside: Mapping[str, Any]) -> dict[str, Any]:
    now, beside = dict(own), dict(beside)
    for one in fields:
        if one.shown_when is not None and not one.shown_when(beside):
            now[one.name] = empty(one)
        elif one.computed is not None:
            now[one.name] = one.computed(beside)
        beside[one.name] = now.get(one.name, empty(one))
    return now
