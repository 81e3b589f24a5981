"""``wufei gateway``: takes the positions of vehicle terminals (JT/T 808), in the foreground."""

import asyncio
import contextlib
import logging
import os
import resource
import signal

import typer

from wufei.config import environment as env

# Files and links beside the terminals' connections.
_FILES_BESIDE = 200


def gateway() -> None:
    """Take the positions of vehicle terminals, in the foreground (`wufei up` runs everything)."""
    import uvloop

    from wufei.cli import start_django

    os.environ.setdefault("WUFEI_PART", "gateway")
    start_django()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_gateway())


async def _gateway() -> None:
    from wufei.hub.telemetry.bus import Publisher, partitions
    from wufei.hub.telemetry.gateway.limits import Limits
    from wufei.hub.telemetry.gateway.server import Gateway
    from wufei.hub.telemetry.gateway.terminals import Terminals, load

    def known() -> Terminals:
        return load(keep_unknown=env.text("WUFEI_UNKNOWN_TERMINALS") == "keep")

    bus = Publisher("gateway")
    limits = Limits(
        connections_max=_connections_allowed(env.number("WUFEI_JT808_CONNECTIONS_MAX")),
        frames_s_max=env.number("WUFEI_JT808_FRAMES_S_MAX"),
        idle_s=env.number("WUFEI_JT808_IDLE_S"),
    )
    served = Gateway(bus, known, partitions=partitions(), limits=limits)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, served.stop)
    opening = asyncio.create_task(bus.open())
    try:
        await served.run(env.text("WUFEI_JT808_HOST"), env.number("WUFEI_JT808_PORT"))
    finally:
        opening.cancel()
        await bus.close()
    if served.failed:
        raise typer.Exit(1)


def _connections_allowed(wanted: int) -> int:
    """A connection is a file: raise our own limit as far as we may, and stay below it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + _FILES_BESIDE
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    allowed = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - _FILES_BESIDE)
    if allowed < wanted:
        logging.getLogger("wufei.gateway").info(
            "at most %s terminals at once: the system allows %s open files (ulimit -n)",
            allowed,
            soft,
        )
    return allowed
