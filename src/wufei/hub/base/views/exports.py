"""Files that the worker writes for the person who looks: progress, then the file itself."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.recording import record
from wufei.hub.base.streaming import attachment
from wufei.hub.base.tables import Column, Kind, Table, export_runs
from wufei.hub.base.tables.models import ExportRun
from wufei.hub.base.tables.writers import TYPES

_TONES = {"done": "good", "failed": "bad", "cancelled": "attention"}


def _tone(run: ExportRun) -> str:
    return _TONES.get(run.state, "")


TABLE = Table(
    code="base.export",
    title=_("My exports"),
    columns=(
        Column("created", pgettext_lazy("export", "ordered"), Kind.DATETIME),
        Column(
            "title",
            _("file name"),
            value=lambda run: run.file_name,
            link=lambda run: reverse("base.export.detail", args=[run.uuid]),
            sort="title",
        ),
        Column(
            "state", _("state"), Kind.CHOICE, choices=lambda: ExportRun.State.choices, tone=_tone
        ),
        Column("rows_done", _("lines"), Kind.INTEGER),
        Column(
            "size",
            _("size"),
            value=lambda run: filesizeformat(run.size) if run.size else None,
            sort="size",
        ),
    ),
    rows=export_runs.runs_of,
    search=("title__icontains",),
)


class ExportList(ListPage):
    act = "base.export.view"
    table = TABLE
    empty = _("Long tables are exported from their own page, such as the registers.")


@require_GET
@needs("base.export.view")
def show(request: Request, uuid: UUID) -> HttpResponse:
    return render(request, "pages/export_run.html", _context(request, uuid))


@require_GET
@needs("base.export.view")
def progress(request: Request, uuid: UUID) -> HttpResponse:
    """The part that asks again every second while the file is written."""
    return render(request, "pages/_export_run.html", _context(request, uuid))


@require_POST
@needs("base.export.view")
def cancel(request: Request, uuid: UUID) -> HttpResponse:
    run = _run(request, uuid)
    export_runs.cancel(run, request.actor)
    return HttpResponseRedirect(reverse("base.export.detail", args=[run.uuid]))


@require_GET
@needs("base.export.view")
def download(request: Request, uuid: UUID) -> HttpResponseBase:
    run = _run(request, uuid)
    path = export_runs.file_of(run, request.actor)
    if path is None:
        raise Http404
    record(request.actor, "base:export:download", subject=f"base.export:{run.uuid}")
    return attachment(request, path.open("rb"), run.file_name, TYPES[run.form])


def _run(request: Request, uuid: UUID) -> ExportRun:
    return get_object_or_404(export_runs.runs_of(request.actor), uuid=uuid)


def _context(request: Request, uuid: UUID) -> dict[str, Any]:
    run = _run(request, uuid)
    ready = export_runs.file_of(run, request.actor) is not None
    return {
        "run": run,
        "tone": _tone(run),
        "ready": ready,
        "kept_until": export_runs.kept_until(run) if ready else None,
    }
