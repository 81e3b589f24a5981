"""Statements that are composed once and planned once, where the ORM does both for every question.

For what is asked or written again and again in one shape, above all under locks: Django's
composing and PostgreSQL's planning of such a statement take longer than finding the rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection, transaction
from django.db.models import BooleanField, Expression, F, Field, Func, Model, QuerySet
from django.db.models.query import get_related_populators
from psycopg import Cursor
from psycopg.types.numeric import Int8Dumper

M = TypeVar("M", bound=Model)
T = TypeVar("T")
U = TypeVar("U")
Values = Sequence[Any] | Mapping[str, Any]


def run(text: str, values: Values) -> list[Any]:
    """Rows of a statement of constant ``text`` with its ``values``, in order or by name.

    The server is given text and values apart, so that it plans the text once for a connection (as
    soon as it has come often enough: ``prepare_threshold`` among the database's options). Let a
    cast in the text say the type of each value.
    """
    return Statement(text, values, list).run()


@dataclass(frozen=True)
class Statement(Generic[T]):
    """A statement of constant text, and what becomes of the rows that it gives; of no text: none.

    Whoever has several that do not need each other's results sends them ``together``.
    """

    text: str
    values: Values
    take: Callable[[list[Any]], T]

    def then(self, make: Callable[[T], U]) -> "Statement[U]":
        """The same, of whose result something else is made."""
        return Statement(self.text, self.values, lambda found: make(self.take(found)))

    def run(self) -> T:
        if not self.text:
            return self.take([])
        cursor = _cursors_here(1)[0]
        _watched(cursor).execute(self.text, self.values)
        return self.take(cursor.fetchall())


def together(*statements: Statement[Any]) -> list[Any]:
    """The result of each, run one after the other in one trip to the server.

    As if each were run by itself, in the caller's transaction: it sees what those before it did
    and what others have committed while they waited for a lock. The first error is raised; those
    after it have not run.
    """
    asked = [one for one in statements if one.text]
    cursors = _cursors_here(len(asked))
    here: Any = transaction.get_connection()
    assert here.in_atomic_block or not asked, "all or nothing"
    with here.wrap_database_errors, here.connection.pipeline():
        for cursor, one in zip(cursors, asked, strict=True):
            _watched(cursor).execute(one.text, one.values)
    found = iter([cursor.fetchall() for cursor in cursors])
    return [one.take(next(found) if one.text else []) for one in statements]


def none_of() -> Statement[list[Any]]:
    """Asks for nothing, where there is nothing to ask for."""
    return Statement("", (), list)


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
        return self.of(**given).run()

    def of(self, **given: Any) -> Statement[list[M]]:
        """The query as a statement, to be run with others."""
        composed = self._composed
        if composed.locks:
            assert transaction.get_connection().in_atomic_block, "locks end with a transaction"
        values = [given[name] for name in composed.names]
        return Statement(composed.text, values, composed.rows)

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
        self.text = text % tuple(_constant(one) for one in values)
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


# Of each connection: new ones would have to learn anew how values are written.
_cursors: "WeakKeyDictionary[Any, list[Cursor[Any]]]" = WeakKeyDictionary()


def _cursors_here(count: int) -> "list[Cursor[Any]]":
    """Cursors of this connection; they are free as soon as their rows are fetched."""
    here: Any = transaction.get_connection()
    here.ensure_connection()
    kept = _cursors.setdefault(here, [])
    if kept and kept[0].connection is not here.connection:
        kept.clear()
    while len(kept) < count:
        kept.append(Cursor(here.connection))
        # By default a number's type depends on its size, and a plan is one of types.
        kept[-1].adapters.register_dumper(int, Int8Dumper)
    return kept[:count]


def _watched(cursor: "Cursor[Any]") -> Any:
    """Django counts it, and translates its errors, as those of any other."""
    return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]
