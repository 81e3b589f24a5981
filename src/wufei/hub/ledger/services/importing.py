"""Import many movements: columns inside, COPY at the edge.

One batch is one transaction. A killed import is simply started again: what was recorded is
recognised by its ids. Each row stands alone: a bad one is reported, the others go in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.services import record_findings
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import Balance, Movement, MovementKind
from wufei.hub.ledger.services.accounts import AccountRow, accounts, lock, write_balances
from wufei.hub.ledger.services.copying import Copied, copy_movements
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.services.positions import positions
from wufei.hub.ledger.services.posting import (
    Lack,
    post,
    same_content,
    shortfall_finding,
    shortfall_of,
)

_SINGLE_ROWS = 500
_ATTEMPTS = 5


@dataclass
class ImportResult:
    """Rows by outcome; ``refused`` holds (row number from 0, refusal)."""

    recorded: int = 0
    repeated: int = 0
    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    shortfall_g: int = 0


class _Row(NamedTuple):
    """An entry that is good by itself. Accounts are looked up once: hashing a key is dear."""

    number: int
    entry: Entry
    kind: MovementKind
    source: AccountRow
    target: AccountRow


class _AccountsMissing(Exception):
    """Rows lack mass and their ``shortfall`` accounts are not made yet.

    Accounts are made before balances are locked, as everyone does; made under the locks, they
    could wait for a maker who waits for these locks.
    """

    def __init__(self, keys: set[AccountKey]) -> None:
        self.keys = keys


def import_movements(
    entries: Iterable[Entry],
    *,
    by: Actor,
    cause: str,
    batch_rows: int = 20_000,
    progress: Callable[[int], None] | None = None,
) -> ImportResult:
    """Record ``entries`` with every check of ``post``; returns what became of each row.

    An import reports facts, so what the book lacks is posted from ``shortfall`` as a finding.
    Within a batch, rows are recorded in the order in which they happened. ``progress`` is called
    with the number of rows read so far, after each committed batch.
    """
    importer = _Importer(by, cause)
    numbered = enumerate(entries)
    read = 0
    while batch := list(islice(numbered, batch_rows)):
        importer.take(batch)
        read += len(batch)
        fold_all()
        if progress is not None:
            progress(read)
    return importer.result


class _Importer:
    """One import: the accounts that it has met, and what became of its rows."""

    def __init__(self, by: Actor, cause: str) -> None:
        self.by, self.cause = by, cause
        self.known: dict[AccountKey, AccountRow] = {}
        self.result = ImportResult()

    def take(self, batch: Sequence[tuple[int, Entry]]) -> None:
        bulk: list[_Row] = []
        singly: list[_Row] = []
        for row in self._found(list(self._checked(batch))):
            exact = row.source.by_lots or row.target.by_lots
            (singly if exact or row.entry.booking else bulk).append(row)
        for start in range(0, len(singly), _SINGLE_ROWS):
            self._post(singly[start : start + _SINGLE_ROWS])
        if bulk:
            self._record_all(bulk)

    def _checked(
        self, batch: Sequence[tuple[int, Entry]]
    ) -> Iterator[tuple[int, Entry, MovementKind]]:
        now, load_t_max, movement_t_max = (
            timezone.now(),
            settings.LOAD_T_MAX,
            settings.MOVEMENT_T_MAX,
        )
        seen: dict[UUID, Entry] = {}
        for number, entry in batch:
            try:
                kind = rules.check(
                    entry, now=now, load_t_max=load_t_max, movement_t_max=movement_t_max
                )
                if earlier := seen.get(entry.id):
                    if earlier != entry:
                        raise IdReused(id=entry.id)
                    self.result.repeated += 1
                    continue
                seen[entry.id] = entry
            except Refusal as refusal:
                self.result.refused.append((number, refusal))
            else:
                yield number, entry, kind

    def _found(self, good: list[tuple[int, Entry, MovementKind]]) -> Iterator[_Row]:
        """The rows with their accounts, in the order in which they happened."""
        good.sort(key=lambda row: row[1].happened_at)
        find = self.known.get
        ends = [(find(entry.source), find(entry.target)) for _, entry, _ in good]
        if missing := {
            key
            for (_, entry, _), (source, target) in zip(good, ends, strict=True)
            if source is None or target is None
            for key in (entry.source, entry.target)
        }:
            self.known |= accounts(missing - self.known.keys())
        for (number, entry, kind), (source, target) in zip(good, ends, strict=True):
            yield _Row(
                number,
                entry,
                kind,
                source or self.known[entry.source],
                target or self.known[entry.target],
            )

    def _post(self, rows: Sequence[_Row]) -> None:
        """Lots and bookings are looked at one by one; a chunk with a bad row is done row by row."""
        entries = [row.entry for row in rows]
        try:
            before = Movement.objects.filter(uuid__in=[entry.id for entry in entries]).count()
            post(entries, by=self.by, cause=self.cause, on_lack=Lack.SHORTFALL)
        except Refusal as refusal:
            if len(rows) == 1:
                self.result.refused.append((rows[0].number, refusal))
                return
            for row in rows:
                self._post([row])
        else:
            self.result.repeated += before
            self.result.recorded += len(rows) - before

    def _record_all(self, rows: Sequence[_Row]) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                return self._record(rows)
            except _AccountsMissing as missing:
                self.known |= accounts(missing.keys)
            except IntegrityError as error:
                # Another importer recorded the same ids at the same moment: now they are seen.
                if "ledger_movement_uuid" not in str(error) or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("shortfall accounts were made and are still missing")

    def _record(self, rows: Sequence[_Row]) -> None:
        limited = {end.id for row in rows for end in (row.source, row.target) if end.limited}
        with transaction.atomic():
            balances = lock(limited)
            fresh, repeated, reused = self._unknown(rows)
            shortfall_g = self._write(fresh, balances) if fresh else 0
        self.result.recorded += len(fresh)
        self.result.repeated += repeated
        self.result.refused += reused
        self.result.shortfall_g += shortfall_g

    def _unknown(
        self, rows: Sequence[_Row]
    ) -> tuple[Sequence[_Row], int, list[tuple[int, Refusal]]]:
        """Rows not recorded before, how many were, and those whose id says something else."""
        earlier = {row.uuid: row for row in _movements([row.entry.id for row in rows])}
        if not earlier:
            return rows, 0, []
        fresh: list[_Row] = []
        reused: list[tuple[int, Refusal]] = []
        repeated = 0
        for row in rows:
            movement = earlier.get(row.entry.id)
            if movement is None:
                fresh.append(row)
            elif same_content(movement, row.entry, self.known, self.cause):
                repeated += 1
            else:
                reused.append((row.number, IdReused(id=row.entry.id)))
        return fresh, repeated, reused

    def _write(self, rows: Sequence[_Row], balances: dict[int, Balance]) -> int:
        """Copy the rows in, on locked balances; returns the grams that the book lacked."""
        place = positions(
            [row.entry.mass.grams for row in rows],
            [row.source.id if row.source.limited else -1 for row in rows],
            [row.target.id if row.target.limited else -1 for row in rows],
            balances,
        )
        lacking = [n for n, lack_g in enumerate(place.lack_g) if lack_g]
        missing = {shortfall_of(rows[n].source.key) for n in lacking} - self.known.keys()
        if missing:
            raise _AccountsMissing(missing)
        copied = (
            Copied(
                row.entry,
                row.kind,
                row.source.id,
                row.target.id,
                source_from_g,
                target_from_g,
                lack_g,
                shortfall_from_g,
                self.known[shortfall_of(row.source.key)].id if lack_g else 0,
            )
            for row, source_from_g, target_from_g, lack_g, shortfall_from_g in zip(
                rows,
                place.source_from_g,
                place.target_from_g,
                place.lack_g,
                place.shortfall_from_g,
                strict=True,
            )
        )
        copy_movements(copied, cause=self.cause, actor=self.by.id)
        write_balances(balances.values())
        if lacking:
            self._report([(rows[n], place.lack_g[n]) for n in lacking])
        return sum(place.lack_g)

    def _report(self, lacking: Sequence[tuple[_Row, int]]) -> None:
        record_findings(
            [
                shortfall_finding(row.source.id, lack_g, str(row.entry.id))
                for row, lack_g in lacking
            ],
            self.by,
        )


def _movements(uuids: Sequence[UUID]) -> list[Movement]:
    """Movements with these ids, asked for in one text: many parameters are parsed for long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uuid FROM ledger_movement WHERE uuid = ANY(string_to_array(%s, ',')::uuid[])",
            [",".join([uuid.hex for uuid in uuids])],
        )
        found = [uuid for (uuid,) in cursor.fetchall()]
    return list(Movement.objects.filter(uuid__in=found)) if found else []
