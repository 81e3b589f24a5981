"""What happens today: manifests and alarms, cut to what the reader may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from wufei.hub.alarms.models import WORKED_ON, Alarm
from wufei.hub.alarms.models import State as AlarmState
from wufei.hub.alarms.scope import alarms_for
from wufei.hub.base.actor import Actor
from wufei.hub.manifests.models import OPEN, Manifest, Status
from wufei.hub.manifests.scope import seen_by

MANIFESTS, ALARMS = "manifests.manifest.view", "alarms.alarm.view"
ROWS_MAX, RINGS_MAX = 6, 60
# Whatever is closed today was issued in these days: older ones are found in the list.
_CLOSED_LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Loads:
    """Today's manifests: issued and closed since midnight, on the road and abnormal now."""

    issued: int
    moving: int
    closed: int
    abnormal: int


@dataclass(frozen=True)
class Alarms:
    """Those that wait for work (the latest few as rows), and how many came today."""

    waiting: int
    today: int
    false_today: int
    rows: list[Alarm]
    rings: list[Alarm]


def midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def loads_of(actor: Actor) -> dict[str, "QuerySet[Manifest]"]:
    """The manifests behind each of the four figures."""
    rows, since = Manifest.objects.filter(seen_by(actor, MANIFESTS)).order_by(), midnight()
    overdue = Q(due_at__lt=timezone.now(), status__in=OPEN)
    alarmed = Q(pk__in=Alarm.objects.filter(state__in=WORKED_ON).values("manifest"))
    return {
        "issued": rows.filter(issued_at__gte=since),
        "moving": rows.filter(status=Status.LOADED),
        "closed": rows.filter(
            status=Status.CLOSED, closed_at__gte=since, issued_at__gte=since - _CLOSED_LOOK_BACK
        ),
        "abnormal": rows.filter(overdue | alarmed),
    }


def loads(actor: Actor) -> Loads:
    return Loads(**{code: rows.count() for code, rows in loads_of(actor).items()})


def alarms(actor: Actor) -> Alarms:
    seen = Alarm.objects.filter(alarms_for(actor, ALARMS)).order_by()
    worked_on, today = Q(state__in=WORKED_ON), Q(opened_at__gte=midnight())
    counts = seen.filter(worked_on | today).aggregate(
        waiting=Count("pk", filter=worked_on, distinct=True),
        today=Count("pk", filter=today, distinct=True),
        false=Count("pk", filter=today & Q(state=AlarmState.FALSE), distinct=True),
    )
    waiting = seen.filter(worked_on)
    named = waiting.select_related("finding", "vehicle", "manifest", "organisation", "region")
    latest = list(named.order_by("-opened_at", "-pk")[:RINGS_MAX])
    return Alarms(
        counts["waiting"],
        counts["today"],
        counts["false"],
        latest[:ROWS_MAX],
        [one for one in latest if one.longitude is not None and one.cleared_at is None],
    )
