"""``/health/``: do the database, the bus, the worker, gateway, sink and watcher answer?

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
from wufei.config import environment as env
from wufei.hub.telemetry.fence import HELD, KINDS

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
            found, found_bus, gateway = await asyncio.gather(_database(), _bus(), _gateway())
            found |= {"bus": found_bus, "gateway": gateway}
            _last = (time.monotonic(), found)
        return _last[1]


async def _database() -> dict[str, str]:
    """The database, and those whose life it knows of: by their heartbeat, or by their locks."""
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
            return {"database": "ok"} | await _alive(link)
    except (psycopg.Error, OSError):
        return dict.fromkeys(("database", "worker", *KINDS), "failed")


async def _alive(link: psycopg.AsyncConnection[Any]) -> dict[str, str]:
    """The worker; sink and watcher, where every partition has one."""

    async def count(query: Any, value: int) -> int:
        row = await (await link.execute(query, [value])).fetchone()
        return int(row[0]) if row else 0

    found = {"worker": await count(WORKERS_ALIVE, WORKER_SILENT_S) > 0}
    for name, kind in KINDS.items():
        found[name] = await count(HELD, kind) >= env.number("WUFEI_PARTITIONS")
    return {name: "ok" if well else "failed" for name, well in found.items()}


async def _bus() -> str:
    return await _speaks(*bus.address(), b"INFO ")


async def _gateway() -> str:
    host, port = env.reached(env.text("WUFEI_JT808_HOST")), env.number("WUFEI_JT808_PORT")
    return await _speaks(host, port)


async def _speaks(host: str, port: int, first: bytes = b"") -> str:
    """Whether somebody takes a connection there, and begins with ``first`` where that is given."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port)
            greeting = await reader.readline() if first else b""
            writer.close()
    except OSError:
        return "failed"
    return "ok" if greeting.startswith(first) else "failed"
