"""What people do with an alarm: acknowledge, remark, close, mark as false.

Each is one conditional update: only one of two people who press at once finds the old state.
Doing again what one has done oneself changes nothing.
"""

from django.db import transaction

from wufei.hub.alarms.announcing import announce
from wufei.hub.alarms.models import WORKED_ON, Alarm, AlarmEvent, State
from wufei.hub.alarms.queries import WORK, visible
from wufei.hub.alarms.refusals import NoReason, Overtaken
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import NotFound

Kind = AlarmEvent.Kind
_REASON_LENGTH_MAX = 500


def acknowledge(alarm: Alarm, *, by: Actor) -> Alarm:
    """Say that somebody has seen it and takes care."""
    return _move(alarm, Kind.ACKNOWLEDGE, (State.OPEN,), State.ACKNOWLEDGED, by)


def close(alarm: Alarm, *, reason: str, by: Actor) -> Alarm:
    """The matter is settled; ``reason`` says how. Raises ``NoReason`` without one."""
    return _move(alarm, Kind.CLOSE, WORKED_ON, State.CLOSED, by, _reason(reason))


def mark_false(alarm: Alarm, *, reason: str, by: Actor) -> Alarm:
    """Nothing was wrong: the rule erred, and ``reason`` says in what."""
    return _move(alarm, Kind.FALSE, WORKED_ON, State.FALSE, by, _reason(reason))


def remark(alarm: Alarm, *, text: str, by: Actor) -> AlarmEvent:
    """Add what somebody knows about it, in any state."""
    _permit(alarm, by)
    words = _reason(text, field="text")
    with transaction.atomic():
        return _keep(alarm, Kind.REMARK, by, words)


def _move(
    alarm: Alarm,
    kind: AlarmEvent.Kind,
    before: tuple[State, ...],
    after: State,
    by: Actor,
    reason: str = "",
) -> Alarm:
    _permit(alarm, by)
    with transaction.atomic():
        moved = Alarm.objects.filter(pk=alarm.pk, state__in=before).update(state=after)
        alarm.refresh_from_db()
        if moved:
            _keep(alarm, kind, by, reason)
            announce([alarm.pk])
        elif not alarm.events.filter(kind=kind, actor=by.id).exists() or alarm.state != after:
            raise Overtaken(state=alarm.get_state_display())
    return alarm


def _keep(alarm: Alarm, kind: AlarmEvent.Kind, by: Actor, words: str) -> AlarmEvent:
    subject = f"alarms.alarm:{alarm.uuid}"
    audit.record(by, f"alarms:alarm:{kind}", subject=subject, values={"state": alarm.state})
    return AlarmEvent.objects.create(alarm=alarm, kind=kind, actor=by.id, remark=words)


def _permit(alarm: Alarm, by: Actor) -> None:
    by.require(WORK)
    if not visible(by, WORK).filter(pk=alarm.pk).exists():
        raise NotFound


def _reason(text: str, field: str = "reason") -> str:
    words = text.strip()[:_REASON_LENGTH_MAX]
    if not words:
        raise NoReason(field=field)
    return words
