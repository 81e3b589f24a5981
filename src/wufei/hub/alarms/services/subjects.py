"""What an alarm concerns: the manifest of a finding, with its vehicle, carrier, place."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from wufei.hub.base.findings import Finding
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Vehicle

MANIFEST, VEHICLE = "manifests.manifest", "registry.vehicle"
Concern = dict[str, Any]
Key = tuple[str, str, str]
_RELATED = ("vehicle", "carrier", "consignor_site__region", "consignee_site__region")


def concerns(findings: Iterable[Finding]) -> Mapping[Key, Concern]:
    """By (code, subject, episode): the columns of an alarm that say what it concerns."""
    told = list(findings)
    of_manifests, of_vehicles = _manifests(told), _vehicles(told)
    return {
        (one.code, one.subject, one.episode): of_manifests.get(manifest_of(one))
        or of_vehicles.get(_uuid(one.subject))
        or {}
        for one in told
    }


def _manifests(findings: list[Finding]) -> dict[UUID | None, Concern]:
    uuids = {uuid for one in findings if (uuid := manifest_of(one))}
    rows = Manifest.objects.filter(uuid__in=uuids).select_related(*_RELATED)
    return {manifest.uuid: _concern(manifest) for manifest in rows}


def _vehicles(findings: list[Finding]) -> dict[UUID | None, Concern]:
    """Of vehicles that carry nothing."""
    uuids = {
        uuid
        for one in findings
        if one.subject.startswith(f"{VEHICLE}:")
        and manifest_of(one) is None
        and (uuid := _uuid(one.subject))
    }
    rows = Vehicle.objects.filter(uuid__in=uuids).select_related("carrier__region")
    return {
        vehicle.uuid: {
            "vehicle": vehicle,
            "organisation": vehicle.carrier,
            "region": vehicle.carrier.region,
        }
        for vehicle in rows
    }


def manifest_of(finding: Finding) -> UUID | None:
    """The manifest that the finding is about, or that it names."""
    if finding.subject.startswith(f"{MANIFEST}:"):
        return _uuid(finding.subject)
    return _uuid(f":{finding.values.get('manifest', '')}")


def _uuid(subject: str) -> UUID | None:
    try:
        return UUID(subject.partition(":")[2])
    except ValueError:
        return None


def _concern(manifest: Manifest) -> Concern:
    start, end = manifest.consignor_site, manifest.consignee_site
    # Where the district can do something: at the end of the trip that lies in it.
    place = start if start.region.within or not end.region.within else end
    return {
        "manifest": manifest,
        "domain": manifest.domain,
        "vehicle": manifest.vehicle,
        "organisation": manifest.carrier,
        "region": place.region,
        # Documents happen where they are signed; positions of a truck take their place.
        "longitude": end.longitude,
        "latitude": end.latitude,
    }
