"""The lake's part of a backup: the local table as of one version.

A lake in an object store (``WUFEI_LAKE_URL``) is not copied: such stores keep versions of their
own.
"""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from wufei.config import environment as env
from wufei.hub.telemetry import bus as stream
from wufei.hub.telemetry.fixes import STREAM, SUBJECT
from wufei.hub.telemetry.lake import Lake, exists

NAME = "lake"
_PATIENCE_S = 30


def folder() -> Path | None:
    """Where the lake lies on this machine; None where it is elsewhere."""
    return None if env.text("WUFEI_LAKE_URL") else env.home() / NAME


def wait_for_sink(streams: Mapping[str, Mapping[str, int]]) -> None:
    """Until the lake has everything that the stream held when the backup began.

    What terminals were told is safe would otherwise be in neither. A sink that does not get on
    must not hold up the backup for ever: it is said aloud.
    """
    if folder() is None or not streams.get(STREAM, {}).get("last", 0):
        return
    newest = asyncio.run(_newest())
    deadline = time.monotonic() + _PATIENCE_S
    while not _has(newest):
        if time.monotonic() > deadline:
            print(
                "NOTE: the sink has not written the newest positions yet; they are not in this "
                "backup. `wufei doctor` says whether it works."
            )
            return
        time.sleep(0.2)


async def _newest() -> dict[int, int]:
    """Stream sequence of the last message of each partition; what has none is left out."""
    from nats.js.errors import NotFoundError

    link = await stream.connect("backup")
    try:
        found = {}
        for number in range(stream.partitions()):
            with contextlib.suppress(NotFoundError):
                last = await link.jetstream().get_last_msg(STREAM, f"{SUBJECT}.{number}")
                found[number] = int(last.seq)
        return found
    finally:
        await link.close()


def _has(newest: Mapping[int, int]) -> bool:
    """Whether the lake has got so far, each partition for itself: one may be behind another."""
    if not exists():
        return not newest
    lake = Lake()
    return all(lake.position(number).sequence >= last for number, last in newest.items())


def files() -> Iterator[tuple[Path, str]]:
    """Data and log files of the lake's present version, with their names in the archive."""
    home = folder()
    if home is None or not exists():
        return
    lake = Lake()
    version = lake.table.version()
    # Entries and checkpoints are named by their version; what came later is not of this one.
    logs = [
        path
        for path in sorted((home / "fixes" / "_delta_log").iterdir())
        if path.name[:20].isdecimal() and int(path.name[:20]) <= version
    ]
    for path in (*logs, *map(Path, lake.all_files())):
        yield path, path.relative_to(home.parent).as_posix()


def bring_back(draft: Path) -> None:
    """Put the unpacked lake in the place of the one that is there."""
    home = folder()
    if home is None:
        return
    old = home.with_name(f"{NAME}.replaced")
    shutil.rmtree(old, ignore_errors=True)
    if home.exists():
        home.rename(old)
    if (draft / NAME).exists():
        (draft / NAME).rename(home)
    shutil.rmtree(old, ignore_errors=True)
