"""Whether an account adds up, together with what went to other holders and regions."""

from collections.abc import Iterable

from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.movements import handed_g
from wufei.hub.ledger.queries.one_account import Line


def balanced(of: Of, period: Period, by: By, lines: Iterable[Line]) -> bool:
    """Whether sources and sinks of ``lines`` (of ``one_account(of, period, by)``) meet.

    What some holders or regions hand to others is counted from the movements themselves; over
    all holders or regions it cancels out.
    """
    lines = list(lines)
    if of.holders is not None or of.regions is not None:
        return sum(line.off_g for line in lines) == handed_g(of, period)
    if by in (By.HOLDER, By.REGION):
        return sum(line.off_g for line in lines) == 0
    return all(line.off_g == 0 for line in lines)
