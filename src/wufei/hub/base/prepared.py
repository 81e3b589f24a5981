"""Statements that are composed once and planned once, where the ORM does both for every question.

For what is asked or written again and again in one shape, above all under locks: Django's
composing and PostgreSQL's planning of such a statement take longer than finding the rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection, transaction
from django.db.models import BooleanField, Expression, F, Field, Func, Model, QuerySet
from django.db.models.query import get_related_populators
from psycopg import Cursor
from psycopg.types.numeric import Int8Dumper

M = TypeVar("M", bound=Model)


def run(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    """Rows of a statement of constant text with its ``values``, in order or by name.

    The server is given text and values apart, so that it plans the text once for a connection (as
    soon as it has come often enough: ``prepare_threshold`` among the database's options). Let a
    cast in the text say the type of each value.
    """
    # Django's wrapper counts and watches it as any other.
    cursor = connection._prepare_cursor(_cursor())  # type: ignore[attr-defined]
    cursor.execute(statement, values)
    found: list[Any] = cursor.fetchall()
    return found


class Given(Expression):
    """Stands in a query of ``Rows`` for a value that comes when it is asked."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, *_compiling: Any, **_more: Any) -> Any:
        return "%s", [self]


class Among(Func):
    """Condition that a column holds one of the values ``name`` that come when it is asked.

    As ``__in``, whose text grows with the values.
    """

    output_field = BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column))
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, *_how: Any, **_more: Any) -> Any:
        (column,) = self.get_source_expressions()
        text, values = compiler.compile(column)
        kind = column.output_field.rel_db_type(connection)
        return f"{text} = ANY(%s::{kind}[])", [*values, Given(self.name, column.output_field)]


class Rows(Generic[M]):
    """A query for rows of a model, composed when it is asked first.

    >>> LOTS = Rows(lambda: Lot.objects.filter(Among("uuid", "lots")))
    >>> LOTS(lots=[first, second])

    Rows are those that the query itself would give: in its order, with what it selects as related,
    locked where it locks.
    """

    def __init__(self, query: Callable[[], QuerySet[M]]) -> None:
        self._query = query

    def __call__(self, **given: Any) -> list[M]:
        composed = self._composed
        if composed.locks:
            assert transaction.get_connection().in_atomic_block, "locks end with a transaction"
        return composed.rows(run(composed.statement, [given[name] for name in composed.names]))

    @cached_property
    def _composed(self) -> "_Composed":
        return _Composed(self._query())


class _Composed:
    """What Django's compiler says of a query: its text, and how a row becomes instances.

    ``names`` are those of the values that are given, in the order of the text; what is constant
    stands in the text itself, so that the planner sees it.
    """

    def __init__(self, query: QuerySet[Any]) -> None:
        asked = query.query
        compiler = asked.get_compiler(connection=connection)
        text, values = compiler.as_sql()
        self.locks = asked.select_for_update
        self.names = [one.name for one in values if isinstance(one, Given)]
        self.statement = text % tuple(_constant(one) for one in values)
        told = compiler.klass_info
        first, last = told["select_fields"][0], told["select_fields"][-1]
        self._own = slice(first, last + 1)
        self._model = told["model"]
        self._columns = [one[0].target.attname for one in compiler.select[self._own]]
        self._related = get_related_populators(told, compiler.select, connection.alias)  # type: ignore
        self._convert = compiler.apply_converters
        self._converters = compiler.get_converters([one[0] for one in compiler.select])

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """As ``ModelIterable`` makes them."""
        return [self._row(values) for values in self._convert(found, self._converters)]

    def _row(self, values: Sequence[Any]) -> Any:
        made = self._model.from_db(connection.alias, self._columns, values[self._own])
        for related in self._related:
            related.populate(values, made)
        return made


def _constant(value: Any) -> str:
    """A value as it stands in the text; what is given later stands as its place."""
    if isinstance(value, Given):
        return "%s"
    written: str = connection.ops.compose_sql("%s", [value])  # type: ignore[attr-defined]
    return written.replace("%", "%%")


# Of each connection: a new one would have to learn anew how values are written.
_cursors: "WeakKeyDictionary[Any, Cursor[Any]]" = WeakKeyDictionary()


def _cursor() -> "Cursor[Any]":
    """The cursor of this connection; it is free as soon as its rows are fetched."""
    here: Any = transaction.get_connection()
    here.ensure_connection()
    cursor = _cursors.get(here)
    if cursor is None or cursor.closed or cursor.connection is not here.connection:
        cursor = _cursors[here] = Cursor(here.connection)
        # By default a number's type depends on its size, and a plan is one of types.
        cursor.adapters.register_dumper(int, Int8Dumper)
    return cursor
