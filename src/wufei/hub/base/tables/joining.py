"""Rows of a file that are one entry together: the lines of one document."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from wufei.hub.base.tables.heading import Heading
from wufei.hub.base.tables.reading import Cells
from wufei.hub.base.tables.spec import Table

Numbered = tuple[int, Cells]


class Piece(NamedTuple):
    """Rows (number in the file, cells) that are taken together or come back together.

    ``too_long``: more rows have this value than one entry may have, before or after these.
    """

    rows: list[Numbered]
    too_long: bool = False

    @property
    def last(self) -> int:
        return self.rows[-1][0]


def pieces(table: Table, heading: Heading, rows: Iterable[Numbered]) -> Iterator[Piece]:
    """``rows`` in the order of the file, those together that ``table.joined_by`` joins.

    Never holds more than ``joined_max`` + 1 rows. The same rows from the same beginning make the
    same pieces, so whoever goes on with a run finds them as they were.
    """
    places = [n for n, column in heading.columns.items() if column.name == table.joined_by]
    if not places:
        yield from (Piece([row]) for row in rows)
        return
    waiting: list[Numbered] = []
    value, too_long = "", False
    for row in rows:
        mine = _value(row[1], places[0])
        if waiting and (not mine or mine != value):
            yield Piece(waiting, too_long)
            waiting, too_long = [], False
        elif len(waiting) > table.joined_max:
            yield Piece(waiting, too_long=True)
            waiting, too_long = [], True
        value = mine
        waiting.append(row)
        if len(waiting) > table.joined_max:
            too_long = True
    if waiting:
        yield Piece(waiting, too_long)


def _value(cells: Cells, place: int) -> str:
    cell: Any = cells[place] if place < len(cells) else None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip().casefold()
