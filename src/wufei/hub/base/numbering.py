"""Numbers in a row: unique and ascending for each scope."""

from wufei.hub.base.prepared import run

_NEXT = """
    INSERT INTO base_serial (scope, last) VALUES (%(scope)s, %(count)s)
    ON CONFLICT (scope) DO UPDATE SET last = base_serial.last + excluded.last
    RETURNING last
"""


def next_number(scope: str) -> int:
    """The next number of ``scope``, from 1 on.

    The scope's row stays locked until the caller's transaction ends: nobody else gets a later
    number before this one is certain, and a transaction that is rolled back leaves no gap. Ask
    for it late in a transaction, since everyone else in the scope waits.
    """
    return next_numbers(scope, 1)[0]


def next_numbers(scope: str, count: int) -> range:
    """As ``next_number``, ``count`` numbers in a row."""
    ((last,),) = run(_NEXT, {"scope": scope, "count": count})
    return range(int(last) - count + 1, int(last) + 1)
