"""A register's columns as the generic tables know them, and the SQL that fills their rows."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from wufei.hub.base.tables import Column
from wufei.hub.base.tables.spec import Kind as ValueKind
from wufei.hub.registers.declarations import Col, Fact
from wufei.hub.registers.facts import FIELDS, Field, same
from wufei.hub.registers.facts import joins as joins_of

Row = tuple[Any, ...]
# The first values of every row: what the page needs beside the columns.
KEYS = ("k.uuid", "k.sign", "r.id IS NOT NULL", "f.uuid", "k.side")
KEY_JOINS = ("r", "f")
REMEMBERED = 4096
READ_DECIMALS = 3


class Layout:
    """Columns over rows of values; each expression is selected once."""

    def __init__(self, columns: Iterable[Col], *, exact: bool) -> None:
        """``exact``: masses to the gram; else to the kilogram, as people read them."""
        self.exact = exact
        self.expressions: list[str] = list(KEYS)
        self._joins: list[str] = list(KEY_JOINS)
        self.columns = tuple(self._column(n, column) for n, column in enumerate(columns))

    @property
    def select(self) -> str:
        return ",\n    ".join(self.expressions)

    @property
    def joins(self) -> str:
        return joins_of(self._joins)

    def _column(self, number: int, column: Col) -> Column:
        if column.fact is None:
            label = _("%(title)s (not recorded)") % {"title": column.title}
            return Column(f"c{number}", label, value=_nothing)
        field = FIELDS[column.fact]
        return Column(
            f"{column.fact}.{number}",
            column.title,
            field.kind,
            unit=field.unit,
            decimals=field.decimals if self.exact or field.unit != "t" else READ_DECIMALS,
            value=self._value(column.fact, field),
            # Its name says it to people.
            folded=True if column.fact is Fact.WASTE_CODE else None,
        )

    def _value(self, fact: Fact, field: Field) -> Callable[[Row], Any]:
        if fact is Fact.POSITION:
            # Rows carry their number last: see ``queries.rows``.
            return itemgetter(-1)
        self._joins += field.joins
        places = [self._place(expression) for expression in field.select]
        # A cache of the layout's own: it is made for one language.
        show = lru_cache(maxsize=REMEMBERED)(field.show) if field.few else field.show
        if not places:
            return lambda row: show()
        take = itemgetter(*places)
        if len(places) > 1:
            return lambda row: show(*take(row))
        return take if show is same else lambda row: show(take(row))

    def _place(self, expression: str) -> int:
        if expression not in self.expressions:
            self.expressions.append(expression)
        return self.expressions.index(expression)


def _nothing(row: Row) -> None:
    return None


def is_number(column: Column) -> bool:
    return column.kind in (ValueKind.DECIMAL, ValueKind.INTEGER)
