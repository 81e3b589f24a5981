"""What one has to know to issue: sites, carriers, vehicles, wastes, containers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.queries import find
from wufei.hub.manifests import queries
from wufei.hub.manifests.api import schemas, showing
from wufei.hub.manifests.declarations import template_of, templates
from wufei.hub.manifests.services.checks import ISSUE
from wufei.hub.registry.queries import open_on, visible_vehicles

router = Router(tags=["look-ups"])
FOUND_MAX = 200


@operation(
    router,
    "GET",
    "/sites",
    name="api.site.list",
    act=ISSUE,
    summary=_("Sites to send from (your own) or to"),
    response=list[schemas.SiteOut],
)
def sites(request: ApiRequest, asked: Query[schemas.SiteQuery]) -> list[dict[str, Any]]:
    if asked.role == "consignor":
        rows = queries.consignor_sites(request.auth)
    else:
        rows = queries.consignee_sites(asked.domain)
    return [showing.site(site) for site in rows[:FOUND_MAX]]


@operation(
    router,
    "GET",
    "/carriers",
    name="api.carrier.list",
    act=ISSUE,
    summary=_("Carriers with vehicles"),
    response=list[schemas.Named],
)
def carriers(request: ApiRequest, asked: Query[schemas.DomainQuery]) -> list[dict[str, Any]]:
    return [showing.named(one) for one in queries.carriers(asked.domain)[:FOUND_MAX]]


@operation(
    router,
    "GET",
    "/vehicles",
    name="api.vehicle.list",
    act="registry.vehicle.view",
    summary=_("Vehicles of your organisations"),
    response=list[schemas.VehicleOut],
)
def vehicles(request: ApiRequest) -> list[dict[str, Any]]:
    rows = visible_vehicles(request.auth).filter(open_on()).order_by("plate")
    return [showing.vehicle(one) for one in rows[:FOUND_MAX]]


@operation(
    router,
    "GET",
    "/wastes",
    name="api.waste.list",
    act=ISSUE,
    summary=_("Wastes that travel under a manifest"),
    response=list[schemas.WasteOut],
)
def wastes(request: ApiRequest, asked: Query[schemas.WasteQuery]) -> list[dict[str, Any]]:
    streams = [stream for form in templates() for stream in form.streams]
    rows = find(asked.q, asked.domain or None).filter(stream__in=streams)
    return [_waste(one) for one in rows[:FOUND_MAX]]


@operation(
    router,
    "GET",
    "/lots",
    name="api.lot.list",
    act=ISSUE,
    summary=_("Lots and containers that stand free at one of your sites, the oldest first"),
    response=list[schemas.FreeLotOut],
)
def lots(request: ApiRequest, asked: Query[schemas.LotQuery]) -> list[dict[str, Any]]:
    rows = queries.free_lots(request.auth, asked.site, asked.waste)
    return [showing.free_lot(lot) for lot in rows[:FOUND_MAX]]


def _waste(waste: WasteType) -> dict[str, Any]:
    form, stream = template_of(waste.stream), catalogue.stream(waste.stream)
    assert form is not None, "only streams with a template were asked for"
    return {
        "code": waste.code,
        "name": waste.label,
        "domain": waste.domain,
        "stream": waste.stream,
        "template": form.code,
        "unit": str(stream.unit),
        "methods": [method.code for method in stream.methods],
    }
