"""Frames that could not be used: kept for some days, so that a vendor's fault can be shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wufei.hub.telemetry.models import BadFrame

AGE = timedelta(days=30)
_ROWS_A_DELETE = 5_000


def keep(frames: Iterable[BadFrame]) -> None:
    """Write them in one statement; what is too long for its column is cut off."""
    rows = list(frames)
    for row in rows:
        row.frame = bytes(row.frame)[: BadFrame.FRAME_BYTES_MAX]
        row.detail = row.detail[:200]
    BadFrame.objects.bulk_create(rows)


def prune(now: datetime) -> int:
    """Remove those that are older than ``AGE``; returns how many."""
    removed = 0
    old = BadFrame.objects.filter(received_at__lt=now - AGE).order_by("received_at")
    # In pieces: a flood of bad frames must not become one long transaction.
    while ids := list(old.values_list("pk", flat=True)[:_ROWS_A_DELETE]):
        removed += BadFrame.objects.filter(pk__in=ids).delete()[0]
    return removed
