"""The tree as the database keeps it: leaves, and the hash of every complete 16 of a kept level."""

from collections.abc import Mapping, Sequence

from django.db import connection

from wufei.hub.evidence import tree
from wufei.hub.evidence.refusals import Incomplete
from wufei.hub.evidence.tree import HASH_BYTES, Subtree

# Every fourth level is kept: 16 rows make one of the next. A proof then reads at most 15 of each,
# and the nodes are a fifteenth of the leaves.
GROUP_LEVELS = 4
GROUP = 1 << GROUP_LEVELS
# Neighbouring hashes of kept levels (0: the leaves), one text of bytes for each range.
_RANGES = """
    SELECT CASE WHEN w.level = 0 THEN (
        SELECT string_agg(hash, ''::bytea ORDER BY number) FROM evidence_leaf
        WHERE number >= w.first AND number < w.first + w.count)
    ELSE (
        SELECT string_agg(hash, ''::bytea ORDER BY position) FROM evidence_node
        WHERE level = w.level AND position >= w.first AND position < w.first + w.count)
    END
    FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[])
         WITH ORDINALITY AS w (level, first, count, n) ORDER BY n"""


def size() -> int:
    """How many leaves the log has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number) + 1, 0) FROM evidence_leaf")
        return int(cursor.fetchone()[0])


def fetch(subtrees: Sequence[Subtree]) -> Mapping[Subtree, bytes]:
    """Hashes of complete subtrees: one statement, however many are asked for."""
    wanted = list(dict.fromkeys(subtrees))
    above = [level % GROUP_LEVELS for level, _index in wanted]
    ranges = [
        (level - more, index << more, 1 << more)
        for (level, index), more in zip(wanted, above, strict=True)
    ]
    rows = _ranges(ranges)
    return {one: tree.complete(row) for one, row in zip(wanted, rows, strict=True)}


def _ranges(ranges: Sequence[tuple[int, int, int]]) -> list[list[bytes]]:
    """The hashes of each (kept level, first, count); raises ``Incomplete`` where some lack."""
    if not ranges:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [list(column) for column in zip(*ranges, strict=True)])
        rows = [bytes(row[0] or b"") for row in cursor.fetchall()]
    for (level, first, count), row in zip(ranges, rows, strict=True):
        if len(row) != HASH_BYTES * count:
            raise Incomplete(f"level {level} from {first} on")
    return [_split(row) for row in rows]


def _split(row: bytes) -> list[bytes]:
    """Hashes that stand one after the other."""
    return [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]


def tail(level: int, count: int) -> list[bytes]:
    """Hashes of a kept level behind its last complete 16, where it has ``count`` of them."""
    first = count - count % GROUP
    return _ranges([(level, first, count - first)])[0] if count > first else []
