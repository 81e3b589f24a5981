"""What a file really is: by its content, never by its name."""

import copy
import zipfile
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.models import StoredFile

Kind = StoredFile.Kind
# Office documents shrink about tenfold; what grows more than this was made to hurt.
UNPACKED_FACTOR = 15
_CHUNK_BYTES = 256 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."


class BadFile(Refusal):
    code = "bad_file"
    status = 415


class Unknown(BadFile):
    code = "unknown_file"
    message = gettext_noop(
        "“%(name)s” is none of the files that can be used here (%(kinds)s). What counts is the "
        "content, not the ending of the name."
    )


class Damaged(BadFile):
    code = "damaged_file"
    message = gettext_noop(
        "“%(name)s” cannot be read: it is damaged or incomplete. Open it on your computer, save it "
        "again and send the new file."
    )


class Protected(BadFile):
    code = "protected_file"
    message = gettext_noop(
        "“%(name)s” is protected by a password. Remove the password and send it again."
    )


class HasMacros(BadFile):
    code = "has_macros"
    message = gettext_noop(
        "“%(name)s” contains macros, which are not accepted. Save it as .xlsx, .docx or .csv and "
        "send it again."
    )


class UnpacksTooLarge(BadFile):
    code = "unpacks_too_large"
    status = 413
    message = gettext_noop(
        "“%(name)s” unpacks to more than %(limit)s MB. Split it into smaller files, or save it as "
        ".csv."
    )


@dataclass(frozen=True)
class Content:
    kind: StoredFile.Kind
    mime: str
    extension: str


JPEG = Content(Kind.IMAGE, "image/jpeg", "jpg")
PNG = Content(Kind.IMAGE, "image/png", "png")
WEBP = Content(Kind.IMAGE, "image/webp", "webp")
PDF = Content(Kind.PDF, "application/pdf", "pdf")
XLSX = Content(Kind.SHEET, f"{_OFFICE}spreadsheetml.sheet", "xlsx")
ODS = Content(Kind.SHEET, "application/vnd.oasis.opendocument.spreadsheet", "ods")
XLS = Content(Kind.SHEET, "application/vnd.ms-excel", "xls")
CSV = Content(Kind.SHEET, "text/csv", "csv")
TXT = Content(Kind.TEXT, "text/plain", "txt")
DOCX = Content(Kind.WORD, f"{_OFFICE}wordprocessingml.document", "docx")

_SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(file: IO[bytes], name: str) -> Content | None:
    """What ``file`` holds, None for anything else than the table above; ``name`` is for messages.

    Refuses containers that no reader should open: encrypted, with macros, or unpacking to more
    than the limit.
    """
    file.seek(0)
    head = file.read(4096)
    for signature, content in _SIGNATURES:
        if head.startswith(signature):
            return content
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK"):
        return _package(file, name)
    if head.startswith(_OLE):
        return _compound(file, name)
    return CSV if _is_text(head) else None


def _package(file: IO[bytes], name: str) -> Content | None:
    """A zip file that may be a document."""
    try:
        with zipfile.ZipFile(file) as package:
            members = {info.filename for info in package.infolist()}
            content = _document(package, members)
            if any(member.lower().endswith("vbaproject.bin") for member in members):
                raise HasMacros(name=name)
            if content is not None:
                _refuse_bomb(package, name)
            return content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Damaged(name=name) from error


def _document(package: zipfile.ZipFile, members: set[str]) -> Content | None:
    if "xl/workbook.xml" in members:
        return XLSX
    if "word/document.xml" in members:
        return DOCX
    if "mimetype" in members:
        with package.open("mimetype") as part:
            return ODS if part.read(100).decode("ascii", "replace") == ODS.mime else None
    return None


def unpacked_mb_max() -> int:
    return int(settings.WUFEI_UPLOAD_MB_MAX) * UNPACKED_FACTOR


def _refuse_bomb(package: zipfile.ZipFile, name: str) -> None:
    """Unpack everything once, keeping nothing: the sizes that a zip file states may be lies."""
    left = unpacked_mb_max() * 1_000_000
    for info in package.infolist():
        believed = copy.copy(info)
        believed.file_size = 1 << 62
        with package.open(believed) as part:
            while chunk := part.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise UnpacksTooLarge(name=name, limit=unpacked_mb_max())


def _compound(file: IO[bytes], name: str) -> Content | None:
    """An OLE2 file: an old workbook, or a newer document that was encrypted."""
    file.seek(0)
    data = file.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Protected(name=name)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise HasMacros(name=name)
    return XLS if "Workbook".encode("utf-16-le") in data else None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, full of zero bytes
        return True
    return bool(head) and not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
