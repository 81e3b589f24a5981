"""Which keys the lake has already: exact at any age.

Keys whose device time lies in a window round now are held in memory; whatever is outside of it
(an old fix that comes late, a clock that is wrong) is looked up in the lake itself.
"""

import polars as pl

from wufei.hub.telemetry import bus
from wufei.hub.telemetry.lake import KEY, SCHEMA, Lake, day_of

BEFORE_MS = AFTER_MS = 3_600_000
_RENEWED_MS = 1_800_000
# 18 bytes each; a busier lake holds a shorter window and looks up more.
HELD_MAX = 1_000_000

_SCHEMA = {name: SCHEMA[name] for name in KEY}


class Keys:
    """The keys of one partition of the lake."""

    def __init__(self, lake: Lake, partition: int, now_ms: int) -> None:
        self._lake = lake
        self._partition = partition
        self._held = pl.DataFrame(schema=_SCHEMA)
        self.renew(now_ms)

    def renew(self, now_ms: int) -> None:
        """Read the window anew from the lake, round ``now_ms``."""
        self._renewed_ms = now_ms
        self._from_ms, self._until_ms = now_ms - BEFORE_MS, now_ms + AFTER_MS
        days = [day_of(ms) for ms in (self._from_ms, now_ms, self._until_ms)]
        within = pl.col("device_time_ms").is_between(self._from_ms, self._until_ms, closed="left")
        # By device, not by the lake's partition: their number may have been another one before.
        ours = pl.col("device") % bus.partitions() == self._partition
        self._held = self._lake.scan(days).select(KEY).filter(within, ours).collect()
        self._shorten()

    def new(self, rows: pl.DataFrame, now_ms: int) -> pl.DataFrame:
        """Rows whose key is not in the lake, the first one of each key; order is kept."""
        if now_ms - self._renewed_ms >= _RENEWED_MS:
            self.renew(now_ms)
        once = rows.unique(subset=KEY, keep="first", maintain_order=True)
        fresh = once.join(self._held, on=KEY, how="anti", maintain_order="left")
        outside = fresh.filter(~self._within())
        if outside.is_empty():
            return fresh
        return fresh.join(self._stored(outside), on=KEY, how="anti", maintain_order="left")

    def add(self, rows: pl.DataFrame) -> None:
        """These are in the lake from now on."""
        self._held = pl.concat([self._held, rows.filter(self._within()).select(KEY)])
        self._shorten()

    def _stored(self, rows: pl.DataFrame) -> pl.DataFrame:
        days = rows["day"].unique().to_list()
        span = rows["device_time_ms"].min(), rows["device_time_ms"].max()
        stored = self._lake.scan(days).select(KEY)
        # Both conditions are pushed down to the statistics of the files.
        return stored.filter(
            pl.col("device_time_ms").is_between(*span),
            pl.col("device").is_in(rows["device"].unique().to_list()),
        ).collect()

    def _within(self) -> pl.Expr:
        return pl.col("device_time_ms").is_between(self._from_ms, self._until_ms, closed="left")

    def _shorten(self) -> None:
        """Hold the newest ``HELD_MAX``: what is before them is looked up from now on."""
        if len(self._held) <= HELD_MAX:
            return
        times = self._held["device_time_ms"].sort(descending=True)
        self._from_ms = int(times[HELD_MAX * 3 // 4]) + 1
        self._held = self._held.filter(self._within())
