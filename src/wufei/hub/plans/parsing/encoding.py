"""From the bytes of a file to its text, or a clear word why not."""

from dataclasses import dataclass, field
from typing import Any

# About thirty times the longest plan seen; a plan is text, not pictures.
BYTES_MAX = 4_000_000
# Share of characters that any official Chinese text is full of; other bytes read as GB 18030 or
# UTF-16 give rare characters instead.
_COMMON = frozenset("，。、；：的和一年建区城市工业废物理管")
_COMMON_SHARE_MIN = 0.05
# U+FFFD and what it becomes when UTF-8 is read as GBK: the damage was done before we saw it.
_SPOILT = ("\ufffd", "锟斤拷")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FORMATS = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "word"),
    (b"\xd0\xcf\x11\xe0", "word_old"),
    (b"{\\rtf", "rtf"),
    (b"<!DOCTYPE", "web"),
    (b"<html", "web"),
)


@dataclass
class Unreadable(Exception):
    """The file is no plan's text: ``code`` says why."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


def decode(data: bytes) -> tuple[str, str]:
    """(text, encoding) of UTF-8, UTF-16 or GB 18030 bytes; raises ``Unreadable`` otherwise."""
    if not data.strip():
        raise Unreadable("empty")
    if len(data) > BYTES_MAX:
        raise Unreadable("too_large", {"size": len(data), "limit": BYTES_MAX})
    for beginning, code in _FORMATS:
        if data.lstrip()[: len(beginning)].upper() == beginning.upper():
            raise Unreadable(code)
    text, encoding = _read(data)
    if any(mark in text for mark in _SPOILT):
        raise Unreadable("spoilt")
    if not text.strip("\ufeff \t\r\n\f\u3000"):
        raise Unreadable("empty")
    return text, encoding


def _read(data: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _decoded(data, encoding)
            if text is None:
                raise Unreadable("encoding")
            return text, encoding
    text = _decoded(data, "utf-8")
    if text is not None and not _binary(text):
        return text, "utf-8"
    candidates = [
        (_common_share(text), text, encoding)
        for encoding in ("gb18030", "utf-16-le", "utf-16-be")
        if (text := _decoded(data, encoding)) is not None and not _binary(text)
    ]
    share, text, encoding = max(candidates, default=(0.0, "", ""))
    if share < _COMMON_SHARE_MIN:
        raise Unreadable("encoding")
    return text, encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _binary(text: str) -> bool:
    return any(ord(c) < 32 and c not in "\t\n\r\f\v" for c in text)


def _common_share(text: str) -> float:
    return sum(c in _COMMON for c in text) / max(1, len(text))
