"""One worker a partition: session locks in the database that end with whoever holds them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg

# First key of our locks; the second is kind × 1000 + partition.
_SPACE = 8_080_000
KINDS = {"sink": 1, "watch": 2}
_TRY_S = 1.0
HELD = (
    "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    f"AND classid = {_SPACE} AND objid::bigint / 1000 = %s "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""How many partitions somebody works on, for one of ``KINDS``; tells whether a part is alive."""


class FenceLost(Exception):
    """The locks are gone (the database went away): nothing may be written until they are back."""


class Fence:
    """Holds the locks of ``kind`` for these partitions, or waits until whoever has them ends.

    A killed process loses them at once, one that hangs with its connection. Use as an async
    context manager; call ``check`` before each write.
    """

    def __init__(self, kind: str, partitions: Sequence[int]) -> None:
        self._keys = [KINDS[kind] * 1000 + partition for partition in sorted(partitions)]
        self._link: Any = None

    async def __aenter__(self) -> "Fence":
        self._link = await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True)
        try:
            for key in self._keys:
                while not await self._take(key):
                    await asyncio.sleep(_TRY_S)
        except BaseException:
            await self._link.close()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._link.close()

    async def check(self) -> None:
        """Raises ``FenceLost`` unless the locks are still ours."""
        try:
            await self._link.execute("SELECT 1")
        except psycopg.Error as error:
            raise FenceLost(str(error).strip()) from error

    async def _take(self, key: int) -> bool:
        row = await self._link.execute("SELECT pg_try_advisory_lock(%s, %s)", [_SPACE, key])
        return bool((await row.fetchone())[0])


def _parameters() -> dict[str, Any]:
    """How Django reaches the database, with keep-alives: a dead peer must not hold the locks."""
    from django.db import connection

    wanted = ("host", "port", "user", "password", "dbname")
    found = connection.get_connection_params()
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {name: found[name] for name in wanted if name in found} | {
        "connect_timeout": 5,
        **alive,
    }
