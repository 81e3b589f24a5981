"""Many rows in one statement, where the ORM would send one for each or one that grows with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model


def update(
    rows: Sequence[Model],
    columns: Collection[str],
    expected: Mapping[str, Sequence[Any]] | None = None,
) -> set[Any]:
    """Write ``columns`` (names of fields) of rows of one model; returns the keys that were found.

    ``expected`` holds, for each row in order, what stands in other columns now: a row where it is
    something else is left alone. Lock the rows first, in ascending key, if others write them too.
    """
    if not rows:
        return set()
    model, expected = type(rows[0]), expected or {}
    key = _column(model._meta.pk, "key", [row.pk for row in rows])
    new = [
        _column(field, f"new_{n}", [getattr(row, field.attname) for row in rows])
        for n, field in enumerate(_field(model, name) for name in sorted(columns))
    ]
    old = [
        _column(_field(model, name), f"old_{n}", values)
        for n, (name, values) in enumerate(expected.items())
    ]
    sets = ", ".join(f"{one.name} = v.{one.given}" for one in new)
    where = " AND ".join(f"t.{one.name} = v.{one.given}" for one in (key, *old))
    arrays = ", ".join(f"%s::{one.type}[]" for one in (key, *new, *old))
    names = ", ".join(one.given for one in (key, *new, *old))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(model._meta.db_table)} t SET {sets} "
            f"FROM unnest({arrays}) AS v({names}) WHERE {where} RETURNING t.{key.name}",
            [one.values for one in (key, *new, *old)],
        )
        return {found for (found,) in cursor.fetchall()}


@dataclass(frozen=True)
class _Column:
    """A column with a value for each row; ``given`` is what the statement calls the values."""

    name: str
    type: str
    given: str
    values: list[Any]


def _column(field: Any, given: str, values: Sequence[Any]) -> _Column:
    # A key's type is that of what refers to it: without how it is counted up.
    of = field.rel_db_type if field.primary_key else field.db_type
    prepared = [field.get_db_prep_save(value, connection) for value in values]
    return _Column(connection.ops.quote_name(field.column), of(connection), given, prepared)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)
