"""Recount the whole log from the records: every leaf, the tree, every root, every signature.

Reads in blocks, in the order of the leaves, and keeps twenty hashes: memory is flat however long
the history. All blocks look at one snapshot, so it passes at any moment, whatever is recorded
meanwhile.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from wufei.hub.evidence import reading, store, tree
from wufei.hub.evidence.entries import VERSION, Entry, Kind
from wufei.hub.evidence.models import Node, Root
from wufei.hub.evidence.services import keys
from wufei.hub.evidence.services.roots import note_of
from wufei.hub.manifests.models import Signature
from wufei.hub.manifests.services.document import digest_of

BLOCK = 4_096
_LEAVES = """
    SELECT l.number, l.kind, l.row, l.version, l.hash, s.salt, e.sealed
    FROM evidence_leaf l
    LEFT JOIN evidence_salt s ON s.kind = l.kind AND s.row = l.row
    LEFT JOIN evidence_erased e ON e.kind = l.kind AND e.row = l.row
    WHERE l.number >= %s AND l.number < %s ORDER BY l.number"""
_DIGESTS = """
    SELECT m.id FROM ledger_movement m
    WHERE m.id = ANY(%s) AND m.digest IS DISTINCT FROM ledger_movement_digest(m)"""
# Records that have no leaf and do not wait for one: they came in behind the log's back.
_STRANGERS = """
    WITH lone AS MATERIALIZED (
        SELECT r.id, r.uuid FROM {table} r
        WHERE NOT EXISTS (SELECT FROM evidence_leaf l WHERE l.kind = {kind} AND l.row = r.id))
    SELECT uuid FROM lone
    WHERE id NOT IN (SELECT unnest(rows) FROM evidence_pending WHERE kind = {kind}) LIMIT 100"""
_TABLES = {Kind.MOVEMENT: "ledger_movement", Kind.SIGNATURE: "manifests_signature"}


@dataclass(frozen=True)
class Fault:
    """Something that is not as the log says: which check, of what, and what was seen."""

    check: str
    subject: str
    seen: str


@dataclass
class Report:
    """What was looked at, and what is wrong; at most ``faults_max`` are kept of each check."""

    faults_max: int = 100
    leaves: int = 0
    roots: int = 0
    root: bytes = tree.EMPTY_ROOT
    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def say(self, check: str, subject: str, seen: str) -> None:
        self.counts[check] = self.counts.get(check, 0) + 1
        if self.counts[check] <= self.faults_max:
            self.faults.append(Fault(check, subject, seen))


def verify(
    *,
    first: int = 0,
    last: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the leaves ``first`` to ``last`` (both included), by default all of them.

    The tree and the signed roots are recounted where the range begins with leaf 0; behind it, the
    leaves and their records are. ``progress`` is called with (done, all) after each block.
    """
    assert not connection.in_atomic_block, "verify takes a snapshot of its own"
    report = Report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        size = store.size()
        end = size if last is None else min(size, last + 1)
        _Run(report, first, end, whole=first == 0 and end == size).go(progress)
    return report


