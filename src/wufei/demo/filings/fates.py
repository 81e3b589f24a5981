"""When each form of the demo comes and what is decided of it: mostly in time, as people are. Pure.

The same form has the same fate at every load.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from wufei.hub.filings.declarations import FilingType, Kind
from wufei.hub.filings.periods import Span

_ZONE = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
# Of a hundred: those that come too late, and those that have not come at all until a day that is
# not long over; what was missing longer ago has come in the end.
LATE, MISSING = 6, 3
REMEMBERED = timedelta(days=120)
# Of a hundred that somebody reviews, or that anybody filed.
RETURNED, REJECTED, AMENDED = 8, 5, 4


class Verb(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class Deed:
    """What is done to a form, and when."""

    verb: Verb
    at: datetime

    @property
    def decides(self) -> bool:
        return self.verb is not Verb.SUBMIT


def owed(
    form_type: FilingType, span: Span, due: date | None, now: date, chance: Random
) -> tuple[Deed, ...]:
    """All that will be done to a form of a period; nothing to one that never comes."""
    day = _day(form_type, span, due, now, chance)
    return () if day is None else course(form_type, _at(day, chance), chance)


def course(form_type: FilingType, at: datetime, chance: Random) -> tuple[Deed, ...]:
    """Submitted at ``at``, and what follows: looked at, perhaps sent back, perhaps amended."""
    deeds = [Deed(Verb.SUBMIT, at)]
    looked_at = bool(form_type.reviewer) or form_type.kind is Kind.MIRROR
    if looked_at:
        if chance.randrange(100) < RETURNED:
            deeds.append(Deed(Verb.RETURN, _later(deeds, chance)))
            deeds.append(Deed(Verb.SUBMIT, _later(deeds, chance)))
        refused = not form_type.kind.at_once and chance.randrange(100) < REJECTED
        deeds.append(Deed(Verb.REJECT if refused else Verb.ACCEPT, _later(deeds, chance)))
        if refused:
            return tuple(deeds)
    if chance.randrange(100) < AMENDED:
        deeds.append(Deed(Verb.SUBMIT, _later(deeds, chance)))
        if looked_at:
            deeds.append(Deed(Verb.ACCEPT, _later(deeds, chance)))
    return tuple(deeds)


def sent_back(at: datetime, chance: Random) -> tuple[Deed, ...]:
    """Submitted, sent back within two days, and not handed in again for a week."""
    back = _at(at.date() + chance.randint(1, 2) * _DAY, chance)
    again = _at(back.date() + 8 * _DAY, chance)
    accepted = _at(again.date() + 2 * _DAY, chance)
    found = ((Verb.SUBMIT, at), (Verb.RETURN, back), (Verb.SUBMIT, again), (Verb.ACCEPT, accepted))
    return tuple(Deed(verb, when) for verb, when in found)


def _day(
    form_type: FilingType, span: Span, due: date | None, now: date, chance: Random
) -> date | None:
    over = span.last + _DAY
    opens = over if due is None or due > span.last else span.first + 14 * _DAY
    last = max(due or opens + 20 * _DAY, opens)
    lot = chance.randrange(100)
    if lot < MISSING:
        return None if last > now - REMEMBERED else last + chance.randint(25, 60) * _DAY
    if lot < MISSING + LATE:
        return last + chance.randint(1, 20) * _DAY
    days = (last - opens).days
    day = opens + round(chance.triangular(0, days, days * 0.7)) * _DAY
    while day.weekday() > 4 and day > opens:
        day -= _DAY
    return day


def _at(day: date, chance: Random) -> datetime:
    """In office hours."""
    return datetime.combine(day, time(8, 30), _ZONE) + timedelta(minutes=chance.randint(0, 540))


def _later(deeds: list[Deed], chance: Random) -> datetime:
    day = deeds[-1].at.date() + chance.randint(1, 8) * _DAY
    while day.weekday() > 4:
        day += _DAY
    return _at(day, chance)
