"""``wufei sink``: writes the stream of positions into the lake, in the foreground."""

import asyncio
import signal
from typing import Annotated

import typer


def sink(
    partitions: Annotated[
        str, typer.Option(help="Numbers of partitions, such as 0,1; all if not given.")
    ] = "",
) -> None:
    """Keep tracks in the lake (`wufei up` runs everything)."""
    from wufei.cli import start_django

    start_django()
    from wufei.hub.telemetry.consume import chosen
    from wufei.hub.telemetry.sink import run

    numbers = chosen(partitions)

    async def work() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await run(numbers, stopping)

    asyncio.run(work())
