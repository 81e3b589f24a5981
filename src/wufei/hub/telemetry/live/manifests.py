"""A word to open browsers about manifests that are new or have changed.

The manifests' room lies below and knows no browsers, so the watcher looks once a second.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from wufei.hub.manifests.models import Manifest
from wufei.hub.telemetry.audience import of_manifest
from wufei.hub.telemetry.fixes import Fixes
from wufei.hub.telemetry.live.announcing import announce
from wufei.hub.telemetry.live.hearing import EVENTS_MAX

# As many as wait for one browser: of a flood the newest are told.
ROWS_MAX = EVENTS_MAX
# A row is seen when its transaction ends, some seconds after the time that stands in it.
_OVERLAP = timedelta(seconds=10)
_RELATED = ("consignor_site__region", "consignee_site__region")


class ManifestNews:
    """A handler of the watcher: ``tick`` tells each change once."""

    def __init__(self) -> None:
        self._since = timezone.now()
        self._told: dict[int, datetime] = {}

    def handle(self, fixes: Fixes, now_ms: int) -> None:
        """Positions are no news of manifests."""

    def tick(self, now_ms: int) -> int:
        """Tell what has changed since the last look; returns how many were told."""
        rows = Manifest.objects.filter(changed_at__gt=self._since - _OVERLAP)
        found = (
            rows.select_related(*_RELATED)
            .prefetch_related("legs")
            .order_by("-changed_at", "-pk")[:ROWS_MAX]
        )
        news = [one for one in reversed(found) if self._told.get(one.pk) != one.changed_at]
        for manifest in news:
            announce("manifests", as_json(manifest), to=of_manifest(manifest))
        self._since = max([self._since, *(one.changed_at for one in found)])
        self._told = {one.pk: one.changed_at for one in found}
        return len(news)


def as_json(manifest: Manifest) -> dict[str, Any]:
    """What a page needs to know whether it is concerned; ms since 1970."""
    return {
        "id": str(manifest.uuid),
        "number": str(manifest),
        "status": manifest.status,
        "domain": manifest.domain,
        "changed_ms": round(manifest.changed_at.timestamp() * 1000),
    }
