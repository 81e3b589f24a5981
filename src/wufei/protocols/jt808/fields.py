"""Small fields that several messages share."""

from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""Times on the wire are those of Beijing (JT/T 808-2019, table 23: GMT+8), which has no summer."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def decode_time(bcd: bytes) -> int | None:
    """``YYMMDDhhmmss`` in BCD → milliseconds since 1970 (UTC); None for what is no time."""
    digits = bcd.hex()
    if len(digits) != 12 or not digits.isdecimal():
        return None
    pairs = [int(digits[at : at + 2]) for at in range(0, 12, 2)]
    try:
        local = datetime(2000 + pairs[0], *pairs[1:], tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    return (local - _EPOCH) // _MILLISECOND


def encode_time(time_ms: int | None) -> bytes:
    """The other way, cut to seconds; None gives zeros, as a terminal without a clock sends."""
    if time_ms is None:
        return bytes(6)
    local = (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(SHANGHAI)
    assert 2000 <= local.year <= 2099, "two digits of a year reach from 2000 to 2099"
    return bytes.fromhex(local.strftime("%y%m%d%H%M%S"))


def decode_text(raw: bytes) -> str:
    """GBK; padding (zeros or blanks) goes, what is no GBK is replaced."""
    return raw.decode("gbk", "replace").strip("\0 ")


def encode_text(text: str, width: int | None = None) -> bytes:
    """GBK, filled with zeros to ``width`` bytes."""
    raw = text.encode("gbk")
    assert width is None or len(raw) <= width, f"{text!r} is longer than {width} bytes"
    return raw if width is None else raw.ljust(width, b"\0")
