"""What waits for my signature 待办."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.manifests import corrections, queries
from wufei.hub.manifests.figures import known_g
from wufei.hub.manifests.pages import late, status_tone
from wufei.hub.manifests.reading import waits_for, with_everything
from wufei.hub.manifests.views.common import ISSUE, SIGN

PAGE_ROWS = 50


@require_GET
@needs(SIGN)
def inbox(request: Request) -> HttpResponse:
    """Most urgent first, each with the one button that moves it on."""
    rows = with_everything(queries.waiting_for(request.actor))
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(manifest) for manifest in page.object_list],
        "revisions": list(corrections.waiting_for(request.actor)[:PAGE_ROWS]),
        "may_issue": request.actor.may(ISSUE),
    }
    return render(request, "manifests/inbox.html", context)


def _row(manifest: Any) -> dict[str, Any]:
    return {
        "manifest": manifest,
        "step": waits_for(manifest),
        "mass_g": known_g(manifest),
        "late": late(manifest),
        "tone": status_tone(manifest),
    }
