"""``/health/``: do the database, the bus and the worker answer?

Answered before any middleware, since it must also speak when the database does not. It tells no
secrets, and one look serves everybody for a second, so that asking costs nothing.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import psycopg

from wufei.config import bus

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_KEPT_S = 1.0
_TIMEOUT_S = 2.0
WORKER_SILENT_S = 30
"""A worker beats every ten seconds; silent for this long it counts as dead."""
WORKERS_ALIVE = (
    "SELECT count(*) FROM procrastinate_workers "
    "WHERE last_heartbeat > now() - make_interval(secs => %s)"
)

_last: tuple[float, dict[str, str]] = (-_KEPT_S, {})
_turn = asyncio.Lock()


async def respond(send: Send) -> None:
    """200 when pages can be served (the database answers), else 503."""
    found = await look()
    status = 200 if found["database"] == "ok" else 503
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(found).encode()})


async def look() -> dict[str, str]:
    """State of each part: ``ok`` or ``failed``."""
    global _last
    async with _turn:
        if time.monotonic() - _last[0] >= _KEPT_S:
            (database, worker), found_bus = await asyncio.gather(_database(), _bus())
            found = {"database": database, "bus": found_bus, "worker": worker}
            _last = (time.monotonic(), found)
        return _last[1]


async def _database() -> tuple[str, str]:
    from django.db import connection

    parameters = connection.get_connection_params()
    wanted: Any = {
        name: parameters[name]
        for name in ("host", "port", "user", "password", "dbname")
        if name in parameters
    }
    try:
        async with (
            asyncio.timeout(_TIMEOUT_S),
            await psycopg.AsyncConnection.connect(**wanted, connect_timeout=2) as link,
        ):
            row = await (await link.execute(WORKERS_ALIVE, [WORKER_SILENT_S])).fetchone()
    except (psycopg.Error, OSError):
        return "failed", "failed"
    return "ok", "ok" if row and row[0] else "failed"


async def _bus() -> str:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(*bus.address())
            greeting = await reader.readline()
            writer.close()
    except OSError:
        return "failed"
    return "ok" if greeting.startswith(b"INFO ") else "failed"
