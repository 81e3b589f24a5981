"""``wufei gateway``: takes the positions of vehicle terminals (JT/T 808), in the foreground."""

import asyncio
import contextlib
import logging
import os
import resource
import signal

from wufei.config import environment as env

# Files and links beside the terminals' connections.
_FILES_BESIDE = 200


def gateway() -> None:
    """Take the positions of vehicle terminals, in the foreground (`wufei up` runs everything)."""
    import uvloop

    from wufei.cli import start_django

    os.environ.setdefault("WUFEI_PART", "gateway")
    start_django()
    _allow_files(env.number("WUFEI_JT808_CONNECTIONS_MAX") + _FILES_BESIDE)
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
        connections_max=env.number("WUFEI_JT808_CONNECTIONS_MAX"),
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


def _allow_files(wanted: int) -> None:
    """A connection is a file; raise our own limit as far as we may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if hard != resource.RLIM_INFINITY and hard < wanted:
        logging.getLogger("wufei.gateway").warning(
            "the system allows %s open files: raise it (ulimit -n %s) for that many terminals",
            hard,
            wanted,
        )
