"""Numbers in a row: unique and ascending for each scope."""

from django.db import connection

_NEXT = """
    INSERT INTO base_serial (scope, last) VALUES (%s, 1)
    ON CONFLICT (scope) DO UPDATE SET last = base_serial.last + 1
    RETURNING last
"""


def next_number(scope: str) -> int:
    """The next number of ``scope``, from 1 on.

    The scope's row stays locked until the caller's transaction ends: nobody else gets a later
    number before this one is certain, and a transaction that is rolled back leaves no gap. Ask
    for it late in a transaction, since everyone else in the scope waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [scope])
        (number,) = cursor.fetchone()
    return int(number)
