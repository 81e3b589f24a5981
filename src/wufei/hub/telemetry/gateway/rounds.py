"""One round: all that came in since the last one, as fixes to store and answers to give."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wufei.hub.telemetry import fixes as fx
from wufei.hub.telemetry.gateway.connection import Connection
from wufei.hub.telemetry.gateway.session import Late, Said, Sessions
from wufei.protocols.jt808 import batch

_FIXED = 1 << 1
_LONGITUDE_MAX, _LATITUDE_MAX = 180.0, 90.0


@dataclass(frozen=True)
class Round:
    """``fixes`` go to the bus; ``now`` is answered at once, ``stored`` when the bus has them."""

    fixes: fx.Fixes
    now: list[tuple[Connection, bytes]]
    stored: list[tuple[Connection, bytes]]
    frames: int


def read(
    parts: list[tuple[Connection, bytes]], sessions: Sessions, now_ms: int, future_ms: int
) -> Round:
    """``parts``: whole frames of each connection, as ``Connection.take`` gives them."""
    frames = batch.split(b"".join(part for _connection, part in parts))
    connections = [connection for connection, _part in parts]
    begins = np.cumsum([0, *(len(part) for _connection, part in parts[:-1])])
    owner = np.searchsorted(begins, frames.raw_start, side="right") - 1
    columns = batch.positions(frames)
    said = Said()
    # Signing in comes first, since terminals send their first position right behind it.
    for index in np.setdiff1d(np.arange(len(frames)), columns.row).tolist():
        sessions.act(connections[owner[index]], frames.raw(index), said)
    owner = owner[columns.row]
    devices, vehicles = sessions.terminals.look_up(columns.number)
    welcome = _signed_in(connections, owner, columns.number) & (devices != 0)
    for index in np.flatnonzero(~welcome).tolist():
        raw = frames.raw(int(columns.row[index]))
        sessions.refuse_stranger(connections[owner[index]], raw, said)
    for connection, number in said.leaving:
        connection.sign_out(number)
    columns, owner = columns.of(welcome), owner[welcome]
    fixes = _fixes(columns, devices[welcome], vehicles[welcome])
    fixes = np.concatenate([fixes, *map(_late, said.late)])
    fixes["received_ms"] = now_ms
    _mark(fixes, now_ms + future_ms)
    stored = [*_answers(connections, columns, owner), *said.stored]
    return Round(fixes, said.now, stored, len(frames))


def _signed_in(
    connections: list[Connection], owner: NDArray[np.int64], numbers: NDArray[np.uint64]
) -> NDArray[np.bool_]:
    last = np.array([connection.number for connection in connections], dtype=np.uint64)
    found: NDArray[np.bool_] = (last[owner] == numbers) & (numbers != 0)
    # Several terminals behind one connection are rare, and looked up one by one.
    for index in np.flatnonzero(~found).tolist():
        number = str(numbers[index]).lstrip("0")
        found[index] = number in connections[owner[index]].signed_in
    return found


def _fixes(
    columns: batch.Columns, devices: NDArray[np.int64], vehicles: NDArray[np.int64]
) -> fx.Fixes:
    fixes = np.zeros(len(columns), dtype=fx.FIX)
    fixes["device"], fixes["vehicle"] = devices, vehicles
    fixes["device_time_ms"] = columns.time_ms
    for name in ("longitude", "latitude", "mileage_km", "speed_kmh", "status", "alarm", "serial"):
        fixes[name] = getattr(columns, name)
    fixes["heading_deg"] = columns.heading_deg
    # The standard knows no height below the sea; terminals send it as two's complement.
    fixes["altitude_m"] = columns.altitude_m.view(np.int16)
    return fixes


def _late(late: Late) -> fx.Fixes:
    fixes = np.zeros(len(late.positions), dtype=fx.FIX)
    fixes["device"], fixes["vehicle"], fixes["serial"] = late.device, late.vehicle, late.serial
    fixes["marks"] = fx.BACK_FILLED if late.back_filled else 0
    for fix, position in zip(fixes, late.positions, strict=True):
        fix["device_time_ms"] = -1 if position.time_ms is None else position.time_ms
        fix["longitude"], fix["latitude"] = position.longitude, position.latitude
        fix["mileage_km"] = position.mileage_km or 0
        fix["speed_kmh"], fix["heading_deg"] = position.speed_kmh, position.heading_deg
        fix["altitude_m"] = (position.altitude_m ^ 0x8000) - 0x8000
        fix["status"], fix["alarm"] = position.status, position.alarm
    return fixes


def _mark(fixes: fx.Fixes, latest_ms: int) -> None:
    """What cannot be used is stored all the same, with the reason."""
    marks = fixes["marks"]
    longitude, latitude, time = fixes["longitude"], fixes["latitude"], fixes["device_time_ms"]
    outside = (np.abs(longitude) > _LONGITUDE_MAX) | (np.abs(latitude) > _LATITUDE_MAX)
    marks[(fixes["status"] & _FIXED) == 0] |= fx.UNFIXED
    marks[(longitude == 0) & (latitude == 0)] |= fx.ZERO
    marks[outside | (time < 0)] |= fx.OUT_OF_RANGE
    marks[time > latest_ms] |= fx.FUTURE
    time[time < 0] = 0


def _answers(
    connections: list[Connection], columns: batch.Columns, owner: NDArray[np.int64]
) -> Iterable[tuple[Connection, bytes]]:
    """One piece for each connection; its frames lie side by side."""
    if not len(columns):
        return
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    counts = np.diff(first, append=len(owner))
    whose = [connections[index] for index in owner[first].tolist()]
    serials = [one.next_serials(count) for one, count in zip(whose, counts.tolist(), strict=True)]
    rank = np.arange(len(owner)) - np.repeat(first, counts)
    raw, ends = batch.replies(columns, ((np.repeat(serials, counts) + rank) & 0xFFFF).astype("u2"))
    start = 0
    for connection, end in zip(whose, ends[first + counts - 1].tolist(), strict=True):
        yield connection, raw[start:end]
        start = end


def by_partition(fixes: fx.Fixes, partitions: int, most: int) -> list[tuple[int, fx.Fixes]]:
    """Batches of at most ``most`` fixes, each of one partition."""
    partition = fixes["device"] % partitions
    found = []
    for number in range(partitions):
        mine = fixes[partition == number]
        found += [(number, mine[at : at + most]) for at in range(0, len(mine), most)]
    return found
