"""The review queue and the page of one review: side by side, with remarks at fields."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.files.services import store
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.filings import columns, queries
from wufei.hub.filings.declarations import Kind, Reviewer, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages import diff, states
from wufei.hub.filings.pages.boxes import Note, file_keys
from wufei.hub.filings.pages.values import Names, names_in
from wufei.hub.filings.services import checking, deciding, effects
from wufei.hub.filings.views.common import (
    BRING_BACK,
    DECIDE,
    find,
    may_bring_back,
    reviewable,
    to_review,
    type_of,
)
from wufei.hub.filings.views.form_page import Page, seen, standings_of
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.registry.validity import today

QUEUE_MAX = 200
REMARK = "remark-"
AT_ONCE = (Kind.NOTIFY, Kind.FILE)


@require_GET
@needs(DECIDE)
def queue(request: Request) -> HttpResponse:
    """What waits for this reviewer's look, the oldest first."""
    rows = queries.review_queue(request.actor)
    if code := request.GET.get("type", ""):
        rows = rows.filter(filing__type=code)
    found = list(rows[:QUEUE_MAX])
    people = names_of({one.submitted_by for one in found})
    context = {
        "lines": [_queued(one, people) for one in found],
        "count": rows.order_by().count(),
        "types": columns.type_choices(),
        "type": code,
    }
    return render(request, "filings/queue.html", context)


def _queued(version: Version, people: dict[str, str]) -> dict[str, Any]:
    filing, at = version.filing, version.submitted_at
    declared = columns.type_of(filing)
    return {
        "version": version,
        "filing": filing,
        "name": columns.name_of(filing),
        "domain": declared.domain if declared else "",
        "span": columns.span_of(filing),
        "by": people.get(version.submitted_by, ""),
        "days": (today() - at.date()).days if at else 0,
        "amended": version.number > 1,
    }


@require_http_methods(["GET", "POST"])
@needs(DECIDE)
def review(request: Request, uuid: UUID) -> HttpResponse:
    """One version beside the one before; a decision is made on the version that was looked at."""
    filing = reviewable(request.actor, uuid)
    if request.method == "POST":
        return _decided(request, filing)
    version = to_review(filing, request.actor)
    if version is None:
        return HttpResponseRedirect(reverse("filings.filing.detail", args=[uuid]))
    return _show(request, version)


def _decided(request: Request, filing: Filing) -> HttpResponse:
    number = request.POST.get("version", "")
    rows = filing.versions.exclude(state=Version.State.DRAFT)
    version = rows.filter(number=number).first() if number.isdigit() and len(number) < 9 else None
    if version is None:
        return HttpResponseRedirect(reverse("filings.review.one", args=[filing.uuid]))
    version.filing = filing
    try:
        words = decide(request, version)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        return _show(request, version, refusal)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("filings.review.list"))


def decide(request: Request, version: Version) -> str:
    """Do what the pressed button says; returns what was done in words."""
    note, by = request.POST.get("note", "").strip()[:500], request.actor
    what = {"what": f"{columns.name_of(version.filing)} · {version.filing.organisation}"}
    match request.POST.get("decision", ""):
        case "forward":
            deciding.forward(version, by=by)
            return _("Passed on to the department: %(what)s.") % what
        case "send_back":
            said = remarks(request.POST)
            deciding.send_back(version, note=note, remarks=said, by=by)
            return _("Sent back: %(what)s.") % what
        case "reject":
            deciding.reject(version, note=note, by=by)
            return _("Rejected: %(what)s.") % what
        case _:
            deciding.accept(version, note=note, by=by)
            return _("Accepted: %(what)s.") % what


def remarks(data: QueryDict) -> list[dict[str, Any]]:
    """What the reviewer wrote at fields: ``remark-<section>-<row>-<field>``."""
    found = []
    for name, text in data.items():
        parts = name.split("-")
        if not name.startswith(REMARK) or len(parts) != 4 or not str(text).strip():
            continue
        _word, section, row, field = parts
        number = int(row) if row.isascii() and row.isdigit() and len(row) < 9 else None
        said = str(text).strip()[:300]
        found.append({"section": section, "row": number, "field": field, "text": said})
    return found


