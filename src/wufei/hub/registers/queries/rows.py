"""Rows of a register: one page of them, or all, streamed; and what they add up to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from wufei.hub.registers.facts import COUNTERPARTY, COUNTERPARTY_JOINS, joins
from wufei.hub.registers.layout import Layout, Row
from wufei.hub.registers.queries import days
from wufei.hub.registers.queries.sides import ACCOUNTS, Filters, Picked, branches

CHUNK_ROWS = 2000
_ORDER = "k.happened_at, k.id, k.side"
_SIGNED = "k.sign * k.mass_g"


@dataclass(frozen=True)
class Totals:
    """Of all rows that the filters let through; grams. A reversal counts negatively."""

    count: int
    in_g: int
    out_g: int

    @property
    def mass_g(self) -> int:
        """Of a register whose rows go one way."""
        return self.in_g + self.out_g


def totals(picked: Picked, *, recount: bool = False) -> Totals:
    """From the facts of days where they know all that is asked for; else, or to ``recount``, from
    the movements.
    """
    if days.countable(picked.filters) and not recount:
        return _known(days.moved(picked))
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


def page(picked: Picked, layout: Layout, *, offset: int, limit: int) -> list[Row]:
    """Rows in the order in which things happened; the last value of each is its number.

    Only the days that hold them are read, where the facts know which ones these are.
    """
    skip = offset
    if days.countable(picked.filters):
        found = days.window(picked, offset=offset, limit=limit)
        if found is None:
            return []
        picked, skip = (
            replace(picked, within=replace(picked.within, period=found.period)),
            found.skip,
        )
    inner, parameters = _picked(picked, first=not picked.filters.any)
    # Picked first, joined then: a page asks for the names of its own rows only.
    inner += f" ORDER BY {_ORDER} OFFSET %(skip)s LIMIT %(limit)s"
    parameters |= {"skip": skip, "limit": limit, "first": skip + limit}
    with connection.cursor() as cursor:
        cursor.execute(_statement(layout, inner), parameters)
        return [(*row, offset + n) for n, row in enumerate(cursor.fetchall(), start=1)]


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
    inner = f"SELECT k.* FROM ({branches(picked.rules, picked.within, first=first)}) k"
    conditions, wanted, parameters = _conditions(picked.filters)
    if conditions:
        inner += f"{ACCOUNTS}{joins(wanted)} WHERE {' AND '.join(conditions)}"
    return inner, picked.within.parameters | parameters


def _conditions(filters: Filters) -> tuple[list[str], list[str], dict[str, Any]]:
    """SQL conditions, the joins that they need, and their parameters."""
    found: list[str] = []
    wanted: list[str] = []
    parameters: dict[str, Any] = {}
    for value, condition, needed in _choices(filters):
        if value:
            found.append(condition)
            wanted += needed
    for name in ("counterparty", "manifest", "plate", "label"):
        if text := getattr(filters, name):
            parameters[name] = f"%{_escaped(text)}%"
    if filters.movement:
        parameters["movement"] = filters.movement
    return found, wanted, parameters


def _choices(filters: Filters) -> Iterator[tuple[Any, str, tuple[str, ...]]]:
    party = f"({COUNTERPARTY.format('name')}) ILIKE %(counterparty)s OR ca.name ILIKE"
    yield filters.movement, "k.kind = %(movement)s", ()
    yield filters.counterparty, f"({party} %(counterparty)s)", (*COUNTERPARTY_JOINS, "ca")
    yield (
        filters.manifest,
        "(f.local_id ILIKE %(manifest)s OR f.authority_no ILIKE %(manifest)s)",
        ("f",),
    )
    yield filters.plate, "v.plate ILIKE %(plate)s", ("v",)
    yield (
        filters.label,
        "EXISTS (SELECT FROM ledger_lotentry e JOIN ledger_lot t ON t.id = e.lot_id "
        "WHERE e.movement_id = k.id AND t.label ILIKE %(label)s)",
        (),
    )
    yield filters.standing, "k.sign > 0 AND r.id IS NULL", ("r",)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
