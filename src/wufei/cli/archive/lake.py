"""The lake's part of a backup: the local table as of one version.

A lake in an object store (``WUFEI_LAKE_URL``) is not copied: such stores keep versions of their
own.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from wufei.config import environment as env
from wufei.hub.telemetry.fixes import STREAM
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
    last = streams.get(STREAM, {}).get("last", 0)
    if folder() is None or not last:
        return
    deadline = time.monotonic() + _PATIENCE_S
    while _reached() < last:
        if time.monotonic() > deadline:
            print(
                "NOTE: the sink has not written the newest positions yet; they are not in this "
                "backup. `wufei doctor` says whether it works."
            )
            return
        time.sleep(0.2)


def _reached() -> int:
    """The highest stream sequence that a partition has brought into the lake."""
    if not exists():
        return 0
    lake = Lake()
    return max(lake.position(number).sequence for number in range(env.number("WUFEI_PARTITIONS")))


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
