"""Delimiters, escapes and the checksum (JT/T 808-2019, 4.4.1)."""

import re
from functools import reduce
from operator import xor

from wufei.protocols.jt808.errors import Malformed, Reason

DELIMITER = b"\x7e"
# The longest header (2019, with parts), the longest body, the checksum.
FRAME_BYTES_MAX = 21 + 1023 + 1
# Every byte escaped, which no honest frame comes near.
ESCAPED_BYTES_MAX = 2 * FRAME_BYTES_MAX
_BAD_ESCAPE = re.compile(rb"\x7d(?![\x01\x02])")


def checksum(content: bytes) -> int:
    """XOR of all bytes from the message id to the end of the body (4.4.4)."""
    return reduce(xor, content, 0)


def escape(content: bytes) -> bytes:
    # The escape byte first: it must not be escaped again.
    return content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescape(content: bytes) -> bytes:
    """Raises ``Malformed`` for 0x7d before anything but 0x01 and 0x02."""
    if found := _BAD_ESCAPE.search(content):
        raise Malformed(Reason.ESCAPE, f"0x7d alone at byte {found.start()}")
    return content.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")


def wrap(content: bytes) -> bytes:
    """Header and body as they go onto the wire."""
    return DELIMITER + escape(content + bytes((checksum(content),))) + DELIMITER


def unwrap(frame: bytes) -> bytes:
    """Header and body of a frame, with or without its delimiters.

    Raises ``Malformed``: escape, checksum, empty or longer than any frame may be.
    """
    inner = unescape(frame.removeprefix(DELIMITER).removesuffix(DELIMITER))
    if len(inner) > FRAME_BYTES_MAX:
        raise Malformed(Reason.OVERSIZED, f"{len(inner)} bytes")
    if len(inner) < 2:
        raise Malformed(Reason.LENGTH, f"{len(inner)} bytes")
    content, told = inner[:-1], inner[-1]
    if (computed := checksum(content)) != told:
        raise Malformed(Reason.CHECKSUM, f"0x{told:02x} told, 0x{computed:02x} computed")
    return content


class Splitter:
    """Cuts the bytes of one connection into frames, without their delimiters.

    Whatever lies between two delimiters is a frame, so that it is in step again with the next
    delimiter after noise, and senders that share one delimiter between two frames are read too.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    @property
    def waiting(self) -> int:
        """Bytes of a frame that has not ended yet."""
        return len(self._rest)

    def feed(self, chunk: bytes) -> list[bytes]:
        """Frames that are whole now. One that grows too long is given once, cut off."""
        *whole, self._rest = (self._rest + chunk).split(DELIMITER)
        if whole and self._skipping:
            whole, self._skipping = whole[1:], False
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > ESCAPED_BYTES_MAX:
            whole.append(self._rest)
            self._rest, self._skipping = b"", True
        return [frame for frame in whole if frame]
