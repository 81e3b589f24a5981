"""Long tables out: ordered by a person, written by the worker, kept for them for some days.

Whoever has long tables declares an ``Exporter``; ordering, progress, cancelling, the file and its
end are the same for all.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.notices.services import notify
from wufei.hub.base.recording import record
from wufei.hub.base.tables.models import ExportRun
from wufei.hub.base.tables.spec import Column, Text
from wufei.hub.base.tables.writers import TYPES, CsvWriter, Writer, XlsxWriter, values

CHUNK_ROWS = 2000
# So much is packed before one looks again whether it is still wanted: about a second's work.
CHECK_BYTES = 1_000_000
OPEN_MAX = 5
# A file that no run names is the rest of one that was being written when its worker died.
LEFT_OVER = timedelta(days=1)
State = ExportRun.State
FINISHED = gettext_noop("“%(file)s” is ready: %(rows)s lines")
FAILED = gettext_noop("“%(file)s” could not be written")


class TooManyExports(Refusal):
    code = "too_many_exports"
    status = 429
    message = gettext_noop(
        "%(limit)s of your files are still being written. Wait for one of them, or stop it."
    )


@dataclass(frozen=True)
class Export:
    """What one file holds. ``rows`` are objects that the columns take their values from; ``last``
    are the values of a line below them, for totals.

    ``notes`` is asked after the last row: lines of a sheet of its own, where the format has one.
    """

    title: Text
    columns: Sequence[Column]
    rows: Iterable[Any]
    rows_total: int
    last: Sequence[Any] = ()
    notes: Callable[[], Iterable[Sequence[Any]]] = field(default=tuple)


@dataclass(frozen=True)
class Exporter:
    """``open`` is called by the worker in a read-only snapshot of the database, in which ``rows``
    are read to the end; ``reaches`` says whether the actor may have this (still, at a download).
    """

    code: str
    title: Text
    open: Callable[[Mapping[str, Any], Actor], Export]
    reaches: Callable[[Mapping[str, Any], Actor], bool]


_exporters: dict[str, Exporter] = {}


def register(exporter: Exporter) -> Exporter:
    """Make an exporter known by its code; called once at start-up."""
    assert _exporters.setdefault(exporter.code, exporter) is exporter, exporter.code
    return exporter


def exporters() -> tuple[Exporter, ...]:
    return tuple(_exporters.values())


# Ordering.
def order(
    exporter: Exporter, parameters: Mapping[str, Any], actor: Actor, *, form: str, title: str
) -> ExportRun:
    """Queue a file (``form``: "xlsx" or "csv"); what is being written already is not begun twice.

    ``title`` becomes the name of the file. Raises ``TooManyExports``.
    """
    assert form in TYPES, form
    asked = json.dumps([exporter.code, parameters, form, get_language()], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    mine = runs_of(actor).filter(state__in=ExportRun.OPEN)
    if same := mine.filter(digest=digest).first():
        return same
    if mine.count() >= OPEN_MAX:
        raise TooManyExports(limit=OPEN_MAX)
    try:
        return _queue(exporter, parameters, actor, form, title, digest)
    except IntegrityError:
        # Somebody pressed twice: the other press made it at the same moment.
        return mine.get(digest=digest)


def _queue(
    exporter: Exporter,
    parameters: Mapping[str, Any],
    actor: Actor,
    form: str,
    title: str,
    digest: str,
) -> ExportRun:
    from wufei.hub.base.tasks import write_export

    with transaction.atomic():
        run = ExportRun.objects.create(
            exporter=exporter.code,
            parameters=dict(parameters),
            form=form,
            title=_file_stem(title),
            digest=digest,
            actor=actor.id,
            actor_row=actor.as_json(),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        record(
            actor,
            "base:export:order",
            subject=f"base.export:{run.uuid}",
            exporter=exporter.code,
            title=run.title,
        )
        write_export.defer(run=str(run.uuid))
    return run


def _file_stem(title: str) -> str:
    return "".join(c for c in title if c.isprintable() and c not in '/\\:*?"<>|')[:180].strip()


def runs_of(actor: Actor) -> "QuerySet[ExportRun]":
    return ExportRun.objects.filter(actor=actor.id)


def cancel(run: ExportRun, actor: Actor) -> None:
    """Stop after the chunk in hand; whoever writes takes the beginning of the file away."""
    with transaction.atomic():
        is_open = ExportRun.objects.filter(pk=run.pk, state__in=ExportRun.OPEN)
        if is_open.update(state=State.CANCELLED, finished=timezone.now()):
            record(actor, "base:export:cancel", subject=f"base.export:{run.uuid}")


# The file.
def path_of(run: ExportRun) -> Path:
    return _folder() / f"{run.uuid}.{run.form}"


def file_of(run: ExportRun, actor: Actor) -> Path | None:
    """The finished file, if it is still there and this actor may still have it."""
    exporter = _exporters.get(run.exporter)
    if run.state != State.DONE or exporter is None:
        return None
    if not exporter.reaches(run.parameters, actor):
        return None
    path = path_of(run)
    return path if path.exists() else None


def kept_until(run: ExportRun) -> datetime | None:
    return run.finished + timedelta(days=settings.WUFEI_EXPORT_DAYS) if run.finished else None


def _folder() -> Path:
    folder = Path(settings.EXPORT_ROOT)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


# Writing.
class _Ended(Exception):
    """The run was cancelled, or another worker has begun it anew."""


def work_off(uuid: UUID) -> None:
    """Write the file, or begin again where a worker was killed. Called by the worker."""
    run = _claim(uuid)
    if run is None:
        return
    with override(run.language):
        # A folder, since a workbook's rows wait in files of their own until it is closed.
        part = _folder() / f"{run.uuid}.{run.attempt}.part"
        part.mkdir(mode=0o700)
        try:
            _write(run, part / "file")
        except _Ended:
            return
        except Refusal as refusal:
            _finish(run, State.FAILED, reason=str(refusal))
        except Exception:
            mistake = _("The platform made a mistake here; it has been recorded.")
            _finish(run, State.FAILED, reason=mistake)
            raise
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _claim(uuid: UUID) -> ExportRun | None:
    """The run as this worker's own; None if there is nothing to do any more."""
    with transaction.atomic():
        open_runs = ExportRun.objects.select_for_update().filter(state__in=ExportRun.OPEN)
        run = open_runs.filter(uuid=uuid).first()
        if run is None:
            return None
        run.state, run.attempt, run.rows_done = State.RUNNING, run.attempt + 1, 0
        run.started = timezone.now()
        run.save(update_fields=["state", "attempt", "rows_done", "started"])
    for left in _folder().glob(f"{uuid}.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    return run


def _write(run: ExportRun, part: Path) -> None:
    exporter, actor = _exporters[run.exporter], Actor.from_json(run.actor_row)
    with _Progress(run) as progress, part.open("wb") as target:
        writer = _WRITERS[run.form](_Watched(target, progress.check), part.parent)
        with transaction.atomic(durable=True):
            _take_snapshot()
            export = exporter.open(run.parameters, actor)
            progress.begin(export.rows_total)
            _fill(writer, export, progress)
        writer.close()
        target.flush()
        os.fsync(target.fileno())
        progress.check()
    _keep(run, part)


class _Watched(io.RawIOBase):
    """A file being written that asks now and then whether it is still wanted.

    A workbook is packed once its rows are there, which takes minutes for a million of them. Once it
    is not wanted, nothing is written any more: packing ends in its own way.
    """

    def __init__(self, target: IO[bytes], check: Callable[[], None]) -> None:
        self._target, self._check = target, check
        self._unchecked, self._ended = 0, False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._ended:
            return len(data)
        self._unchecked += len(data)
        if self._unchecked >= CHECK_BYTES:
            self._unchecked = 0
            try:
                self._check()
            except _Ended:
                self._ended = True
                raise
        return self._target.write(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return 0 if self._ended else self._target.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self._ended else self._target.tell()

    def flush(self) -> None:
        if not self._ended and not self._target.closed:
            self._target.flush()


_WRITERS: dict[str, Callable[[Any, Path], Writer]] = {
    "csv": lambda target, _folder: CsvWriter(target),
    "xlsx": XlsxWriter,
}


def _take_snapshot() -> None:
    """Everything that is read from here on is of one moment, sums and rows alike."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _fill(writer: Writer, export: Export, progress: "_Progress") -> None:
    writer.head(export.title, export.columns)
    lines: Iterator[list[Any]] = values(export.columns, export.rows)
    while chunk := list(islice(lines, CHUNK_ROWS)):
        writer.rows(chunk)
        progress.add(len(chunk))
    if export.last:
        writer.rows([export.last])
    writer.notes(_("About this table"), export.notes())


def _keep(run: ExportRun, part: Path) -> None:
    """Give the whole file its name, then say that it is there."""
    os.replace(part, path_of(run))
    folder = os.open(_folder(), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    done = _finish(run, State.DONE, size=path_of(run).stat().st_size)
    if not done and ExportRun.objects.filter(pk=run.pk, state=State.CANCELLED).exists():
        # At the last moment. Had another worker begun anew, it would write its own file over this.
        path_of(run).unlink(missing_ok=True)


def _finish(run: ExportRun, state: State, **values: Any) -> bool:
    with transaction.atomic():
        mine = ExportRun.objects.filter(pk=run.pk, state=State.RUNNING, attempt=run.attempt)
        if mine.update(state=state, finished=timezone.now(), **values) != 1:
            return False
        _tell(run, FAILED if state == State.FAILED else FINISHED)
    return True


def _tell(run: ExportRun, title: str) -> None:
    if run.actor.startswith("person:"):
        notify(
            title=title,
            values={"file": run.title, "rows": f"{run.rows_done:,}"},
            link=reverse("base.export.detail", args=[run.uuid]),
            person=run.actor,
        )


class _Progress:
    """Says how far it is, on a connection of its own: the rows are read in one transaction."""

    def __init__(self, run: ExportRun) -> None:
        self.run = run
        self._link = connection.copy()

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_error: object) -> None:
        self._link.close()

    def begin(self, rows_total: int) -> None:
        self.run.rows_total = rows_total
        self._say("rows_total = %s", rows_total)

    def add(self, count: int) -> None:
        self.run.rows_done += count
        self._say("rows_done = %s", self.run.rows_done)

    def check(self) -> None:
        """Raises ``_Ended`` if this attempt is no longer wanted."""
        self._say("rows_done = %s", self.run.rows_done)

    def _say(self, change: str, value: int) -> None:
        with self._link.cursor() as cursor:
            cursor.execute(
                f"UPDATE base_exportrun SET {change} "
                "WHERE id = %s AND attempt = %s AND state = 'running'",
                [value, self.run.pk, self.run.attempt],
            )
            if cursor.rowcount != 1:
                raise _Ended


# The end of it.
def sweep(now: datetime) -> None:
    """Take away files past their time, and what is left of those that were never finished."""
    old = ExportRun.objects.filter(
        state=State.DONE, finished__lt=now - timedelta(days=settings.WUFEI_EXPORT_DAYS)
    )
    for run in old:
        path_of(run).unlink(missing_ok=True)
        ExportRun.objects.filter(pk=run.pk).update(state=State.EXPIRED)
    known = {path_of(run).name for run in ExportRun.objects.filter(state=State.DONE)}
    oldest = (now - LEFT_OVER).timestamp()
    for path in _folder().iterdir():
        if path.name in known or path.stat().st_mtime >= oldest:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
