"""Rows of an uploaded table, one by one, whatever the format."""

import csv
import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from wufei.hub.base.files.content import CSV, BadFile
from wufei.hub.base.tables import sheet_reader

Cells = list[Any]
_CSV_SAMPLE_CHARACTERS = 10_000
_ENCODINGS = ("utf-8-sig", "gb18030")


class Unreadable(BadFile):
    code = "unreadable_table"
    message = gettext_noop(
        "This table cannot be read: it is damaged, or so large that reading it would take all "
        "memory. Save it again as .xlsx with one sheet, or as .csv, and send that."
    )


class UnreadableText(BadFile):
    code = "unreadable_text"
    message = gettext_noop(
        "The text of this file is neither UTF-8 nor GB 18030. Save it as “CSV UTF-8” or as .xlsx."
    )


class UnreadableLine(BadFile):
    code = "unreadable_line"
    message = gettext_noop("Line %(line)s of this file cannot be read: %(reason)s.")


class NotCalculated(BadFile):
    code = "not_calculated"
    status = 422
    message = gettext_noop(
        "Cell %(cell)s holds a formula without a result, or with an error for one. Open the file "
        "in a spreadsheet program, mend it, save it and send it again; or write the values."
    )


@dataclass
class Sheet:
    """A sheet's name ("" for CSV), its number of rows as far as known, and its first rows."""

    name: str
    rows: int
    head: list[Cells] = field(default_factory=list)


def heads(path: Path, mime: str) -> list[Sheet]:
    """The first rows of each visible sheet. Raises one of the refusals above."""
    if mime == CSV.mime:
        with closing(_csv_rows(path)) as rows:
            head = list(islice(rows, sheet_reader.HEAD_ROWS))
        with path.open("rb") as file:
            count = sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
        return [Sheet("", count + 1, head)]
    sheets: list[Sheet] = []
    with closing(_reader_lines("heads", path)) as lines:
        for line in lines:
            if isinstance(line, list):
                sheets[-1].head += map(_bare, line)
            elif "sheet" in line:
                sheets.append(Sheet(line["sheet"], line["rows"]))
            elif line["uncalculated"]:
                raise NotCalculated(cell=line["uncalculated"])
    return sheets


@contextmanager
def rows(path: Path, mime: str, sheet: str) -> Iterator[Iterator[Cells]]:
    """All rows of one sheet, from its first line on; ends the reader when the block is left.

    ``sheet`` is a name as ``heads`` told it.
    """
    if mime == CSV.mime:
        found: Generator[Cells, None, None] = _csv_rows(path)
    else:
        found = _sheet_rows(path, sheet)
    with closing(found):
        yield found


def encode(cells: Cells) -> Cells:
    """Cells as JSON, for keeping a row that was not taken."""
    return [{"at": c.isoformat()} if isinstance(c, date) else c for c in cells]


def decode(cells: Cells) -> Cells:
    return [_moment(c["at"]) if isinstance(c, dict) else c for c in cells]


def _object(found: dict[str, Any]) -> Any:
    return _moment(found["at"]) if "at" in found else found


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _sheet_rows(path: Path, sheet: str) -> Generator[Cells, None, None]:
    with closing(_reader_lines("rows", path, sheet)) as lines:
        for line in lines:
            if isinstance(line, list):
                yield from map(_bare, line)


def _bare(cells: Cells) -> Cells:
    """With None where a cell is empty."""
    return [None if cell == "" else cell for cell in cells] if "" in cells else cells


def _reader_lines(mode: str, path: Path, sheet: str = "") -> Generator[Any, None, None]:
    """Lines of ``sheet_reader``; raises ``Unreadable`` if it does not end well."""
    command = [sys.executable, "-I", sheet_reader.__file__, mode, str(path), sheet]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield json.loads(line, object_hook=_object)
        except GeneratorExit:
            process.kill()
            raise
        if process.wait() != 0:
            raise Unreadable


def _csv_rows(path: Path) -> Generator[Cells, None, None]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_CSV_SAMPLE_CHARACTERS)
        file.seek(0)
        reader = csv.reader(file, delimiter=_delimiter(sample))
        while True:
            try:
                yield [cell or None for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableLine(line=reader.line_num, reason=error) from error


def _encoding(path: Path) -> str:
    """The first encoding that the whole file is written in."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
            return encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableText


def _delimiter(sample: str) -> str:
    """The separator that the first filled line uses most."""
    line = next((line for line in sample.splitlines() if line.strip()), "")
    return max(",;\t", key=line.count)
