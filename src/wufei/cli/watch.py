"""``wufei watch``: live positions and alarms from the stream of positions, in the foreground."""

import asyncio
import signal
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wufei.hub.telemetry.watching import Handler


def watch(
    partitions: Annotated[
        str, typer.Option(help="Numbers of partitions, such as 0,1; all if not given.")
    ] = "",
) -> None:
    """Keep live positions and raise alarms (`wufei up` runs everything)."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.telemetry.consume import chosen
    from wufei.hub.telemetry.watching import run

    numbers = chosen(partitions)

    async def work() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await run(_handlers, numbers, stopping)

    asyncio.run(work())


def _handlers() -> "Sequence[Handler]":
    """Live positions first: an alarm should find the vehicle where it is."""
    from wufei.hub.alarms.watching import AlarmWatch
    from wufei.hub.telemetry.live import Live, ManifestNews
    from wufei.hub.telemetry.watching import REPLAY

    alarms = AlarmWatch(time.time_ns() // 1_000_000, replayed=REPLAY)
    return [Live(), alarms, ManifestNews()]