class _Run:
    """One pass over the leaves."""

    def __init__(self, report: Report, first: int, end: int, *, whole: bool) -> None:
        self.report, self.first, self.end, self.whole = report, first, end, whole
        self.edge = tree.Frontier() if first == 0 else None
        rows = Root.objects.filter(size__lte=end).select_related("key").order_by("size", "pk")
        self.roots = list(rows) if first == 0 else []
        self.validities = keys.validities()
        self.log = keys.log_id()

    def go(self, progress: Callable[[int, int], None] | None) -> None:
        for start in range(self.first, self.end, BLOCK):
            stop = min(start + BLOCK, self.end)
            self._block(start, stop)
            if progress is not None:
                progress(stop - self.first, self.end - self.first)
        if self.edge is not None:
            self.report.root = self.edge.root
        if self.whole:
            self._cut_off()
            self._strangers()

    def _block(self, start: int, stop: int) -> None:
        rows = _rows(_LEAVES, [start, stop])
        if [row[0] for row in rows] != list(range(start, stop)):
            self.report.say("tree", f"leaves {start}–{stop - 1}", "some of them are missing")
        records = _records(rows)
        for number, kind, row, version, kept, salt, sealed in rows:
            entry = records[kind].get(row)
            self._leaf(f"leaf {number}", entry, kind, version, bytes(kept), salt, sealed)
        self._digests([row[2] for row in rows if row[1] == Kind.MOVEMENT])
        self._chains([row[2] for row in rows if row[1] == Kind.SIGNATURE])
        self.report.leaves += len(rows)
        if self.edge is not None:
            self._grow(start, [bytes(row[4]) for row in rows])

    def _leaf(
        self,
        name: str,
        entry: Entry | None,
        kind: int,
        version: int,
        kept: bytes,
        salt: Any,
        sealed: str | None,
    ) -> None:
        word = Kind(kind).word
        if entry is None:
            return self.report.say("leaf", f"{word} of {name}", "the record is gone")
        subject = f"{word} {entry.id} ({name})"
        if version != VERSION:
            return self.report.say("leaf", subject, f"version {version} is not known here")
        if sealed is None and salt is None:
            return self.report.say("leaf", subject, "its salt is gone, and nobody erased it")
        personal = entry.sealed(bytes(salt)) if sealed is None else json.loads(sealed)
        if tree.leaf_hash(entry.encode(personal)) != kept:
            self.report.say("leaf", subject, "the record is not what the log says: it was altered")
        return None

    def _digests(self, rows: list[int]) -> None:
        """The ledger's own digests; they cover what was erased from the log, too."""
        for (pk,) in _rows(_DIGESTS, [rows]):
            entry = reading.entries(Kind.MOVEMENT, [pk])[pk]
            self.report.say("digest", f"movement {entry.id}", "it does not fit its own digest")

    def _chains(self, rows: list[int]) -> None:
        """Each signature's digest is over what it sealed and the digest before it."""
        found = Signature.objects.filter(pk__in=rows).select_related("manifest")
        manifests = {one.manifest_id for one in found}
        before = {
            (one.manifest_id, one.number): one.content_digest
            for one in Signature.objects.filter(manifest__in=manifests).only(
                "manifest_id", "number", "content_digest"
            )
        }
        for one in found:
            last = before.get((one.manifest_id, one.number - 1), "")
            if digest_of(one, one.manifest.template, last) != one.content_digest:
                subject = f"signature {one.uuid} ({one.manifest} no. {one.number})"
                self.report.say("signature", subject, "its digest is not over what it says")

    # The tree.
    def _grow(self, start: int, hashes: Sequence[bytes]) -> None:
        """Take in a block; compare every kept node and every signed root on the way."""
        assert self.edge is not None, "the tree is recounted"
        for at in range(0, len(hashes), store.GROUP):
            self._to_next_root(hashes[at : at + store.GROUP])
        self._nodes(start, hashes)

    def _to_next_root(self, hashes: Sequence[bytes]) -> None:
        edge = self.edge
        assert edge is not None, "the tree is recounted"
        for leaf in hashes:
            edge.append(leaf)
            while self.roots and self.roots[0].size <= edge.size:
                self._root(self.roots.pop(0), edge.root)

    def _nodes(self, start: int, hashes: Sequence[bytes]) -> None:
        """Kept nodes of the first level against the leaves, the others against those below."""
        first, count = start // store.GROUP, len(hashes) // store.GROUP
        kept = _nodes(store.GROUP_LEVELS, first, first + count)
        for n in range(count):
            expected = tree.complete(hashes[n * store.GROUP : (n + 1) * store.GROUP])
            self._node(store.GROUP_LEVELS, first + n, kept.get(first + n), expected)
        level, before, after = store.GROUP_LEVELS, first, first + count
        while after // store.GROUP > before // store.GROUP:
            for position in range(before // store.GROUP, after // store.GROUP):
                below = _nodes(level, position * store.GROUP, (position + 1) * store.GROUP)
                upper = level + store.GROUP_LEVELS
                found = _nodes(upper, position, position + 1).get(position)
                whole = len(below) == store.GROUP
                expected = tree.complete([below[n] for n in sorted(below)]) if whole else b""
                self._node(upper, position, found, expected)
            level, before, after = (
                level + store.GROUP_LEVELS,
                before // store.GROUP,
                after // store.GROUP,
            )

    def _node(self, level: int, position: int, kept: bytes | None, expected: bytes) -> None:
        if kept != expected:
            self.report.say(
                "tree", f"node {position} of level {level}", "it is not over its leaves"
            )

    def _root(self, root: Root, counted: bytes) -> None:
        self.report.roots += 1
        subject = f"root {root.pk} over {root.size} leaves"
        if bytes(root.hash) != counted:
            self.report.say("root", subject, "the log has another root there: it was rewritten")
        note = note_of(
            root.size,
            bytes(root.hash),
            at=root.signed_at,
            day=root.day,
            key=root.key.code,
            log=self.log,
        )
        if root.note != note:
            self.report.say("root", subject, "its text says something else than its columns")
        if not keys.is_signed(bytes(root.key.public), root.note, bytes(root.signature)):
            self.report.say("root", subject, "its signature is wrong")
        if not keys.trusted(root.key.code, root.signed_at, self.validities):
            self.report.say("root", subject, f"key {root.key.code} was not to be trusted then")

    def _cut_off(self) -> None:
        for root in Root.objects.filter(size__gt=self.end).order_by("pk"):
            seen = f"the log has only {self.end}: its end was cut off"
            self.report.say("root", f"root {root.pk} over {root.size} leaves", seen)

    def _strangers(self) -> None:
        for kind, table in _TABLES.items():
            for (uuid,) in _rows(_STRANGERS.format(table=table, kind=int(kind)), []):
                seen = "it has no leaf and waits for none: it came in behind the log's back"
                self.report.say("missing", f"{kind.word} {uuid}", seen)


def _records(rows: Sequence[tuple[Any, ...]]) -> dict[int, dict[int, Entry]]:
    return {
        int(kind): reading.entries(kind, [row[2] for row in rows if row[1] == kind])
        for kind in Kind
    }


def _nodes(level: int, first: int, end: int) -> dict[int, bytes]:
    rows = Node.objects.filter(level=level, position__gte=first, position__lt=end)
    return {one.position: bytes(one.hash) for one in rows}


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
