"""The one screen, and the same figures for its own refreshing."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.cockpit import links, showing
from wufei.hub.cockpit.screen import ACT, screen


@require_GET
@needs(ACT)
def page(request: Request) -> HttpResponse:
    shown = showing.as_json(screen(request.actor))
    context = {
        "shown": shown,
        "tabs": _tabs(request),
        "figures_url": reverse("cockpit.figures"),
    }
    return render(request, "cockpit/screen.html", context)


@require_GET
@needs(ACT)
def figures(request: Request) -> HttpResponse:
    """Everything that changes, for a screen that stays open for months."""
    response = JsonResponse(showing.as_json(screen(request.actor)))
    response.headers["Cache-Control"] = "no-store"
    return response


def _tabs(request: Request) -> list[tuple[str, str]]:
    """(code, address) of the rooms that the reader may enter."""
    may = request.actor.may
    rooms = (
        ("domains", "ledger.account.view", "ledger.one_account"),
        ("live", "telemetry.live.view", "telemetry.map"),
        ("manifests", "manifests.manifest.view", "manifests.manifest.list"),
        ("alarms", "alarms.alarm.view", "alarms.alarm.list"),
        ("indicators", "indicators.indicator.view", "indicators.indicator.list"),
    )
    found = [(code, links.page(name)) for code, act, name in rooms if may(act)]
    return [(code, address) for code, address in found if address]
