"""The track of a vehicle around an alarm, out of the lake."""

from datetime import timedelta

from wufei.hub.alarms.models import Alarm
from wufei.hub.alarms.streams.trips import Degrees
from wufei.hub.telemetry import tracks

# Enough to see where it came from and whether it came back.
_BEFORE = _AFTER = timedelta(minutes=10)
_LONGEST = timedelta(hours=12)


def around(alarm: Alarm) -> tuple[list[Degrees], list[Degrees]]:
    """Where the vehicle was from a while before to a while after, and within the episode.

    Both are empty where the lake has nothing: a few seconds after the event, or for a document.
    """
    if alarm.vehicle_id is None or alarm.last_seen_at == alarm.opened_at:
        return [], []
    since = max(alarm.opened_at, alarm.last_seen_at - _LONGEST)
    found = tracks.track(alarm.vehicle_id, since - _BEFORE, alarm.last_seen_at + _AFTER)
    first, last = (round(at.timestamp() * 1000) for at in (since, alarm.last_seen_at))
    rows = found.select("device_time_ms", "longitude", "latitude").rows()
    return (
        [(longitude, latitude) for _at, longitude, latitude in rows],
        [(longitude, latitude) for at, longitude, latitude in rows if first <= at <= last],
    )
