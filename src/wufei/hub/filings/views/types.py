"""The catalogue of forms: who files what, when, on which basis; and starting one."""

from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import REFUSED, Forbidden
from wufei.hub.base.pages import ActorForm
from wufei.hub.base.pages.forms import show_refusal, submit_once
from wufei.hub.filings import declarations
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.periods import DueDay, Period, Span, before, span_of
from wufei.hub.filings.scope import EDIT
from wufei.hub.filings.services import opening
from wufei.hub.registry import domains
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import DAY, today, valid_on

TYPES = "filings.type.view"
SPANS_OFFERED = {Period.MONTH: 14, Period.QUARTER: 6, Period.YEAR: 3}


def declared(code: str) -> FilingType:
    try:
        return declarations.filing_type(code)
    except KeyError as error:
        raise Http404 from error


@require_GET
@needs(TYPES)
def catalogue(request: Request) -> HttpResponse:
    """All forms by domain; ``?q=`` and ``?domain=`` narrow them."""
    words = request.GET.get("q", "").strip()[:60]
    domain = request.GET.get("domain", "")
    found = [one for one in declarations.types() if _fits(one, words, domain)]
    order = [code for code, _name in domains.choices()]
    found.sort(key=lambda one: order.index(one.domain) if one.domain in order else len(order))
    context = {
        "groups": [
            (code, list(members)) for code, members in groupby(found, key=lambda one: one.domain)
        ],
        "count": len(found),
        "q": words,
        "domain": domain,
        "domains": domains.choices(),
        "may_start": request.actor.may(EDIT),
    }
    return render(request, "filings/types.html", context)


def _fits(one: FilingType, words: str, domain: str) -> bool:
    text = f"{one.name} {one.code} {one.basis.title}".casefold()
    return domain in ("", one.domain) and all(word in text for word in words.casefold().split())


@require_GET
@needs(TYPES)
def detail(request: Request, code: str) -> HttpResponse:
    """One form: what it asks for, who files it by when, and what follows from it."""
    one = declared(code)
    kinds = dict(Organisation.Kind.choices)
    context = {
        "form_type": one,
        "filers": [kinds.get(kind, kind) for kind in one.filers],
        "domain": dict(domains.choices()).get(one.domain, ""),
        "may_start": request.actor.may(EDIT),
    }
    return render(request, "filings/type.html", context)


class StartForm(ActorForm):
    """For whom, for which period or day, and for which site where each files its own."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), to_field_name="uuid"
    )
    site = forms.ModelChoiceField(
        Site.objects.none(), label=_("Site"), to_field_name="uuid", required=False
    )
    period = forms.ChoiceField(label=_("Period"))
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form_type: FilingType = self.obj
        self._offer_organisations(form_type)
        if form_type.per_site is None:
            del self.fields["site"]
        if form_type.period.recurs:
            del self.fields["day"]
            self.fields["period"].choices = spans_offered(form_type, today())  # type: ignore[attr-defined]
        else:
            del self.fields["period"]

    def _offer_organisations(self, form_type: FilingType) -> None:
        reached = organisations_for(self.actor, EDIT)
        rows = Organisation.objects.filter(reached, valid_on())
        if form_type.filers:
            rows = rows.filter(kind__in=form_type.filers)
        organisation: Any = self.fields["organisation"]
        organisation.queryset = rows.order_by("name")
        site: Any = self.fields["site"]
        site.queryset = Site.objects.filter(valid_on(), organisation__in=rows).order_by("name")
        if rows.count() == 1:
            organisation.initial = rows.first()
            organisation.empty_label = None

    def span(self, form_type: FilingType) -> Span:
        if form_type.period.recurs:
            first = date.fromisoformat(self.cleaned_data["period"])
            return span_of(form_type.period, first)
        day: date = self.cleaned_data["day"]
        return Span(day, day)


def spans_offered(form_type: FilingType, day: date) -> list[tuple[str, str]]:
    """The latest periods of a form, first the one that one mostly files.

    That is the last one that is over; a plan is for the one that runs.
    """
    now = span_of(form_type.period, day)
    spans = [now, *_back(form_type.period, now, SPANS_OFFERED[form_type.period])]
    ahead = span_of(form_type.period, now.last + DAY)
    over, older = spans[1:2], spans[2:]
    planned = isinstance(form_type.due, DueDay) and form_type.due.of_first
    ordered = [now, ahead, *over, *older] if planned else [*over, now, ahead, *older]
    return [(one.first.isoformat(), str(one)) for one in ordered if form_type.owed_for(one)]


def _back(period: Period, span: Span, count: int) -> list[Span]:
    return [before(period, span, number) for number in range(1, count)]


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def start(request: Request, code: str) -> HttpResponse:
    """Begin one form: for whom and for when; leads to the form itself."""
    one = declared(code)
    posted = (request.POST,) if request.method == "POST" else ()
    initial: dict[str, Any] = {"day": today()}
    if asked := request.GET.get("organisation", ""):
        initial["organisation"] = asked
    form = StartForm(*posted, actor=request.actor, obj=one, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(submit_once(request, lambda: _started(request, one, form)))
        except REFUSED as refusal:
            if isinstance(refusal, Forbidden):
                raise
            show_refusal(form, refusal)
    nobody = not form.fields["organisation"].queryset.exists()  # type: ignore[attr-defined]
    context = {"form_type": one, "form": form, "token": uuid7(), "nobody": nobody}
    return render(request, "filings/start.html", context, status=422 if form.errors else 200)


def _started(request: Request, one: FilingType, form: StartForm) -> str:
    values = form.cleaned_data
    filing = opening.start(
        one,
        values["organisation"],
        span=form.span(one),
        site=values.get("site"),
        id=uuid7(),
        by=request.actor,
    )
    page = "filings.filing.phone" if one.simple else "filings.filing.edit"
    return reverse(page, args=[filing.uuid])
