"""Every write of the plans."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import store
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import record_findings
from wufei.hub.plans import refusals
from wufei.hub.plans.findings import findings_of, subject
from wufei.hub.plans.keeping import keep
from wufei.hub.plans.models import Assignment, Document, Target, Task
from wufei.hub.plans.parsing.encoding import BYTES_MAX, Unreadable, decode
from wufei.hub.plans.parsing.matching import Known
from wufei.hub.plans.parsing.reading import Plan, read
from wufei.hub.plans.parsing.structure import WrongStructure, plan_of
from wufei.hub.registry.models import Unit

Progress = Callable[[str], None]
_WHY: dict[str, type[refusals.UnreadableFile]] = {
    "empty": refusals.EmptyFile,
    "too_large": refusals.TooLargeFile,
    "word": refusals.WordFile,
    "word_old": refusals.WordFile,
    "rtf": refusals.WordFile,
    "pdf": refusals.PdfFile,
    "web": refusals.WebPage,
    "encoding": refusals.UnknownEncoding,
    "spoilt": refusals.SpoiltText,
}


@dataclass(frozen=True)
class Loaded:
    """``new`` is False where the same file had been loaded before."""

    document: Document
    new: bool


def known_units() -> list[Known]:
    """The register's units, as the reader of plans wants them."""
    return [
        Known(unit.code, unit.name, tuple(filter(None, (unit.short_name, *unit.aliases))))
        for unit in Unit.objects.all()
    ]


def load(name: str, data: bytes, by: Actor, progress: Progress | None = None) -> Loaded:
    """Read a plan's text and keep it as a draft, with its file.

    The same bytes give the document that they gave before. ``progress`` is told each stage
    ("read", "kept"). Raises one of ``refusals.UnreadableFile``.
    """
    tell = progress or (lambda stage: None)
    text, encoding = _decoded(data)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        if earlier := _earlier(digest):
            return Loaded(earlier, new=False)
        plan = read(text, known_units())
        if not plan.clauses:
            raise refusals.NoClauses(field="file")
        tell("read")
        document = _document(plan, digest, by)
        document.source = _stored(name, data, by)
        document.title = document.title or document.source.name
        document.encoding, document.characters = encoding, len(text)
        _kept(plan, document, by)
    tell("kept")
    return Loaded(document, new=True)


def load_structure(values: Mapping[str, Any], note: str, by: Actor) -> Loaded:
    """Keep a plan that is given as facts (``parsing.structure``) as a draft; the same facts give
    the same document. ``note`` says where they are from. Raises ``BadStructure``.
    """
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        if earlier := _earlier(digest):
            return Loaded(earlier, new=False)
        try:
            plan = plan_of(values, known_units())
        except WrongStructure as why:
            raise refusals.BadStructure(problem=str(why)) from why
        document = _document(plan, digest, by)
        document.kind, document.source_note = Document.Kind.STRUCTURE, note
        _kept(plan, document, by)
    return Loaded(document, new=True)


def _earlier(digest: str) -> Document | None:
    # The same file sent twice at once: the second waits and finds the first one's document.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"plan.{digest}"])
    return Document.objects.filter(digest=digest).first()


def _document(plan: Plan, digest: str, by: Actor) -> Document:
    said = plan.facts
    return Document(
        kind=Document.Kind.TEXT,
        title=said.title,
        issuer=said.issuer,
        number=said.number,
        issued=said.issued,
        base_year=said.base_year,
        target_year=said.target_year,
        digest=digest,
        loaded_by=by.id,
    )


def _kept(plan: Plan, document: Document, by: Actor) -> None:
    keep(plan, document)
    record_findings(findings_of(document, plan.problems), by)
    record(
        by,
        "plans:document:load",
        subject=subject(document),
        values={"digest": document.digest, "clauses": len(plan.clauses)},
    )


