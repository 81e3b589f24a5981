"""Checks of the telemetry: the lake, and whether its readers keep up with the stream."""

import asyncio
from typing import Any

from wufei.cli.checks.result import Found, State, failure, ok, warning
from wufei.cli.checks.running import bus

# So many messages not yet worked off are a backlog, not a moment's work.
_BEHIND_MAX = 5_000


def lake() -> Found:
    from wufei.hub.telemetry import lake as the_lake

    if not the_lake.exists():
        return warning(
            "empty: nothing was written yet", "It fills with the first position of a terminal."
        )
    table = the_lake.Lake().table
    days = sorted({str(row["day"]) for row in table.partitions()})
    span = f"{days[0]} – {days[-1]}" if days else "no day yet"
    return ok(f"version {table.version()}, {len(table.file_uris())} files, {span}")


def sink() -> Found:
    return _reader("sink")


def watcher() -> Found:
    return _reader("watch")


def _reader(name: str) -> Found:
    """How far a part is behind the stream, over all partitions."""
    the_bus = bus()
    if the_bus.state is not State.OK:
        return warning("not checked: no bus", the_bus.do)
    behind = asyncio.run(_behind(name))
    if behind is None:
        return warning("has not read anything yet", f"`wufei up` starts it; `wufei {name}` alone.")
    if behind > _BEHIND_MAX:
        return failure(
            f"{behind} messages behind",
            f"See that `wufei {name}` runs and the disk is not full; it catches up by itself.",
        )
    return ok(f"{behind} messages behind")


async def _behind(name: str) -> int | None:
    from nats.js.errors import NotFoundError

    from wufei.hub.telemetry import bus as stream
    from wufei.hub.telemetry.fixes import STREAM

    link = await stream.connect("doctor")
    try:
        jetstream = link.jetstream()
        found: list[Any] = [
            await jetstream.consumer_info(STREAM, f"{name}-{number}")
            for number in range(stream.partitions())
        ]
    except NotFoundError:
        return None
    finally:
        await link.close()
    return int(sum(info.num_pending + info.num_ack_pending for info in found))
