"""The watcher's part that draws conclusions: stream rules over fixes, alarms from findings.

Nothing here is kept on disk. After a start the bus hands over its last minutes again
(``telemetry.watching.REPLAY``), and what the rules knew grows anew out of them; episodes that
began before those minutes are taken from the alarms that still last. What is found again under a
known identity, or as part of a known episode, changes nothing.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wufei.hub.alarms import declarations
from wufei.hub.alarms.models import Alarm
from wufei.hub.alarms.queries import lasting
from wufei.hub.alarms.queries.settings import InForce, in_force
from wufei.hub.alarms.queries.trips import trips_since
from wufei.hub.alarms.services import clear_arrived, open_from_findings, report
from wufei.hub.alarms.streams import machine
from wufei.hub.alarms.streams.machine import Known, State
from wufei.hub.base.actor import system
from wufei.hub.base.findings import Finding
from wufei.hub.telemetry.fixes import Fixes

# Trips that arrived this long ago still have their fixes judged, and a replay finds them.
_ARRIVED_WITHIN = timedelta(hours=2)
_REFRESH_MS, _SETTINGS_MS, _LENGTHEN_MS = 2_000, 10_000, 5_000
_BY = system("watch")
_logger = logging.getLogger("wufei.alarms")


class AlarmWatch:
    """``handle`` takes batches in their order, ``tick`` comes once a second.

    ``replayed`` is how far back the fixes reach that will be handed over first.
    """

    def __init__(self, now_ms: int, *, replayed: timedelta = timedelta()) -> None:
        self._settings = in_force()
        self._trips = trips_since(_moment(now_ms) - _ARRIVED_WITHIN)
        self._trips_at = self._settings_at = self._arrived_at = now_ms
        self._states: dict[str, State] = {}
        # Episodes that only went on, by their identity: told every few seconds, not each time.
        self._longer: dict[tuple[str, str, str], Finding] = {}
        self._longer_at = now_ms
        known = list(lasting(_codes(), since=_moment(now_ms) - replayed))
        for rule in declarations.stream_rules():
            assert rule.sight is not None
            own = [_known(alarm) for alarm in known if alarm.rule == rule.code]
            self._states[rule.code] = machine.begin(rule.sight, own)
        self._open = {_key(alarm) for alarm in known}

    def handle(self, fixes: Fixes, now_ms: int) -> None:
        """Judge one batch. What opens or ends is reported before this returns."""
        if now_ms - self._trips_at >= _REFRESH_MS:
            self._refresh(now_ms)
        urgent = [finding for finding in self._judge(fixes) if self._is_urgent(finding)]
        if urgent:
            self._report(urgent)

    def tick(self, now_ms: int) -> None:
        """Lengthen what goes on, take over what other rooms found, end what has arrived."""
        if self._longer and now_ms - self._longer_at >= _LENGTHEN_MS:
            self._longer_at = now_ms
            self._report(())
        open_from_findings(by=_BY)
        if now_ms - self._trips_at >= _REFRESH_MS:
            self._refresh(now_ms)
        if now_ms - self._arrived_at >= _REFRESH_MS:
            self._arrived_at = now_ms
            self._end_arrived()

    def _judge(self, fixes: Fixes) -> Iterable[Finding]:
        seen = machine.observe(fixes, self._trips)
        if not len(seen):
            return
        for code, state in self._states.items():
            setting = self._settings[code]
            if setting.enabled:
                self._states[code], findings = self._advance(setting, state, seen)
                yield from findings

    def _advance(
        self, setting: InForce, state: State, seen: machine.Seen
    ) -> tuple[State, list[Finding]]:
        rule = setting.rule
        assert rule.sight is not None
        return machine.judge(
            rule.sight,
            state,
            seen,
            self._trips,
            setting.numbers,
            code=rule.code,
            severity=rule.severity,
            domains=rule.domains,
        )

    def _is_urgent(self, finding: Finding) -> bool:
        """Whether it opens or ends an episode; one that only goes on is kept for later."""
        key = (finding.code, finding.subject, finding.episode)
        over = finding.values["cleared_ms"] is not None
        if key in self._open and not over:
            self._longer[key] = finding
            return False
        self._longer.pop(key, None)
        if over:
            self._open.discard(key)
        else:
            self._open.add(key)
        return True

    def _report(self, urgent: Iterable[Finding]) -> None:
        changed = report([*self._longer.values(), *urgent], by=_BY)
        self._longer.clear()
        for alarm in changed:
            _logger.debug("%s %s until %s", alarm.rule, alarm.episode, alarm.last_seen_at)

    def _end_arrived(self) -> None:
        if clear_arrived(by=_BY):
            self._open &= {_key(alarm) for alarm in lasting(_codes())}

    def _refresh(self, now_ms: int) -> None:
        self._trips_at = now_ms
        self._trips = trips_since(_moment(now_ms) - _ARRIVED_WITHIN)
        for code, state in self._states.items():
            self._states[code] = machine.settle(state, self._trips)
        if now_ms - self._settings_at >= _SETTINGS_MS:
            self._settings_at = now_ms
            self._settings = in_force()


def _codes() -> list[str]:
    return [rule.code for rule in declarations.stream_rules()]


def _key(alarm: Alarm) -> tuple[str, str, str]:
    return (alarm.rule, alarm.finding.subject, alarm.episode)


def _known(alarm: Alarm) -> Known:
    assert alarm.vehicle_id is not None
    assert alarm.manifest_id is not None
    return Known(
        vehicle=alarm.vehicle_id,
        trip=alarm.manifest_id,
        since_ms=_ms(alarm.opened_at),
        seen_ms=_ms(alarm.last_seen_at),
        longitude=float(alarm.longitude or 0),
        latitude=float(alarm.latitude or 0),
    )


def _moment(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
