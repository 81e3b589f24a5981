"""How rows become a file: CSV and Excel, row by row, so that memory does not grow with them."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Protocol

import xlsxwriter
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_noop
from xlsxwriter.exceptions import FileSizeError

from wufei.hub.base.errors import Refusal
from wufei.hub.base.tables.spec import Column, Kind, Text

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
TYPES = {"xlsx": XLSX_TYPE, "csv": CSV_TYPE}
# Excel's own limit, the headings included; what is beyond goes onto a further sheet.
SHEET_ROWS_MAX = 1_048_576
# A sheet from 2 GiB on needs an extension of ZIP that Excel calls damage.
SHEET_BYTES_MAX = 1_800_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Text that begins like this would be run as a formula by a spreadsheet program (CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HEAD = {"bold": True, "bg_color": "#E8EEF6", "text_wrap": True, "valign": "vcenter"}
_NOTES_WIDTHS = (36, 60)


class Writer(Protocol):
    """A file that is being written; ``rows`` is called with one chunk after another."""

    def head(self, title: Text, columns: Sequence[Column]) -> None: ...

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Values in the order of the columns."""
        ...

    def notes(self, title: Text, lines: Iterable[Sequence[Any]]) -> None:
        """What is told about the table beside it, where the format has room for it."""
        ...

    def close(self) -> None: ...


def getters(columns: Iterable[Column]) -> list[Callable[[Any], Any]]:
    """For each column what takes its value out of an object; a choice becomes its label."""
    return [_getter(column) for column in columns]


def _getter(column: Column) -> Callable[[Any], Any]:
    get = column.value or attrgetter(column.name)
    if column.kind is not Kind.CHOICE:
        return get
    assert column.choices is not None
    labels = {code: str(label) for code, label in column.choices()}

    def label(obj: Any) -> Any:
        value = get(obj)
        return labels.get(value, value)

    return label


def values(columns: Iterable[Column], objects: Iterable[Any]) -> Iterator[list[Any]]:
    taken = getters(columns)
    return ([get(obj) for get in taken] for obj in objects)


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def clean_text(text: str) -> str:
    """Without control characters, which an Excel file cannot hold, and of the length it can."""
    return _CONTROL.sub("", text)[:32767]


def plain(value: Any) -> Any:
    """A value of the few types that files know; times are Asia/Shanghai."""
    if isinstance(value, datetime):
        # The platform's time is the statutory one; to ask for the reader's takes longer.
        return value.astimezone(get_default_timezone()).replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    return str(value)


class CsvWriter:
    """UTF-8 with a byte order mark, which Excel needs to read Chinese."""

    def __init__(self, target: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text)

    def head(self, title: Text, columns: Sequence[Column]) -> None:
        self._writer.writerow([harmless(column.heading) for column in columns])

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        self._writer.writerows(map(_csv_row, rows))

    def notes(self, title: Text, lines: Iterable[Sequence[Any]]) -> None:
        """A file of values has no place for them."""

    def close(self) -> None:
        self._text.detach()


def _csv_row(row: Sequence[Any]) -> list[Any]:
    return [_csv_cell(value) for value in row]


def _csv_cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    told = plain(value)
    return harmless(told) if isinstance(told, str) else told


class TooLargeForExcel(Refusal):
    code = "too_large_for_excel"
    status = 422
    message = gettext_noop("This is more than an Excel file can hold. Export it as CSV instead.")


class XlsxWriter:
    """Cells are typed: a text never becomes a formula, a link or a number."""

    def __init__(self, target: IO[bytes], folder: Path | None = None) -> None:
        """Rows wait on the disk until the end: in ``folder``, else where temporary files are."""
        options = {"constant_memory": True, "tmpdir": str(folder) if folder else None}
        self._book = xlsxwriter.Workbook(target, options)
        self._formats: dict[Any, Any] = {}
        self._title: Text = ""
        self._columns: Sequence[Column] = ()
        self._sheets = 0

    def head(self, title: Text, columns: Sequence[Column]) -> None:
        self._title, self._columns = title, columns
        self._cell_formats = [self._format(number_format(column)) for column in columns]
        self._begin()

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        if self._row > 1 and self._sheet_bytes >= SHEET_BYTES_MAX:
            self._begin()
        for row in rows:
            if self._row == SHEET_ROWS_MAX:
                self._begin()
            self._write(row)

    @property
    def _sheet_bytes(self) -> int:
        """What waits on the disk of the sheet in hand."""
        return os.fstat(self._sheet.row_data_fh.fileno()).st_size

    def notes(self, title: Text, lines: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(sheet_title(title))
        for number, width in enumerate(_NOTES_WIDTHS):
            sheet.set_column(number, number, width)
        for row, line in enumerate(lines):
            for number, value in enumerate(line):
                _put(sheet, row, number, value, None)

    def close(self) -> None:
        """Pack the rows. Raises ``TooLargeForExcel``."""
        try:
            self._book.close()
        except FileSizeError as error:
            raise TooLargeForExcel from error

    def _begin(self) -> None:
        self._sheets += 1
        name = sheet_title(self._title)
        if self._sheets > 1:
            name = f"{name[:27]} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        head = self._book.add_format(_HEAD)
        for number, column in enumerate(self._columns):
            self._sheet.set_column(number, number, _width(column))
            self._sheet.write_string(0, number, column.heading, head)
        self._row = 1

    def _write(self, row: Sequence[Any]) -> None:
        sheet, number = self._sheet, self._row
        for place, (value, form) in enumerate(zip(row, self._cell_formats, strict=True)):
            _put(sheet, number, place, value, form)
        self._row += 1

    def _format(self, text: str) -> Any:
        if text not in self._formats:
            self._formats[text] = self._book.add_format({"num_format": text})
        return self._formats[text]


def _put(sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
    """Put a value into a cell so that it can do nothing."""
    if isinstance(value, str):
        sheet.write_string(row, place, clean_text(value), form)
    elif value is None:
        return
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value, form)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, float(value), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, plain(value), form)
    else:
        sheet.write_string(row, place, clean_text(str(value)), form)


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


def sheet_title(title: Any) -> str:
    """Excel allows 31 characters and not all of them."""
    return "".join(c for c in str(title) if c not in r"[]:*?/\ ")[:31].strip("'") or "Sheet1"


def _width(column: Column) -> int:
    # A Chinese character is two wide.
    width = sum(1 if c.isascii() else 2 for c in column.heading)
    return min(40, max(12, width + 4))
