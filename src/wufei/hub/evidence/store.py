"""The tree as the database keeps it: leaves, and the hash of every complete 16 of a kept level."""

from collections.abc import Mapping, Sequence

from django.db import connection

from wufei.hub.evidence import tree
from wufei.hub.evidence.tree import HASH_BYTES, Subtree

# Every fourth level is kept: 16 rows make one of the next. A proof then reads at most 15 of each,
# and the nodes are a fifteenth of the leaves.
GROUP_LEVELS = 4
GROUP = 1 << GROUP_LEVELS
_LEAVES = """
    SELECT (SELECT string_agg(hash, ''::bytea ORDER BY number) FROM evidence_leaf
            WHERE number >= w.first AND number < w.first + w.count)
    FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS w (first, count, n) ORDER BY n"""
_NODES = """
    SELECT (SELECT string_agg(hash, ''::bytea ORDER BY position) FROM evidence_node
            WHERE level = w.level AND position >= w.first AND position < w.first + w.count)
    FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[])
         WITH ORDINALITY AS w (level, first, count, n) ORDER BY n"""


class Incomplete(Exception):
    """The log lacks leaves or nodes that it should have: somebody took them away."""


def size() -> int:
    """How many leaves the log has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number) + 1, 0) FROM evidence_leaf")
        return int(cursor.fetchone()[0])


def fetch(subtrees: Sequence[Subtree]) -> Mapping[Subtree, bytes]:
    """Hashes of complete subtrees: two statements, however many are asked for."""
    wanted = dict.fromkeys(subtrees)
    low = [one for one in wanted if one[0] < GROUP_LEVELS]
    high = [one for one in wanted if one[0] >= GROUP_LEVELS]
    found: dict[Subtree, bytes] = {}
    if low:
        ranges = [(index << level, 1 << level) for level, index in low]
        found |= _complete(low, _rows(_LEAVES, list(zip(*ranges, strict=True))))
    if high:
        kept = [(level - level % GROUP_LEVELS, level % GROUP_LEVELS, i) for level, i in high]
        ranges_of = [(base, index << above, 1 << above) for base, above, index in kept]
        found |= _complete(high, _rows(_NODES, list(zip(*ranges_of, strict=True))))
    return found


def _rows(statement: str, columns: Sequence[Sequence[int]]) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in columns])
        return [bytes(row[0] or b"") for row in cursor.fetchall()]


def _complete(subtrees: Sequence[Subtree], rows: Sequence[bytes]) -> dict[Subtree, bytes]:
    found = {}
    for (level, index), row in zip(subtrees, rows, strict=True):
        if len(row) != HASH_BYTES << (level % GROUP_LEVELS):
            raise Incomplete(f"leaves from {index << level} on")
        found[level, index] = tree.complete(split(row))
    return found


def split(row: bytes) -> list[bytes]:
    """Hashes that stand one after the other."""
    return [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]


def tail(level: int, count: int) -> list[bytes]:
    """Hashes of a kept level behind its last complete 16, where it has ``count`` of them."""
    first = count - count % GROUP
    if first == count:
        return []
    if level == 0:
        (row,) = _rows(_LEAVES, [[first], [count - first]])
    else:
        (row,) = _rows(_NODES, [[level], [first], [count - first]])
    if len(row) != (count - first) * HASH_BYTES:
        raise Incomplete(f"nodes of level {level} from {first} on")
    return split(row)
