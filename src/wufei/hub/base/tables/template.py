"""The empty workbook of a table: guidance, headings with their marks, lists to choose from."""

from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from wufei.hub.base.tables.exporting import BOLD, HEAD_FILL
from wufei.hub.base.tables.spec import Column, Kind, Table
from wufei.hub.base.tables.writers import number_format, sheet_title

ROWS_PREPARED = 2000
REQUIRED_MARK = "*"
_GREY = Font(color="65768A", italic=True)
_RED_BOLD = Font(bold=True, color="C62F33")


def write_template(target: IO[bytes], *tables: Table) -> None:
    """A sheet for each table. Everything above the headings is guidance; an import skips it."""
    book = Workbook()
    lists = book.active
    assert lists is not None
    lists.title = _("Choices")
    names = set[str]()
    for table in tables:
        name = _free(sheet_title(table.title), names)
        sheet = book.create_sheet(name, len(book.sheetnames) - 1)
        head = _guidance(sheet, table)
        for number, column in enumerate(table.imported, start=1):
            _heading(sheet.cell(head, number), column)
            _example(sheet.cell(head - 1, number), column)
            _prepare(sheet, lists, number, head, column)
        sheet.freeze_panes = f"A{head + 1}"
    book.active = 0
    lists.sheet_state = "hidden"
    book.save(target)


def _free(name: str, names: set[str]) -> str:
    """A name that no sheet before has."""
    found, number = name, 1
    while found.casefold() in names:
        number += 1
        found = f"{name[:28]}{number}"
    names.add(found.casefold())
    return found


def _guidance(sheet: Any, table: Table) -> int:
    """Writes the lines above the headings; returns the row of the headings."""
    lines = [str(table.title), *str(table.guidance).splitlines()]
    lines.append(
        _(
            "Columns marked %(mark)s must be filled in. One line is one entry. The grey line is an "
            "example; leave this part as it is and write below the headings."
        )
        % {"mark": REQUIRED_MARK}
    )
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, line)
        cell.font = BOLD if number == 1 else _GREY
    return len(lines) + 2


def _heading(cell: Any, column: Column) -> None:
    cell.value = column.heading + (f" {REQUIRED_MARK}" if column.required else "")
    cell.font = _RED_BOLD if column.required else BOLD
    cell.fill = HEAD_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    if column.help:
        cell.comment = Comment(str(column.help), "Wufei")


def _example(cell: Any, column: Column) -> None:
    cell.value = example(column)
    cell.font = _GREY
    cell.data_type = "s"


def example(column: Column) -> str:
    """What one might write: the declared example, the first choice, or the shape of the kind."""
    if column.example:
        return str(column.example)
    if column.choices is not None:
        choices = column.choices()
        return str(choices[0][1]) if choices else ""
    return {
        Kind.INTEGER: "12",
        Kind.DECIMAL: "12.345",
        Kind.QUANTITY: "12.345",
        Kind.DATE: "2026-01-31",
        Kind.DATETIME: "2026-01-31 08:30",
        Kind.BOOLEAN: _("Yes"),
    }.get(column.kind, "")


def _prepare(sheet: Any, lists: Any, number: int, head: int, column: Column) -> None:
    """Formats and validation of the cells below a heading."""
    letter = get_column_letter(number)
    width = sum(1 if c.isascii() else 2 for c in column.heading)
    sheet.column_dimensions[letter].width = min(40, max(14, width + 6))
    sheet.column_dimensions[letter].number_format = number_format(column)
    choices = _choices(column)
    if not choices:
        return
    # The first column of a sheet that is empty counts as there.
    place = lists.max_column + (lists.cell(1, 1).value is not None)
    for row, label in enumerate(choices, start=1):
        lists.cell(row, place, label)
    listed = get_column_letter(place)
    source = f"{quote_sheetname(lists.title)}!${listed}$1:${listed}${len(choices)}"
    validation = DataValidation("list", formula1=source, allow_blank=not column.required)
    validation.error = _("Choose one of the list.")
    validation.add(f"{letter}{head + 1}:{letter}{head + ROWS_PREPARED}")
    sheet.add_data_validation(validation)


def _choices(column: Column) -> list[str]:
    if column.kind is Kind.BOOLEAN:
        return [_("Yes"), _("No")]
    return [str(label) for _code, label in column.choices()] if column.choices else []
