"""Forms as files: template, handing a table in, what was filed as a table, a filing on paper."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import export_runs, importing
from wufei.hub.base.tables.exporting import XLSX_TYPE
from wufei.hub.base.tables.template import write_template
from wufei.hub.filings import queries
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.sheets import export
from wufei.hub.filings.sheets.columns import tables_of
from wufei.hub.filings.sheets.paper import paper
from wufei.hub.filings.views.types import declared
from wufei.hub.registry.validity import today

IMPORT = "filings.filing.import"


@require_GET
@needs(IMPORT)
def template(request: Request, code: str) -> HttpResponseBase:
    """The empty workbook of a form, a sheet for each section."""
    form_type = declared(code)
    tables = tables_of(form_type)
    name = f"{form_type.name}.xlsx"
    return made(request, lambda file: write_template(file, *tables), name, XLSX_TYPE)


@require_http_methods(["GET", "POST"])
@needs(IMPORT)
def hand_in(request: Request, code: str) -> HttpResponse:
    """Hand a workbook in; leads to how far it has come."""
    form_type = declared(code)
    if request.method == "POST":
        try:
            return HttpResponseRedirect(
                submit_once(request, lambda: _handed_in(request, form_type))
            )
        except Refusal as refusal:
            return _import_page(request, form_type, refusal)
    return _import_page(request, form_type)


def _handed_in(request: Request, form_type: FilingType) -> str:
    runs = importing.hand_in_all(tables_of(form_type), request.FILES.get("file"), request.actor)
    if len(runs) == 1:
        return reverse("base.import.detail", args=[runs[0].uuid])
    return reverse("base.import.list")


def _import_page(
    request: Request, form_type: FilingType, refusal: Refusal | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form_type": form_type,
        "tables": tables_of(form_type),
        "refusal": refusal,
        "token": uuid7(),
        "limits": importing.limits(),
    }
    status = refusal.status if refusal else 200
    return render(request, "filings/import.html", context, status=status)


class ExportForm(forms.Form):
    """Which section, for periods that begin from when to when, in which format."""

    section = forms.ChoiceField(label=pgettext_lazy("filing", "Section"))
    first = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}))
    form = forms.ChoiceField(label=_("Format"), choices=[("xlsx", "Excel"), ("csv", "CSV")])

    def __init__(self, *args: Any, form_type: FilingType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.choices = [(one.code, one.title) for one in form_type.sections]


@require_http_methods(["GET", "POST"])
@needs(export.EXPORT)
def order(request: Request, code: str) -> HttpResponse:
    """Order what was filed of a form as a file; leads to how far it is written."""
    form_type = declared(code)
    year = date(today().year, 1, 1)
    posted = (request.POST,) if request.method == "POST" else ()
    form = ExportForm(*posted, form_type=form_type, initial={"first": year, "last": today()})
    if request.method == "POST" and form.is_valid():
        try:
            run = export_runs.order(
                export.EXPORTER,
                _asked(form_type, form.cleaned_data),
                request.actor,
                form=form.cleaned_data["form"],
                title=f"{form_type.name} {form.cleaned_data['first']} {form.cleaned_data['last']}",
            )
            return HttpResponseRedirect(reverse("base.export.detail", args=[run.uuid]))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"form_type": form_type, "form": form}
    return render(request, "filings/export.html", context, status=422 if form.errors else 200)


def _asked(form_type: FilingType, values: dict[str, Any]) -> dict[str, str]:
    first, last = values["first"].isoformat(), values["last"].isoformat()
    return {"type": form_type.code, "section": values["section"], "first": first, "last": last}


@require_GET
@needs("filings.filing.view")
def print_filing(request: Request, uuid: UUID) -> HttpResponseBase:
    """A filing on paper: what is in force, else what was handed in last, else one's own draft."""
    filing = get_object_or_404(queries.visible(request.actor), uuid=uuid)
    page = request.build_absolute_uri(reverse("filings.filing.detail", args=[filing.uuid]))
    pdf = paper(filing, request.actor, page)
    name = f"{filing.number or filing.type}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
