"""The driver's page: my truck's code, where to next, what I drove today, which papers end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import corrections, queries
from wufei.hub.manifests.choices import driving
from wufei.hub.manifests.figures import distance_m, known_g, length_m, trips_today
from wufei.hub.manifests.models import Manifest, Round, Status
from wufei.hub.manifests.reading import with_everything
from wufei.hub.manifests.views.verification import check_url
from wufei.hub.registry.models import Driver, Site, Vehicle
from wufei.hub.registry.pages.vehicles import ending_tone
from wufei.hub.registry.validity import last_day, today, valid_on

SIGN = "manifests.manifest.sign"
# The truck that a driver chose, for as long as they stay signed in.
CHOSEN = "manifests.truck"
TRUCKS_MAX = 100
WAITING_SHOWN = 8


@dataclass(frozen=True)
class Paper:
    """A paper of truck or driver with its last day."""

    kind: str
    last: date
    days: int
    tone: str


@dataclass(frozen=True)
class Stop:
    """Where to next: to load, or with the load to its destination."""

    site: Site
    loaded: bool
    distance_m: float | None
    along_route: bool
    contact: Any


def page(request: Request) -> HttpResponse:
    me = list(driving(request.actor))
    trucks = _trucks(request.actor, me)
    truck = my_truck(request, trucks, me)
    load = queries.open_of_vehicle(truck.pk) if truck else None
    if load is not None:
        load = with_everything(Manifest.objects.filter(pk=load.pk)).get()
    context = {
        "truck": truck,
        "trucks": trucks,
        "load": load,
        "mass_g": known_g(load) if load else None,
        "check_url": check_url(load, request.actor),
        "stop": _next_stop(load) if load else None,
        "trips": trips_today(vehicle=truck) if truck else None,
        "papers": _papers(truck, me),
        "waiting": _waiting(request.actor, load),
        "round": _round(truck),
        "to_agree": list(corrections.waiting_for(request.actor)[:WAITING_SHOWN]),
    }
    return render(request, "manifests/driver.html", context)


@require_POST
@needs(SIGN)
def choose(request: Request) -> HttpResponse:
    """Which truck I drive today."""
    uuid = uuid_or_none(request.POST.get("vehicle", ""))
    if uuid and any(truck.uuid == uuid for truck in _trucks(request.actor, driving(request.actor))):
        request.session[CHOSEN] = str(uuid)
    return HttpResponseRedirect(reverse("manifests.phone"))


def _trucks(actor: Actor, me: Any) -> list[Vehicle]:
    """Trucks in use of the carriers that I drive for."""
    carriers = {driver.carrier_id for driver in me} | set(actor.organisation_ids)
    rows = Vehicle.objects.filter(valid_on(), carrier__in=carriers).select_related("carrier")
    return list(rows.order_by("plate")[:TRUCKS_MAX])


def my_truck(request: Request, trucks: list[Vehicle], me: list[Driver]) -> Vehicle | None:
    """The one I chose, else that of my latest load, else the only one."""
    known = {str(truck.uuid): truck for truck in trucks}
    if (chosen := request.session.get(CHOSEN)) in known:
        return known[chosen]
    latest = (
        Manifest.objects.filter(driver__in=me, vehicle__isnull=False)
        .order_by("-issued_at")
        .values_list("vehicle__uuid", flat=True)
        .first()
    )
    if str(latest) in known:
        return known[str(latest)]
    return trucks[0] if len(trucks) == 1 else None


def _next_stop(load: Manifest) -> Stop | None:
    if load.status == Status.ISSUED:
        return Stop(load.consignor_site, False, None, False, _contact(load.consignor_site))
    if load.status != Status.LOADED:
        return None
    if load.route is not None:
        apart: float | None = length_m(load.route)
    else:
        apart = distance_m(load.consignor_site, load.consignee_site)
    site = load.consignee_site
    return Stop(site, True, apart, load.route is not None, _contact(site))


def _contact(site: Site) -> Any:
    return site.organisation.contacts.filter(main=True).exclude(phone="").first()


def _papers(truck: Vehicle | None, me: list[Driver]) -> list[Paper]:
    """Soonest first; what has no last day is left out."""
    permit = truck.permit_validity if truck else None
    found = [_paper("permit", last_day(permit) if permit else None)]
    found += [
        _paper("qualification", last_day(driver.qualified)) for driver in me if driver.qualified
    ]
    return sorted((one for one in found if one is not None), key=lambda one: one.last)


def _paper(kind: str, last: date | None) -> Paper | None:
    if last is None:
        return None
    return Paper(kind, last, (last - today()).days, ending_tone(last))


def _round(truck: Vehicle | None) -> Round | None:
    """The collection round that the truck is on."""
    rows = Round.objects.select_related("destination__organisation")
    return rows.filter(vehicle=truck, ended_at=None).first() if truck else None


def _waiting(actor: Actor, load: Manifest | None) -> list[Manifest]:
    """Other manifests that wait for the driver's signature."""
    rows = with_everything(queries.waiting_for(actor))
    return [one for one in rows[:8] if load is None or one.pk != load.pk]
