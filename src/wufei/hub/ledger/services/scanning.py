"""Looks for accounts that were below zero on some day, and says so as findings."""

from django.db import connection, transaction
from django.utils import timezone

from wufei.hub.base.actor import system
from wufei.hub.base.findings import Finding
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import record_findings

CODE = "ledger.negative_day"
_NEGATIVE = """
SELECT account_id, count(*), min(day), min(running_g)::bigint FROM (
    SELECT account_id, day,
           sum(sum(change_g)) OVER (PARTITION BY account_id ORDER BY day) AS running_g
    FROM (
        SELECT target_id AS account_id, day, sign * mass_g AS change_g FROM ledger_movement
        UNION ALL
        SELECT source_id, day, -sign * mass_g FROM ledger_movement) s
    WHERE account_id IN (SELECT account_id FROM ledger_balance)
    GROUP BY account_id, day) d
WHERE running_g < 0 GROUP BY account_id ORDER BY account_id"""


def scan_negative_days() -> int:
    """Record a finding for each such account, clear those that were mended; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_NEGATIVE)
        rows = cursor.fetchall()
    findings = [
        Finding(
            CODE,
            subject=f"ledger.account:{account_id}",
            values={"days": days, "first": first.isoformat(), "mass_g": lowest_g},
        )
        for account_id, days, first, lowest_g in rows
    ]
    with transaction.atomic():
        record_findings(findings, system("ledger"))
        mended = FindingRecord.objects.filter(code=CODE, cleared_at=None).exclude(
            subject__in=[finding.subject for finding in findings]
        )
        mended.update(cleared_at=timezone.now())
    return len(findings)


def sunk_accounts() -> list[int]:
    """Keys of the accounts that were below zero when they were last looked at."""
    found = FindingRecord.objects.filter(code=CODE, cleared_at=None)
    subjects = found.values_list("subject", flat=True)
    return [int(subject.rpartition(":")[2]) for subject in subjects]
