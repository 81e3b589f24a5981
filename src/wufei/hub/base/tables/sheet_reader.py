"""Reads a workbook in a process of its own and prints its rows as JSON lines.

A workbook can be made so that reading it takes all memory (one cell at the far corner) or ends
the process. Here that ends only this process, which may use ``MEMORY_BYTES_MAX``. Run as a file,
``python -I sheet_reader.py heads|rows <path> [sheet]``; imports nothing of ours.

Output: a line ``{"sheet": name, "rows": n}`` for each sheet, each followed by lines that hold some
of its rows, as lists; with ``heads`` at last a line ``{"uncalculated": cell}``, "" for none.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

MEMORY_BYTES_MAX = 1_000_000_000
SECONDS_MAX = 120
HEAD_ROWS = 30
ROWS_A_LINE = 100
SCAN_BYTES, CELL_BYTES = 1 << 20, 10_000
# A formula without a value (but for an empty text), or with an error in its place.
_NO_RESULT = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"'
    rb'(?:[^>]* t="e"|(?![^>]* t="str")[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:</c>|<v */>|<v></v>))'
)


def main(mode: str, path: str, wanted: str = "") -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    workbook = CalamineWorkbook.from_path(path)
    for meta in workbook.sheets_metadata:
        if meta.visible is not SheetVisibleEnum.Visible or (wanted and meta.name != wanted):
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        _put({"sheet": meta.name, "rows": sheet.end[0] + 1 if sheet.end else 0})
        rows = _rows(sheet, HEAD_ROWS if mode == "heads" else None)
        while some := list(islice(rows, ROWS_A_LINE)):
            _put(some)
    if mode == "heads":
        _put({"uncalculated": _uncalculated(Path(path))})


def _rows(sheet: CalamineSheet, count: int | None) -> Iterator[list[Any]]:
    """Rows from the first line of the sheet on, columns from A on, as the program shows them."""
    # calamine counts rows from the top, but columns from the first that is filled.
    indent: list[Any] = [None] * (sheet.start[1] if sheet.start else 0)
    return (indent + row for row in islice(sheet.iter_rows(), count))


def _uncalculated(path: Path) -> str:
    """The first cell whose formula has no result: calamine reads it as if it were empty."""
    if not zipfile.is_zipfile(path):
        return ""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/"):
                with package.open(name) as sheet:
                    last = b""
                    while part := sheet.read(SCAN_BYTES):
                        # A cell may lie across two parts.
                        if found := _NO_RESULT.search(last + part):
                            return found[1].decode("ascii", "replace")
                        last = part[-CELL_BYTES:]
    return ""


def _json(value: Any) -> Any:
    """What JSON has no shape for."""
    if isinstance(value, datetime | date):
        return {"at": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    raise TypeError(type(value).__name__)


def _put(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True, default=_json))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
