"""Files as they come: encodings, formats, and those that were made to hurt."""

import io
import struct
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.content import CSV, ODS, XLS, XLSX, sniff
from wufei.hub.base.tables import reading

ROWS = [["Day", "Name"], ["2031-05-01", "劳动节"]]


def write(tmp_path, content, name="t"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def read(path, mime):
    sheet = reading.heads(path, mime)[0]
    with reading.rows(path, mime, sheet.name) as rows:
        return list(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_the_usual_encodings(tmp_path, encoding, separator):
    text = "\r\n".join(separator.join(row) for row in ROWS)
    assert read(write(tmp_path, text.encode(encoding)), CSV.mime) == ROWS


def test_text_in_no_known_encoding_is_refused(tmp_path):
    with pytest.raises(reading.UnreadableText):
        reading.heads(write(tmp_path, b"Day,Name\n\xff\xff\xff,\x81\xff"), CSV.mime)


def test_a_field_without_end_is_refused_with_its_line(tmp_path):
    path = write(tmp_path, b'a,b\n1,"' + b"x" * 200_000)
    with pytest.raises(reading.UnreadableLine, match="Line 2 of this file cannot be read"):
        read(path, CSV.mime)


def test_cells_keep_their_types_and_their_place(tmp_path):
    book = Workbook()
    page: Any = book.active
    page["B3"], page["C3"], page["D3"] = "a", 1.5, date(2031, 5, 1)
    page["E3"], page["F3"] = datetime(2031, 5, 1, 8, 30), True
    book.save(tmp_path / "t.xlsx")
    rows = read(tmp_path / "t.xlsx", XLSX.mime)
    assert len(rows) == 3
    cells = [None, "a", 1.5, date(2031, 5, 1), datetime(2031, 5, 1, 8, 30), True]
    assert rows[2] == cells
    assert reading.decode(reading.encode(cells)) == cells


def test_hidden_sheets_are_not_read(tmp_path):
    book = Workbook()
    book.worksheets[0].append(["seen"])
    book.create_sheet("secret").sheet_state = "hidden"
    book.save(tmp_path / "t.xlsx")
    assert [sheet.name for sheet in reading.heads(tmp_path / "t.xlsx", XLSX.mime)] == ["Sheet"]


def test_an_open_document_is_read(tmp_path):
    path = write(tmp_path, open_document([["Day", "Name"], ["2031-05-01", "劳动节"]]))
    with path.open("rb") as file:
        assert sniff(file, "t.ods") is ODS
    assert read(path, ODS.mime) == ROWS


def test_an_old_workbook_is_read(tmp_path):
    path = write(tmp_path, old_workbook([["Day", "Name"], ["2031-05-01", "劳动节"]]))
    with path.open("rb") as file:
        assert sniff(file, "t.xls") is XLS
    assert read(path, XLS.mime) == ROWS


def test_one_cell_at_the_far_corner_takes_no_more_than_its_share(tmp_path):
    book = Workbook()
    page: Any = book.active
    page["A1"], page["XFD1048576"] = "Day", "boom"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(reading.Unreadable, match="take all memory"):
        reading.heads(tmp_path / "t.xlsx", XLSX.mime)


def test_a_workbook_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refusal):
        reading.heads(write(tmp_path, b"PK\x03\x04 not a workbook"), XLSX.mime)


def test_leaving_early_ends_the_reader(tmp_path):
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for number in range(20_000):
        page.append([number, "x" * 50])
    book.save(tmp_path / "t.xlsx")
    with reading.rows(tmp_path / "t.xlsx", XLSX.mime, "Sheet") as rows:
        assert next(rows)[0] == 0


def open_document(rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Days">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", ODS.mime)
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return target.getvalue()


def old_workbook(rows):
    """The smallest BIFF8 workbook in the smallest OLE2 container ([MS-XLS], [MS-CFB])."""

    def record(code, *parts):
        body = b"".join(parts)
        return struct.pack("<HH", code, len(body)) + body

    def start(kind):
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 6))

    def sheet_at(offset):
        return record(0x0085, struct.pack("<IBB", offset, 0, 0), b"\x04\x00Days")

    def label(row, column, text):
        letters = text.encode("utf-16-le")
        return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1), letters)

    end = record(0x000A)
    globals_size = len(start(5) + sheet_at(0) + end)
    size = record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    cells = b"".join(label(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))
    stream = start(5) + sheet_at(globals_size) + end + start(0x10) + size + cells + end
    stream = stream.ljust(4096, b"\0")  # shorter ones would need a second kind of sector

    def entry(name, kind, child, first, length):
        letters = name.encode("utf-16-le")
        return (
            letters.ljust(64, b"\0")
            + struct.pack("<HBB", len(letters) + 2 if name else 0, kind, 1)
            + struct.pack("<iii", -1, -1, child)
            + b"\0" * 36
            + struct.pack("<iQ", first, length)
        )

    sectors = [-3, -2, *range(3, 10), -2]  # table of sectors, folder, eight of the stream
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIiIIiIiI", 0, 1, 1, 0, 4096, -2, 0, -2, 0)
    header += struct.pack("<109i", 0, *[-1] * 108)
    table = struct.pack("<128i", *sectors, *[-1] * (128 - len(sectors)))
    folder = entry("Root Entry", 5, 1, -2, 0) + entry("Workbook", 2, -1, 2, len(stream))
    return header + table + folder.ljust(512, b"\0") + stream
