"""Live positions: the map of the vehicles that one may see, with the list beside it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.queries import open_on, visible_sites
from wufei.hub.telemetry.live.places import as_json
from wufei.hub.telemetry.queries import LIVE, halted_loads, visible_positions
from wufei.ui import domains

SITES_MAX = 2_000


@require_GET
@needs(LIVE)
def live_page(request: Request) -> HttpResponse:
    positions = list(visible_positions(request.actor))
    chosen = request.GET.get("domain", "")
    halted = [one for one in halted_loads(request.actor) if chosen in {"", one.domain}]
    context = {
        "positions": [position for position in positions if chosen in {"", position.domain}],
        "vehicles": [as_json(position) for position in positions],
        "sites": [*sites_of(request.actor), *(_standing(one) for one in halted)],
        "halted": halted,
        "domains": domains.choices(),
        "chosen": chosen,
        "now": timezone.now(),
        "words": _words(),
    }
    return render(request, "telemetry/live.html", context)


_NOBODY = "00000000-0000-0000-0000-000000000000"


def _words() -> dict[str, str]:
    """What the page's script says, and where a trip is (with ``nobody`` for its key)."""
    return {
        "seconds": _("{n} s ago"),
        "minutes": _("{n} min ago"),
        "hours": _("{n} h ago"),
        "days": _("{n} d ago"),
        "nobody": _NOBODY,
        "trip": reverse("telemetry.trip", args=[_NOBODY]),
    }


def _standing(manifest: Manifest) -> dict[str, Any]:
    """A load that was set down on the way, where it stands on the map."""
    site = manifest.halted_at_site
    assert site is not None, "what is halted stands somewhere"
    return {
        "id": str(manifest.uuid),
        "name": f"{site.name} · {manifest}",
        "longitude": float(site.longitude or 0),
        "latitude": float(site.latitude or 0),
        "domain": manifest.domain,
    }


def sites_of(actor: Actor) -> list[dict[str, Any]]:
    """Open sites with a place on the map."""
    found = visible_sites(actor).filter(open_on(), longitude__isnull=False)[:SITES_MAX]
    return [
        {
            "id": str(site.uuid),
            "name": site.name,
            "longitude": float(site.longitude or 0),
            "latitude": float(site.latitude or 0),
            "domain": site.organisation.domains[0] if site.organisation.domains else "",
        }
        for site in found
    ]
