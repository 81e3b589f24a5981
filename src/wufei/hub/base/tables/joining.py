"""Rows of a file that are one entry together: the lines of one document."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, NamedTuple

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables.heading import Heading
from wufei.hub.base.tables.reading import Cells, decode, encode
from wufei.hub.base.tables.spec import Table

Numbered = tuple[int, Cells]
# As many rows of one entry wait in memory; the others in a file.
MEMORY_ROWS = 2000


class Lines:
    """Rows (number in the file, cells) of one entry, however many of them."""

    def __init__(self) -> None:
        self._rows: list[Numbered] = []
        self._file: IO[bytes] | None = None
        self._count = 0
        self.last = 0

    def append(self, row: Numbered) -> None:
        if len(self._rows) < MEMORY_ROWS:
            self._rows.append(row)
        else:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as this)
            self._file.write(json.dumps([row[0], encode(row[1])]).encode() + b"\n")
        self._count += 1
        self.last = row[0]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Numbered]:
        yield from self._rows
        if self._file is not None:
            self._file.seek(0)
            for line in self._file:
                number, cells = json.loads(line)
                yield number, decode(cells)

    @property
    def in_memory(self) -> bool:
        return self._file is None


class Piece(NamedTuple):
    """Rows that are taken together or come back together.

    ``too_long``: more rows have these values than one entry may have, before or after these.
    ``apart``: rows with these values stood further up already.
    """

    rows: Lines
    too_long: bool = False
    apart: bool = False

    @property
    def last(self) -> int:
        return self.rows.last


def pieces(table: Table, heading: Heading, rows: Iterable[Numbered]) -> Iterator[Piece]:
    """``rows`` in the order of the file, those together that ``table.joined_by`` joins.

    Never holds more than ``joined_max`` + 1 rows, and few of them in memory. The same rows from
    the same beginning make the same pieces, so whoever goes on with a run finds them as they were.
    """
    places = [n for n, column in heading.columns.items() if column.name in table.joined_by]
    if not places:
        yield from (Piece(_alone(row)) for row in rows)
        return
    joiner = _Joiner(table)
    for row in rows:
        yield from joiner.add(row, _values(row[1], places))
    yield from joiner.end()


class _Joiner:
    def __init__(self, table: Table) -> None:
        self.limit, self.once = table.joined_max, table.joined_once
        self.value: tuple[str, ...] = ()
        # Of what stood further up: a number for each entry is little, whatever it is called.
        self.met = set[int]()
        self.waiting, self.too_long, self.apart = Lines(), False, False

    def add(self, row: Numbered, mine: tuple[str, ...]) -> Iterator[Piece]:
        lacking = not all(mine) and any(cell is not None for cell in row[1])
        if self.once and len(self.waiting) and lacking:
            # Merged downwards, or forgotten: taken without it, the entry would be half of one.
            mine = self.value
        if len(self.waiting) and (not mine or mine != self.value):
            yield from self.end()
        elif len(self.waiting) > self.limit:
            yield Piece(self.waiting, too_long=True, apart=self.apart)
            self.waiting, self.too_long = Lines(), True
        if not len(self.waiting) and not self.too_long:
            self._begin(mine)
        self.waiting.append(row)
        if len(self.waiting) > self.limit:
            self.too_long = True

    def end(self) -> Iterator[Piece]:
        if len(self.waiting):
            yield Piece(self.waiting, self.too_long, self.apart)
        self.waiting, self.too_long, self.apart = Lines(), False, False

    def _begin(self, mine: tuple[str, ...]) -> None:
        self.value = mine
        if self.once and mine:
            self.apart = hash(mine) in self.met
            self.met.add(hash(mine))


def _alone(row: Numbered) -> Lines:
    lines = Lines()
    lines.append(row)
    return lines


def _values(cells: Cells, places: Iterable[int]) -> tuple[str, ...]:
    """What joins this row with its neighbours; () where none of it is filled in."""
    found = tuple(_value(cells, place) for place in places)
    return found if any(found) else ()


def _value(cells: Cells, place: int) -> str:
    cell: Any = cells[place] if place < len(cells) else None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip().casefold()


class ReadRows:
    """Rows of one entry as values, read each time they are gone through."""

    def __init__(self, lines: Lines, read: Callable[[Cells], Mapping[str, Any]]) -> None:
        self._lines, self._read = lines, read

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Raises the refusal of a row that cannot be read; ``row`` says which."""
        for number, (_line, cells) in enumerate(self._lines):
            try:
                values = self._read(cells)
            except Refusal as refusal:
                refusal.row = number
                raise
            yield values
