"""A word to open browsers about alarms that are new or have changed."""

from collections.abc import Iterable
from typing import Any

from wufei.hub.alarms.declarations import rule
from wufei.hub.alarms.models import Alarm
from wufei.hub.alarms.queries import waiting
from wufei.hub.base.actor import Actor
from wufei.hub.telemetry.audience import NOBODY_BUT_ALL, Audience, audience, of_manifest
from wufei.hub.telemetry.live import announce as say

STANDING_MAX = 200
_RELATED = (
    "finding",
    "vehicle",
    "organisation__region",
    "manifest__consignor_site__region",
    "manifest__consignee_site__region",
)


def announce(keys: Iterable[int]) -> None:
    """Tell the alarms with these primary keys, after the commit, to those who may see them."""
    for alarm in Alarm.objects.filter(pk__in=list(keys)).select_related(*_RELATED):
        say("alarms", as_json(alarm), to=audience_of(alarm))


def standing(actor: Actor) -> list[dict[str, Any]]:
    """What a map shows when it opens: alarms that last and nobody has ended, the worst first."""
    rows = waiting(actor).filter(cleared_at=None, longitude__isnull=False)[:STANDING_MAX]
    return [as_json(alarm) for alarm in rows]


def audience_of(alarm: Alarm) -> Audience:
    """As ``scope.alarms_for`` cuts the lists: who sees the manifest sees its alarms."""
    if alarm.manifest is not None:
        return of_manifest(alarm.manifest)
    return audience(alarm.organisation) if alarm.organisation else NOBODY_BUT_ALL


def as_json(alarm: Alarm) -> dict[str, Any]:
    """An alarm for lists and maps in the browser; times are ms since 1970, degrees WGS-84."""
    known = rule(alarm.rule)
    return {
        "id": str(alarm.uuid),
        "rule": alarm.rule,
        "family": known.family if known else "",
        "severity": alarm.severity,
        "state": alarm.state,
        "domain": alarm.domain,
        "plate": alarm.vehicle.plate if alarm.vehicle else "",
        "vehicle": str(alarm.vehicle.uuid) if alarm.vehicle else "",
        "manifest": str(alarm.manifest.uuid) if alarm.manifest else "",
        "number": str(alarm.manifest) if alarm.manifest else "",
        "longitude": None if alarm.longitude is None else float(alarm.longitude),
        "latitude": None if alarm.latitude is None else float(alarm.latitude),
        "opened_ms": round(alarm.opened_at.timestamp() * 1000),
        "lasts": alarm.cleared_at is None,
    }
