"""In which state a filing is, as people see it: by state and day together."""

from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wufei.hub.base.desk import ATTENTION, BAD, GOOD, INFO
from wufei.hub.filings.models import Filing
from wufei.hub.registry.validity import today

State = Filing.State
LATE, SOON = "late", "soon"
SOON_DAYS = timedelta(days=7)
TO_DO = (State.OPEN, State.RETURNED)

LABELS = {
    LATE: pgettext_lazy("filing", "Late"),
    SOON: pgettext_lazy("filing", "Due soon"),
    **{state.value: state.label for state in State},
}
TONES = {
    LATE: BAD,
    SOON: ATTENTION,
    State.OPEN: "",
    State.SUBMITTED: INFO,
    State.RETURNED: ATTENTION,
    State.ACCEPTED: GOOD,
    State.REJECTED: BAD,
    State.LAPSED: "",
}


def is_late(filing: Filing, day: date | None = None) -> bool:
    """Owed, past its day, and not handed in; what was sent back has come."""
    due = filing.due_on
    return _waited_for(filing) and due is not None and due < (day or today())


def _waited_for(filing: Filing) -> bool:
    return filing.owed and filing.state == State.OPEN


def seen_as(filing: Filing, day: date | None = None) -> str:
    """A code of ``LABELS``."""
    day = day or today()
    if is_late(filing, day):
        return LATE
    due = filing.due_on
    if _waited_for(filing) and due is not None and due <= day + SOON_DAYS:
        return SOON
    return str(filing.state)


def late(day: date | None = None) -> Q:
    """Condition on filings that are late."""
    return Q(state=State.OPEN, owed=True, due_on__lt=day or today())


def condition(code: str) -> Q:
    """Filings that are seen as ``code``."""
    day = today()
    if code == LATE:
        return late(day)
    if code == SOON:
        return Q(state=State.OPEN, owed=True, due_on__range=(day, day + SOON_DAYS))
    return Q(state=code)
