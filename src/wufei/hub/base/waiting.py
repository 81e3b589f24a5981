"""The base room's part of the desk: findings that are open, imports that are not finished."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Case, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base import texts
from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, INFO, Card, Todo, TodoSource
from wufei.hub.base.findings import Severity
from wufei.hub.base.models import FindingRecord, ImportRun
from wufei.hub.base.tables import importing
from wufei.hub.base.views import findings

_TONES = {Severity.ERROR: BAD, Severity.WARNING: ATTENTION, Severity.NOTE: INFO}
_WORDS = {Severity.ERROR: _("Error"), Severity.WARNING: _("Warning"), Severity.NOTE: _("Hint")}
_RANK = Case(
    When(severity=Severity.ERROR, then=Value(0)),
    When(severity=Severity.WARNING, then=Value(1)),
    default=Value(2),
)
# A desk says "more than 99" rather than count what nobody reads to the end.
COUNT_MAX = 100


def _open(actor: Actor) -> "QuerySet[FindingRecord]":
    return findings.waiting(actor)


def _count(actor: Actor) -> int:
    return _open(actor).order_by()[:COUNT_MAX].count()


def _finding_todos(actor: Actor, limit: int) -> Iterator[Todo]:
    titles = dict(texts.titles())
    for found in _open(actor).order_by(_RANK, "-last_seen", "-pk")[:limit]:
        severity = Severity(found.severity)
        yield Todo(
            what=titles.get(found.code, found.code),
            whom=findings.name_of(found),
            note=texts.tell(found.code, found.values),
            url=findings.page_of(found) or _all_like(found),
            button=_("Look into it"),
            state=_WORDS[severity],
            tone=_TONES[severity],
            mass_g=found.values.get("mass_g"),
        )


def _all_like(found: FindingRecord) -> str:
    query = urlencode({"state": "open", "code": found.code})
    return f"{reverse('base.finding.list')}?{query}"


def _running(actor: Actor) -> "QuerySet[ImportRun]":
    return importing.runs_of(actor).filter(state__in=ImportRun.OPEN)


def _import_todos(actor: Actor, limit: int) -> Iterator[Todo]:
    for run in _running(actor).select_related("file")[:limit]:
        yield Todo(
            what=_("Import is running"),
            whom=run.file.name,
            url=reverse("base.import.detail", args=[run.uuid]),
            button=_("Watch"),
            state=run.get_state_display(),
            tone=INFO,
            note=f"{run.rows_done} / {run.rows_total}",
        )


WAITING = (
    Card(
        code="base.findings",
        label=_("Open findings"),
        act="base.finding.view",
        count=_count,
        url=lambda: f"{reverse('base.finding.list')}?state=open",
        tone=BAD,
        side="base.finding.list",
    ),
    TodoSource("base.findings", "base.finding.view", _finding_todos, _count),
    TodoSource(
        "base.imports",
        "base.import.view",
        _import_todos,
        lambda actor: _running(actor).count(),
    ),
)
