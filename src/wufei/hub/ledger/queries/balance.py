"""Whether an account adds up, together with what went to other holders and regions."""

from collections.abc import Iterable

from django.db import connection, transaction

from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.movements import handed_g
from wufei.hub.ledger.queries.one_account import Line, one_account


def balanced(of: Of, period: Period, by: By, lines: Iterable[Line]) -> bool:
    """Whether sources and sinks of ``lines`` (of ``one_account(of, period, by)``) meet.

    What some holders or regions hand to others is counted from the movements themselves; over
    all holders or regions it cancels out.
    """
    lines = list(lines)
    if of.holders is not None or of.regions is not None:
        return _meets(lines, of, period) or _meets_at_one_moment(of, period, by)
    if by in (By.HOLDER, By.REGION):
        return sum(line.off_g for line in lines) == 0
    return all(line.off_g == 0 for line in lines)


def _meets(lines: Iterable[Line], of: Of, period: Period) -> bool:
    return sum(line.off_g for line in lines) == handed_g(of, period)


def _meets_at_one_moment(of: Of, period: Period, by: By) -> bool:
    """Both asked again: a load that arrived between the two questions is no difference."""
    snapshot = not connection.in_atomic_block
    with transaction.atomic():
        if snapshot:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _meets(one_account(of, period, by), of, period)
