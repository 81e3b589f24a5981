"""The one screen, and the same figures for its own refreshing."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wufei.hub.alarms.models import WORKED_ON
from wufei.hub.alarms.words import rule_name
from wufei.hub.base.access import Request, needs
from wufei.hub.cockpit import links, showing, today
from wufei.hub.cockpit.screen import ACT, screen
from wufei.hub.manifests.models import OPEN, Manifest
from wufei.hub.telemetry.queries import LIVE
from wufei.hub.telemetry.views.live import sites_of


@require_GET
@needs(ACT)
def page(request: Request) -> HttpResponse:
    shown = showing.as_json(screen(request.actor))
    context = {
        "shown": shown,
        "tabs": _tabs(request),
        "words": _words(),
        "sites": sites_of(request.actor) if request.actor.may(LIVE) else None,
        "figures_url": reverse("cockpit.figures"),
    }
    return render(request, "cockpit/screen.html", context)


@require_GET
@needs(ACT)
def loads(request: Request, code: str) -> HttpResponse:
    """The manifests behind one of today's figures, the newest first."""
    rows = today.loads_of(request.actor).get(code)
    if rows is None:
        raise Http404
    named = rows.select_related("consignor", "consignee", "vehicle").prefetch_related("alarms")
    context = {
        "label": showing.load_label(code),
        "code": code,
        "kinds": [(one, showing.load_label(one)) for one in showing.LOADS],
        "count": rows.count(),
        "rows": [(one, _why(one)) for one in named.order_by("-issued_at", "-pk")[:ROWS_MAX]],
        "rows_max": ROWS_MAX,
        "now": timezone.now(),
    }
    return render(request, "cockpit/loads.html", context)


def _why(manifest: Manifest) -> list[str]:
    """What is abnormal about it, in words."""
    late = manifest.due_at and manifest.due_at < timezone.now() and manifest.status in OPEN
    waiting = [alarm for alarm in manifest.alarms.all() if alarm.state in WORKED_ON]
    return [*([_("overdue")] if late else []), *(str(rule_name(one.rule)) for one in waiting)]


@require_GET
@needs(ACT)
def figures(request: Request) -> HttpResponse:
    """Everything that changes, for a screen that stays open for months."""
    response = JsonResponse(showing.as_json(screen(request.actor)))
    response.headers["Cache-Control"] = "no-store"
    return response


ROWS_MAX = 200
_NOBODY = "00000000-0000-0000-0000-000000000000"


def _words() -> dict[str, Any]:
    """What the scripts say, and where things on the map lead to (``nobody`` for their keys)."""
    return {
        "checked": _("checked"),
        "target": _("target"),
        "vehicles": _("vehicles online"),
        "sites": _("sites"),
        "schematic": _("schematic outlines"),
        "holds": _("holds"),
        "urls": {
            "nobody": _NOBODY,
            "trip": reverse("telemetry.trip", args=[_NOBODY]),
            "site": reverse("registry.site.detail", args=[_NOBODY]),
            "live": reverse("telemetry.live"),
        },
    }


def _tabs(request: Request) -> list[tuple[str, str]]:
    """(code, address) of the rooms that the reader may enter."""
    may = request.actor.may
    rooms = (
        ("domains", "ledger.account.view", "ledger.one_account"),
        ("live", "telemetry.live.view", "telemetry.live"),
        ("manifests", "manifests.manifest.view", "manifests.manifest.list"),
        ("alarms", "alarms.alarm.view", "alarms.alarm.list"),
        ("indicators", "indicators.indicator.view", "indicators.indicator.list"),
    )
    found = [(code, links.page(name)) for code, act, name in rooms if may(act)]
    return [(code, address) for code, address in found if address]
