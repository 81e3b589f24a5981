"""The page that one keeps open where there is no network, and what it loads before."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.manifests import queries
from wufei.hub.manifests.choices import RECEIVING
from wufei.hub.manifests.figures import known_g
from wufei.hub.manifests.forms.queued import AnyArrivalForm
from wufei.hub.manifests.forms.scans import SITE, GateForm, gate_sites
from wufei.hub.manifests.models import OPEN, Manifest, StepCode
from wufei.hub.manifests.reading import template_of, with_everything
from wufei.hub.manifests.rules import STATUS_AFTER
from wufei.hub.manifests.scope import of_parties
from wufei.hub.manifests.views.common import ISSUE, SIGN, clock_ms, destination_notes, own_names
from wufei.hub.registry.models import Organisation, Site, Vehicle
from wufei.hub.registry.validity import valid_on

LOADS_MAX, TRUCKS_MAX, GATES_MAX = 40, 300, 5
# As long as a session: so long the page may come from the phone's own cache.
CACHED_S = 12 * 3600
_RECENT = timedelta(days=90)


@require_GET
@needs(SIGN)
def page(request: Request) -> HttpResponse:
    """Scan and sign without network; the phone's cache may show it again without any."""
    answer = render(request, "manifests/offline.html", {"own": own_names(request.actor)})
    # It holds nothing of any manifest. Another person has another cookie, and so another copy.
    patch_cache_control(answer, private=True, max_age=CACHED_S)
    answer["Vary"] = "Cookie, Accept-Language"
    return answer


@require_GET
@needs(SIGN)
def pack(request: Request) -> HttpResponse:
    """What this person may need: addresses of pages to keep, loads and trucks by their codes."""
    return JsonResponse(
        {
            "now_ms": clock_ms(),
            "loads": _open_loads(request),
            "trucks": [{"id": str(one.uuid), "plate": one.plate} for one in _trucks(request)],
            "scans": _scans(request),
        }
    )


def _open_loads(request: Request) -> list[dict[str, Any]]:
    """What waits for this person first, then what else of theirs is open."""
    waiting = list(queries.waiting_for(request.actor)[:LOADS_MAX].values_list("pk", flat=True))
    mine = Manifest.objects.filter(of_parties(request.actor.organisation_ids), status__in=OPEN)
    others = mine.exclude(pk__in=waiting).order_by("-issued_at", "-pk")
    chosen = [*waiting, *others.values_list("pk", flat=True)[: LOADS_MAX - len(waiting)]]
    rows = {one.pk: one for one in with_everything(Manifest.objects.filter(pk__in=chosen))}
    return [_load(rows[pk], waits=pk in waiting) for pk in chosen if pk in rows]


def _load(manifest: Manifest, *, waits: bool) -> dict[str, Any]:
    return {
        "waits": waits,
        "id": str(manifest.uuid),
        "path": _page_of(manifest, waits),
        "numbers": [
            text
            for text in (manifest.local_id, manifest.authority_no, manifest.provisional_no)
            if text
        ],
        "vehicle": str(manifest.vehicle.uuid) if manifest.vehicle else "",
        "plate": manifest.vehicle.plate if manifest.vehicle else "",
        "way": f"{manifest.consignor} → {manifest.consignee}",
        "status": str(manifest.get_status_display()),
        "mass_g": known_g(manifest),
    }


def _page_of(manifest: Manifest, waits: bool) -> str:
    """Where it is signed: on its own page, or by the scan of its truck at the site."""
    scan, step = template_of(manifest).scan(SITE), STATUS_AFTER[StepCode.LOAD]
    if waits and scan is not None and manifest.vehicle and manifest.status == step:
        return reverse("manifests.truck", args=[manifest.vehicle.uuid])
    return reverse("manifests.qr", args=[manifest.uuid])


def _trucks(request: Request) -> list[Vehicle]:
    """Trucks of own fleets, and of those that came here of late."""
    organisations = request.actor.organisation_ids
    seen = Manifest.objects.filter(
        of_parties(organisations), issued_at__gte=timezone.now() - _RECENT
    )
    known = Q(carrier__in=sorted(organisations)) | Q(carrier__in=seen.values("carrier"))
    return list(Vehicle.objects.filter(valid_on(), known).order_by("plate")[:TRUCKS_MAX])


def _scans(request: Request) -> list[dict[str, str]]:
    """Pages for a truck whose load is not known: one for each gate, one for arrivals."""
    address = reverse("manifests.offline.truck")
    gates = gate_sites(request.actor)[:GATES_MAX] if request.actor.may(ISSUE) else []
    found = [
        {"path": f"{address}?gate={gate.uuid}", "words": _("Departure") + f" · {gate.organisation}"}
        for gate in gates
    ]
    if _receives(request):
        found.append({"path": f"{address}?arrival=1", "words": _("Arrival")})
    return found


def _receives(request: Request) -> bool:
    own = Site.objects.filter(organisation__in=sorted(request.actor.organisation_ids))
    return own.filter(valid_on(), kind__in=RECEIVING).exists()


@require_GET
@needs(SIGN)
def truck(request: Request) -> HttpResponse:
    """The form of a scan for whichever truck comes; the phone fills in which one."""
    gates = {str(gate.uuid): gate for gate in gate_sites(request.actor)}
    gate = gates.get(request.GET.get("gate", ""))
    initial = {"submission": uuid7()}
    context: dict[str, Any] = {"now_ms": clock_ms(), "gate": gate}
    if gate is not None and request.actor.may(ISSUE):
        # Any carrier's: which truck comes is known when it does.
        form: Any = GateForm(initial=initial, truck=Vehicle(carrier=Organisation()), site=gate)
        context["notes"] = destination_notes(gate, form.places)
    else:
        form = AnyArrivalForm(initial=initial)
    return render(request, "manifests/offline_truck.html", context | {"form": form})
