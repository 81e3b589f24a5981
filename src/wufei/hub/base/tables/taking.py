"""Entries of an import into the database: many at once, and alone where something is wrong."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, Refusal, problems
from wufei.hub.base.tables.heading import Heading
from wufei.hub.base.tables.joining import Numbered, Piece, ReadRows
from wufei.hub.base.tables.models import ImportFault, ImportRun
from wufei.hub.base.tables.parsing import choice_names, parse
from wufei.hub.base.tables.reading import Cells, encode
from wufei.hub.base.tables.spec import Answer, Kind, Quantity, Taken, table

# How often an entry is tried that is given up for another transaction's sake.
_TRIES = 3
# After so many rows of one long entry it is asked whether it is still wanted.
_ROWS_A_LOOK = 2000
_FAULTS_A_WRITE = 1000


class TooManyTogether(Refusal):
    code = "too_many_together"
    status = 422
    message = gettext_noop(
        "More than %(limit)s lines that follow one another have the same “%(column)s”. One entry "
        "has at most so many."
    )


class Apart(Refusal):
    code = "apart"
    status = 422
    message = gettext_noop(
        "Lines with the same “%(column)s” stand further up too. Sort the table by it, so that they "
        "follow one another, and send all of them again."
    )


class Ended(Exception):
    """The run was cancelled, or another worker is ahead of this one."""


def check(run: ImportRun) -> None:
    """Raises ``Ended`` if the run is no longer wanted."""
    if not ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.RUNNING).exists():
        raise Ended


class Taker:
    """Takes rows in batches; the batch's progress commits with its rows."""

    def __init__(self, run: ImportRun, heading: Heading) -> None:
        self.run, self.heading = run, heading
        self.table = table(run.table_code)
        self.actor = Actor.from_json(run.actor_row)
        self.choices = {
            column.name: choice_names(column)
            for column in heading.columns.values()
            if column.kind is Kind.CHOICE
        }

    def take(self, batch: list[Piece]) -> bool:
        """False if the run was cancelled, or another worker is ahead of this one."""
        if len(batch) == 1:
            return self._take_alone(batch[0])
        try:
            return self._commit(batch)
        except (DatabaseError, Refusal, ValidationError):
            # What only shows at commit (a deferred constraint, a deadlock) hits the whole batch;
            # by halves it is soon found whom it is about, and the others go on together.
            middle = len(batch) // 2
            return self.take(batch[:middle]) and self.take(batch[middle:])

    def _take_alone(self, piece: Piece) -> bool:
        for _try in range(_TRIES - 1):
            try:
                return self._commit([piece])
            except OperationalError:
                # Two waited for each other, and this one gave way: now the other has gone.
                continue
            except (IntegrityError, DataError) as error:
                return self._commit([piece], refused=error)
        return self._commit([piece])

    def _commit(self, batch: list[Piece], refused: Exception | None = None) -> bool:
        done = self.run.rows_done + sum(len(piece.rows) for piece in batch)
        # While one long entry is written, whoever ends the run should not have to wait for it.
        at_last = not batch[0].rows.in_memory
        try:
            with transaction.atomic():
                if not at_last:
                    self._claim(done)
                bad, known = self._write(batch, refused)
                if at_last:
                    self._claim(done)
                bad, known = self.run.rows_bad + bad, self.run.rows_known + known
                counted = ImportRun.objects.filter(pk=self.run.pk)
                counted.update(rows_bad=bad, rows_known=known)
        except Ended:
            return False
        self.run.rows_done, self.run.rows_bad, self.run.rows_known = done, bad, known
        return True

    def _claim(self, done: int) -> None:
        """First of all, so that a second worker on the same run waits here and then gives up."""
        running = ImportRun.objects.filter(pk=self.run.pk, state=ImportRun.State.RUNNING)
        if running.filter(rows_done=self.run.rows_done).update(rows_done=done) != 1:
            raise Ended

    def _write(self, batch: list[Piece], refused: Exception | None) -> tuple[int, int]:
        """How many rows came back, and how many were known."""
        answers: Sequence[Answer] = [refused] if refused else self._answers(batch)
        known = sum(
            len(piece.rows)
            for piece, answer in zip(batch, answers, strict=True)
            if answer is Taken.KNOWN
        )
        faults = (
            fault
            for piece, answer in zip(batch, answers, strict=True)
            if isinstance(answer, Exception)
            for fault in self._faults(piece, answer)
        )
        bad = 0
        while some := list(islice(faults, _FAULTS_A_WRITE)):
            ImportFault.objects.bulk_create(some)
            bad += len(some)
        return bad, known

    def _answers(self, batch: list[Piece]) -> list[Answer]:
        """What becomes of each entry: of what cannot be read, and of what is written."""
        answers: list[Answer] = [Taken.NEW] * len(batch)
        entries: dict[int, Any] = {}
        for place, piece in enumerate(batch):
            try:
                if piece.rows.in_memory and _is_empty(piece):
                    continue
                entries[place] = self._read(piece)
            except Refusal as refusal:
                answers[place] = refusal
        if self.table.write_all is None:
            told = [self._told(entry) for entry in entries.values()]
        elif len(entries) == 1:
            told = [self._told_alone(entry) for entry in entries.values()]
        else:
            told = list(self.table.write_all([*entries.values()], self.actor)) if entries else []
        for place, answer in zip(entries, told, strict=True):
            answers[place] = answer
        return answers

    def _told(self, entry: Any) -> Answer:
        """Write one entry in a savepoint."""
        assert self.table.write is not None
        try:
            with transaction.atomic():
                told = self.table.write(entry, self.actor)
        except REFUSED as error:
            return error
        return told if isinstance(told, Taken) else Taken.NEW

    def _told_alone(self, entry: Any) -> Answer:
        assert self.table.write_all is not None
        try:
            with transaction.atomic():
                return self.table.write_all([entry], self.actor)[0]
        except REFUSED as error:
            return error

    def _read(self, piece: Piece) -> Any:
        """An entry as ``Table.write`` takes it; raises the refusal of what cannot be read."""
        if piece.too_long or piece.apart:
            columns = {column.name: column.label for column in self.table.imported}
            told = "、".join(str(columns[name]) for name in self.table.joined_by)
            field = self.table.joined_by[0]
            if piece.apart:
                raise Apart(column=told, field=field)
            raise TooManyTogether(limit=self.table.joined_max, column=told, field=field)
        rows = ReadRows(piece.rows, self._values)
        if not piece.rows.in_memory:
            return ReadRows(piece.rows, self._watched_values())
        values = list(rows)
        return values if self.table.joined_by else values[0]

    def _watched_values(self) -> Any:
        count = 0

        def read(cells: Cells) -> dict[str, Any]:
            nonlocal count
            count += 1
            if count % _ROWS_A_LOOK == 0:
                check(self.run)
            return self._values(cells)

        return read

    def _faults(self, piece: Piece, error: Exception) -> Iterator[ImportFault]:
        """The row that is wrong with its reason, and those that come back with it."""
        found = problems(error)
        row = getattr(error, "row", 0)
        reason = " ".join(text for _column, text in found)
        bad = next(islice(piece.rows, row, None))
        for number, line in enumerate(piece.rows):
            if number == row:
                yield self._fault(line, found[0][0], reason)
            else:
                yield self._fault(line, "", _together(bad))

    def _fault(self, line: Numbered, column: str, reason: str) -> ImportFault:
        number, cells = line
        return ImportFault(
            run=self.run, row_number=number, cells=encode(cells), column=column, reason=reason
        )

    def _values(self, cells: Cells) -> dict[str, Any]:
        values = {}
        for position, column in self.heading.columns.items():
            cell = cells[position] if position < len(cells) else None
            try:
                value = parse(column, cell, self.choices.get(column.name))
            except Refusal as refusal:
                refusal.field = column.name
                raise
            if isinstance(value, Quantity) and not value.unit:
                value = value._replace(unit=self.heading.units.get(position, ""))
            values[column.name] = value
        return values


def _is_empty(piece: Piece) -> bool:
    return all(cell is None for _number, cells in piece.rows for cell in cells)


def _together(bad: Numbered) -> str:
    return _("This line belongs to line %(line)s and comes back with it.") % {"line": bad[0]}
