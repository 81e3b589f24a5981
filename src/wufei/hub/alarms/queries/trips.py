"""What is loaded and on the road, as the stream rules need it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from wufei.hub.alarms.streams.trips import Degrees, Trip, Trips, gather
from wufei.hub.manifests.carriages import RELATED, carriages
from wufei.hub.manifests.models import Manifest, Route, Status
from wufei.hub.registry.models import Site


def trips_since(moment: datetime) -> Trips:
    """Trips that are on the road or arrived after ``moment``, and the yards of the register.

    Those that have just arrived belong in: their last fixes may still be on the way, and a log
    that is read again must find the trips of its time.
    """
    rows = Manifest.objects.filter(
        Q(status=Status.LOADED) | Q(arrived_at__gte=moment), loaded_at__isnull=False
    )
    found = rows.select_related("vehicle", "route", "consignor_site", "consignee_site")
    found = found.prefetch_related(*RELATED)
    return gather((_trip(manifest) for manifest in found.iterator(2_000)), _yards())


def _trip(manifest: Manifest) -> Trip:
    """Of several carriages the latest: what was before has been judged by then."""
    vehicle, latest = manifest.vehicle, carriages(manifest)[-1]
    assert vehicle is not None, "a loaded manifest has a vehicle"
    route = manifest.route
    return Trip(
        key=manifest.pk,
        manifest=str(manifest.uuid),
        vehicle=vehicle.pk,
        vehicle_uuid=str(vehicle.uuid),
        domain=manifest.domain,
        begins_ms=_ms(latest.start),
        ends_ms=_ms(latest.end) if latest.end else None,
        path=path_of(route) if route else (),
        corridor_m=route.corridor_m if route else 0,
        sites=tuple(_places((manifest.consignor_site, manifest.consignee_site))),
    )


def path_of(route: Route) -> tuple[Degrees, ...]:
    """The route's line in degrees; empty where what is stored is no line."""
    points: Any = route.path.get("coordinates", ()) if isinstance(route.path, dict) else ()
    return tuple((float(point[0]), float(point[1])) for point in points)


def _yards() -> list[Degrees]:
    rows = Site.objects.filter(kind=Site.Kind.YARD, longitude__isnull=False)
    return list(_places(rows))


def _places(sites: Iterable[Site]) -> Iterable[Degrees]:
    for site in sites:
        if site.longitude is not None and site.latitude is not None:
            yield _degrees(site.longitude, site.latitude)


def _degrees(longitude: Decimal, latitude: Decimal) -> Degrees:
    return float(longitude), float(latitude)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
