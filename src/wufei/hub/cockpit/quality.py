"""How good the data are 测量 / 申报 / 估算: weighed, declared or converted; the latest movements.

The facts do not carry it, and a walk over the whole year would grow with history. The latest
movements say how the books are kept now, in a time that never grows.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

LATEST_MAX = 5_000
# A manifest's masses stand on a weighbridge slip; volumes and pieces are converted by usual
# values; everything else is what somebody wrote down.
_LATEST = """
    SELECT count(*) FILTER (WHERE original_unit IN ('m3', 'piece')),
           count(*) FILTER (WHERE original_unit NOT IN ('m3', 'piece')
                              AND cause LIKE 'manifest:%%'),
           count(*), max(recorded_at)
    FROM (SELECT original_unit, cause, recorded_at FROM ledger_movement
          ORDER BY id DESC LIMIT %s) m"""


@dataclass(frozen=True)
class Quality:
    """Counts of the latest movements by how their mass is known; ``recorded_at`` of the last."""

    measured: int
    declared: int
    estimated: int
    recorded_at: datetime | None

    @property
    def count(self) -> int:
        return self.measured + self.declared + self.estimated

    def share(self, part: int) -> str:
        """Per cent; a part that is there is never rounded to nothing."""
        if not self.count:
            return "—"
        percent = 100 * part / self.count
        return "<1%" if 0 < percent < 1 else f"{percent:.0f}%"


def latest() -> Quality:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [LATEST_MAX])
        estimated, measured, count, recorded_at = cursor.fetchone()
    return Quality(measured, count - measured - estimated, estimated, recorded_at)
