"""Tables in: handed in by a person, worked through by the worker, row by row."""

from itertools import dropwhile, islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, Refusal, problems
from wufei.hub.base.files.content import Kind as FileKind
from wufei.hub.base.files.services import path_of, store
from wufei.hub.base.notices.services import notify
from wufei.hub.base.recording import record
from wufei.hub.base.tables.heading import Heading, find_heading
from wufei.hub.base.tables.joining import Numbered, Piece, pieces
from wufei.hub.base.tables.models import ImportFault, ImportRun
from wufei.hub.base.tables.parsing import choice_names, parse
from wufei.hub.base.tables.reading import Cells, encode, heads, rows
from wufei.hub.base.tables.spec import Kind, Quantity, Table, Taken, table

BATCH_ROWS = 200
# How often an entry is tried that is given up for another transaction's sake.
_TRIES = 3
State = ImportRun.State
FINISHED = gettext_noop("Import of “%(file)s”: %(good)s lines taken, %(bad)s came back")
KNOWN = gettext_noop(
    "Import of “%(file)s”: %(good)s lines taken, %(known)s were there already, %(bad)s came back"
)
FAILED = gettext_noop("Import of “%(file)s” failed after %(good)s lines")


class TooManyLines(Refusal):
    code = "too_many_lines"
    status = 413
    message = gettext_noop(
        "This table has %(rows)s lines; one import may have %(limit)s. Split it into several files."
    )


class TooManyTogether(Refusal):
    code = "too_many_together"
    status = 422
    message = gettext_noop(
        "More than %(limit)s lines that follow one another have the same “%(column)s”. One entry "
        "has at most so many."
    )


class NoLines(Refusal):
    code = "no_lines"
    status = 422
    message = gettext_noop(
        "There is nothing below the headings. Fill in at least one line and send the file again."
    )


def limits() -> dict[str, int]:
    """The caps, for pages that say them before they are met."""
    return {"mb": settings.WUFEI_UPLOAD_MB_MAX, "rows": settings.WUFEI_IMPORT_ROWS_MAX}


def hand_in(table: Table, upload: "UploadedFile[Any] | None", actor: Actor) -> ImportRun:
    """Check the file and its headings, keep it, queue the work. Refuses whatever cannot work."""
    from wufei.hub.base.tasks import import_table

    assert table.write is not None
    with transaction.atomic():
        file = store(upload, actor, kinds={FileKind.SHEET})
        heading = find_heading(table, heads(path_of(file), file.mime))
        if heading.rows > settings.WUFEI_IMPORT_ROWS_MAX:
            limit = f"{settings.WUFEI_IMPORT_ROWS_MAX:,}"
            raise TooManyLines(rows=f"{heading.rows:,}", limit=limit)
        if heading.rows < 1:
            raise NoLines
        run = ImportRun.objects.create(
            table_code=table.code,
            file=file,
            actor=actor.id,
            actor_row=actor.as_json(),
            language=get_language() or settings.LANGUAGE_CODE,
            header=heading.texts,
            unknown_columns=heading.unknown,
            rows_total=heading.rows,
        )
        record(actor, "base:import:hand_in", subject=f"base.import:{run.uuid}", table=table.code)
        import_table.defer(run=str(run.uuid))
    return run


def runs_of(actor: Actor, table: Table | None = None) -> "QuerySet[ImportRun]":
    runs = ImportRun.objects.filter(actor=actor.id).select_related("file")
    return runs.filter(table_code=table.code) if table is not None else runs


def runs_into(table: Table) -> "QuerySet[ImportRun]":
    """Everybody's, for a list of who has imported what; its lines are for who handed it in."""
    return ImportRun.objects.filter(table_code=table.code).select_related("file")


def cancel(run: ImportRun, actor: Actor) -> None:
    """Stop after the batch in hand; rows taken so far stay, since each stands alone."""
    with transaction.atomic():
        is_open = ImportRun.objects.filter(pk=run.pk, state__in=ImportRun.OPEN)
        if is_open.update(state=State.CANCELLED, finished=timezone.now()):
            record(actor, "base:import:cancel", subject=f"base.import:{run.uuid}")


def work_off(uuid: UUID) -> None:
    """Do a run, or go on with one whose worker was killed. Called by the worker."""
    ImportRun.objects.filter(uuid=uuid, state=State.QUEUED).update(
        state=State.RUNNING, started=timezone.now()
    )
    run = ImportRun.objects.select_related("file").get(uuid=uuid)
    if run.state == State.RUNNING:
        with override(run.language):
            _work(run)


