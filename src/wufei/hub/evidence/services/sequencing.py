"""The sequencer: gives committed records their leaf, one after the other, without gaps.

There is no watermark of ids or times: rows of the queue are taken as they are there, so a record
that commits late is simply taken later. Taking them and appending their leaves is one transaction:
killed at any moment, nothing is lost and nothing numbered twice.
"""

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction

from wufei.hub.evidence import reading, store, tree
from wufei.hub.evidence.entries import SALT_BYTES, VERSION, Entry, Kind
from wufei.hub.evidence.store import GROUP, GROUP_LEVELS

BATCH_ROWS = 5_000
# One sequencer at a time; others find the lock taken and go home.
_LOCK = 0x65766964
_TAKE = """
    DELETE FROM evidence_pending WHERE id IN (
        SELECT id FROM (
            SELECT id, sum(cardinality(rows)) OVER (ORDER BY id) - cardinality(rows) AS before
            FROM (SELECT id, rows FROM evidence_pending ORDER BY id LIMIT 1000) p) q
        WHERE before < %s)
    RETURNING id, kind, rows, queued_at"""
_KNOWN = "SELECT row FROM evidence_leaf WHERE kind = %s AND row = ANY(%s)"
_SALTS = "SELECT row, salt FROM evidence_salt WHERE kind = %s AND row = ANY(%s)"
_LINES = 2_000
_logger = logging.getLogger("wufei.evidence")


@dataclass(frozen=True)
class Hashed:
    """A record with the hash of its leaf."""

    kind: int
    row: int
    hash: bytes
    version: int = VERSION


def sequence(*, rows_max: int = BATCH_ROWS) -> int | None:
    """Append about ``rows_max`` queued records to the log; returns how many got a leaf.

    None where another process is at it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_TAKE, [rows_max])
        taken = sorted(cursor.fetchall())
        if not taken:
            return 0
        hashed = [
            one for kind, rows in _by_kind(taken) for one in _hashed(cursor, kind, _new(kind, rows))
        ]
        first = append(cursor, hashed)
        if hashed:
            oldest = min(queued_at for _id, _kind, _rows, queued_at in taken)
            cursor.execute(
                "INSERT INTO evidence_batch (first, count, queued_at, sequenced_at) "
                "VALUES (%s, %s, %s, clock_timestamp())",
                [first, len(hashed), oldest],
            )
        return len(hashed)


def sequence_all() -> int:
    """Sequence until the queue is empty or another process is at it; returns how many leaves."""
    total = 0
    while waiting():
        try:
            count = sequence()
        except IntegrityError as error:
            # Somebody drew a record's salt for a receipt at this moment: now it is there.
            if "evidence_salt" not in str(error):
                raise
            continue
        if count is None:
            break
        total += count
    return total


def waiting() -> bool:
    """Whether anything is queued."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM evidence_pending)")
        return bool(cursor.fetchone()[0])


def _by_kind(taken: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Kind, list[int]]]:
    """Neighbours of one kind together, in the order of the queue."""
    found: list[tuple[Kind, list[int]]] = []
    for _id, kind, rows, _queued_at in taken:
        if found and found[-1][0] == kind:
            found[-1][1].extend(rows)
        else:
            found.append((Kind(kind), list(rows)))
    return found


def _new(kind: Kind, rows: list[int]) -> list[int]:
    """Those that have no leaf yet, each once: what is queued twice is numbered once."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [kind, rows])
        known = {row for (row,) in cursor.fetchall()}
    return [row for row in dict.fromkeys(rows) if row not in known]


def _hashed(cursor: Any, kind: Kind, rows: list[int]) -> list[Hashed]:
    entries = reading.entries(kind, rows)
    if gone := [row for row in rows if row not in entries]:
        _logger.error("%s records vanished before they had a leaf: %s", kind.word, gone[:20])
    found = [entries[row] for row in rows if row in entries]
    salts = _salts(cursor, kind, found)
    return [
        Hashed(kind, one.row, tree.leaf_hash(one.encode(one.sealed(salts[one.row]))))
        for one in found
    ]


def _salts(cursor: Any, kind: Kind, entries: Sequence[Entry]) -> dict[int, bytes]:
    """Each record's salt: drawn now, unless a receipt asked for it before."""
    rows = [entry.row for entry in entries]
    cursor.execute(_SALTS, [kind, rows])
    found = {row: bytes(salt) for row, salt in cursor.fetchall()}
    missing = [row for row in rows if row not in found]
    drawn = secrets.token_bytes(SALT_BYTES * len(missing))
    fresh = {row: drawn[n * SALT_BYTES : (n + 1) * SALT_BYTES] for n, row in enumerate(missing)}
    _copy(
        cursor,
        "evidence_salt (row, kind, salt)",
        (f"{row}\t{kind:d}\t\\\\x{salt.hex()}\n" for row, salt in fresh.items()),
    )
    return found | fresh


# Appending.
def append(cursor: Any, hashed: Sequence[Hashed]) -> int:
    """Append leaves and every node that they complete; returns the number of the first.

    The caller holds the sequencer's lock. Work is by leaf, however large the tree: only the right
    edge of each kept level is read.
    """
    first = store.size()
    _append_nodes(cursor, first, [one.hash for one in hashed])
    _copy(
        cursor,
        "evidence_leaf (number, row, kind, version, hash)",
        (
            f"{first + n}\t{one.row}\t{one.kind:d}\t{one.version}\t\\\\x{one.hash.hex()}\n"
            for n, one in enumerate(hashed)
        ),
    )
    return first


def _append_nodes(cursor: Any, count: int, fresh: Sequence[bytes]) -> None:
    """``fresh`` comes behind ``count`` leaves: every 16 that are complete make a node."""
    level = 0
    while fresh:
        edge = [*store.tail(level, count), *fresh]
        level, count = level + GROUP_LEVELS, count // GROUP
        fresh = [
            tree.complete(edge[n * GROUP : (n + 1) * GROUP]) for n in range(len(edge) // GROUP)
        ]
        _copy(
            cursor,
            "evidence_node (position, level, hash)",
            (f"{count + n}\t{level}\t\\\\x{one.hex()}\n" for n, one in enumerate(fresh)),
        )


def _copy(cursor: Any, target: str, lines: Iterable[str]) -> None:
    """COPY as text, a few hundred kilobytes at a time."""
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for part in batched(lines, _LINES):
            copy.write("".join(part))


def batched(lines: Iterable[str], count: int) -> Iterable[list[str]]:
    iterator = iter(lines)
    while part := list(islice(iterator, count)):
        yield part
