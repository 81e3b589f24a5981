"""Reads a workbook in a process of its own and prints its rows as JSON lines.

A workbook can be made so that reading it takes all memory (one cell at the far corner) or ends
the process. Here that ends only this process, which may use ``MEMORY_BYTES_MAX``. Run as a file,
``python -I sheet_reader.py heads|rows <path> [sheet]``; imports nothing of ours.

Output: a line ``{"sheet": name, "rows": n}`` for each sheet, each followed by its rows as lists.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

MEMORY_BYTES_MAX = 1_000_000_000
SECONDS_MAX = 120
HEAD_ROWS = 30


def main(mode: str, path: str, wanted: str = "") -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    workbook = CalamineWorkbook.from_path(path)
    for meta in workbook.sheets_metadata:
        if meta.visible is not SheetVisibleEnum.Visible or (wanted and meta.name != wanted):
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        _put({"sheet": meta.name, "rows": sheet.end[0] + 1 if sheet.end else 0})
        for row in _rows(sheet, HEAD_ROWS if mode == "heads" else None):
            _put(row)


def _rows(sheet: CalamineSheet, count: int | None) -> Iterator[list[Any]]:
    """Rows from the first line of the sheet on, columns from A on, as the program shows them."""
    # calamine counts rows from the top, but columns from the first that is filled.
    indent: list[Any] = [None] * (sheet.start[1] if sheet.start else 0)
    for row in islice(sheet.iter_rows(), count):
        yield indent + [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return {"at": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return None if value == "" else value


def _put(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
