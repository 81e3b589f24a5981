"""What a position says to a browser, and who may see it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from wufei.hub.telemetry.audience import Audience, audience, of_manifest
from wufei.hub.telemetry.models import LastPosition

_RELATED = (
    "vehicle__carrier__region",
    "manifest__consignor_site__region",
    "manifest__consignee_site__region",
)


def with_facts() -> "QuerySet[LastPosition]":
    """Last positions with all that ``as_json`` and ``audience_of`` ask for."""
    return LastPosition.objects.select_related(*_RELATED).prefetch_related("manifest__legs")


def as_json(position: LastPosition) -> dict[str, Any]:
    """One vehicle for the map: degrees WGS-84, km/h, degrees from north, ms since 1970."""
    manifest = position.manifest
    return {
        "id": str(position.vehicle.uuid),
        "plate": position.vehicle.plate,
        "carrier": str(position.vehicle.carrier),
        "domain": position.domain,
        "manifest": str(manifest.uuid) if manifest else "",
        "number": str(manifest) if manifest else "",
        "longitude": round(position.longitude, 6),
        "latitude": round(position.latitude, 6),
        "speed_kmh": round(position.speed_kmh, 1),
        "heading_deg": position.heading_deg,
        "time_ms": round(position.device_time.timestamp() * 1000),
    }


def audience_of(position: LastPosition) -> Audience:
    """The carrier's people, and those of both ends of the load that is on board."""
    own = audience(position.vehicle.carrier)
    return own | of_manifest(position.manifest) if position.manifest else own


def told(positions: Iterable[LastPosition]) -> list[dict[str, Any]]:
    """Positions with their audiences, as they go over the bus."""
    return [as_json(one) | {"to": audience_of(one).as_json()} for one in positions]
