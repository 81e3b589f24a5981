"""Rows of a register: one page of them, or all, streamed; and what they add up to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from wufei.hub.ledger.queries.facts import Period
from wufei.hub.registers.facts import joins
from wufei.hub.registers.layout import Layout, Row
from wufei.hub.registers.queries import days
from wufei.hub.registers.queries.filtering import conditions
from wufei.hub.registers.queries.sides import ACCOUNTS, Picked, branches

CHUNK_ROWS = 2000
# A page looks through so many rows at a time, and goes on until it has found enough.
SPAN_ROWS = 20_000
LOOKED_FOR_MAX = 10_000
_ORDER = "k.happened_at, k.id, k.side"
_SIGNED = "k.sign * k.mass_g"


@dataclass(frozen=True)
class Span:
    """Days in a row, and how many rows of them the filters let through."""

    period: Period
    count: int


@dataclass(frozen=True)
class Totals:
    """Of all rows that the filters let through; grams. A reversal counts negatively.

    ``spans`` are the days that were looked through, where the facts could not tell; ``more`` says
    that there may be more rows behind them, which a page does not look for.
    """

    count: int
    in_g: int
    out_g: int
    spans: tuple[Span, ...] = ()
    more: bool = False

    @property
    def mass_g(self) -> int:
        """Of a register whose rows go one way."""
        return self.in_g + self.out_g


def totals(picked: Picked, *, recount: bool = False) -> Totals:
    """From the facts of days where they know all that is asked for; else the rows are looked
    through, span by span. ``recount``: all of them, from the movements.
    """
    if recount:
        return _counted(picked)
    if days.countable(picked.filters):
        return _known(days.moved(picked))
    return _looked_through(picked)


def _counted(picked: Picked) -> Totals:
    inner, parameters = _picked(picked)
    statement = f"""
        SELECT count(*),
            coalesce(sum({_SIGNED}) FILTER (WHERE k.side = 'in'), 0)::bigint,
            coalesce(sum({_SIGNED}) FILTER (WHERE k.side = 'out'), 0)::bigint
        FROM ({inner}) k"""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return Totals(*cursor.fetchone())


def _known(moved: list[days.Moved]) -> Totals:
    sums = {side: sum(one.mass_g for one in moved if one.side == side) for side in ("in", "out")}
    return Totals(sum(one.count for one in moved), sums["in"], sums["out"])


def _looked_through(picked: Picked) -> Totals:
    found = Totals(0, 0, 0)
    periods = days.spans(picked, rows=SPAN_ROWS) if picked.lines is None else [picked.within.period]
    for number, period in enumerate(periods, start=1):
        part = _counted(picked.during(period))
        found = Totals(
            found.count + part.count,
            found.in_g + part.in_g,
            found.out_g + part.out_g,
            (*found.spans, Span(period, part.count)),
            more=False,
        )
        if found.count > LOOKED_FOR_MAX and number < len(periods):
            return replace(found, more=True)
    return found


def page(
    picked: Picked, layout: Layout, *, offset: int, limit: int, found: Totals | None = None
) -> list[Row]:
    """Rows in the order in which things happened; the last value of each is its number.

    Only the days that hold them are read, where the facts know which ones these are or ``found``
    does, which is what was looked through before.
    """
    rows: list[Row] = []
    for part, skip in _days_of(picked, found, offset=offset, limit=limit):
        rows += _rows(part, layout, offset=skip, limit=limit - len(rows))
        if len(rows) == limit:
            break
    return [(*row, offset + n) for n, row in enumerate(rows, start=1)]


def _days_of(
    picked: Picked, found: Totals | None, *, offset: int, limit: int
) -> Iterator[tuple[Picked, int]]:
    """Where to read, one after the other, and how many rows to leave out there."""
    if days.countable(picked.filters):
        if window := days.window(picked, offset=offset, limit=limit):
            yield picked.during(window.period), window.skip
        return
    if found is None:
        yield picked, offset
        return
    for span in found.spans:
        if offset < span.count:
            yield picked.during(span.period), offset
        offset = max(0, offset - span.count)


def _rows(picked: Picked, layout: Layout, *, offset: int, limit: int) -> list[Row]:
    inner, parameters = _picked(picked, first=not picked.filters.any)
    # Picked first, joined then: a page asks for the names of its own rows only.
    inner += f" ORDER BY {_ORDER} OFFSET %(offset)s LIMIT %(limit)s"
    parameters |= {"offset": offset, "limit": limit, "first": offset + limit}
    with connection.cursor() as cursor:
        cursor.execute(_statement(layout, inner), parameters)
        return list(cursor.fetchall())


def every(picked: Picked, layout: Layout) -> Iterator[Row]:
    """All rows, streamed from a cursor of the server: memory does not grow with them."""
    inner, parameters = _picked(picked)
    with connection.cursor() as cursor:
        # A cursor is planned for its first tenth; this one is read to its end.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        cursor.execute("SET LOCAL work_mem = '64MB'")
    number = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement(layout, inner), parameters)
        while rows := cursor.fetchmany(CHUNK_ROWS):
            for row in rows:
                number += 1
                yield (*row, number)


def statement(picked: Picked, layout: Layout) -> tuple[str, dict[str, Any]]:
    """The SQL of ``every`` and its parameters."""
    inner, parameters = _picked(picked)
    return _statement(layout, inner), parameters


def _statement(layout: Layout, inner: str) -> str:
    return f"""
SELECT {layout.select}
FROM ({inner}) k {ACCOUNTS}{layout.joins}
ORDER BY {_ORDER}"""


def _picked(picked: Picked, *, first: bool = False) -> tuple[str, dict[str, Any]]:
    inner = f"SELECT k.* FROM ({branches(picked, first=first)}) k"
    found, wanted, parameters = conditions(picked.filters)
    if found:
        inner += f"{ACCOUNTS}{joins(wanted)} WHERE {' AND '.join(found)}"
    return inner, picked.parameters | parameters
