"""Many position frames at once, as NumPy columns; agrees with the reader of single frames.

A buffer holds what several connections sent, each part beginning and ending with a delimiter.
``split`` finds the frames, ``positions`` reads those that are plain positions, ``replies`` writes
the general replies to them. Whatever is not plain (other messages, parts, faults) is left to
``open_frame`` and ``decode_body``, which also say what is wrong with it.
"""

from calendar import monthrange
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wufei.protocols.jt808.framing import FRAME_BYTES_MAX
from wufei.protocols.jt808.positions import BASE_BYTES, MILEAGE

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Column = NDArray[Any]

_BASE = np.dtype(
    [
        ("alarm", ">u4"),
        ("status", ">u4"),
        ("latitude", ">u4"),
        ("longitude", ">u4"),
        ("altitude", ">u2"),
        ("speed", ">u2"),
        ("heading", ">u2"),
        ("time", "u1", (6,)),
    ]
)
assert _BASE.itemsize == BASE_BYTES
_SOUTH, _WEST = 1 << 2, 1 << 3
_SHANGHAI_S = 8 * 3600
# Ten BCD bytes reach beyond 64 bits; numbers above go the slow way.
_TOP_PAIR_MAX = 17
_POWERS = np.array([10**power for power in range(18, -1, -2)], dtype=np.uint64)
_ITEMS_MAX = 256


@dataclass(frozen=True)
class Frames:
    """``content`` is the buffer without escapes; frame ``n`` lies in ``start[n]:end[n]`` of it
    (checksum included), and in ``raw_start[n]:raw_end[n]`` of the buffer as it came."""

    buffer: bytes
    raw_start: Ints
    raw_end: Ints
    content: Bytes
    start: Ints
    end: Ints
    sound: Mask
    """Escapes and checksum are right, and the length is possible."""

    def __len__(self) -> int:
        return len(self.start)

    def raw(self, index: int) -> bytes:
        """The frame as it came, without delimiters."""
        return self.buffer[self.raw_start[index] : self.raw_end[index]]


@dataclass(frozen=True)
class Columns:
    """Plain positions: ``row`` says which frames they are; units as in ``Position``.

    ``phone`` are ten BCD bytes, ``number`` the same as an integer; ``version`` is -1 before 2019.
    ``time_ms`` is -1 where the time is none, ``mileage_km`` 0 where it is not told.
    """

    row: Ints
    phone: Bytes
    number: NDArray[np.uint64]
    version: NDArray[np.int16]
    serial: NDArray[np.uint16]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    time_ms: Ints
    mileage_km: NDArray[np.float64]
    speed_kmh: NDArray[np.float32]
    heading_deg: NDArray[np.uint16]
    altitude_m: NDArray[np.uint16]
    alarm: NDArray[np.uint32]
    status: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.row)

    def of(self, chosen: Mask) -> "Columns":
        """The chosen ones only."""
        if chosen.all():
            return self
        return Columns(**{name: column[chosen] for name, column in vars(self).items()})


def split(buffer: bytes) -> Frames:
    """All frames of a buffer that ends with a delimiter."""
    assert buffer.endswith(b"\x7e")
    data = np.frombuffer(buffer, dtype=np.uint8)
    marks = np.flatnonzero(data == 0x7E)
    raw_start, raw_end = marks[:-1] + 1, marks[1:]
    filled = raw_end > raw_start
    raw_start, raw_end = raw_start[filled], raw_end[filled]
    content, start, end, sound = _unescape(data, raw_start, raw_end)
    if len(start):
        # Between two frames there are only delimiters, whose sums are thrown away.
        pairs = np.stack([start, end], axis=1).ravel()
        sound &= np.bitwise_xor.reduceat(content, pairs)[::2] == 0
    length = end - start
    sound &= (length >= 2) & (length <= FRAME_BYTES_MAX)
    return Frames(buffer, raw_start, raw_end, content, start, end, sound)


