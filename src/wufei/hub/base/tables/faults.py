"""The rows that an import did not take, as a workbook to mend and hand in again."""

from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from wufei.hub.base.tables.exporting import fill, head_cell
from wufei.hub.base.tables.heading import key, names_of
from wufei.hub.base.tables.models import ImportFault, ImportRun
from wufei.hub.base.tables.reading import Cells, decode
from wufei.hub.base.tables.spec import table

_BAD_FILL = PatternFill("solid", fgColor="FBE3E3")
_BAD_FONT = Font(color="C62F33")


def write_faults(target: IO[bytes], run: ImportRun) -> None:
    """The file's own columns, then the reason and the line; the cell that is wrong is coloured."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("To mend"))
    width = len(run.header)
    sheet.column_dimensions[get_column_letter(width + 1)].width = 60
    sheet.freeze_panes = "A2"
    sheet.append([head_cell(sheet, text) for text in (*run.header, _("Reason"), _("Line"))])
    positions = _positions(run)
    for fault in run.faults.iterator(chunk_size=2000):
        cells: Cells = (decode(fault.cells) + [None] * width)[:width]
        sheet.append(_row(sheet, cells, fault, positions.get(fault.column)))
    book.save(target)


def _positions(run: ImportRun) -> dict[str, int]:
    """Column name → where it stood in the file."""
    names = names_of(table(run.table_code).imported)
    return {
        column.name: position
        for position, text in enumerate(run.header)
        if (column := names.get(key(text)))
    }


def _row(sheet: Any, cells: Cells, fault: ImportFault, bad: int | None) -> list[Any]:
    row = [WriteOnlyCell(sheet) for _cell in cells]
    for cell, value in zip(row, cells, strict=True):
        fill(cell, value)
    if bad is not None:
        row[bad].fill = _BAD_FILL
    reason = WriteOnlyCell(sheet, value=fault.reason)
    reason.fill, reason.font, reason.data_type = _BAD_FILL, _BAD_FONT, "s"
    return [*row, reason, fault.row_number]
