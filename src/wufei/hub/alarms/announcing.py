"""A word to open browsers about alarms that are new or have changed."""

from collections.abc import Iterable
from typing import Any

from wufei.hub.alarms.declarations import rule
from wufei.hub.alarms.models import Alarm


def announce(alarms: Iterable[Alarm]) -> None:
    """Tell it, after the commit, to those who may see each alarm."""


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
