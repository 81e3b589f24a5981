"""Which column of a file is which column of the table."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables.reading import Sheet
from wufei.hub.base.tables.spec import Column, Table
from wufei.hub.base.tables.writers import sheet_title

_UNIT = re.compile(r"[(\[]([^()\[\]]*)[)\]]$")


class NoHeading(Refusal):
    code = "no_heading"
    status = 422
    message = gettext_noop(
        "No sheet has a line of headings that fits. Expected columns: %(expected)s. Download the "
        "template and copy your lines into it."
    )


class MissingColumns(Refusal):
    code = "missing_columns"
    status = 422
    message = gettext_noop(
        "Sheet “%(sheet)s” lacks these columns: %(missing)s. Add them, or copy your lines into the "
        "template."
    )


class ColumnTwice(Refusal):
    code = "column_twice"
    status = 422
    message = gettext_noop(
        "The column “%(column)s” stands twice in line %(line)s. Remove one of them."
    )


class UnknownUnit(Refusal):
    code = "unknown_heading_unit"
    status = 422
    message = gettext_noop(
        "The heading “%(heading)s” names a unit that is not known here. Write one of: %(known)s."
    )


@dataclass(frozen=True)
class Heading:
    """Where the headings stand and what they mean: position in the row → column.

    ``units``: position → unit that the heading of a quantity names.
    """

    sheet: str
    row_index: int
    texts: list[str]
    columns: Mapping[int, Column]
    unknown: list[str]
    rows: int
    units: Mapping[int, str] = field(default_factory=dict)


def find_heading(table: Table, sheets: Iterable[Sheet]) -> Heading:
    """The line that names most columns, of the first sheet that has such a line."""
    names = names_of(table.imported)
    for sheet in sheets:
        score, index = _best_line(sheet, names)
        # One name alone may stand in any guidance text, unless there is only one column.
        if score >= min(2, len(table.imported)):
            return _heading(table, sheet, index, names)
    raise NoHeading(expected=_expected(table))


def find_headings(tables: Sequence[Table], sheets: Sequence[Sheet]) -> list[tuple[Table, Heading]]:
    """For tables that stand together in one workbook, a sheet each: those that it has.

    A sheet belongs to the table that it is called after, else to the one whose own columns it
    has most of; columns that other tables have too say nothing.
    """
    if len(tables) == 1:
        return [(tables[0], find_heading(tables[0], sheets))]
    left, found = list(tables), []
    # A sheet that somebody has emptied says nothing, whatever it is called.
    sheets = [sheet for sheet in sheets if _says_something(sheet)]
    named = {key(sheet.name): sheet for sheet in sheets}
    for table in tables:
        sheet = next((named[name] for name in _sheet_names(table) if name in named), None)
        if sheet is not None and sheet in sheets:
            found.append((table, find_heading(table, [sheet])))
            left.remove(table)
            sheets = [other for other in sheets if other is not sheet]
    for sheet in sheets:
        scores = {
            number: _best_line(sheet, _own_names(table, tables))[0]
            for number, table in enumerate(left)
        }
        best = max(scores, key=lambda number: scores[number], default=-1)
        if scores.get(best, 0) > 0:
            found.append((left[best], find_heading(left[best], [sheet])))
            del left[best]
    if not found:
        raise NoHeading(expected=" / ".join(_expected(table) for table in tables[:3]))
    return found


def _says_something(sheet: Sheet) -> bool:
    return any(cell not in (None, "") for cells in sheet.head for cell in cells)


def _best_line(sheet: Sheet, names: Mapping[str, Column]) -> tuple[int, int]:
    """How many columns the best of its first lines names, and which line that is."""
    scored = [
        (sum(1 for cell in cells if key(cell) in names), -index)
        for index, cells in enumerate(sheet.head)
    ]
    score, index = max(scored, default=(0, 0))
    return score, -index


def _own_names(table: Table, tables: Iterable[Table]) -> dict[str, Column]:
    others = {name for other in tables if other is not table for name in names_of(other.imported)}
    names = names_of(table.imported)
    return {name: column for name, column in names.items() if name not in others}


def _sheet_names(table: Table) -> list[str]:
    names = []
    for language, _label in settings.LANGUAGES:
        with override(language):
            names.append(key(sheet_title(table.title)))
    return names


def _expected(table: Table) -> str:
    return "、".join(str(column.label) for column in table.imported)


def _heading(table: Table, sheet: Sheet, index: int, names: Mapping[str, Column]) -> Heading:
    cells = sheet.head[index]
    columns: dict[int, Column] = {}
    unknown = []
    for position, cell in enumerate(cells):
        column = names.get(key(cell))
        if column is None:
            if cell is not None and not _own(cell):
                unknown.append(str(cell))
        elif column in columns.values():
            raise ColumnTwice(column=column.label, line=index + 1)
        else:
            columns[position] = column
    missing = [c.label for c in table.imported if c.required and c not in columns.values()]
    if missing:
        raise MissingColumns(sheet=sheet.name or "CSV", missing="、".join(map(str, missing)))
    texts = ["" if cell is None else str(cell) for cell in cells]
    units = {
        position: unit
        for position, column in columns.items()
        if (unit := _unit(column, cells[position]))
    }
    rows = max(0, sheet.rows - index - 1)
    return Heading(sheet.name, index, texts, columns, unknown, rows, units)


def _unit(column: Column, cell: Any) -> str:
    """The unit that the heading of a quantity names, "" for none."""
    found = _UNIT.search(_plain(cell)) if column.units else None
    if found is None or not found[1].strip():
        return ""
    known = dict(column.units)
    unit = known.get(found[1].strip().casefold())
    if unit is None:
        raise UnknownUnit(heading=str(cell)[:60], known=", ".join(dict.fromkeys(known.values())))
    return unit


def key(cell: Any) -> str:
    """A heading without what people change: width, case, spaces, unit, mark."""
    text = _plain(cell)
    bare = _UNIT.sub("", text) or text
    return re.sub(r"[\s*]+", "", bare).casefold()


def _plain(cell: Any) -> str:
    return unicodedata.normalize("NFKC", str(cell or "")).strip().strip("*").strip()


def names_of(columns: Sequence[Column]) -> dict[str, Column]:
    """Every name a column answers to: its own, its label in each language, and its aliases."""
    names: dict[str, Column] = {}
    for language, _label in settings.LANGUAGES:
        with override(language):
            for column in columns:
                names.setdefault(key(column.name), column)
                names.setdefault(key(column.label), column)
    # After all labels: an alias never takes a heading that another column has by right.
    for column in columns:
        for alias in column.aliases:
            names.setdefault(key(alias), column)
    return names


def _own(cell: Any) -> bool:
    """Whether only our error files have this heading; those may be handed in again as they are."""
    found = set()
    for language, _label in settings.LANGUAGES:
        with override(language):
            found |= {key(_("Line")), key(_("Reason"))}
    return key(cell) in found
