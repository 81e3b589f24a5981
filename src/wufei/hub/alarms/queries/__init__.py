"""Reads of the alarms, cut to what the actor may see."""

from datetime import datetime

from django.db.models import Case, QuerySet, Value, When

from wufei.hub.alarms.models import WORKED_ON, Alarm
from wufei.hub.alarms.scope import alarms_for
from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Severity

VIEW, WORK = "alarms.alarm.view", "alarms.alarm.work"
_SHOWN = (
    "finding",
    "vehicle",
    "organisation",
    "region",
    "manifest__consignor_site",
    "manifest__consignee_site",
)
# The worst first; of the same severity what still lasts, then the newest.
_RANK = Case(
    When(severity=Severity.ERROR, then=Value(0)),
    When(severity=Severity.WARNING, then=Value(1)),
    default=Value(2),
)
_LASTS = Case(When(cleared_at=None, then=Value(0)), default=Value(1))


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Alarm]":
    return Alarm.objects.filter(alarms_for(actor, act)).select_related(*_SHOWN)


def waiting(actor: Actor, act: str = VIEW) -> "QuerySet[Alarm]":
    """Alarms that nobody has brought to an end yet, the most urgent first."""
    return (
        visible(actor, act).filter(state__in=WORKED_ON).order_by(_RANK, _LASTS, "-opened_at", "-pk")
    )


def lasting(rules: list[str], since: datetime | None = None) -> "QuerySet[Alarm]":
    """Alarms of these rules on loads that are not over, without those told after the fact."""
    rows = Alarm.objects.filter(
        rule__in=rules, cleared_at=None, historical=False, manifest__isnull=False
    )
    if since is not None:
        rows = rows.filter(opened_at__lt=since)
    return rows.select_related("finding")
