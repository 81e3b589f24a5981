"""One filing: what was handed in, how it stands, what followed, and every version of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base import texts
from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord
from wufei.hub.filings.columns import name_of
from wufei.hub.filings.declarations import Kind, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.pages import diff, states
from wufei.hub.filings.pages.boxes import Part, Told, parts
from wufei.hub.filings.pages.values import Names, names_in
from wufei.hub.filings.services import checking, submitting
from wufei.hub.filings.services.effects import made_of
from wufei.hub.filings.views.common import (
    EDIT,
    VIEW,
    draft,
    fillable,
    find,
    may_amend,
    may_bring_back,
    to_review,
    type_of,
    waits,
)
from wufei.hub.ledger.queries.people import names_of

EVENTS_MAX = 50
VERSION_TONES = {
    Version.State.SUBMITTED: "info",
    Version.State.FORWARDED: "info",
    Version.State.RETURNED: "attention",
    Version.State.ACCEPTED: "good",
    Version.State.REJECTED: "bad",
}


@dataclass(frozen=True)
class Entry:
    """One version in the list of versions, with the names of those who had to do with it."""

    version: Version
    tone: str
    submitted_by: str
    decided_by: str
    made: Sequence[Any] = ()


@require_GET
@needs(VIEW)
def detail(request: Request, uuid: UUID) -> HttpResponse:
    """The version in force or the latest one; ``?version=`` another, ``?with=`` what differs."""
    filing = find(request.actor, uuid)
    entries = _entries(filing)
    shown = _chosen(entries, request.GET.get("version", ""), filing)
    context = {
        "filing": filing,
        "form_type": type_of(filing),
        "entries": entries,
        "shown": shown,
        "findings": _findings(filing),
        "events": _events(filing) if request.actor.may("audit.event.view") else (),
        **_content(filing, shown, request.GET.get("with", ""), entries),
        **_ways_on(filing, request.actor),
    }
    return render(request, "filings/detail.html", context)


def _entries(filing: Filing) -> list[Entry]:
    """Versions that were handed in, the latest first; drafts are private."""
    rows = filing.versions.exclude(state=Version.State.DRAFT).prefetch_related("effects")
    versions = list(rows.select_related("agent").order_by("-number"))
    people = names_of(
        {who for one in versions for who in (one.submitted_by, one.decided_by) if who}
    )
    for one in versions:
        one.filing = filing
    return [
        Entry(
            one,
            VERSION_TONES.get(Version.State(one.state), ""),
            people.get(one.submitted_by, ""),
            people.get(one.decided_by, ""),
            [made for _effect, made in made_of(one)],
        )
        for one in versions
    ]


def _chosen(entries: Sequence[Entry], number: str, filing: Filing) -> Entry | None:
    asked = [one for one in entries if str(one.version.number) == number]
    in_force = [one for one in entries if one.version.pk == filing.in_force_id]
    return next(iter([*asked, *in_force, *entries]), None)


def _content(
    filing: Filing, shown: Entry | None, other: str, entries: Sequence[Entry]
) -> dict[str, Any]:
    """What stands in the shown version, or what differs from another."""
    if shown is None:
        return {"parts": (), "differences": ()}
    sections, form = checking.sections_of(filing), checking.form_of(shown.version)
    beside = next((one for one in entries if str(one.version.number) == other), None)
    if beside is not None and beside is not shown:
        before = checking.form_of(beside.version)
        names = names_in(sections, form, before)
        return {"differences": diff.compare(sections, before, form, names), "beside": beside}
    return {"parts": read_parts(sections, form, shown.version)}


def read_parts(sections: Sequence[Section], form: Form, version: Version) -> list[Part]:
    """A form to be read, with the reviewer's remarks at its fields."""
    names: Names = names_in(sections, form)
    return parts(sections, Told(form, names, remarks=version.remarks))


def _findings(filing: Filing) -> list[dict[str, Any]]:
    rows = FindingRecord.objects.filter(subject=f"filings.filing:{filing.uuid}")
    titles = dict(texts.titles())
    return [
        {
            "record": one,
            "title": titles.get(one.code, one.code),
            "text": texts.tell(one.code, one.values),
            "tone": "bad" if one.severity == "error" else "attention",
        }
        for one in rows.order_by("cleared_at", "-last_seen")
    ]


def _events(filing: Filing) -> list[tuple[AuditEvent, str]]:
    rows = AuditEvent.objects.filter(subject=f"filings.filing:{filing.uuid}")
    events = list(rows.order_by("-id")[:EVENTS_MAX])
    people = names_of({one.actor for one in events})
    return [(one, people[one.actor]) for one in events]


def _ways_on(filing: Filing, actor: Actor) -> dict[str, Any]:
    """Buttons that move it on."""
    mirror, may_fill = type_of(filing).kind is Kind.MIRROR, may_amend(filing, actor)
    waiting = waits(filing)
    return {
        "may_fill": may_fill,
        "draft": draft(filing) if may_fill else None,
        "to_fill": filing.state in states.TO_DO,
        "may_withdraw": may_fill and waiting,
        "may_review": not mirror and to_review(filing, actor) is not None,
        "may_bring_back": mirror and waiting and may_bring_back(filing, actor),
    }


@require_POST
@needs(EDIT)
def withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """Take back what still waits for a decision."""
    filing = fillable(request.actor, uuid)
    submitting.withdraw(filing, by=request.actor)
    messages.success(request, _("Withdrawn: %(what)s.") % {"what": name_of(filing)})
    return HttpResponseRedirect(reverse("filings.filing.detail", args=[uuid]))
