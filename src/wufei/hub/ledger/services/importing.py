"""Import many movements: columns inside, COPY at the edge.

One batch is one transaction. A killed import is simply started again: what was recorded is
recognised by its ids. Each row stands alone: a bad one is reported, the others go in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID, uuid5

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.services import record_findings
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind, Balance, Movement, MovementKind
from wufei.hub.ledger.services.accounts import AccountRow, accounts, lock, write_balances
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.services.positions import Positions, positions
from wufei.hub.ledger.services.posting import (
    Lack,
    check,
    post,
    same_content,
    shortfall_finding,
    shortfall_of,
)

_COPY = """COPY ledger_movement (uuid, group_uuid, kind, source_id, target_id, mass_g, sign,
    happened_at, source_from_g, target_from_g, original_value, original_unit, density_kg_m3,
    cause, actor) FROM STDIN"""
_SINGLE_ROWS = 500
_ATTEMPTS = 5


@dataclass
class ImportResult:
    """Rows by outcome; ``refused`` holds (row number from 0, refusal)."""

    recorded: int = 0
    repeated: int = 0
    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    shortfall_g: int = 0


Numbered = tuple[int, Entry]


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
    known: dict[AccountKey, AccountRow] = {}
    result = ImportResult()
    numbered = enumerate(entries)
    read = 0
    while batch := list(islice(numbered, batch_rows)):
        _import_batch(batch, known, result, by, cause)
        read += len(batch)
        fold_all()
        if progress is not None:
            progress(read)
    return result


def _import_batch(
    batch: list[Numbered],
    known: dict[AccountKey, AccountRow],
    result: ImportResult,
    by: Actor,
    cause: str,
) -> None:
    good = list(_checked(batch, result))
    good.sort(key=lambda row: row[1].happened_at)
    _learn_accounts((key for _, entry in good for key in (entry.source, entry.target)), known)
    bulk: list[Numbered] = []
    singly: list[Numbered] = []
    for row in good:
        exact = known[row[1].source].by_lots or known[row[1].target].by_lots
        (singly if exact or row[1].booking else bulk).append(row)
    for start in range(0, len(singly), _SINGLE_ROWS):
        _post(singly[start : start + _SINGLE_ROWS], result, by, cause)
    if bulk:
        _record_all(bulk, known, result, by, cause)


def _checked(batch: Sequence[Numbered], result: ImportResult) -> Iterator[Numbered]:
    now = timezone.now()
    seen: dict[UUID, Entry] = {}
    for number, entry in batch:
        try:
            check(entry, now)
            if earlier := seen.get(entry.id):
                if earlier != entry:
                    raise IdReused(id=entry.id)
                result.repeated += 1
                continue
            seen[entry.id] = entry
        except Refusal as refusal:
            result.refused.append((number, refusal))
        else:
            yield number, entry


def _learn_accounts(keys: Iterable[AccountKey], known: dict[AccountKey, AccountRow]) -> None:
    if wanted := set(keys) - known.keys():
        known |= accounts(wanted)


def _post(rows: Sequence[Numbered], result: ImportResult, by: Actor, cause: str) -> None:
    """Lots and bookings are looked at one by one; a chunk with a bad row is done row by row."""
    try:
        before = Movement.objects.filter(uuid__in=[entry.id for _, entry in rows]).count()
        post([entry for _, entry in rows], by=by, cause=cause, on_lack=Lack.SHORTFALL)
    except Refusal as refusal:
        if len(rows) == 1:
            result.refused.append((rows[0][0], refusal))
            return
        for row in rows:
            _post([row], result, by, cause)
    else:
        result.repeated += before
        result.recorded += len(rows) - before


def _record_all(
    rows: Sequence[Numbered],
    known: dict[AccountKey, AccountRow],
    result: ImportResult,
    by: Actor,
    cause: str,
) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            return _record(rows, known, result, by, cause)
        except _AccountsMissing as missing:
            known |= accounts(missing.keys)
        except IntegrityError as error:
            # Another importer recorded the same ids at the same moment; now they can be seen.
            if "ledger_movement_uuid" not in str(error) or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("shortfall accounts were made and are still missing")


def _record(
    rows: Sequence[Numbered],
    known: dict[AccountKey, AccountRow],
    result: ImportResult,
    by: Actor,
    cause: str,
) -> None:
    limited = {
        known[key].id: key
        for _, entry in rows
        for key in (entry.source, entry.target)
        if key.limited
    }
    with transaction.atomic():
        balances = lock(limited)
        fresh, repeated, reused = _unknown(rows, known, cause)
        shortfall_g = _write(fresh, known, balances, by, cause) if fresh else 0
    result.recorded += len(fresh)
    result.repeated += repeated
    result.refused += reused
    result.shortfall_g += shortfall_g


def _write(
    rows: Sequence[Numbered],
    known: dict[AccountKey, AccountRow],
    balances: dict[int, Balance],
    by: Actor,
    cause: str,
) -> int:
    """Copy the rows in, on locked balances; returns the grams that the book lacked."""
    place = positions([entry for _, entry in rows], known, balances)
    lacking = [(n, lack_g) for n, lack_g in enumerate(place.lack_g) if lack_g]
    if missing := {shortfall_of(rows[n][1].source) for n, _ in lacking} - known.keys():
        raise _AccountsMissing(missing)
    _copy(rows, place, known, by, cause)
    write_balances(balances.values())
    if lacking:
        record_findings(
            [
                shortfall_finding(known[rows[n][1].source].id, lack_g, str(rows[n][1].id))
                for n, lack_g in lacking
            ],
            by,
        )
    return sum(lack_g for _, lack_g in lacking)


def _unknown(
    rows: Sequence[Numbered], known: dict[AccountKey, AccountRow], cause: str
) -> tuple[Sequence[Numbered], int, list[tuple[int, Refusal]]]:
    """Rows not recorded before, how many were, and those whose id says something else."""
    ids = [entry.id for _, entry in rows]
    earlier = {row.uuid: row for row in Movement.objects.filter(uuid__in=ids)}
    if not earlier:
        return rows, 0, []
    fresh: list[Numbered] = []
    reused: list[tuple[int, Refusal]] = []
    repeated = 0
    for number, entry in rows:
        movement = earlier.get(entry.id)
        if movement is None:
            fresh.append((number, entry))
        elif same_content(movement, entry, known, cause):
            repeated += 1
        else:
            reused.append((number, IdReused(id=entry.id)))
    return fresh, repeated, reused


def _copy(
    rows: Sequence[Numbered],
    place: Positions,
    known: dict[AccountKey, AccountRow],
    by: Actor,
    cause: str,
) -> None:
    tail = f"{_escaped(cause)}\t{_escaped(by.id)}\n"
    with connection.cursor() as cursor, cursor.cursor.copy(_COPY) as copy:
        lines: list[str] = []
        for n, (_, entry) in enumerate(rows):
            if lack_g := place.lack_g[n]:
                entry = replace(entry, group=entry.group or entry.id)
                lines.append(_shortfall_line(entry, lack_g, place.shortfall_from_g[n], known, tail))
            lines.append(_line(entry, place.source_from_g[n], place.target_from_g[n], known, tail))
            if len(lines) >= 5_000:
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))


def _line(
    entry: Entry,
    source_from_g: int,
    target_from_g: int,
    known: dict[AccountKey, AccountRow],
    tail: str,
) -> str:
    mass = entry.mass
    kind = rules.FLOWS[entry.source.kind, entry.target.kind].value
    value = "\\N" if mass.value is None else mass.value
    density = "\\N" if mass.density_kg is None else mass.density_kg
    return (
        f"{entry.id}\t{entry.group or _NULL}\t{kind}\t{known[entry.source].id}"
        f"\t{known[entry.target].id}\t{mass.grams}\t1\t{entry.happened_at.isoformat()}"
        f"\t{source_from_g if source_from_g >= 0 else _NULL}"
        f"\t{target_from_g if target_from_g >= 0 else _NULL}"
        f"\t{value}\t{mass.unit}\t{density}\t{tail}"
    )


def _shortfall_line(
    entry: Entry, lack_g: int, from_g: int, known: dict[AccountKey, AccountRow], tail: str
) -> str:
    source = known[shortfall_of(entry.source)].id
    return (
        f"{uuid5(entry.id, AccountKind.SHORTFALL)}\t{entry.group or _NULL}"
        f"\t{MovementKind.SHORTFALL.value}\t{source}\t{known[entry.source].id}\t{lack_g}\t1"
        f"\t{entry.happened_at.isoformat()}\t{_NULL}\t{from_g}\t{_NULL}\t\t{_NULL}\t{tail}"
    )


_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
