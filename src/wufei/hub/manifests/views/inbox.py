"""What waits for my signature 待办."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.manifests import corrections, queries
from wufei.hub.manifests.figures import known_g
from wufei.hub.manifests.forms.signing import BUTTONS
from wufei.hub.manifests.models import StepCode
from wufei.hub.manifests.pages import late, status_tone
from wufei.hub.manifests.reading import due_step, template_of, waits_for, with_everything
from wufei.hub.manifests.services.settlement import is_explained
from wufei.hub.manifests.views.common import ISSUE, SIGN, clock_ms, find
from wufei.hub.manifests.views.many import BEFORE
from wufei.hub.manifests.views.phone import step_form

PAGE_ROWS = 50


@require_GET
@needs(SIGN)
def inbox(request: Request) -> HttpResponse:
    """Most urgent first, each with the one button that moves it on."""
    rows = with_everything(queries.waiting_for(request.actor))
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    shown = [_row(manifest, request.actor) for manifest in page.object_list]
    context = {
        "page": page,
        "rows": shown,
        "pickable": any(row["pick"] for row in shown),
        "many_id": uuid7(),
        "tables": _tables(shown),
        "now_ms": clock_ms(),
        "revisions": list(corrections.waiting_for(request.actor)[:PAGE_ROWS]),
        "may_issue": request.actor.may(ISSUE),
    }
    return render(request, "manifests/inbox.html", context)


# Steps that say nothing but yes, as long as nothing else has to be told.
_PLAIN = (StepCode.ACCEPT, StepCode.CLOSE, StepCode.PICK_UP)
_WEIGHED = (
    (StepCode.LOAD, gettext_lazy("Weigh out in a table")),
    (StepCode.ARRIVE, gettext_lazy("Weigh in in a table")),
)


def _tables(rows: Sequence[dict[str, Any]]) -> list[tuple[str, Any]]:
    """(step, words) of tables in which weights are written one below the other."""
    waits = {row["due"] for row in rows}
    return [(step, words) for step, words in _WEIGHED if step in waits]


def _row(manifest: Any, actor: Actor) -> dict[str, Any]:
    step = None if manifest.unsent else due_step(manifest, actor)
    explained = is_explained(manifest, template_of(manifest), list(manifest.lines.all()))
    plain = step is not None and step.code in _PLAIN and explained
    return {
        "manifest": manifest,
        "step": waits_for(manifest, actor),
        "plain": step.code if step and plain else "",
        "pick": f"{step.code}:{manifest.uuid}" if step and plain and step.code in BEFORE else "",
        "due": step.code if step else "",
        "button": BUTTONS.get(StepCode(step.code), _("Sign")) if step else "",
        "opens": step is not None and not plain,
        "submission": uuid7(),
        "mass_g": known_g(manifest),
        "late": late(manifest),
        "tone": status_tone(manifest),
    }


@require_GET
@needs(SIGN)
def sign_form(request: Request, uuid: UUID) -> HttpResponse:
    """The form of what is due, to be opened below its row."""
    manifest = find(request.actor, uuid)
    context = {"manifest": manifest, "form": step_form(request, manifest), "now_ms": clock_ms()}
    return render(request, "manifests/_sign_here.html", context)
