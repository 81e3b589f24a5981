"""Findings become alarms: opened once for each episode, lengthened, and over when they clear.

Reporting the same again changes nothing, so a log may be read twice.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from wufei.hub.alarms import declarations
from wufei.hub.alarms.announcing import announce
from wufei.hub.alarms.declarations import RuleKind
from wufei.hub.alarms.models import Alarm, AlarmEvent
from wufei.hub.alarms.queries.settings import in_force
from wufei.hub.alarms.services.episodes import Sighting, fresh, told
from wufei.hub.alarms.services.subjects import Concern, concerns
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import clear_finding, record_findings

_AT_ONCE_MAX = 500


def report(findings: Iterable[Finding], *, by: Actor) -> list[Alarm]:
    """Record what rules saw, and open or lengthen its alarms; returns those that changed.

    The identity of an alarm is (rule, subject, episode). ``values`` may say when it happened
    (``since_ms``, ``seen_ms``, ``cleared_ms``), where (``longitude``, ``latitude``), on which
    ``manifest`` (its uuid), and whether it is ``historical``. What is known already, under its
    own name or as part of an episode that overlaps it, changes nothing.
    """
    sightings = [told(finding) for finding in findings]
    if not sightings:
        return []
    with transaction.atomic():
        _queue_up()
        kept = list(fresh(sightings))
        record_findings((one.finding for one in kept), by)
        for one in kept:
            if one.cleared_at is not None:
                clear_finding(one.finding.code, one.finding.subject, one.finding.episode)
        return _write(kept, by)


def open_from_findings(*, by: Actor) -> list[Alarm]:
    """Open alarms from what other rooms found by declared rules, and end those that cleared."""
    with transaction.atomic():
        _queue_up()
        _clear_with_findings(by)
        records = list(_without_alarm()[:_AT_ONCE_MAX])
        return _write([told(_as_finding(record), record) for record in records], by)


def clear_arrived(*, by: Actor) -> int:
    """End what lasts on loads that have arrived: no fix will come to end it. Returns how many."""
    rules = declarations.codes(RuleKind.STREAM)
    with transaction.atomic():
        _queue_up()
        rows = Alarm.objects.filter(
            rule__in=rules, cleared_at=None, manifest__arrived_at__isnull=False
        )
        found = list(rows.select_related("finding"))
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in found]).update(
            cleared_at=Greatest(F("last_seen_at"), F("opened_at"))
        )
        _ended(found, by)
    return len(found)


def _queue_up() -> None:
    # Whether an episode is known is asked before it is written: reporters take turns.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('alarms.report', 0))")


def _without_alarm() -> "QuerySet[FindingRecord]":
    settings = in_force()
    codes = [
        code
        for kind in (RuleKind.DOCUMENT, RuleKind.CLOCK)
        for code in declarations.codes(kind)
        if settings[code].enabled
    ]
    return FindingRecord.objects.filter(code__in=codes, alarm=None).order_by("pk")


def _as_finding(record: FindingRecord) -> Finding:
    known = declarations.rule(record.code)
    assert known is not None
    return Finding(record.code, record.subject, known.severity, record.values, record.episode)


def _clear_with_findings(by: Actor) -> None:
    rows = Alarm.objects.filter(cleared_at=None, finding__cleared_at__isnull=False)
    found = list(rows.select_related("finding"))
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in found]).update(
        cleared_at=Greatest(F("last_seen_at"), F("opened_at"))
    )
    _ended(found, by)


def _ended(alarms: list[Alarm], by: Actor) -> None:
    for alarm in alarms:
        record = alarm.finding
        clear_finding(record.code, record.subject, record.episode)
    _events(alarms, AlarmEvent.Kind.CLEAR, by)
    announce(alarm.pk for alarm in alarms)


def _write(sightings: list[Sighting], by: Actor) -> list[Alarm]:
    """Make or move the alarm of each sighting; their findings are recorded."""
    if not sightings:
        return []
    records = _records(sightings)
    made, moved, over = [], [], []
    found = concerns(one.finding for one in sightings)
    for one in sightings:
        alarm = one.alarm
        if alarm is None:
            alarm = _new(one, records[one.key], found[one.key])
            made.append(alarm)
        else:
            moved.append(alarm)
        if one.cleared_at is not None and alarm.cleared_at is None:
            over.append(alarm)
        _move(alarm, one)
    Alarm.objects.bulk_create(made)
    fields = ["last_seen_at", "cleared_at", "longitude", "latitude", "severity"]
    Alarm.objects.bulk_update(moved, fields)
    _events(made, AlarmEvent.Kind.OPEN, by)
    _events(over, AlarmEvent.Kind.CLEAR, by)
    for alarm in made:
        values = {"rule": alarm.rule, "episode": alarm.episode}
        audit.record(by, "alarms:alarm:open", subject=f"alarms.alarm:{alarm.uuid}", values=values)
    announce(alarm.pk for alarm in (*made, *over))
    return [*made, *moved]


def _records(sightings: list[Sighting]) -> dict[tuple[str, str, str], FindingRecord]:
    rows = FindingRecord.objects.filter(
        code__in={one.finding.code for one in sightings},
        subject__in={one.finding.subject for one in sightings},
    )
    return {(row.code, row.subject, row.episode): row for row in rows}


def _new(one: Sighting, record: FindingRecord, concern: Concern) -> Alarm:
    return Alarm(
        finding=record,
        rule=one.finding.code,
        severity=one.finding.severity,
        episode=one.finding.episode,
        historical=one.historical,
        opened_at=one.since,
        last_seen_at=one.seen,
        **concern,
    )


def _move(alarm: Alarm, one: Sighting) -> None:
    alarm.last_seen_at, alarm.cleared_at = one.seen, one.cleared_at
    alarm.severity = one.finding.severity
    if one.finding.values.get("longitude") is not None:
        alarm.longitude = one.finding.values["longitude"]
        alarm.latitude = one.finding.values["latitude"]


def _events(alarms: Iterable[Alarm], kind: AlarmEvent.Kind, by: Actor) -> None:
    AlarmEvent.objects.bulk_create(
        [AlarmEvent(alarm=alarm, kind=kind, actor=by.id) for alarm in alarms]
    )
