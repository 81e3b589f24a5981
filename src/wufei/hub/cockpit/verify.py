"""Whether the figures that people see are what the movements add up to."""

from collections.abc import Callable, Iterator

from django.db import connection, transaction

from wufei.hub.indicators import verify as indicators
from wufei.hub.ledger.verify import Difference

_CHECKS: dict[str, Callable[[], Iterator[Difference]]] = {"indicators": indicators.differences}


def verify() -> Iterator[tuple[str, list[Difference]]]:
    """Run every check in one snapshot, so that it passes at any moment."""
    assert not connection.in_atomic_block, "verify takes a snapshot of its own"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, check in _CHECKS.items():
            yield name, list(check())
