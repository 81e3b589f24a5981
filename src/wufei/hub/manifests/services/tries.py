"""Failed tries of a secret: counted in the database, so that they hold for every process.

The counts stand in the cache, which is a table of the database, as those of signing in do
(``accounts.lockout``). Count outside of a transaction that a refusal rolls back.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache
from django.db import connection, transaction


@dataclass(frozen=True)
class Limit:
    """At most ``most`` failures of one ``name`` in ``span_s`` seconds."""

    name: str
    most: int
    span_s: int

    @property
    def entry(self) -> str:
        return f"manifests.tries:{self.name}"


@contextmanager
def in_turn(*limits: Limit) -> Iterator[None]:
    """Tries under the same limits wait for each other: a burst of guesses is counted too."""
    with transaction.atomic(), connection.cursor() as cursor:
        for number in sorted(_number(limit.entry) for limit in limits):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def full(*limits: Limit) -> bool:
    """Whether one of the limits is reached for now."""
    return any(len(_recent(limit)) >= limit.most for limit in limits)


def fail(*limits: Limit) -> None:
    for limit in limits:
        cache.set(limit.entry, [time.time(), *_recent(limit)][: limit.most], limit.span_s)


def _recent(limit: Limit) -> list[float]:
    since = time.time() - limit.span_s
    return [at for at in cache.get(limit.entry) or [] if at > since]
