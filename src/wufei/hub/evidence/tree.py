"""The Merkle tree of RFC 9162, section 2.1: hashes, proofs and how they are checked. Pure.

A *subtree* is ``(level, index)``: the complete tree over the leaves from ``index << level`` on,
``1 << level`` of them. Every range of leaves that a proof asks for is made of a few of these,
so whoever keeps subtrees can prove without reading the leaves.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Subtree = tuple[int, int]
Range = tuple[int, int]
Fetch = Callable[[Sequence[Subtree]], Mapping[Subtree, bytes]]

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry): the first byte keeps a leaf from being passed off as a node."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return _sha256(b"\x01" + left + right).digest()


def complete(hashes: Sequence[bytes]) -> bytes:
    """Hash of the complete tree over ``hashes``, of which there are a power of two."""
    assert hashes, "a tree has leaves"
    assert len(hashes) & (len(hashes) - 1) == 0, "a complete tree has a power of two"
    row = list(hashes)
    while len(row) > 1:
        pairs = iter(row)
        row = [
            _sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=True)
        ]
    return row[0]


def ragged(hashes: Sequence[bytes]) -> bytes:
    """Hash over neighbouring complete trees, the largest at the left (as ``cover`` has them)."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


# Which ranges of leaves a proof is made of.
def cover(start: int, end: int) -> Iterator[Subtree]:
    """The largest complete subtrees that make up the leaves from ``start`` to before ``end``."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """The siblings on the way from leaf ``number`` up to the root over ``size`` leaves."""
    assert 0 <= number < size, "the leaf is in the tree"
    ranges, low, high = [], 0, size
    while high - low > 1:
        middle = low + _left(high - low)
        if number < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What shows that the tree over ``first`` leaves is the beginning of that over ``second``."""
    assert 0 < first <= second, "an older tree that has leaves"
    ranges, low, high, whole = [], 0, second, True
    while first < high:
        middle = low + _left(high - low)
        if first <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low, whole = middle, False
    if not whole:
        ranges.append((low, high))
    return ranges[::-1]


def range_hashes(ranges: Sequence[Range], fetch: Fetch) -> list[bytes]:
    """The hash of each range; ``fetch`` is asked once, for all subtrees together."""
    covers = [list(cover(*one)) for one in ranges]
    found = fetch([subtree for parts in covers for subtree in parts])
    return [ragged([found[subtree] for subtree in parts]) for parts in covers]


def root(size: int, fetch: Fetch) -> bytes:
    return range_hashes([(0, size)], fetch)[0]


def inclusion_proof(number: int, size: int, fetch: Fetch) -> list[bytes]:
    """RFC 9162, 2.1.3.1: the hashes that lead from a leaf to the root."""
    return range_hashes(inclusion_ranges(number, size), fetch)


def consistency_proof(first: int, second: int, fetch: Fetch) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    return range_hashes(consistency_ranges(first, second), fetch)


# Checking.
def proves_inclusion(
    leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """RFC 9162, 2.1.3.2: does ``path`` lead from ``leaf`` at ``number`` to ``root``?"""
    if not 0 <= number < size:
        return False
    position, last, found = number, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            # At the right edge a level without a sibling is passed over.
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """RFC 9162, 2.1.4.2: is the tree of ``first_root`` the beginning of that of the other?"""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    # The tree before, where it is complete, is its own first node.
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not nodes:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, node)
        position, last = position >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


class Frontier:
    """A tree that grows leaf by leaf and keeps only its right edge: some twenty hashes."""

    def __init__(self) -> None:
        self.size = 0
        # (level, hash) of complete subtrees, the largest at the left.
        self._edge: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        level, found = 0, leaf
        while self._edge and self._edge[-1][0] == level:
            found = node_hash(self._edge.pop()[1], found)
            level += 1
        self._edge.append((level, found))
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    @property
    def root(self) -> bytes:
        return ragged([found for _level, found in self._edge])


def _left(size: int) -> int:
    """The largest power of two below ``size``: how many leaves stand in the left branch."""
    return 1 << ((size - 1).bit_length() - 1)
