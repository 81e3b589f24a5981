"""Tables out while the person waits: Excel and CSV of a list, written row by row."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_noop
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables.spec import Table
from wufei.hub.base.tables.writers import (
    XLSX_TYPE,
    CsvWriter,
    Writer,
    XlsxWriter,
    clean_text,
    plain,
    values,
)

__all__ = ["XLSX_TYPE", "TooManyRows", "at_most", "fill", "head_cell", "write_csv", "write_xlsx"]

CHUNK_ROWS = 2000
# A workbook is made while the person waits; longer lists go into CSV, which is far quicker.
XLSX_ROWS_MAX = 50_000
HEAD_FILL = PatternFill("solid", fgColor="E8EEF6")
BOLD = Font(bold=True)


class TooManyRows(Refusal):
    code = "too_many_rows"
    status = 413
    message = gettext_noop(
        "This list has more than %(limit)s rows, the most that one file may hold. "
        "Narrow it with filters and export it in parts; CSV holds most."
    )


def at_most(limit: int, rows: Iterable[Any]) -> Iterator[Any]:
    """Go through ``rows`` in chunks; raises ``TooManyRows``, before the first if it can count."""
    if isinstance(rows, QuerySet):
        if rows.order_by()[: limit + 1].count() > limit:
            raise TooManyRows(limit=f"{limit:,}")
        rows = rows.iterator(chunk_size=CHUNK_ROWS)
    for number, row in enumerate(rows):
        if number == limit:
            raise TooManyRows(limit=f"{limit:,}")
        yield row


def write_csv(target: IO[bytes], table: Table, rows: Iterable[Any]) -> None:
    _write(CsvWriter(target), table, at_most(settings.WUFEI_IMPORT_ROWS_MAX, rows))


def write_xlsx(target: IO[bytes], table: Table, rows: Iterable[Any]) -> None:
    _write(XlsxWriter(target), table, at_most(XLSX_ROWS_MAX, rows))


def _write(writer: Writer, table: Table, rows: Iterable[Any]) -> None:
    writer.head(table.title, table.exported)
    writer.rows(values(table.exported, rows))
    writer.close()


# Cells of the workbooks that people write into: an empty one, and the one that came back.
def fill(cell: Any, value: Any) -> None:
    """Put a value into a cell so that it can do nothing."""
    told = plain(value)
    if isinstance(told, str):
        cell.value = clean_text(told)
        # As typed text it can never be a formula, so nothing needs to be put before it.
        cell.data_type = "s"
    else:
        cell.value = told


def head_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = BOLD, HEAD_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell
