"""Where the history ends and the live day begins, so that they join without a seam.

Trips of *simulated* sources (construction and hazardous waste) belong to the history outside the
live spans and to the simulator inside them. A span opens when the demo is loaded; at the next
load, when the simulator has given no sign of life for a while, it is closed where the simulator
stopped and another one opens: the time between is the history's.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from wufei.demo.history.world import Span
from wufei.demo.models import LiveSpan, Load
from wufei.demo.simulator.state import ABSENCE_S
from wufei.hub.manifests.models import LineLot, Status

# A shorter absence is not worth telling: trucks stood still for a while.
ABSENCE = timedelta(seconds=ABSENCE_S)


def state_file() -> Path:
    """Where the simulator keeps what it needs to go on; it tells when it last lived."""
    return Path(settings.HOME) / "simulate" / "state.json"


def hand_over(record: Load, now: datetime) -> bool:
    """Close the open span if the simulator has stopped, and open one if it is to work.

    True where there is a time between the two that the history has to tell.
    """
    span = record.live.filter(end=None).first()
    if span is not None:
        seen = max(span.begin, _last_sign() or span.begin)
        if settings.SIMULATE and now - seen < ABSENCE:
            return False
        # What has been told already stays as it was told.
        span.end = max(seen, min(record.reached or seen, now))
        span.save()
    if settings.SIMULATE:
        LiveSpan.objects.create(load=record, begin=now)
    return span is not None


def spans(record: Load) -> tuple[Span, ...]:
    return tuple(record.live.values_list("begin", "end"))


def gone() -> frozenset[UUID]:
    """Containers that travel, or travelled, on a manifest."""
    rows = LineLot.objects.exclude(line__manifest__status__in=[Status.CANCELLED, Status.EXPIRED])
    return frozenset(rows.values_list("lot__uuid", flat=True))


def _last_sign() -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(state_file().read_text())["alive_at"])
    except (OSError, ValueError, KeyError):
        return None
