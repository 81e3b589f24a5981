"""Many rows in one statement, where the ORM would send one for each or one that grows with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault


def insert(rows: Sequence[Model]) -> None:
    """Add new rows of one model, in order; they get their keys and what the database fills in.

    As ``bulk_create``, whose statement has a parameter for every value, and takes long to write.
    """
    if not rows:
        return
    meta, now = type(rows[0])._meta, [*rows]
    for field in meta.concrete_fields:
        if field.is_relation:
            _name_related(now, field)
    given = [
        _column(field, field.attname, [field.pre_save(row, add=True) for row in now])
        for field in meta.concrete_fields
        if not field.generated and not all(_by_database(row, field) for row in now)
    ]
    columns, arrays = ", ".join(one.name for one in given), ", ".join(one.array for one in given)
    filled: Sequence[Any] = meta.db_returning_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in filled)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({columns}) "
            f"SELECT * FROM unnest({arrays}) RETURNING {names}",
            [one.values for one in given],
        )
        for row, values in zip(now, cursor.fetchall(), strict=True):
            for field, value in zip(filled, values, strict=True):
                setattr(row, field.attname, value)
            row._state.adding, row._state.db = False, connection.alias


def _name_related(rows: Sequence[Model], field: Any) -> None:
    """Rows may name others that had no key yet when they were made."""
    for row in rows:
        related = field.get_cached_value(row, default=None)
        if related is not None and getattr(row, field.attname) is None:
            setattr(row, field.attname, related.pk)


def _by_database(row: Model, field: Any) -> bool:
    """Whether the database is to say what stands there."""
    value = getattr(row, field.attname)
    return (field.primary_key and value is None) or isinstance(value, DatabaseDefault)


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
    arrays = ", ".join(one.array for one in (key, *new, *old))
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

    @property
    def array(self) -> str:
        return f"%s::{self.type}[]"


def _column(field: Any, given: str, values: Sequence[Any]) -> _Column:
    name, kind = _declared(field)
    return _Column(name, kind, given, [field.get_db_prep_save(one, connection) for one in values])


@cache
def _declared(field: Any) -> tuple[str, str]:
    """(column, type of its values): what the declaration says, which never changes."""
    # A key's type is that of what refers to it: without how it is counted up.
    kind = (field.rel_db_type if field.primary_key else field.db_type)(connection)
    # To text: to varchar(12) would cut off what is too long, instead of refusing it.
    kind = "text" if kind.startswith("varchar") else kind
    return connection.ops.quote_name(field.column), kind


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)
