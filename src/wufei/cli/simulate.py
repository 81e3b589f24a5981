"""``wufei simulate``: the live day of the demo district, in the foreground."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from wufei.config import environment as env


def simulate() -> None:
    """Let the demo district's people and vehicles work (`wufei up` runs everything)."""
    # No Django here: a small process that sees the platform from outside.
    from wufei.config.secrets import secret
    from wufei.demo.simulator.run import Settings
    from wufei.demo.simulator.run import simulate as run

    os.environ.setdefault("WUFEI_PART", "simulate")
    if not (env.flag("WUFEI_DEMO") and env.flag("WUFEI_SIMULATE")):
        print("Nothing is simulated (WUFEI_DEMO or WUFEI_SIMULATE is false).")
        return
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    settings = Settings(
        folder=env.home() / "simulate",
        gateway=(env.reached(env.text("WUFEI_JT808_HOST")), env.number("WUFEI_JT808_PORT")),
        web=_web(),
        password=secret("simulate"),
        speed=env.get("WUFEI_SIMULATE_SPEED"),
        vehicles_max=env.number("WUFEI_SIMULATE_VEHICLES"),
        mishaps=env.get("WUFEI_SIMULATE_MISHAPS"),
    )
    asyncio.run(_until_stopped(run(settings)))


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _web() -> str:
    scheme = "https" if env.text("WUFEI_TLS_CERT") else "http"
    host = env.reached(env.text("WUFEI_HOST"))
    # An address of IPv6 has colons of its own.
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{env.number('WUFEI_PORT')}"