def _unescape(data: Bytes, raw_start: Ints, raw_end: Ints) -> tuple[Bytes, Ints, Ints, Mask]:
    sound = np.ones(len(raw_start), dtype=bool)
    escapes = np.flatnonzero(data == 0x7D)
    if not len(escapes):
        return data, raw_start, raw_end, sound
    following = data[escapes + 1]
    right = (following == 1) | (following == 2)
    wrong = np.searchsorted(raw_start, escapes[~right], side="right") - 1
    sound[wrong[wrong >= 0]] = False
    escapes, following = escapes[right], following[right]
    content, kept = data.copy(), np.ones(len(data), dtype=bool)
    content[escapes] = following + np.uint8(0x7C)
    kept[escapes + 1] = False
    start = raw_start - np.searchsorted(escapes, raw_start)
    end = raw_end - np.searchsorted(escapes, raw_end)
    return content[kept], start, end, sound


def positions(frames: Frames) -> Columns:
    """The plain positions among the frames: whole, sound, not encrypted, with decimal numbers."""
    row = np.flatnonzero(frames.sound & (frames.end - frames.start >= 13 + BASE_BYTES))
    head = _gather(frames.content, frames.start[row], 5).astype(np.int32)
    attributes = head[:, 2] << 8 | head[:, 3]
    since_2019 = (attributes & 1 << 14) != 0
    header_bytes = np.where(since_2019, 17, 12)
    body_bytes = attributes & 0x3FF
    plain = (head[:, 0] << 8 | head[:, 1]) == 0x0200
    # Neither encrypted nor a part, and as long as it says.
    plain &= (attributes & (7 << 10 | 1 << 13)) == 0
    plain &= frames.end[row] - frames.start[row] == header_bytes + body_bytes + 1
    plain &= body_bytes >= BASE_BYTES
    row, head, since_2019 = row[plain], head[plain], since_2019[plain]
    body = frames.start[row] + header_bytes[plain]
    phone, number, decimal = _phones(frames.content, body - 2, since_2019)
    if not decimal.all():
        row, head, since_2019 = row[decimal], head[decimal], since_2019[decimal]
        body, phone, number = body[decimal], phone[decimal], number[decimal]
    version = np.where(since_2019, head[:, 4], -1).astype(np.int16)
    return _read(frames, row, body, phone, number, version)


def _read(
    frames: Frames,
    row: Ints,
    body: Ints,
    phone: Bytes,
    number: NDArray[np.uint64],
    version: NDArray[np.int16],
) -> Columns:
    base = _gather(frames.content, body, BASE_BYTES).view(_BASE)[:, 0]
    status = base["status"].astype(np.uint32)
    west = np.where(status & _WEST, -1.0, 1.0)
    south = np.where(status & _SOUTH, -1.0, 1.0)
    return Columns(
        row=row,
        phone=phone,
        number=number,
        version=version,
        serial=_gather(frames.content, body - 2, 2).view(">u2")[:, 0].astype(np.uint16),
        longitude=west * base["longitude"] / 1_000_000,
        latitude=south * base["latitude"] / 1_000_000,
        time_ms=_times(np.ascontiguousarray(base["time"])),
        mileage_km=_mileages(frames.content, body + BASE_BYTES, frames.end[row] - 1),
        speed_kmh=(base["speed"] / np.float64(10)).astype(np.float32),
        heading_deg=base["heading"].astype(np.uint16),
        altitude_m=base["altitude"].astype(np.uint16),
        alarm=base["alarm"].astype(np.uint32),
        status=status,
    )


def _gather(content: Bytes, start: Ints, width: int) -> Bytes:
    """``width`` bytes from each start, one row each."""
    taken: Bytes = content[start[:, None] + np.arange(width)]
    return taken


def _phones(content: Bytes, end: Ints, since_2019: Mask) -> tuple[Bytes, NDArray[np.uint64], Mask]:
    """Ten BCD bytes (shorter ones filled with zeros), their numbers, and which are decimal."""
    phone = _gather(content, end - 10, 10)
    phone[~since_2019, :4] = 0
    pairs = (phone >> 4) * np.uint8(10) + (phone & 15)
    decimal = ((phone >> 4 <= 9) & (phone & 15 <= 9)).all(axis=1)
    decimal &= pairs[:, 0] <= _TOP_PAIR_MAX
    return phone, pairs.astype(np.uint64) @ _POWERS, decimal