def _work(run: ImportRun) -> None:
    try:
        if _take_all(run):
            _finish(run, State.DONE)
    except Refusal as refusal:
        _finish(run, State.FAILED, str(refusal))
    except Exception:
        _finish(run, State.FAILED, _("The platform made a mistake here; it has been recorded."))
        raise


def _finish(run: ImportRun, state: State, reason: str = "") -> None:
    with transaction.atomic():
        mine = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING)
        if mine.update(state=state, reason=reason, finished=timezone.now()) == 1:
            good = KNOWN if run.rows_known else FINISHED
            _tell(run, FAILED if state == State.FAILED else good)


def _tell(run: ImportRun, title: str) -> None:
    if run.actor.startswith("person:"):
        notify(
            title=title,
            values={
                "file": run.file.name,
                "good": run.rows_good,
                "known": run.rows_known,
                "bad": run.rows_bad,
            },
            link=reverse("base.import.detail", args=[run.uuid]),
            person=run.actor,
        )


def _take_all(run: ImportRun) -> bool:
    """Every row that is left; False if somebody else ended the run."""
    path, mime = path_of(run.file), run.file.mime
    taker = Taker(run, find_heading(table(run.table_code), heads(path, mime)))
    with rows(path, mime, taker.heading.sheet) as lines:
        head = taker.heading.row_index + 1
        found = pieces(taker.table, taker.heading, islice(enumerate(lines, start=1), head, None))
        done = head + run.rows_done
        left = dropwhile(lambda piece: piece.last <= done, found)
        size = 1 if taker.table.alone else BATCH_ROWS
        while batch := list(islice(left, size)):
            if not taker.take(batch):
                return False
    return True


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
        try:
            return self._commit(batch)
        except DatabaseError:
            # What only shows at commit (a deferred constraint, a deadlock) hits the whole batch;
            # one by one it hits only the entry that it is about.
            return all(self._take_alone(piece) for piece in batch)

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
        run = self.run
        done = run.rows_done + sum(len(piece.rows) for piece in batch)
        with transaction.atomic():
            mine = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING, rows_done=run.rows_done)
            # First of all, so that a second worker on the same run waits here and then gives up.
            if mine.update(rows_done=done) != 1:
                return False
            faults: list[ImportFault] = []
            known = run.rows_known
            for piece in batch:
                told = self._describe(piece, refused) if refused else self._told(piece)
                if isinstance(told, list):
                    faults += told
                elif told is Taken.KNOWN:
                    known += len(piece.rows)
            ImportFault.objects.bulk_create(faults)
            bad = run.rows_bad + len(faults)
            ImportRun.objects.filter(pk=run.pk).update(rows_bad=bad, rows_known=known)
        run.rows_done, run.rows_bad, run.rows_known = done, bad, known
        return True

    def _told(self, piece: Piece) -> Taken | list[ImportFault]:
        """Write one entry in a savepoint; what speaks against its rows, if anything does."""
        if all(cell is None for _number, cells in piece.rows for cell in cells):
            return Taken.NEW
        try:
            values = self._read(piece)
            with transaction.atomic():
                assert self.table.write is not None
                given = values if self.table.joined_by else values[0]
                told = self.table.write(given, self.actor)
        except REFUSED as error:
            return self._describe(piece, error)
        return told if isinstance(told, Taken) else Taken.NEW

    def _read(self, piece: Piece) -> list[dict[str, Any]]:
        if piece.too_long:
            names = {column.name: column for column in self.table.imported}
            limit, joined = self.table.joined_max, self.table.joined_by
            raise TooManyTogether(limit=limit, column=names[joined].label, field=joined)
        values = []
        for row, (_number, cells) in enumerate(piece.rows):
            try:
                values.append(self._values(cells))
            except Refusal as refusal:
                refusal.row = row
                raise
        return values

    def _describe(self, piece: Piece, error: Exception) -> list[ImportFault]:
        """The row that is wrong with its reason, and those that come back with it."""
        found = problems(error)
        row = getattr(error, "row", 0)
        reason = " ".join(text for _column, text in found)
        return [
            self._fault(line, found[0][0], reason)
            if number == row
            else self._fault(line, "", _together(piece.rows[row]))
            for number, line in enumerate(piece.rows)
        ]

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


def _together(bad: Numbered) -> str:
    return _("This line belongs to line %(line)s and comes back with it.") % {"line": bad[0]}
