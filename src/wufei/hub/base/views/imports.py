"""Imports of the person who looks and of colleagues: progress, result, what came back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import Column, Kind, Table, importing, tables
from wufei.hub.base.tables.exporting import XLSX_TYPE
from wufei.hub.base.tables.faults import write_faults
from wufei.hub.base.tables.models import ImportRun

_TONES = {"done": "good", "failed": "bad", "cancelled": "attention"}


def _tone(run: ImportRun) -> str:
    return "attention" if run.state == "done" and run.rows_bad else _TONES.get(run.state, "")


TABLE = Table(
    code="base.import",
    title=_("Imports"),
    columns=(
        Column("created", _("handed in"), Kind.DATETIME),
        Column(
            "file",
            _("file name"),
            value=lambda run: run.file.name,
            link=lambda run: reverse("base.import.detail", args=[run.uuid]),
        ),
        Column(
            "table_code",
            _("table"),
            Kind.CHOICE,
            choices=lambda: [(table.code, table.title) for table in tables()],
        ),
        Column(
            "state",
            _("state"),
            Kind.CHOICE,
            choices=lambda: ImportRun.State.choices,
            tone=_tone,
        ),
        Column("who", _("handed in by"), sort="", folded=True),
        Column("rows_total", _("lines"), Kind.INTEGER),
        Column("rows_good", _("taken"), Kind.INTEGER, sort=""),
        Column("rows_known", _("there already"), Kind.INTEGER),
        Column("rows_bad", _("came back"), Kind.INTEGER),
    ),
    rows=importing.visible,
    search=("file__name__icontains",),
)


class ImportList(ListPage):
    act = "base.import.view"
    table = TABLE
    empty = _("Lists are imported from their own page: open one and choose “Import”.")


@require_GET
@needs("base.import.view")
def show(request: Request, uuid: UUID) -> HttpResponse:
    return render(request, "pages/import_run.html", _context(request, uuid))


@require_GET
@needs("base.import.view")
def progress(request: Request, uuid: UUID) -> HttpResponse:
    """The part that asks again every second while the import runs."""
    return render(request, "pages/_import_run.html", _context(request, uuid))


@require_POST
@needs("base.import.view")
def cancel(request: Request, uuid: UUID) -> HttpResponse:
    # Who handed it in stops it; colleagues look.
    run = get_object_or_404(importing.runs_of(request.actor), uuid=uuid)
    importing.cancel(run, request.actor)
    return HttpResponseRedirect(reverse("base.import.detail", args=[run.uuid]))


@require_GET
@needs("base.import.view")
def faults(request: Request, uuid: UUID) -> HttpResponseBase:
    """The rows that were not taken, with the reason beside each."""
    run = _run(request, uuid)
    stem = run.file.name.rpartition(".")[0]
    name = f"{stem}-{_('To mend')}.xlsx"
    return made(request, lambda file: write_faults(file, run), name, XLSX_TYPE)


def _run(request: Request, uuid: UUID) -> ImportRun:
    return get_object_or_404(importing.visible(request.actor), uuid=uuid)


def _context(request: Request, uuid: UUID) -> dict[str, Any]:
    run = _run(request, uuid)
    titles = {table.code: table.title for table in tables()}
    return {
        "run": run,
        "own": run.actor == request.actor.id,
        "tone": _tone(run),
        "title": titles.get(run.table_code, run.table_code),
        "faults": run.faults.all()[:20],
    }