def _times(bcd: Bytes) -> Ints:
    """``YYMMDDhhmmss`` → milliseconds since 1970 (UTC), -1 for what is no time."""
    decimal = ((bcd >> 4 <= 9) & (bcd & 15 <= 9)).all(axis=1)
    pairs = ((bcd >> 4) * np.uint8(10) + (bcd & 15)).astype(np.int64)
    pairs[~decimal] = 0
    year, month, day, hour, minute, second = pairs.T
    days = _days()[year, month, day]
    possible = decimal & (days > 0) & (hour < 24) & (minute < 60) & (second < 60)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - _SHANGHAI_S
    return np.where(possible, seconds * 1000, -1)


@cache
def _days() -> Ints:
    """Days since 1970 by year (of 2000), month and day; 0 for days that are not."""
    table = np.zeros((100, 100, 100), dtype=np.int64)
    day_number = (np.datetime64("2000-01-01") - np.datetime64("1970-01-01")).astype(int)
    for year in range(100):
        for month in range(1, 13):
            days = monthrange(2000 + year, month)[1]
            table[year, month, 1 : days + 1] = np.arange(day_number, day_number + days)
            day_number += days
    return table


def _mileages(content: Bytes, at: Ints, end: Ints) -> NDArray[np.float64]:
    """Item 0x01 of each; all items are walked together, one step at a time."""
    found = np.zeros(len(at))
    left = np.flatnonzero(at + 2 <= end)
    at = at.copy()
    for _step in range(_ITEMS_MAX):
        if not len(left):
            break
        here = at[left]
        width = content[here + 1].astype(np.int64)
        whole = here + 2 + width <= end[left]
        hit = whole & (content[here] == MILEAGE) & (width == 4)
        raw = _gather(content, here[hit] + 2, 4).view(">u4")[:, 0]
        found[left[hit]] = raw / 10
        at[left] = here + 2 + width
        left = left[whole & ~hit]
        left = left[at[left] + 2 <= end[left]]
    return found


def replies(columns: Columns, ours: NDArray[np.uint16]) -> tuple[bytes, Ints]:
    """General replies 0x8001 "done" to all positions, one after the other, ready for the wire.

    ``ours`` are our own serials. Returns the bytes and where each reply ends.
    """
    count = len(columns)
    since_2019 = columns.version >= 0
    # The longer form; the shorter one leaves the last five bytes of a row unused.
    frame = np.zeros((count, 25), dtype=np.uint8)
    frame[:, :5] = (0x7E, 0x80, 0x01, 0x00, 0x05)
    for which, at, phone in (
        (since_2019, 6, columns.phone),
        (~since_2019, 5, columns.phone[:, 4:]),
    ):
        end = at + phone.shape[1]
        part = frame[which]
        part[:, at:end] = phone[which]
        part[:, end : end + 2] = _big_endian(ours[which])
        part[:, end + 2 : end + 4] = _big_endian(columns.serial[which])
        part[:, end + 4 : end + 6] = (0x02, 0x00)
        part[:, end + 8] = 0x7E
        frame[which] = part
    frame[since_2019, 3] = 0x40
    frame[since_2019, 5] = columns.version[since_2019]
    last = np.where(since_2019, 24, 19)
    frame[np.arange(count), last - 1] = np.bitwise_xor.reduce(frame[:, 1:18], axis=1) ^ (
        np.bitwise_xor.reduce(frame[:, 18:23], axis=1) * since_2019
    )
    return _escaped(frame, last)


def _big_endian(numbers: Column) -> Bytes:
    return numbers.astype(">u2").view(np.uint8).reshape(-1, 2)


def _escaped(frame: Bytes, last: Ints) -> tuple[bytes, Ints]:
    column = np.arange(frame.shape[1])
    inner = (column > 0) & (column < last[:, None])
    special = inner & ((frame == 0x7D) | (frame == 0x7E))
    copies = (column <= last[:, None]).astype(np.int64) + special
    ends = np.cumsum(copies)
    out = np.repeat(frame.ravel(), copies.ravel())
    at = ends[special.ravel()] - 2
    out[at + 1] = out[at] - 0x7C
    out[at] = 0x7D
    return out.tobytes(), ends.reshape(frame.shape)[:, -1]