def load_upload(upload: "UploadedFile[Any] | None", by: Actor) -> Loaded:
    """The same for a file that came through a page."""
    if upload is None or not upload.size:
        raise refusals.EmptyFile(field="file")
    if upload.size > BYTES_MAX:
        # Before it is read: it may be larger than our memory.
        raise too_large(upload.size)
    return load(upload.name or "plan.txt", upload.read(), by)


def too_large(size: int) -> refusals.TooLargeFile:
    size_mb, limit_mb = f"{size / 1e6:.1f}", f"{BYTES_MAX / 1e6:.1f}"
    return refusals.TooLargeFile(field="file", size_mb=size_mb, limit_mb=limit_mb)


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        return decode(data)
    except Unreadable as why:
        values = {f"{name}_mb": f"{value / 1e6:.1f}" for name, value in why.values.items()}
        raise _WHY[why.code](field="file", **values) from why


def _stored(name: str, data: bytes, by: Actor) -> StoredFile:
    upload = SimpleUploadedFile(name, data, "text/plain")
    return store(upload, by, kinds=(StoredFile.Kind.TEXT,))


def adopt(document: Document, by: Actor) -> Document:
    """Put a reviewed draft into force: its tasks and targets bind. A document of the same number
    that was in force is superseded.

    Raises ``UnitsUnclear`` while it names units that nobody recognised, ``AlreadyInForce``.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document.pk)
        if document.state != Document.State.DRAFT:
            raise refusals.AlreadyInForce
        unclear = Assignment.objects.filter(
            attribution__clause__document=document, unit__isnull=True
        ).count()
        if unclear:
            raise refusals.UnitsUnclear(count=unclear)
        if document.number:
            Document.objects.filter(number=document.number, state=Document.State.IN_FORCE).update(
                state=Document.State.SUPERSEDED
            )
        document.state = Document.State.IN_FORCE
        document.adopted_at, document.adopted_by = timezone.now(), by.id
        document.save(update_fields=["state", "adopted_at", "adopted_by"])
        Target.objects.filter(clause__document=document).update(draft=False)
        record(by, "plans:document:adopt", subject=subject(document))
    return document


def assign(assignment: Assignment, unit: Unit, by: Actor) -> int:
    """Say which unit is meant, or confirm what was recognised by likeness, wherever the document
    writes it so; returns in how many places. What stands there (``raw``) stays. The findings
    about this name are cleared.
    """
    document = assignment.attribution.clause.document
    with transaction.atomic():
        same = Assignment.objects.filter(attribution__clause__document=document, raw=assignment.raw)
        places = same.update(unit=unit, how=Assignment.How.HAND, score=1)
        _give_targets_their_lead(same, unit)
        FindingRecord.objects.filter(
            subject=subject(document),
            code__in=("plans.unit_unknown", "plans.unit_similar"),
            values__text=assignment.raw,
            cleared_at__isnull=True,
        ).update(cleared_at=timezone.now())
        record(
            by,
            "plans:assignment:assign",
            subject=subject(document),
            values={"raw": assignment.raw, "unit": unit.code, "places": places},
        )
    return places


def _give_targets_their_lead(same: "QuerySet[Assignment]", unit: Unit) -> None:
    """A target without a unit gets the first lead of its clause, once that one is known."""
    leading = same.filter(role=Assignment.Role.LEAD, position=0)
    clauses = leading.values("attribution__clause")
    Target.objects.filter(clause__in=clauses, responsible=None).update(responsible=unit)


def report(task: Task, by: Actor, *, state: str, note: str = "") -> Task:
    """Say how far a task is."""
    with transaction.atomic():
        before = task.state
        task.state, task.note, task.changed_at = Task.State(state), note, timezone.now()
        task.save(update_fields=["state", "note", "changed_at"])
        record(
            by,
            "plans:task:report",
            subject=f"plans.task:{task.uuid}",
            values={"before": before, "state": state},
        )
    return task
