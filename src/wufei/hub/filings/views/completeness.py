"""Completeness of a month: per form and period, per town, and who is missing by name."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.audit import services as audit
from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.streaming import made
from wufei.hub.base.tables import Column, Kind, Table, exporting
from wufei.hub.filings import columns, declarations
from wufei.hub.filings.completeness import By, Figures, figures, missing, owed, total
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import months
from wufei.hub.filings.periods import Span
from wufei.hub.filings.scope import COMPLETENESS, seen_by
from wufei.hub.filings.services import asking
from wufei.hub.registry import domains
from wufei.hub.registry.validity import today

REMIND = "filings.filing.remind"
MISSING_MAX, FEW_MAX = 200, 20
_TYPES = {
    "xlsx": (exporting.write_xlsx, exporting.XLSX_TYPE),
    "csv": (exporting.write_csv, "text/csv; charset=utf-8"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a month of last days, one form or a domain."""

    first: date
    type: str = ""
    domain: str = ""

    @classmethod
    def of(cls, values: Any) -> "Asked":
        # In the first days of a month one looks at what the last one brought.
        usual = today() - timedelta(days=7)
        first = months.month_of(values.get("month", ""), usual)
        return cls(first, values.get("type", ""), values.get("domain", ""))

    def rows(self, actor: Actor) -> "QuerySet[Filing]":
        last = months.next_month(self.first) - timedelta(days=1)
        rows = owed(actor, self.first, last)
        if self.type:
            rows = rows.filter(type=self.type)
        if self.domain:
            known = declarations.types()
            codes = [one.code for one in known if one.domain in (self.domain, "")]
            rows = rows.filter(type__in=codes)
        return rows

    def query(self, **changes: str) -> str:
        """The address of the same with another month or format."""
        values = {"month": f"{self.first:%Y-%m}", "type": self.type, "domain": self.domain}
        return f"?{urlencode({**values, **changes})}"

    def listed(self, **more: str) -> str:
        """Address of the list of the filings that are counted."""
        last = months.next_month(self.first) - timedelta(days=1)
        values = {"due_since": str(self.first), "due_until": str(last)}
        values |= {"type": self.type, "domain": self.domain, **more}
        told = {name: value for name, value in values.items() if value}
        return f"{reverse('filings.filing.list')}?{urlencode(told)}"


@require_GET
@needs(COMPLETENESS)
def show(request: Request) -> HttpResponse:
    asked, actor = Asked.of(request.GET), request.actor
    rows = asked.rows(actor)
    by_form, late = figures(rows, By.FORM), missing(rows)
    context = {
        "asked": asked,
        "previous": asked.query(month=f"{months.next_month(asked.first, -1):%Y-%m}"),
        "next": asked.query(month=f"{months.next_month(asked.first):%Y-%m}"),
        "types": columns.type_choices(),
        "domains": domains.choices(),
        "by_form": [(_form_name(one), _span(one), one) for one in by_form],
        "by_town": figures(rows, By.TOWN),
        "by_unit": [one for one in figures(rows, By.UNIT) if one.of],
        "by_organisation": [
            one for one in figures(rows, By.ORGANISATION) if one.missing or one.late
        ][:FEW_MAX],
        "total": total(by_form),
        "late": list(late[:MISSING_MAX]),
        "late_count": late.order_by().count(),
        "may_remind": actor.may(REMIND),
        "exports": [(kind, asked.query(format=kind)) for kind in _TYPES],
        "may_export": actor.may("filings.completeness.export"),
    }
    return render(request, "filings/completeness.html", context)


def _form_name(one: Figures) -> str:
    code = str(one.key[0])
    return dict(columns.type_choices()).get(code, code)


def _span(one: Figures) -> Span:
    return Span(one.key[1], one.key[2])


EXPORTED = Table(
    code="filings.completeness",
    title=_("Completeness"),
    columns=(
        Column("form", pgettext_lazy("filing", "Form"), value=_form_name),
        Column("period", _("Period"), value=lambda one: str(_span(one))),
        *(
            Column(name, label, Kind.INTEGER)
            for name, label in (
                ("expected", _("Expected")),
                ("received", pgettext_lazy("filing", "Received")),
                ("on_time", _("On time")),
                ("late", pgettext_lazy("filing", "Came late")),
                ("missing", pgettext_lazy("filing", "Missing")),
            )
        ),
    ),
    rows=lambda actor: Filing.objects.none(),
)
MISSING_BY_NAME = Table(
    code="filings.missing",
    title=_("Missing by name"),
    columns=tuple(
        column
        for column in columns.COLUMNS
        if column.name in {"name", "period", "organisation", "site", "region", "domain", "due_on"}
    ),
    rows=lambda actor: Filing.objects.none(),
)


@require_GET
@needs("filings.completeness.export")
def export(request: Request) -> HttpResponseBase:
    """The figures as a file; with ``?names=1`` those who are missing."""
    kind = request.GET.get("format", "xlsx")
    if kind not in _TYPES:
        raise Http404
    write, content_type = _TYPES[kind]
    rows = Asked.of(request.GET).rows(request.actor)
    named = "names" in request.GET
    table = MISSING_BY_NAME if named else EXPORTED
    found: Any = missing(rows) if named else figures(rows, By.FORM)
    audit.record(request.actor, "filings:completeness:export", subject="filings.completeness:*")
    name = f"{table.title}-{today()}.{kind}"
    return made(request, lambda file: write(file, table, found), name, content_type)


@require_POST
@needs(REMIND)
def remind_all(request: Request) -> HttpResponse:
    """Remind everybody who is missing in the list that was looked at."""
    asked = Asked.of(request.POST)
    rows = asked.rows(request.actor).filter(seen_by(request.actor, REMIND))
    count = asking.remind(list(missing(rows)[:MISSING_MAX]), by=request.actor)
    _tell(request, count)
    return HttpResponseRedirect(reverse("filings.completeness") + asked.query())


@require_POST
@needs(REMIND)
def remind_one(request: Request, uuid: UUID) -> HttpResponse:
    rows = Filing.objects.filter(seen_by(request.actor, REMIND), uuid=uuid)
    filing = rows.select_related("organisation__region", "site").first()
    if filing is None:
        raise Http404
    _tell(request, asking.remind([filing], by=request.actor))
    return HttpResponseRedirect(reverse("filings.completeness") + Asked.of(request.POST).query())


def _tell(request: Request, count: int) -> None:
    if count:
        text = ngettext("%(n)s was reminded.", "%(n)s were reminded.", count)
        messages.success(request, text % {"n": count})
    else:
        messages.info(request, _now("All of them were reminded today already."))
