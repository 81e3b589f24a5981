"""The form: opened, written, saved by itself, submitted; every part works without scripts too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.files.services import store
from wufei.hub.base.pages.forms import TOKEN
from wufei.hub.filings.columns import name_of
from wufei.hub.filings.declarations import FieldKind, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages import states
from wufei.hub.filings.pages.posted import Posted, read, row_name, single_name
from wufei.hub.filings.refusals import DraftGone
from wufei.hub.filings.services import checking, drafting, submitting
from wufei.hub.filings.views.common import EDIT, draft, fillable
from wufei.hub.filings.views.form_page import Page, checked_part, form_page
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.queries import find_organisation
from wufei.hub.registry.validity import valid_on

NAMES_MAX = 12


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def edit(request: Request, uuid: UUID) -> HttpResponse:
    """The draft as a form; looking keeps nothing, a draft begins with its first save."""
    filing = fillable(request.actor, uuid)
    if request.method == "POST":
        return again(request, filing) or _posted(request, filing)
    page = opened(request, filing)
    if page is None:
        return HttpResponseRedirect(reverse("filings.filing.detail", args=[uuid]))
    return form_page(request, page)


def opened(request: Request, filing: Filing) -> Page | None:
    """The draft there is, or as it would begin; None where there is nothing to fill in."""
    if (version := draft(filing)) is not None:
        return Page(version, checking.form_of(version), version.reasons)
    if filing.state not in states.TO_DO:
        return None
    version, form = drafting.begun(filing, by=request.actor)
    return Page(version, form, version.reasons)


def written(request: Request, filing: Filing) -> Version | None:
    """The draft that was written in, begun with its first save; None if it is gone meanwhile."""
    version, coming = draft(filing), filing.head + 1
    if version is None and edition_of(request) == 0 and _wrote_in(request, coming):
        version = drafting.draft_of(filing, by=request.actor)
    # Another version may have been begun since: an old tab is not to write over that.
    return version if version and _wrote_in(request, version.number) else None


def _wrote_in(request: Request, number: int) -> bool:
    return request.POST.get("version", str(number)) == str(number)


@require_POST
@needs(EDIT)
def amend(request: Request, uuid: UUID) -> HttpResponse:
    """Begin a new version of what was handed in."""
    filing = fillable(request.actor, uuid)
    drafting.draft_of(filing, by=request.actor)
    return HttpResponseRedirect(reverse("filings.filing.edit", args=[uuid]))


def _discarded(request: Request, filing: Filing) -> HttpResponse:
    if (version := draft(filing)) is not None:
        drafting.discard(version, by=request.actor)
    messages.success(request, _("The draft was thrown away."))
    return HttpResponseRedirect(reverse("filings.filing.detail", args=[filing.uuid]))


def gone(request: Request, filing: Filing) -> Page:
    """What somebody wrote in a draft that is no longer there: nothing of it is lost."""
    version, form = drafting.begun(filing, by=request.actor)
    sections = checking.sections_of(filing)
    posted = read(sections, request.POST, form, named)
    return Page(version, posted.form, posted.reasons, posted.raw, posted.faults)


def _posted(request: Request, filing: Filing) -> HttpResponse:
    if "discard" in request.POST:
        return _discarded(request, filing)
    version = written(request, filing)
    if version is None:
        return _refused(request, gone(request, filing), DraftGone())
    posted = with_uploads(request, version, read_posted(request, version))
    submits = "submit" in request.POST
    form = without_blank_rows(posted.form) if submits else changed_rows(request, version, posted)
    # Without blank rows the rows have other numbers than what was typed in them.
    raw = posted.raw if posted.faults and form == posted.form else {}
    page = Page(version, form, posted.reasons, raw, posted.faults, strict=submits)
    try:
        edition = edition_of(request)
        version = drafting.save_draft(
            version, form, edition=edition, reasons=posted.reasons, by=request.actor
        )
    except Refusal as refusal:
        return _refused(request, page, refusal)
    page = replace(page, version=version)
    if submits:
        return _submitted(request, page)
    if posted.faults:
        return form_page(request, page, status=422)
    if "save" in request.POST:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("filings.filing.edit", args=[filing.uuid]))


def _submitted(request: Request, page: Page) -> HttpResponse:
    """Handed in, or the form again with what is in the way."""
    if page.faults:
        return form_page(request, page, status=422)
    filing = page.version.filing
    try:
        hand_in(request, page.version, page.reasons)
    except Refusal as refusal:
        return _refused(request, page, refusal)
    messages.success(request, _("Submitted: %(what)s.") % {"what": name_of(filing)})
    return HttpResponseRedirect(reverse("filings.filing.detail", args=[filing.uuid]))


def again(request: Request, filing: Filing) -> HttpResponse | None:
    """Where the very same submission led, if it has been handed in before (a double tap)."""
    if "submit" not in request.POST:
        return None
    if not filing.versions.filter(submission=token_of(request)).exists():
        return None
    return HttpResponseRedirect(reverse("filings.filing.detail", args=[filing.uuid]))


def hand_in(request: Request, version: Version, reasons: Mapping[str, str]) -> Version:
    """Submit a draft as it was saved."""
    return submitting.submit(
        version.filing,
        id=token_of(request),
        edition=version.edition,
        reasons=dict(reasons),
        by=request.actor,
    )


def _refused(request: Request, page: Page, refusal: Refusal) -> HttpResponse:
    if isinstance(refusal, Forbidden):
        raise refusal
    # What stands in the way is shown at its fields; anything else is said above.
    told = "" if getattr(refusal, "problems", ()) else str(refusal)
    return form_page(request, page, refusal=told, status=refusal.status)


def token_of(request: Request) -> UUID:
    try:
        return UUID(request.POST.get(TOKEN, ""))
    except ValueError:
        return uuid7()


def edition_of(request: Request) -> int:
    text = request.POST.get("edition", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def read_posted(request: Request, version: Version) -> Posted:
    sections = checking.sections_of(version.filing)
    return read(sections, request.POST, checking.form_of(version), named)


def named(kind: FieldKind, text: str) -> str:
    """The key of an organisation that somebody wrote by name or by code."""
    if kind is not FieldKind.ORGANISATION:
        return ""
    found = find_organisation(text, Organisation.objects.all())
    return str(found.uuid) if found else ""


def changed_rows(request: Request, version: Version, posted: Posted) -> Form:
    """The form with a row more or less, where a button without script asked for it."""
    rows = {code: list(found) for code, found in posted.form.rows.items()}
    if (code := request.POST.get("add", "")) in _tables(version):
        rows[code] = [*rows.get(code, ()), {}]
    code, _colon, number = request.POST.get("remove", "").partition(":")
    sent = request.POST.getlist(f"rows-{code}")
    if code in rows and number in sent:
        del rows[code][sent.index(number)]
    return replace(posted.form, rows={code: tuple(found) for code, found in rows.items()})


def _tables(version: Version) -> set[str]:
    return {one.code for one in checking.sections_of(version.filing) if one.table}


def without_blank_rows(form: Form) -> Form:
    rows = {
        code: tuple(
            row for row in found if any(value not in (None, "", ()) for value in row.values())
        )
        for code, found in form.rows.items()
    }
    return replace(form, rows=rows)


def with_uploads(request: Request, version: Version, posted: Posted) -> Posted:
    """The form with the files that came along with it, kept."""
    places = _file_places(checking.sections_of(version.filing), request)
    values, rows = dict(posted.form.values), dict(posted.form.rows)
    for section, row, one, name in places:
        new = [store(upload, request.actor).uuid for upload in request.FILES.getlist(f"f-{name}")]
        if not new:
            continue
        if row is None:
            values[one] = (*(values.get(one) or ()), *new)
        else:
            changed = [dict(found) for found in rows[section]]
            changed[row][one] = (*(changed[row].get(one) or ()), *new)
            rows[section] = tuple(changed)
    return replace(posted, form=Form(values, rows))


def _file_places(sections: tuple[Section, ...], request: Request) -> list[tuple[Any, ...]]:
    """(section, row, field, name of its input) of every field for files."""
    return [
        place
        for section in sections
        for one in section.fields
        if one.kind is FieldKind.FILES
        for place in (
            [
                (section.code, row, one.name, row_name(section, number, one))
                for row, number in enumerate(request.POST.getlist(f"rows-{section.code}"))
            ]
            if section.table
            else [(section.code, None, one.name, single_name(one))]
        )
    ]


@require_POST
@needs(EDIT)
def autosave(request: Request, uuid: UUID) -> HttpResponse:
    """Keep what is being typed and say what is wrong with it; never more than a note on failure."""
    filing = fillable(request.actor, uuid)
    version = written(request, filing)
    if version is None:
        handed_in = _("This was handed in or thrown away elsewhere. Open it again.")
        return render(
            request,
            "filings/_saved.html",
            {"version": None, "saved_problem": handed_in, "saved_tone": "bad"},
        )
    posted = read_posted(request, version)
    page = Page(version, posted.form, posted.reasons, posted.raw, posted.faults)
    try:
        version = drafting.save_draft(
            version,
            posted.form,
            edition=edition_of(request),
            reasons=posted.reasons,
            by=request.actor,
        )
    except Refusal as refusal:
        return checked_part(request, page, problem=str(refusal))
    return checked_part(request, replace(page, version=version))


@require_POST
@needs(EDIT)
def hand_in_file(request: Request) -> HttpResponse:
    """A file that is to be named in a form: kept, and shown as the form shows it."""
    upload = request.FILES.get("file")
    file = store(upload if isinstance(upload, UploadedFile) else None, request.actor)
    name = request.POST.get("name", "")[:120]
    return render(request, "filings/_file.html", {"file": file, "name": name})


@require_GET
@needs(EDIT)
def look_up(request: Request) -> JsonResponse:
    """Organisations whose name, initials or code hold what is being typed."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    if len(words) < 2:
        return JsonResponse({"names": []})
    rows = Organisation.objects.filter(valid_on())
    found = rows.filter(name__icontains=words) | rows.filter(pinyin__istartswith=words)
    found = found | rows.filter(credit_code__istartswith=words)
    names = found.order_by("name").values_list("name", "credit_code")[:NAMES_MAX]
    return JsonResponse({"names": [(name, code or "") for name, code in names]})
