"""Tables in: handed in by a person, worked through by the worker, row by row."""

from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, DataError, IntegrityError, transaction
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
from wufei.hub.base.tables.models import ImportFault, ImportRun
from wufei.hub.base.tables.parsing import choice_names, parse
from wufei.hub.base.tables.reading import Cells, encode, heads, rows
from wufei.hub.base.tables.spec import Kind, Table, table

BATCH_ROWS = 200
State = ImportRun.State
FINISHED = gettext_noop("Import of “%(file)s”: %(good)s lines taken, %(bad)s came back")
FAILED = gettext_noop("Import of “%(file)s” failed after %(good)s lines")


class TooManyLines(Refusal):
    code = "too_many_lines"
    status = 413
    message = gettext_noop(
        "This table has %(rows)s lines; one import may have %(limit)s. Split it into several files."
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
            _tell(run, FAILED if state == State.FAILED else FINISHED)


def _tell(run: ImportRun, title: str) -> None:
    if run.actor.startswith("person:"):
        notify(
            title=title,
            values={"file": run.file.name, "good": run.rows_good, "bad": run.rows_bad},
            link=reverse("base.import.detail", args=[run.uuid]),
            person=run.actor,
        )


def _take_all(run: ImportRun) -> bool:
    """Every row that is left; False if somebody else ended the run."""
    path, mime = path_of(run.file), run.file.mime
    taker = Taker(run, find_heading(table(run.table_code), heads(path, mime)))
    with rows(path, mime, taker.heading.sheet) as lines:
        left = islice(enumerate(lines, start=1), taker.heading.row_index + 1 + run.rows_done, None)
        while batch := list(islice(left, BATCH_ROWS)):
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

    def take(self, batch: list[tuple[int, Cells]]) -> bool:
        """False if the run was cancelled, or another worker is ahead of this one."""
        try:
            return self._commit(batch)
        except DatabaseError:
            # What only shows at commit (a deferred constraint, a deadlock) hits the whole batch;
            # one by one it hits only the row that it is about.
            return all(self._take_alone(*line) for line in batch)

    def _take_alone(self, number: int, cells: Cells) -> bool:
        try:
            return self._commit([(number, cells)])
        except (IntegrityError, DataError) as error:
            return self._commit([(number, cells)], refused=error)

    def _commit(self, batch: list[tuple[int, Cells]], refused: Exception | None = None) -> bool:
        done, bad = self.run.rows_done + len(batch), self.run.rows_bad
        with transaction.atomic():
            mine = ImportRun.objects.filter(
                pk=self.run.pk, state=State.RUNNING, rows_done=self.run.rows_done
            )
            # First of all, so that a second worker on the same run waits here and then gives up.
            if mine.update(rows_done=done) != 1:
                return False
            if refused is not None:
                faults = [self._describe(*batch[0], refused)]
            else:
                faults = [fault for line in batch if (fault := self._fault(*line)) is not None]
            ImportFault.objects.bulk_create(faults)
            bad += len(faults)
            ImportRun.objects.filter(pk=self.run.pk).update(rows_bad=bad)
        self.run.rows_done, self.run.rows_bad = done, bad
        return True

    def _fault(self, number: int, cells: Cells) -> ImportFault | None:
        """Write one row in a savepoint; what speaks against it, if anything does."""
        if all(cell is None for cell in cells):
            return None
        try:
            values = self._values(cells)
            with transaction.atomic():
                assert self.table.write is not None
                self.table.write(values, self.actor)
        except REFUSED as error:
            return self._describe(number, cells, error)
        return None

    def _describe(self, number: int, cells: Cells, error: Exception) -> ImportFault:
        found = problems(error)
        return ImportFault(
            run=self.run,
            row_number=number,
            cells=encode(cells),
            column=found[0][0],
            reason=" ".join(text for _column, text in found),
        )

    def _values(self, cells: Cells) -> dict[str, Any]:
        values = {}
        for position, column in self.heading.columns.items():
            cell = cells[position] if position < len(cells) else None
            try:
                values[column.name] = parse(column, cell, self.choices.get(column.name))
            except Refusal as refusal:
                refusal.field = column.name
                raise
        return values
