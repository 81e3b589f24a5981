"""The header of a message (JT/T 808-2019, 4.4.3; JT/T 808-2011 and -2013, 4.4.3)."""

import struct
from dataclasses import dataclass

from wufei.protocols.jt808.errors import Malformed, Reason

BODY_BYTES_MAX = 0x3FF
_PART, _VERSION, _ENCRYPTION = 1 << 13, 1 << 14, 7 << 10
# Bytes of the phone number, two digits each: until 2013, and since 2019.
PHONE_BYTES, PHONE_BYTES_2019 = 6, 10


@dataclass(frozen=True)
class Part:
    """This message is number ``index`` (from 1) of ``total`` parts of one body 分包."""

    total: int
    index: int


@dataclass(frozen=True)
class Header:
    """``phone`` is all digits of the BCD field (12, or 20 since 2019), leading zeros included.

    ``version`` is None for the editions of 2011 and 2013, which look alike, else the protocol
    version (1 for JT/T 808-2019). ``encryption`` are the three bits; 0 is none.
    """

    message_id: int
    phone: str
    serial: int
    version: int | None = None
    part: Part | None = None
    encryption: int = 0

    @property
    def number(self) -> str:
        """The terminal's number as it is compared: without leading zeros."""
        return self.phone.lstrip("0")


def body_id(message_id: int) -> str:
    """``0x0200``, as the standard writes it."""
    return f"0x{message_id:04X}"


def decode_header(content: bytes) -> tuple[Header, bytes]:
    """Header and body. Raises ``Malformed`` when cut off or when the body's length is not told.

    A phone field with hexadecimal digits (some makers pack other numbers) is kept as it is.
    """
    if len(content) < 4:
        raise Malformed(Reason.HEADER, f"{len(content)} bytes")
    message_id, attributes = struct.unpack_from(">HH", content)
    version, at = (content[4:5], 5) if attributes & _VERSION else (b"", 4)
    phone_end = at + (PHONE_BYTES_2019 if attributes & _VERSION else PHONE_BYTES)
    end = phone_end + (6 if attributes & _PART else 2)
    if len(content) < end:
        raise Malformed(Reason.HEADER, f"{len(content)} bytes, {end} needed")
    (serial,) = struct.unpack_from(">H", content, phone_end)
    part = None
    if attributes & _PART:
        part = Part(*struct.unpack_from(">HH", content, phone_end + 2))
    body = content[end:]
    if len(body) != attributes & BODY_BYTES_MAX:
        told = attributes & BODY_BYTES_MAX
        raise Malformed(Reason.LENGTH, f"a body of {told} bytes told, {len(body)} found")
    header = Header(
        message_id=message_id,
        phone=content[at:phone_end].hex(),
        serial=serial,
        version=version[0] if version else None,
        part=part,
        encryption=(attributes & _ENCRYPTION) >> 10,
    )
    return header, body


def encode_header(header: Header, body: bytes) -> bytes:
    """Header and body in one; the body may have ``BODY_BYTES_MAX`` bytes."""
    assert len(body) <= BODY_BYTES_MAX, "a longer body goes in parts"
    attributes = len(body) | header.encryption << 10
    attributes |= _PART if header.part else 0
    attributes |= _VERSION if header.version is not None else 0
    width = PHONE_BYTES if header.version is None else PHONE_BYTES_2019
    parts = [struct.pack(">HH", header.message_id, attributes)]
    if header.version is not None:
        parts.append(bytes((header.version,)))
    parts.append(bytes.fromhex(header.phone.zfill(2 * width)))
    parts.append(struct.pack(">H", header.serial))
    if header.part:
        parts.append(struct.pack(">HH", header.part.total, header.part.index))
    return b"".join([*parts, body])
