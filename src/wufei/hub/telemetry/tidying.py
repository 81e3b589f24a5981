"""Small files of the lake are put together, old ones removed, while the sink goes on."""

import asyncio
import logging
import time
from collections import Counter
from datetime import timedelta
from pathlib import PurePosixPath

from wufei.hub.telemetry.lake import WRITER, Lake

EVERY_S = 300
# A day's partition with more files than this is compacted.
FILES_MAX = 24
# Readers hold a list of files for seconds; an hour lets even a long export end in peace.
KEPT_HOURS = 1
_VACUUM_EVERY_S = 3600
_logger = logging.getLogger("wufei.sink")


class Tidier:
    """``now_and_then`` is called after each commit and works every few minutes."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._next = time.monotonic() + every_s
        self._vacuum_at = time.monotonic() + every_s

    async def now_and_then(self, lake: Lake) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every_s
        vacuum = time.monotonic() >= self._vacuum_at
        if vacuum:
            self._vacuum_at = time.monotonic() + _VACUUM_EVERY_S
        await asyncio.to_thread(tidy, lake, vacuum=vacuum)


def tidy(lake: Lake, *, vacuum: bool) -> int:
    """Compact what has many small files; returns how many files there are fewer.

    The rows of a compacted file lie sorted by vehicle and time, so that a track reads a part of
    it. A partition that somebody else writes to meanwhile is left for the next time.
    """
    fewer = 0
    for day, partition in _crowded(lake):
        fewer += _compact(lake, day, partition)
    if vacuum:
        removed = lake.table.vacuum(KEPT_HOURS, dry_run=False, enforce_retention_duration=False)
        _logger.info("%d files that no reader needs were removed", len(removed))
    return fewer


def _crowded(lake: Lake) -> list[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for uri in lake.table.file_uris():
        day, partition = PurePosixPath(uri).parts[-3:-1]
        counts[day.removeprefix("day="), partition.removeprefix("partition=")] += 1
    return [place for place, count in counts.items() if count > FILES_MAX]


def _compact(lake: Lake, day: str, partition: str) -> int:
    from deltalake.exceptions import CommitFailedError

    try:
        done = lake.table.optimize.z_order(
            ["vehicle", "device_time_ms"],
            partition_filters=[("day", "=", day), ("partition", "=", partition)],
            writer_properties=WRITER,
            min_commit_interval=timedelta(minutes=1),
        )
    except CommitFailedError as error:
        _logger.warning("day %s, partition %s stays as it is: %s", day, partition, error)
        lake.refresh()
        return 0
    return int(done["numFilesRemoved"]) - int(done["numFilesAdded"])