def _show(request: Request, version: Version, refusal: Refusal | None = None) -> HttpResponse:
    filing = version.filing
    sections, now = checking.sections_of(filing), checking.form_of(version)
    before = _before(version)
    before_form = checking.form_of(before) if before else None
    names = names_in(sections, now, before_form)
    context = {
        "filing": filing,
        "version": version,
        "form_type": type_of(filing),
        "before": before,
        "differences": diff.compare(sections, before_form, now, names),
        "before_label": _version_label(before) if before else "",
        "now_label": _version_label(version),
        "remarking": True,
        "remarks": {name: text for name, text in request.POST.items() if name.startswith(REMARK)},
        "note": request.POST.get("note", ""),
        "refusal": refusal,
        "files": [names.files[key] for key in file_keys(now) if key in names.files],
        "by": names_of([version.submitted_by]).get(version.submitted_by, ""),
        **_odd(version, now, sections, names),
        **_effects(version),
        **_buttons(request, version),
    }
    status = refusal.status if refusal else 200
    return render(request, "filings/review.html", context, status=status)


def _before(version: Version) -> Version | None:
    """What it is held against: the version in force, else the one handed in before."""
    filing = version.filing
    if filing.in_force is not None and filing.in_force_id != version.pk:
        filing.in_force.filing = filing
        return filing.in_force
    rows = filing.versions.filter(number__lt=version.number).exclude(state=Version.State.DRAFT)
    found = rows.order_by("-number").first()
    if found is not None:
        found.filing = filing
    return found


def _version_label(version: Version) -> str:
    return _("version %(n)s") % {"n": version.number}


def _odd(version: Version, form: Form, sections: Sequence[Section], names: Names) -> dict[str, Any]:
    """What was odd when it was handed in, with its reasons; where it stands among others."""
    page = Page(version, form, version.reasons, strict=True)
    found = seen(page)
    if found.checked is None:
        return {"notes": ()}
    notes = [Note(one, version.reasons.get(one.key, "")) for one in found.problems]
    return {"notes": notes, "standings": standings_of(version, found, sections, names)}


def _effects(version: Version) -> dict[str, Any]:
    """What accepting will do, or why that cannot be said."""
    if version.state == Version.State.ACCEPTED:
        return {"effects": (), "in_force_already": True}
    try:
        return {"effects": effects.preview(version)}
    except Refusal as refusal:
        return {"effects": (), "effects_problem": str(refusal)}


def _buttons(request: Request, version: Version) -> dict[str, bool]:
    declared = type_of(version.filing)
    town = request.actor.role == Role.TOWN_OFFICER
    passes_on = declared.reviewer is Reviewer.BOTH and version.state == Version.State.SUBMITTED
    return {
        "may_forward": passes_on,
        "may_accept": not passes_on or not town,
        "may_reject": declared.kind is Kind.APPROVE and not (passes_on and town),
    }


class BringBackForm(forms.Form):
    """What the authority has decided."""

    OUTCOMES = (
        (Version.State.ACCEPTED.value, gettext_lazy("accepted by the authority")),
        (Version.State.RETURNED.value, gettext_lazy("sent back by the authority")),
        (Version.State.REJECTED.value, gettext_lazy("rejected by the authority")),
    )
    # The version that was handed over: the filer may have changed it meanwhile.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=OUTCOMES)
    authority_no = forms.CharField(
        label=gettext_lazy("Number of the authority"), max_length=60, required=False
    )
    decided_on = forms.DateField(
        label=gettext_lazy("Decided on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea
    )
    file = forms.FileField(label=gettext_lazy("The decision as a file"), required=False)


@require_http_methods(["GET", "POST"])
@needs(BRING_BACK)
def bring_back(request: Request, uuid: UUID) -> HttpResponse:
    """Hand over what another authority decides, and enter its decision."""
    filing = find(request.actor, uuid, BRING_BACK)
    if type_of(filing).kind is not Kind.MIRROR:
        return HttpResponseRedirect(reverse("filings.filing.detail", args=[uuid]))
    if not may_bring_back(filing, request.actor):
        # Before anything is asked for, or a file is kept.
        raise Forbidden(BRING_BACK)
    form = BringBackForm(initial={"decided_on": today(), "version": filing.head})
    if request.method == "POST":
        form = BringBackForm(request.POST, request.FILES)
    if request.method == "POST" and form.is_valid() and _brought(request, filing, form):
        messages.success(request, _("Brought back: %(what)s.") % {"what": filing.organisation})
        return HttpResponseRedirect(reverse("filings.filing.detail", args=[uuid]))
    context = {
        "filing": filing,
        "form": form,
        "form_type": type_of(filing),
        "state": states.LABELS[states.seen_as(filing)],
    }
    status = 422 if form.errors else 200
    return render(request, "filings/bring_back.html", context, status=status)


def _brought(request: Request, filing: Filing, form: BringBackForm) -> bool:
    values = dict(form.cleaned_data)
    upload = values.pop("file")
    try:
        file = store(upload, request.actor) if upload else None
        deciding.bring_back(filing, **values, file=file, by=request.actor)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        show_refusal(form, refusal)
        return False
    return True
