"""Positions: 0x0200, and many of them in 0x0704 (JT/T 808-2019, 8.12 and 8.49)."""

import struct
from dataclasses import dataclass

from wufei.protocols.jt808.errors import Malformed, Reason
from wufei.protocols.jt808.fields import decode_time, encode_time

BASE_BYTES = 28
_BASE = struct.Struct(">IIIIHHH6s")
MILEAGE = 0x01
_FIXED, _SOUTH, _WEST = 1 << 1, 1 << 2, 1 << 3
_DEGREE = 1_000_000


@dataclass(frozen=True)
class Extra:
    """One additional item 位置附加信息, not interpreted (table 27)."""

    id: int
    value: bytes


@dataclass(frozen=True)
class Position:
    """One fix. ``time_ms`` is UTC since 1970, None where the terminal sent no possible time.

    ``longitude`` and ``latitude`` in degrees (negative west and south), ``altitude_m`` as the
    standard has it (unsigned), ``tail`` what a maker put behind the items.
    """

    longitude: float
    latitude: float
    time_ms: int | None
    speed_kmh: float = 0.0
    heading_deg: int = 0
    altitude_m: int = 0
    alarm: int = 0
    status: int = _FIXED
    extras: tuple[Extra, ...] = ()
    tail: bytes = b""

    @property
    def fixed(self) -> bool:
        """Bit 1 of the status: the terminal knows where it is."""
        return bool(self.status & _FIXED)

    @property
    def mileage_km(self) -> float | None:
        """Item 0x01: the odometer; None where it is not told."""
        for extra in self.extras:
            if extra.id == MILEAGE and len(extra.value) == 4:
                return int.from_bytes(extra.value) / 10
        return None


@dataclass(frozen=True)
class Positions:
    """0x0704: ``kind`` 0 is the usual report in batches, 1 what a blind area kept back."""

    items: tuple[Position, ...]
    kind: int = 0


def decode_position(body: bytes) -> Position:
    """Raises ``Malformed`` when the body is shorter than its 28 fixed bytes."""
    if len(body) < BASE_BYTES:
        raise Malformed(Reason.BODY, f"a position of {len(body)} bytes, {BASE_BYTES} needed")
    alarm, status, latitude, longitude, altitude, speed, heading, time = _BASE.unpack_from(body)
    extras, tail = _decode_extras(body[BASE_BYTES:])
    return Position(
        longitude=(-1 if status & _WEST else 1) * longitude / _DEGREE,
        latitude=(-1 if status & _SOUTH else 1) * latitude / _DEGREE,
        time_ms=decode_time(time),
        speed_kmh=speed / 10,
        heading_deg=heading,
        altitude_m=altitude,
        alarm=alarm,
        status=status,
        extras=extras,
        tail=tail,
    )


def _decode_extras(raw: bytes) -> tuple[tuple[Extra, ...], bytes]:
    found, at = [], 0
    while at + 2 <= len(raw) and at + 2 + raw[at + 1] <= len(raw):
        end = at + 2 + raw[at + 1]
        found.append(Extra(raw[at], raw[at + 2 : end]))
        at = end
    return tuple(found), raw[at:]


def encode_position(position: Position) -> bytes:
    """The signs of the degrees decide the two bits of the status."""
    status = position.status & ~(_SOUTH | _WEST)
    status |= _SOUTH if position.latitude < 0 else 0
    status |= _WEST if position.longitude < 0 else 0
    base = _BASE.pack(
        position.alarm,
        status,
        round(abs(position.latitude) * _DEGREE),
        round(abs(position.longitude) * _DEGREE),
        position.altitude_m,
        round(position.speed_kmh * 10),
        position.heading_deg,
        encode_time(position.time_ms),
    )
    extras = [bytes((one.id, len(one.value))) + one.value for one in position.extras]
    return b"".join([base, *extras, position.tail])


def decode_positions(body: bytes) -> Positions:
    """Raises ``Malformed`` unless the items fill the body, as many as told."""
    if len(body) < 3:
        raise Malformed(Reason.BODY, f"a batch of positions of {len(body)} bytes")
    count, kind = struct.unpack_from(">HB", body)
    items: list[Position] = []
    at = 3
    while at + 2 <= len(body):
        (length,) = struct.unpack_from(">H", body, at)
        if at + 2 + length > len(body):
            raise Malformed(Reason.BODY, f"position {len(items) + 1} of {count} is cut off")
        items.append(decode_position(body[at + 2 : at + 2 + length]))
        at += 2 + length
    if len(items) != count or at != len(body):
        raise Malformed(Reason.BODY, f"{count} positions told, {len(items)} found")
    return Positions(tuple(items), kind)


def encode_positions(positions: Positions) -> bytes:
    raw = [encode_position(one) for one in positions.items]
    parts = [struct.pack(">H", len(one)) + one for one in raw]
    return b"".join([struct.pack(">HB", len(raw), positions.kind), *parts])
