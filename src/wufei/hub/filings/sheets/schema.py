"""The form as a pydantic model, from its declaration: what programs send and get."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from wufei.hub.base.errors import Invalid
from wufei.hub.filings.declarations import Field as FormField
from wufei.hub.filings.declarations import FieldKind, FilingType, Section
from wufei.hub.filings.forms import Form, empty, encoded, parse

_TYPES: dict[FieldKind, Any] = {
    FieldKind.INTEGER: int,
    FieldKind.DECIMAL: Decimal,
    FieldKind.MASS: Decimal | str,
    FieldKind.DATE: date,
    FieldKind.MOMENT: datetime,
    FieldKind.BOOLEAN: bool,
    FieldKind.ORGANISATION: UUID,
    FieldKind.SITE: UUID,
    FieldKind.FILES: list[UUID],
}


def model_of(form_type: FilingType) -> type[BaseModel]:
    """Single fields by name, tables by the code of their section as lists of rows."""
    fields: dict[str, Any] = {}
    for section in form_type.sections:
        if section.table:
            row = _model(f"{section.code}_row", _fields(section))
            told: Any = Field(
                default_factory=list, max_length=section.rows_max, title=str(section.title)
            )
            fields[section.code] = (list[row], told)  # type: ignore[valid-type]
        else:
            fields |= _fields(section)
    return _model(form_type.code.replace(".", "_"), fields)


def _model(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    # Unknown names are refused: a misspelt one would otherwise be lost without a word.
    made: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
    return made


def _fields(section: Section) -> dict[str, Any]:
    return {one.name: _field(one) for one in section.fields if one.computed is None}


def _field(one: FormField) -> tuple[Any, Any]:
    kind: Any = _TYPES.get(one.kind, str)
    if one.choices is not None:
        kind = Literal[tuple(code for code, _label in one.choices())]
    unit = f" ({one.unit})" if one.unit else ""
    more: dict[str, Any] = {"title": f"{one.label}{unit}", "description": str(one.help)}
    if kind is str:
        more["max_length"] = 2000 if one.kind is FieldKind.LONG_TEXT else one.length_max
    # A draft may lack anything; what must be there is said when it is submitted.
    return kind | None, Field(
        default=None, json_schema_extra={"required_here": one.required}, **more
    )


def form_from(form_type: FilingType, said: BaseModel, before: Form) -> Form:
    """What a program sent, as a form; what it left out stays as it was ``before``.

    Raises ``Invalid`` whose ``field`` is the place in what was sent: ``loads.0.mass``.
    """
    values, rows = dict(before.values), dict(before.rows)
    given = said.model_fields_set
    for section in form_type.sections:
        fields = [one for one in section.fields if one.computed is None]
        if section.table:
            if section.code in given:
                rows[section.code] = tuple(
                    {one.name: _value(one, row, f"{section.code}.{number}.") for one in fields}
                    for number, row in enumerate(getattr(said, section.code))
                )
        else:
            values |= {one.name: _value(one, said) for one in fields if one.name in given}
    return Form(values, rows)


def _value(one: FormField, said: BaseModel, place: str = "") -> Any:
    value = getattr(said, one.name)
    if value is None:
        return empty(one)
    # Masses may come as "12.5 kg"; all go the way of what people write.
    try:
        return parse(one, str(value) if isinstance(value, Decimal) else value)
    except Invalid as refusal:
        refusal.field = place + one.name
        raise


def as_json(sections: tuple[Section, ...], form: Form) -> dict[str, Any]:
    """A form as JSON, in the shape of the model."""
    told: dict[str, Any] = {}
    for section in sections:
        if section.table:
            rows = form.rows.get(section.code, ())
            told[section.code] = [encoded(section.fields, row) for row in rows]
        else:
            told |= encoded(section.fields, form.values)
    return told
