"""Many rows in one statement, where the ORM would send one for each or one that grows with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import (
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKey,
    IntegerField,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
    UUIDField,
)
from django.db.models.expressions import DatabaseDefault
from psycopg import Copy

from wufei.hub.base.prepared import Statement, none_of

# From so many rows on COPY is quicker, although it needs their keys first.
_COPIED_FROM = 100


def insert(rows: Sequence[Model]) -> None:
    """Add new rows of one model, in order; they get their keys and what the database fills in.

    As ``bulk_create``, whose statement has a parameter for every value, and takes long to write.
    """
    if len(rows) < _COPIED_FROM or len(_told_back(type(rows[0]))) > 1:
        insertion(rows).run()
    else:
        _copy(rows)


def give_keys(rows: Sequence[Model]) -> None:
    """Let new rows of one model have the keys that they will have, so that others name them."""
    lacking = [row for row in rows if row.pk is None]
    if not lacking:
        return
    model = type(lacking[0])
    text = (
        "SELECT nextval(pg_get_serial_sequence(%s, %s)::regclass) FROM generate_series(1, %s::int)"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [_table(model), model._meta.pk.column, len(lacking)])
        for row, (key,) in zip(lacking, cursor.fetchall(), strict=True):
            row.pk = key


def _copy(rows: Sequence[Model]) -> None:
    model = type(rows[0])
    for field in model._meta.concrete_fields:
        if field.is_relation:
            _name_related(rows, field)
    give_keys(rows)
    given = _given(model, rows)
    values = [_plain(field, [field.pre_save(row, add=True) for row in rows]) for field in given]
    statement = f"COPY {_table(model)} ({', '.join(map(_column, given))}) FROM STDIN"
    with copying(statement) as copy:
        for row in zip(*values, strict=True):
            copy.write_row(row)
    for one in rows:
        one._state.adding, one._state.db = False, connection.alias


@contextmanager
def copying(statement: str) -> Iterator[Copy]:
    """COPY of the database's own driver; raises Django's errors, as every other statement."""
    here: Any = transaction.get_connection()
    with here.cursor() as cursor, here.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        yield copy


def _plain(field: Any, told: Sequence[Any]) -> Sequence[Any]:
    """Values of a column for COPY, which writes each by its own type."""
    own = _OWN_TYPES.get(type(field))
    if own is not None and all(one is None or type(one) is own for one in told):
        return told
    return [field.get_db_prep_save(one, connection) for one in told]


# What COPY writes as it stands: the fields that nearly all columns are.
_OWN_TYPES: dict[Any, type] = {
    CharField: str,
    TextField: str,
    UUIDField: UUID,
    DateField: date,
    DateTimeField: datetime,
    BooleanField: bool,
    IntegerField: int,
    PositiveIntegerField: int,
    PositiveSmallIntegerField: int,
    BigIntegerField: int,
    BigAutoField: int,
    ForeignKey: int,
}


def insertion(rows: Sequence[Model]) -> Statement[None]:
    """As ``insert``, to be run with other statements; rows that these name must have their keys."""
    if not rows:
        return none_of().then(_nothing)
    model, now = type(rows[0]), [*rows]
    for field in model._meta.concrete_fields:
        if field.is_relation:
            _name_related(now, field)
    given = _given(model, now)
    values = [
        _values(field, [field.pre_save(row, add=True) for row in now], len(now)) for field in given
    ]
    return Statement(_insert(model, tuple(given), one=len(now) == 1), values, partial(_fill, now))


def _fill(rows: Sequence[Model], found: Sequence[Sequence[Any]]) -> None:
    """Give new rows what the database said of them."""
    filled = _told_back(type(rows[0]))
    for row, told in zip(rows, found, strict=True):
        for field, value in zip(filled, told, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, connection.alias


def _nothing(_found: Sequence[Any]) -> None:
    """There was nothing to add."""


def _name_related(rows: Sequence[Model], field: Any) -> None:
    """Rows may name others that had no key yet when they were made."""
    for row in rows:
        related = field.get_cached_value(row, default=None)
        if related is not None and getattr(row, field.attname) is None:
            setattr(row, field.attname, related.pk)


def _given(model: type[Model], rows: Sequence[Model]) -> list[Any]:
    """Columns whose values the rows say themselves."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not all(_by_database(row, field) for row in rows)
    ]


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
    return change(rows, columns, expected).run()


def change(
    rows: Sequence[Model],
    columns: Collection[str],
    expected: Mapping[str, Sequence[Any]] | None = None,
) -> Statement[set[Any]]:
    """As ``update``, to be run with other statements."""
    if not rows:
        return none_of().then(_keys)
    model, expected, count = type(rows[0]), expected or {}, len(rows)
    key, new = model._meta.pk, [_field(model, name) for name in sorted(columns)]
    old = [_field(model, name) for name in expected]
    values = [
        _values(one, [getattr(row, one.attname) for row in rows], count) for one in (key, *new)
    ]
    values += [_values(one, told, count) for one, told in zip(old, expected.values(), strict=True)]
    return Statement(_update(model, tuple(new), tuple(old), one=count == 1), values, _keys)


def _keys(found: Sequence[Sequence[Any]]) -> set[Any]:
    return {key for (key,) in found}


@cache
def _insert(model: type[Model], given: tuple[Any, ...], *, one: bool) -> str:
    names = ", ".join(_column(field) for field in given)
    filled = ", ".join(_column(field) for field in _told_back(model))
    return (
        f"INSERT INTO {_table(model)} ({names}) "
        f"SELECT * FROM {_source(given, one)} AS v RETURNING {filled}"
    )


@cache
def _update(model: type[Model], new: tuple[Any, ...], old: tuple[Any, ...], *, one: bool) -> str:
    key = model._meta.pk
    news, olds = [f"new_{n}" for n in range(len(new))], [f"old_{n}" for n in range(len(old))]
    sets = ", ".join(f"{_column(field)} = v.{name}" for field, name in zip(new, news, strict=True))
    known = zip((key, *old), ("key", *olds), strict=True)
    where = " AND ".join(f"t.{_column(field)} = v.{name}" for field, name in known)
    return (
        f"UPDATE {_table(model)} t SET {sets} "
        f"FROM {_source((key, *new, *old), one)} AS v({', '.join(('key', *news, *olds))}) "
        f"WHERE {where} RETURNING t.{_column(key)}"
    )


def _source(fields: Sequence[Any], one: bool) -> str:
    """The values as rows: an array of each column, or for a single row (that is cheaper) each."""
    kinds = [_kind(field) for field in fields]
    if one:
        return f"(VALUES ({', '.join(f'%s::{kind}' for kind in kinds)}))"
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


def _values(field: Any, told: Sequence[Any], count: int) -> Any:
    """What stands in a column of ``count`` rows, as ``_source`` wants it."""
    ready = [field.get_db_prep_save(one, connection) for one in told]
    return ready[0] if count == 1 else ready


def _told_back(model: type[Model]) -> Sequence[Any]:
    """What the database says of new rows: what it filled in, or at least their key."""
    filled: Sequence[Any] = model._meta.db_returning_fields
    return filled or [model._meta.pk]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


@cache
def _kind(field: Any) -> str:
    """Type of a column's values: what the declaration says, which never changes."""
    # A key's type is that of what refers to it: without how it is counted up.
    kind: str = (field.rel_db_type if field.primary_key else field.db_type)(connection)
    # To text: to varchar(12) would cut off what is too long, instead of refusing it.
    return "text" if kind.startswith("varchar") else kind


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)
