"""Findings, kept: recorded once for each episode, seen again, cleared."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding
from wufei.hub.base.models import FindingRecord

# ``xmax`` is 0 in a row that this statement made, and not in one that it changed.
_RECORD = """
    INSERT INTO base_findingrecord
        (code, subject, episode, severity, "values", by, first_seen, last_seen)
    SELECT *, %(by)s, %(now)s, %(now)s FROM unnest(
        %(codes)s::text[], %(subjects)s::text[], %(episodes)s::text[], %(severities)s::text[],
        %(values)s::jsonb[])
    ON CONFLICT (code, subject, episode) DO UPDATE SET
        severity = excluded.severity, "values" = excluded."values",
        last_seen = excluded.last_seen, cleared_at = NULL
    RETURNING xmax = 0
"""


def record_findings(findings: Iterable[Finding], actor: Actor) -> int:
    """Keep what checks saw, in the caller's transaction; returns how many are new.

    The same (code, subject, episode) stays one record: its values and ``last_seen`` move on, and
    it opens again if it had been cleared.
    """
    # A statement may not touch one row twice: the last sight counts. Sorted, since two writers
    # that lock the same rows in different order would wait for each other for ever.
    latest = {(f.code, f.subject, f.episode): f for f in findings}
    ordered = [finding for _key, finding in sorted(latest.items())]
    if not ordered:
        return 0
    parameters: dict[str, Any] = {
        "by": actor.id,
        "now": timezone.now(),
        "codes": [f.code for f in ordered],
        "subjects": [f.subject for f in ordered],
        "episodes": [f.episode for f in ordered],
        "severities": [str(f.severity) for f in ordered],
        "values": [json.dumps(dict(f.values), default=str) for f in ordered],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, parameters)
        return sum(new for (new,) in cursor.fetchall())


def clear_finding(code: str, subject: str, episode: str | None = None) -> int:
    """Say that a finding no longer holds (all its episodes, if none is given); returns how many."""
    found = FindingRecord.objects.filter(code=code, subject=subject, cleared_at=None)
    if episode is not None:
        found = found.filter(episode=episode)
    return found.update(cleared_at=timezone.now())
