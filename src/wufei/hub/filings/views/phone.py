"""The phone page of a simple form: big numbers, a photo, one button; three taps at most."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.filings.columns import span_of
from wufei.hub.filings.declarations import Problem
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages import states
from wufei.hub.filings.pages.boxes import Box, Note, parts
from wufei.hub.filings.refusals import DraftGone
from wufei.hub.filings.services import checking, drafting
from wufei.hub.filings.views.common import EDIT, fillable, submit_word, type_of
from wufei.hub.filings.views.form import (
    again,
    edition_of,
    gone,
    hand_in,
    opened,
    read_posted,
    with_uploads,
    written,
)
from wufei.hub.filings.views.form_page import Page, seen, told_of


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def phone(request: Request, uuid: UUID) -> HttpResponse:
    """Fill in and hand in on one page; what stands there is what stood there last time."""
    filing = fillable(request.actor, uuid)
    if not type_of(filing).simple:
        return HttpResponseRedirect(reverse("filings.filing.edit", args=[uuid]))
    if request.method == "POST":
        return again(request, filing) or _posted(request, filing)
    page = opened(request, filing)
    if page is None:
        return render(request, "filings/phone_done.html", _about(filing))
    return _show(request, page)


def _posted(request: Request, filing: Filing) -> HttpResponse:
    version = written(request, filing)
    if version is None:
        refusal = DraftGone()
        return _show(request, gone(request, filing), str(refusal), refusal.status)
    posted = with_uploads(request, version, read_posted(request, version))
    form = posted.form
    if "same" in request.POST:
        form = _as_before(version, form)
    page = Page(version, form, posted.reasons, posted.raw, posted.faults, strict=True)
    try:
        version = drafting.save_draft(
            version, form, edition=edition_of(request), reasons=posted.reasons, by=request.actor
        )
        page = replace(page, version=version)
        if page.faults:
            return _show(request, page, status=422)
        if "same" in request.POST:
            return _show(request, replace(page, raw={}, strict=False))
        hand_in(request, version, posted.reasons)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        told = "" if getattr(refusal, "problems", ()) else str(refusal)
        return _show(request, page, refusal=told, status=refusal.status)
    messages.success(request, _("Reported. Thank you."))
    return HttpResponseRedirect(reverse("filings.filing.phone", args=[filing.uuid]))


def _as_before(version: Version, form: Form) -> Form:
    """What was accepted for the period before, with the files of this one."""
    last = checking.checked_of(version, form).last
    if last is None:
        return form
    kept = {name: value for name, value in form.values.items() if isinstance(value, tuple)}
    return Form({**last.values, **kept}, last.rows)


def _about(filing: Filing) -> dict[str, object]:
    return {
        "filing": filing,
        "form_type": type_of(filing),
        "span": span_of(filing),
        "label": states.LABELS[states.seen_as(filing)],
        "tone": states.TONES[states.seen_as(filing)],
    }


def _show(request: Request, page: Page, refusal: str = "", status: int = 200) -> HttpResponse:
    filing = page.version.filing
    sections, found = checking.sections_of(filing), seen(page)
    told = told_of(page, found, sections)
    if not page.strict:
        # Nothing is wrong with what nobody has written yet.
        told = replace(told, problems=())
    shown = parts(sections, told)
    boxes = [box for part in shown for box in part.boxes]
    context = {
        **_about(filing),
        "version": page.version,
        "boxes": boxes,
        "has_aside": any(box.aside for box in boxes),
        "tables": [part for part in shown if part.section.table],
        "general": _elsewhere(told.problems, boxes, page),
        "has_last": told.last is not None,
        "token": uuid7(),
        "refusal": refusal or found.problem,
        "submit_word": submit_word(filing),
        "upload_url": reverse("filings.file"),
    }
    return render(request, "filings/phone.html", context, status=status)


def _elsewhere(problems: Sequence[Problem], boxes: Sequence[Box], page: Page) -> list[Note]:
    """Problems that no field on the page shows."""
    there = {note.problem.key for box in boxes for note in box.notes}
    notes = [Note(one, page.reasons.get(one.key, "")) for one in problems]
    return [note for note in notes if note.problem.key not in there]
