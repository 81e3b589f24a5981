"""Import, export and template of a resource's table."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base import printing
from wufei.hub.base.actor import Scope
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.base.pages.lists import Selection
from wufei.hub.base.pages.resource import ResourcePage
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import exporting, importing
from wufei.hub.base.tables.models import ImportRun
from wufei.hub.base.tables.template import write_template

_WRITERS = {
    "xlsx": (exporting.write_xlsx, exporting.XLSX_TYPE),
    "csv": (exporting.write_csv, "text/csv; charset=utf-8"),
    "pdf": (printing.write_table, "application/pdf"),
}


class ExportPage(ResourcePage):
    """The list as a file, with the same search and filters: ``?format=xlsx|csv|pdf``."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = request.GET.get("format", "xlsx")
        if form not in _WRITERS:
            raise Http404
        write, content_type = _WRITERS[form]
        table = self.resource.table
        rows = Selection(table, self.request, self.resource.filters).rows
        if self.resource.exported is not None:
            self.resource.exported(self.request.actor)
        name = f"{table.title}-{timezone.localdate()}.{form}"
        return made(request, lambda file: write(file, table, rows), name, content_type)


class TemplatePage(ResourcePage):
    """An empty workbook to fill in."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        table = self.resource.table
        return made(
            request,
            lambda file: write_template(file, table),
            f"{table.title}.xlsx",
            exporting.XLSX_TYPE,
        )


class ImportPage(ResourcePage):
    """``back`` is the name of the page that it is reached from, the resource's list if empty."""

    template_name = "pages/import.html"
    back = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show()

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return HttpResponseRedirect(submit_once(self.request, self._hand_in))
        except Refusal as refusal:
            return self._show(refusal)

    def _hand_in(self) -> str:
        upload = self.request.FILES.get("file")
        run = importing.hand_in(self.resource.table, upload, self.request.actor)
        return reverse("base.import.detail", args=[run.uuid])

    def context(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "table": self.resource.table,
            "template_url": self.resource.url("template"),
            "back": reverse(self.back or f"{self.resource.code}.list"),
            "back_title": self.resource.title,
            "token": uuid7(),
            "limits": importing.limits(),
            "runs": (runs := list(self._runs()[:10])),
            "open_runs": self._open(runs),
        }

    def _runs(self) -> "QuerySet[ImportRun]":
        """One's own and colleagues'; who imports for the district sees that others did so."""
        actor, table = self.request.actor, self.resource.table
        if actor.scope(self.act) is Scope.ALL:
            return importing.runs_into(table)
        return importing.visible(actor, table)

    def _open(self, runs: "list[ImportRun]") -> set[int]:
        """Keys of those whose lines this actor may look at."""
        rows = importing.visible(self.request.actor).filter(pk__in=[run.pk for run in runs])
        return set(rows.values_list("pk", flat=True))

    def _show(self, refusal: Refusal | None = None) -> HttpResponse:
        context = self.context() | {"refusal": refusal}
        status = refusal.status if refusal else 200
        return render(self.request, self.template_name, context, status=status)
