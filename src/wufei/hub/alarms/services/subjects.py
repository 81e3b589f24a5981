"""What an alarm concerns: the manifest of a finding, with its vehicle, carrier, place."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from wufei.hub.base.findings import Finding
from wufei.hub.manifests.models import Manifest

SUBJECT = "manifests.manifest"
Concern = dict[str, Any]
_RELATED = ("vehicle", "carrier", "consignor_site__region", "consignee_site__region")


def concerns(findings: Iterable[Finding]) -> Mapping[tuple[str, str, str], Concern]:
    """By (code, subject, episode): the columns of an alarm that say what it concerns."""
    by_uuid: dict[UUID, list[Finding]] = {}
    found: dict[tuple[str, str, str], Concern] = {}
    for finding in findings:
        found[(finding.code, finding.subject, finding.episode)] = {}
        if uuid := manifest_of(finding):
            by_uuid.setdefault(uuid, []).append(finding)
    for manifest in Manifest.objects.filter(uuid__in=by_uuid).select_related(*_RELATED):
        for finding in by_uuid[manifest.uuid]:
            found[(finding.code, finding.subject, finding.episode)] = _concern(manifest)
    return found


def manifest_of(finding: Finding) -> UUID | None:
    """The manifest that the finding is about, or that it names."""
    kind, _colon, subject = finding.subject.partition(":")
    text = subject if kind == SUBJECT else str(finding.values.get("manifest", ""))
    try:
        return UUID(text)
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
