"""Tables in: handed in by a person, worked through by the worker, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, dropwhile, islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.content import Kind as FileKind
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import path_of, store
from wufei.hub.base.notices.services import notify
from wufei.hub.base.recording import record
from wufei.hub.base.tables.heading import Heading, find_heading, find_headings
from wufei.hub.base.tables.joining import Numbered, Piece, pieces
from wufei.hub.base.tables.models import ImportRun
from wufei.hub.base.tables.reading import Sheet, heads, rows
from wufei.hub.base.tables.sheet_reader import HEAD_ROWS
from wufei.hub.base.tables.spec import Table, table
from wufei.hub.base.tables.taking import Ended, Taker, check

# Rows in one transaction, of those that are written one by one and of those written together.
BATCH_ROWS, BULK_ROWS = 200, 2000
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
    return hand_in_all([table], upload, actor)[0]


def hand_in_all(
    tables: Sequence[Table], upload: "UploadedFile[Any] | None", actor: Actor
) -> list[ImportRun]:
    """The same for a workbook with a sheet for each table: a run for each that has lines."""
    assert all(table.can_import for table in tables)
    with transaction.atomic():
        file = store(upload, actor, kinds={FileKind.SHEET})
        found = find_headings(tables, heads(path_of(file), file.mime))
        rows = sum(heading.rows for _table, heading in found)
        if rows > settings.WUFEI_IMPORT_ROWS_MAX:
            limit = f"{settings.WUFEI_IMPORT_ROWS_MAX:,}"
            raise TooManyLines(rows=f"{rows:,}", limit=limit)
        if rows < 1:
            raise NoLines
        return [_queue(table, file, heading, actor) for table, heading in found if heading.rows > 0]


def _queue(table: Table, file: StoredFile, heading: Heading, actor: Actor) -> ImportRun:
    from wufei.hub.base.tasks import import_table

    run = ImportRun.objects.create(
        table_code=table.code,
        sheet=heading.sheet,
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


def visible(actor: Actor, table: Table | None = None) -> "QuerySet[ImportRun]":
    """One's own, and those of colleagues.

    A colleague acted for no organisation that the reader does not act for, and might do nothing
    that the reader may not: what stands in their file, the reader could have written.
    """
    theirs = Q(
        actor_row__organisation_ids__contained_by=sorted(actor.organisation_ids),
        actor_row__acts__contained_by={act: str(scope) for act, scope in actor.acts.items()},
    )
    runs = ImportRun.objects.filter(Q(actor=actor.id) | theirs & ~_OF_NO_ORGANISATION)
    runs = runs.select_related("file")
    return runs.filter(table_code=table.code) if table is not None else runs


_OF_NO_ORGANISATION = Q(actor_row__organisation_ids=[])


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
    except Ended:
        return
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
    with rows(path, mime, run.sheet) as lines:
        # Its first rows are read with the others: to open a workbook twice takes twice as long.
        first = list(islice(lines, HEAD_ROWS))
        taker = Taker(run, find_heading(table(run.table_code), [Sheet(run.sheet, 0, first)]))
        start = taker.heading.row_index + 1
        below = islice(enumerate(chain(first, lines), start=1), start, None)
        found = pieces(taker.table, taker.heading, _watched(run, below, start))
        done = start + run.rows_done
        left = dropwhile(lambda piece: piece.last <= done, found)
        return all(taker.take(batch) for batch in _batches(taker.table, left))


def _batches(table: Table, found: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Entries that are written together; what waits in a file comes alone."""
    limit = 1 if table.alone else BULK_ROWS if table.write_all else BATCH_ROWS
    batch: list[Piece] = []
    rows_in_it = 0
    for piece in found:
        if batch and (rows_in_it + len(piece.rows) > limit):
            yield batch
            batch, rows_in_it = [], 0
        batch.append(piece)
        rows_in_it += len(piece.rows)
    if batch:
        yield batch


def _watched(run: ImportRun, lines: Iterable[Numbered], start: int) -> Iterator[Numbered]:
    """Says now and then how far it has come: an entry may have more rows than a batch."""
    for number, cells in lines:
        seen = number - start
        if seen % BULK_ROWS == 0 and seen - run.rows_done > BULK_ROWS:
            ImportRun.objects.filter(pk=run.pk).update(rows_seen=seen)
            check(run)
        yield number, cells
