"""What the form's page shows, as a whole and as the part that is exchanged while one types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request
from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import rules
from wufei.hub.filings.declarations import Checked, FieldKind, Problem, Section, Severity
from wufei.hub.filings.forms import Form, complete
from wufei.hub.filings.models import Version
from wufei.hub.filings.pages.boxes import Box, Note, Part, Told, all_notes, parts
from wufei.hub.filings.pages.standing import Standing, standings
from wufei.hub.filings.pages.values import Names, names_in
from wufei.hub.filings.services import checking
from wufei.hub.filings.views.common import sites_of, submit_word, type_of, what_happens
from wufei.hub.registry.validity import valid_on

# What is still empty is no mistake while one writes; it counts when one submits.
NOT_YET = {rules.MISSING, rules.TOO_FEW}


@dataclass(frozen=True)
class Page:
    """A draft with what was typed into it; ``strict`` once somebody has tried to submit it."""

    version: Version
    form: Form
    reasons: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Problem] = ()
    strict: bool = False


@dataclass(frozen=True)
class Seen:
    """A form held against everything that is known; ``problem`` where that could not be read."""

    form: Form
    problems: Sequence[Problem]
    checked: Checked | None = None
    problem: str = ""


def seen(page: Page) -> Seen:
    """The form completed, with everything that speaks against it."""
    version, form = page.version, page.form
    sections = checking.sections_of(version.filing)
    try:
        checked = checking.checked_of(version, form)
        found = checking.problems_in(version.filing, checked)
    except Refusal as refusal:
        form = complete(sections, form)
        return Seen(form, [*page.faults, *rules.shape(sections, form)], problem=str(refusal))
    return Seen(checked.form, [*page.faults, *_beside(page.faults, found)], checked)


def _beside(faults: Iterable[Problem], found: Iterable[Problem]) -> list[Problem]:
    """Problems of places that could be read: what could not be is not missing as well."""
    unread = {(one.section, one.row, one.field) for one in faults}
    return [one for one in found if (one.section, one.row, one.field) not in unread]


def told_of(page: Page, found: Seen, sections: Sequence[Section]) -> Told:
    last = found.checked.last if found.checked else None
    last_year = found.checked.last_year if found.checked else None
    names = names_in(sections, found.form, last, last_year)
    return Told(
        found.form,
        names,
        page.raw,
        _shown(page, found.problems),
        page.reasons,
        _remarks(page.version),
        last,
        last_year,
        sites_of(page.version.filing),
        standings_of(page.version, found, sections, names),
    )


def standings_of(
    version: Version, found: Seen, sections: Sequence[Section], names: Names
) -> list[Standing]:
    """Where its numbers stand among those of others."""
    form_type = type_of(version.filing)
    if found.checked is None or not form_type.compared:
        return []
    return standings(form_type, sections, found.form, found.checked.peers(), names)


def _shown(page: Page, problems: Sequence[Problem]) -> list[Problem]:
    return [one for one in problems if page.strict or one.code not in NOT_YET]


def _remarks(version: Version) -> Sequence[Mapping[str, Any]]:
    """What the reviewer wrote at places of the version that was sent back."""
    returned = _returned(version)
    return returned.remarks if returned else ()


def _returned(version: Version) -> Version | None:
    before = version.filing.versions.filter(number__lt=version.number).order_by("-number").first()
    return before if before and before.state == Version.State.RETURNED else None


def form_page(
    request: Request, page: Page, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    version, filing = page.version, page.version.filing
    sections, found = checking.sections_of(filing), seen(page)
    told = told_of(page, found, sections)
    shown = parts(sections, told)
    returned = _returned(version)
    context = {
        "filing": filing,
        "form_type": type_of(filing),
        "version": version,
        "told": told,
        "standings": told.standings,
        "parts": shown,
        "general": [note for note in all_notes(shown, told) if not note.problem.section],
        "token": uuid7(),
        "strict": page.strict,
        "refusal": refusal or found.problem,
        "returned_note": returned.decision_note if returned else "",
        "what_happens": what_happens(filing),
        "submit_word": submit_word(filing),
        "may_discard": version.pk is not None,
        "upload_url": reverse("filings.file"),
        "waste_lists": _waste_lists(sections),
        **_problem_counts(page, found),
    }
    return render(request, "filings/form.html", context, status=status)


def _problem_counts(page: Page, found: Seen) -> dict[str, Any]:
    """The list of problems beside the form; before submitting, what is empty is only counted."""
    notes = sorted(
        (Note(one, page.reasons.get(one.key, "")) for one in _shown(page, found.problems)),
        key=lambda note: not note.is_error,
    )
    return {
        "notes": notes,
        "error_count": sum(note.is_error for note in notes),
        "warning_count": sum(not note.is_error and not note.reason for note in notes),
        "empty_count": sum(one.code in NOT_YET for one in found.problems if not page.strict),
    }


def _waste_lists(sections: Iterable[Section]) -> list[tuple[str, Any]]:
    """Wastes that may be named, by the domain that a field asks for."""
    domains = {
        one.domain for section in sections for one in section.fields if one.kind is FieldKind.WASTE
    }
    return [(domain, _wastes(domain)) for domain in sorted(domains)]


def _wastes(domain: str) -> Any:
    rows = WasteType.objects.filter(valid_on())
    return (rows.filter(domain=domain) if domain else rows).order_by("code")


def checked_part(request: Request, page: Page, problem: str = "") -> HttpResponse:
    """The answer to a draft that saved itself."""
    page = replace(page, strict="strict" in request.POST)
    sections, found = checking.sections_of(page.version.filing), seen(page)
    told = replace(told_of(page, found, sections), raw={})
    context = {
        "version": page.version,
        "saved_problem": problem,
        "saved_tone": "bad" if problem else "",
        "state": _state(parts(sections, told), told),
        "standings": told.standings,
        **_problem_counts(page, found),
    }
    return render(request, "filings/_checked.html", context)


def _state(shown: Sequence[Part], told: Told) -> dict[str, Any]:
    """What the page's script applies: problems, and fields that depend on others."""
    boxes = [box for part in shown for box in (*part.boxes, *_in_lines(part))]
    return {
        "problems": [_problem(one) for one in told.problems],
        "fields": [_field(box) for box in boxes if _depends(box)],
        "sums": [
            {"section": part.section.code, "field": one.field.name, "text": one.text}
            for part in shown
            for one in part.sums
            if one.text
        ],
    }


def _in_lines(part: Part) -> list[Box]:
    return [box for line in part.lines for box in line.boxes] if part.typed else []


def _depends(box: Box) -> bool:
    one = box.field
    return bool(one.computed or one.shown_when or one.required_when or one.kind is FieldKind.WASTE)


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "key": one.key,
        "text": str(one.text),
        "error": one.severity is Severity.ERROR,
        "section": one.section,
        "row": one.row,
        "field": one.field,
    }


def _field(box: Box) -> dict[str, Any]:
    return {
        "section": box.section.code,
        "row": box.row,
        "field": box.field.name,
        "shown": box.shown,
        "required": box.required,
        "text": box.text,
        "named": box.named,
    }
