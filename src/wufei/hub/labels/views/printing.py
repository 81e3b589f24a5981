"""Labels printed: what is chosen is looked over once, then ordered; the PDF is fetched."""

import copy
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.addresses import public_site
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.files.services import path_of
from wufei.hub.base.pages.forms import TOKEN, show_refusal, submit_once
from wufei.hub.base.pages.lists import Selection
from wufei.hub.base.streaming import attachment
from wufei.hub.labels import pages, papers, services
from wufei.hub.labels.choice import Choice, Group, choose, with_forms
from wufei.hub.labels.forms import PaperForm
from wufei.hub.labels.models import PrintRun
from wufei.hub.labels.queries.lots import PRINT
from wufei.hub.labels.services.runs import AT_ONCE_MAX, LABELS_MAX
from wufei.hub.ledger.forms.fields import uuid_or_none

ALL = "all"


@require_POST
@needs(PRINT)
def prepare(request: Request) -> HttpResponse:
    """Look over what was chosen; with the second submission, make what is missing and order."""
    if TOKEN in request.POST and (earlier := _earlier(request)):
        return HttpResponseRedirect(earlier)
    choice = choose(request.actor, _asked(request))
    if TOKEN not in request.POST:
        with_forms(choice.groups)
        return _show(request, choice, PaperForm())
    paper = PaperForm(request.POST)
    if not with_forms(choice.groups, request.POST) or not paper.is_valid():
        return _show(request, choice, paper)
    id = uuid_or_none(request.POST[TOKEN]) or uuid7()
    failed: list[Group] = []

    def work() -> str:
        labels = choice.labels | _made(request, choice.groups, failed)
        run = services.order(
            [labels[lot.pk] for lot in choice.lots],
            id=id,
            paper=paper.cleaned_data["paper"],
            language=paper.cleaned_data["language"],
            site=public_site(request),
            by=request.actor,
        )
        return reverse("labels.run", args=[run.uuid])

    try:
        return HttpResponseRedirect(submit_once(request, work))
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        show_refusal(failed[0].form if failed and failed[0].form else paper, refusal)
        return _show(request, choice, paper)


def _made(request: Request, groups: list[Group], failed: list[Group]) -> dict[int, Any]:
    """Labels by lot; the group that is refused is named in ``failed``."""
    made: dict[int, Any] = {}
    for group in groups:
        assert group.form is not None
        failed[:] = [group]
        facts = group.form.facts()
        uuids = [lot.uuid for lot in group.lots]
        made |= {label.lot_id: label for label in services.make(uuids, facts, by=request.actor)}
    failed.clear()
    return made


def _earlier(request: Request) -> str:
    """Where the same submission led before: its labels are no longer without one."""
    uuid = uuid_or_none(request.POST[TOKEN])
    run = PrintRun.objects.filter(uuid=uuid, actor=request.actor.id).first() if uuid else None
    return reverse("labels.run", args=[run.uuid]) if run else ""


def _asked(request: Request) -> list[UUID]:
    """Chosen lots; ``all`` is the query of the list that they are all of."""
    if ALL in request.POST:
        listed = copy.copy(request)
        listed.GET = QueryDict(request.POST[ALL])
        rows = Selection(pages.TABLE, listed, pages.Filters).rows
        return list(rows.values_list("uuid", flat=True)[: LABELS_MAX + 1])
    asked = [uuid_or_none(text) for text in request.POST.getlist("lot")]
    return [uuid for uuid in asked if uuid is not None]


def _show(request: Request, choice: Choice, paper: PaperForm) -> HttpResponse:
    wrong = bool(paper.errors) or any(group.form and group.form.errors for group in choice.groups)
    context = {
        "choice": choice,
        "paper": paper,
        "token": uuid7(),
        "count": len(choice.lots),
        "new": len(choice.lots) - len(choice.labels),
    }
    return render(request, "labels/prepare.html", context, status=422 if wrong else 200)


def _find(request: Request, uuid: UUID) -> PrintRun:
    """An order is its maker's."""
    found = PrintRun.objects.filter(uuid=uuid, actor=request.actor.id).first()
    if found is None:
        raise Http404
    return found


@require_GET
@needs(PRINT)
def run(request: Request, uuid: UUID) -> HttpResponse:
    """What was ordered, and its PDF as soon as it is made."""
    found = _find(request, uuid)
    printed = found.printed.select_related("label__lot", "label__waste")
    count = printed.count()
    context = {
        "run": found,
        "count": count,
        "reprints": printed.filter(number__gt=1).count(),
        "lots": [one.label.lot for one in printed],
        "ready": count <= AT_ONCE_MAX or found.file_id is not None,
    }
    part = request.htmx.target == "run"
    return render(request, "labels/_run.html" if part else "labels/run.html", context)


@require_GET
@needs(PRINT)
def pdf(request: Request, uuid: UUID) -> HttpResponseBase:
    """The labels themselves."""
    found = _find(request, uuid)
    name = f"labels-{timezone.localtime(found.made_at):%Y%m%d-%H%M}.pdf"
    if found.file is not None:
        return attachment(request, path_of(found.file).open("rb"), name, "application/pdf")
    if found.printed.count() > AT_ONCE_MAX:
        raise Http404
    response = HttpResponse(papers.pdf_of(found), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
