"""Which episode a finding belongs to: its own, or a known one that it is a part of.

A log that is read again from the middle of an episode sees it begin later, and gives it another
name. It overlaps the known one, and so is told apart from a second episode.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wufei.hub.alarms.models import Alarm
from wufei.hub.base.findings import Finding
from wufei.hub.base.models import FindingRecord

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Sighting:
    """A finding with its times, and the alarm that it goes on with (None: a new one)."""

    finding: Finding
    since: datetime
    seen: datetime
    cleared_at: datetime | None
    historical: bool
    alarm: Alarm | None = None

    @property
    def key(self) -> Key:
        return (self.finding.code, self.finding.subject, self.finding.episode)

    @property
    def manifest(self) -> str:
        return str(self.finding.values.get("manifest", ""))


def told(finding: Finding, record: FindingRecord | None = None) -> Sighting:
    """When it happened: as the finding says, else when it was recorded, else now."""
    first = record.first_seen if record else timezone.now()
    since = _moment(finding.values.get("since_ms")) or first
    seen = _moment(finding.values.get("seen_ms")) or (record.last_seen if record else since)
    cleared_at = _moment(finding.values.get("cleared_ms")) or (record and record.cleared_at)
    historical = bool(finding.values.get("historical", False))
    return Sighting(finding, since, max(since, seen), cleared_at or None, historical)


def fresh(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Those that say something new, in the order of their beginning, under their known name."""
    ordered = sorted(sightings, key=lambda one: (one.since, one.key))
    known = _known(ordered)
    by_key = {(alarm.rule, alarm.finding.subject, alarm.episode): alarm for alarm in known}
    told_now: dict[Key, Sighting] = {}
    for one in ordered:
        alarm = by_key.get(one.key) or _overlapping(one, known)
        if alarm is None:
            if not (one.historical and _told_already(one, told_now.values())):
                told_now[one.key] = one
        elif _adds(one, alarm):
            told_now[one.key] = _as_part_of(alarm, one)
    # Two sightings may have become one episode: the later one says all.
    yield from {one.key: one for one in told_now.values()}.values()


def _known(sightings: list[Sighting]) -> list[Alarm]:
    if not sightings:
        return []
    first = sightings[0].since
    rows = Alarm.objects.filter(
        Q(cleared_at=None) | Q(cleared_at__gte=first) | Q(opened_at__gte=first),
        rule__in={one.finding.code for one in sightings},
        finding__subject__in={one.finding.subject for one in sightings},
    )
    return list(rows.select_related("finding").order_by("opened_at", "pk"))


def _overlapping(one: Sighting, known: list[Alarm]) -> Alarm | None:
    """The known episode of the same rule, thing and manifest that shares a moment with it."""
    ends = one.cleared_at or one.seen
    for alarm in known:
        values = alarm.finding.values
        same = alarm.rule == one.finding.code and alarm.finding.subject == one.finding.subject
        if not same or "since_ms" not in values or str(values.get("manifest", "")) != one.manifest:
            continue
        lasts = alarm.cleared_at is None
        if alarm.opened_at <= ends and (lasts or one.since <= (alarm.cleared_at or ends)):
            return alarm
    return None


def _told_already(one: Sighting, others: Iterable[Sighting]) -> bool:
    return any(
        other.finding.code == one.finding.code
        and (other.finding.subject, other.manifest) == (one.finding.subject, one.manifest)
        and other.since <= one.seen
        and one.since <= other.seen
        for other in others
    )


def _adds(one: Sighting, alarm: Alarm) -> bool:
    """Whether it tells more than the alarm knows; what came late tells a live alarm nothing."""
    if one.historical and not alarm.historical:
        return False
    ended_now = one.cleared_at is not None and alarm.cleared_at is None
    return one.seen > alarm.last_seen_at or (ended_now and one.seen >= alarm.last_seen_at)


def _as_part_of(alarm: Alarm, one: Sighting) -> Sighting:
    """The sighting as the known episode goes on: its beginning and its greatest distance stay."""
    before, now = alarm.finding.values, dict(one.finding.values)
    if alarm.episode != one.finding.episode:
        now["since_ms"] = before.get("since_ms")
        now["lasted_s"] = round((one.seen - alarm.opened_at).total_seconds())
    for name in before.keys() & now.keys():
        if name.endswith("_max_m"):
            now[name] = max(before[name], now[name])
    finding = replace(one.finding, episode=alarm.episode, values=now)
    return replace(one, finding=finding, since=alarm.opened_at, alarm=alarm)


def _moment(time_ms: Any) -> datetime | None:
    return None if time_ms is None else datetime.fromtimestamp(time_ms / 1000, UTC)
