"""Tables out: Excel and CSV, written row by row."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables.show import Shower
from wufei.hub.base.tables.spec import Column, Kind, Table

CHUNK_ROWS = 2000
# A workbook is made while the person waits; longer lists go into CSV, which is far quicker.
XLSX_ROWS_MAX = 50_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD_FILL = PatternFill("solid", fgColor="E8EEF6")
BOLD = Font(bold=True)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Text that begins like this would be run as a formula by a spreadsheet program (CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def clean_text(text: str) -> str:
    """Without control characters, which an Excel file cannot hold, and of the length it can."""
    return _CONTROL.sub("", text)[:32767]


def write_csv(target: IO[bytes], table: Table, rows: Iterable[Any]) -> None:
    """UTF-8 with a byte order mark, which Excel needs to read Chinese."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.heading for column in table.exported])
    for values in _values(table, at_most(settings.WUFEI_IMPORT_ROWS_MAX, rows)):
        writer.writerow([_csv_cell(value) for value in values])
    text.detach()


def write_xlsx(target: IO[bytes] | Path, table: Table, rows: Iterable[Any]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(table.title))
    _set_widths(sheet, table.exported)
    sheet.freeze_panes = "A2"
    sheet.append([head_cell(sheet, column.heading) for column in table.exported])
    # One cell for each column, filled anew in every row: making cells is what costs.
    cells = [WriteOnlyCell(sheet) for _column in table.exported]
    for cell, column in zip(cells, table.exported, strict=True):
        cell.number_format = number_format(column)
    for values in _values(table, at_most(XLSX_ROWS_MAX, rows)):
        for cell, value in zip(cells, values, strict=True):
            fill(cell, value)
        sheet.append(cells)
    book.save(target)


def _values(table: Table, rows: Iterable[Any]) -> Iterator[list[Any]]:
    shower = Shower(table.exported)
    for obj in rows:
        yield [shower.value(column, obj) for column in table.exported]


def _csv_cell(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, str):
        return harmless(plain)
    if isinstance(plain, Decimal):
        return f"{plain:f}"
    return "" if plain is None else str(plain)


def fill(cell: Any, value: Any) -> None:
    """Put a value into a cell so that it can do nothing."""
    plain = _plain(value)
    if isinstance(plain, str):
        cell.value = clean_text(plain)
        # As typed text it can never be a formula, so nothing needs to be put before it.
        cell.data_type = "s"
    else:
        cell.value = plain


def _plain(value: Any) -> Any:
    """A value of the few types that files know; times are Asia/Shanghai."""
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    return str(value)


def number_format(column: Column) -> str:
    match column.kind:
        case Kind.INTEGER:
            return "#,##0"
        case Kind.DECIMAL if column.decimals is not None:
            return "#,##0." + "0" * column.decimals if column.decimals else "#,##0"
        case Kind.DECIMAL:
            return "#,##0.######"
        case Kind.DATE:
            return "yyyy-mm-dd"
        case Kind.DATETIME:
            return "yyyy-mm-dd hh:mm"
        case Kind.TEXT | Kind.CHOICE:
            # Text, or Excel would round an 18-digit credit code.
            return "@"
        case _:
            return "General"


def head_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = BOLD, HEAD_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def sheet_title(title: Any) -> str:
    """Excel allows 31 characters and not all of them."""
    return "".join(c for c in str(title) if c not in r"[]:*?/\ ")[:31] or "Sheet1"


def _set_widths(sheet: Any, columns: Iterable[Column]) -> None:
    for number, column in enumerate(columns, start=1):
        # A Chinese character is two wide.
        width = sum(1 if c.isascii() else 2 for c in column.heading)
        sheet.column_dimensions[get_column_letter(number)].width = min(40, max(12, width + 4))
