"""What an alarm concerns: a manifest with its vehicle, carrier and place, a vehicle, or a form."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from wufei.hub.base.findings import Finding
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.findings import SUBJECT as FILING
from wufei.hub.filings.models import Filing
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Vehicle

MANIFEST, VEHICLE = "manifests.manifest", "registry.vehicle"
Concern = dict[str, Any]
Key = tuple[str, str, str]
_RELATED = ("vehicle", "carrier", "consignor_site__region", "consignee_site__region")


def concerns(findings: Iterable[Finding]) -> Mapping[Key, Concern]:
    """By (code, subject, episode): the columns of an alarm that say what it concerns."""
    told = list(findings)
    of_manifests, of_vehicles, of_forms = _manifests(told), _vehicles(told), _forms(told)
    return {
        (one.code, one.subject, one.episode): of_manifests.get(manifest_of(one))
        or of_vehicles.get(_uuid(one.subject))
        or of_forms.get(_uuid(one.subject))
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


def _forms(findings: list[Finding]) -> dict[UUID | None, Concern]:
    """Of what was filed: whose it is, and where."""
    subjects = [one.subject for one in findings if one.subject.startswith(f"{FILING}:")]
    uuids = {uuid for subject in subjects if (uuid := _uuid(subject))}
    rows = Filing.objects.filter(uuid__in=uuids)
    return {
        filing.uuid: _of_form(filing)
        for filing in rows.select_related("organisation__region", "site__region")
    }


def _of_form(filing: Filing) -> Concern:
    place = filing.site or filing.organisation
    return {
        "domain": filing_type(filing.type).domain,
        "organisation": filing.organisation,
        "region": place.region,
        "longitude": filing.site.longitude if filing.site else None,
        "latitude": filing.site.latitude if filing.site else None,
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
