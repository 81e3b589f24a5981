"""The sink: from the stream into the lake, each acknowledged fix once.

The lake knows how far it is; the consumers are made anew from there at each start. A batch is
acknowledged only after its commit, so a kill at any moment costs nothing but a repeated read.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from wufei.hub.telemetry import bus
from wufei.hub.telemetry.consume import Batch, Consumer, Start, acknowledge, stored_ms
from wufei.hub.telemetry.fence import Fence
from wufei.hub.telemetry.fixes import STREAM
from wufei.hub.telemetry.keys import Keys
from wufei.hub.telemetry.lake import Lake, Position, frame
from wufei.hub.telemetry.tidying import Tidier

BATCH_S, BATCH_ROWS = 3.0, 50_000
_FETCH_S = 0.5
_AGAIN_S = (0.5, 1.0, 2.0, 5.0)
_logger = logging.getLogger("wufei.sink")


@dataclass(frozen=True)
class Written:
    """What one commit brought: rows in the lake, and frames that had been there before."""

    rows: int
    repeated: int


async def run(partitions: Sequence[int], stopping: asyncio.Event) -> None:
    """Until ``stopping``: whatever goes away (database, bus, lake) is waited for."""
    failures = 0
    while not stopping.is_set():
        try:
            async with Fence("sink", partitions) as fence:
                await _Sink(partitions, fence, stopping).run()
        except Exception as error:
            # A part that is away comes back; where we are is in the lake, nothing else is kept.
            _logger.warning("the sink begins again: %s: %s", type(error).__name__, error)
            failures += 1
            delay_s = _AGAIN_S[min(failures, len(_AGAIN_S)) - 1]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), delay_s)


class _Sink:
    def __init__(self, partitions: Sequence[int], fence: Fence, stopping: asyncio.Event) -> None:
        self._partitions = partitions
        self._fence = fence
        self._stopping = stopping
        self._writer: Writer | None = None

    async def run(self) -> None:
        link = await bus.connect("sink")
        try:
            jetstream = link.jetstream()
            await bus.ensure(jetstream)
            writer = await asyncio.to_thread(Writer, self._partitions)
            consumers = [Consumer(jetstream, "sink", number) for number in self._partitions]
            for consumer in consumers:
                await consumer.begin(await _start(jetstream, writer.position(consumer.partition)))
            await self._work(consumers, writer)
        finally:
            await link.close()

    async def _work(self, consumers: Sequence[Consumer], writer: "Writer") -> None:
        tidier = Tidier()
        while not self._stopping.is_set():
            batches = await self._gather(consumers)
            if not batches:
                continue
            await self._fence.check()
            written = await asyncio.to_thread(writer.write, batches)
            await acknowledge([batch for _partition, batch in batches])
            if written.repeated:
                _logger.info("%d fixes were in the lake already", written.repeated)
            await tidier.now_and_then(writer.lake)

    async def _gather(self, consumers: Sequence[Consumer]) -> list[tuple[int, Batch]]:
        """Messages of all partitions until there are enough, or it is time."""
        batches: list[tuple[int, Batch]] = []
        rows, deadline = 0, time.monotonic() + BATCH_S
        while rows < BATCH_ROWS and not self._stopping.is_set() and time.monotonic() < deadline:
            fetched = await asyncio.gather(*(consumer.fetch(_FETCH_S) for consumer in consumers))
            for consumer, found in zip(consumers, fetched, strict=True):
                batches += [(consumer.partition, batch) for batch in found]
                rows += sum(len(batch.fixes) for batch in found)
        return batches


async def _start(jetstream: Any, known: Position) -> Start:
    """Where to go on: after what the lake has, or from the first when the stream is another one.

    A stream that was made anew, or brought back from a backup, counts differently from the one
    the lake knows: the message at that sequence is missing though later ones are not, or was
    stored at another time. Reading all of it again does no harm: what is there is not doubled.
    """
    state = (await jetstream.stream_info(STREAM)).state
    if known.sequence > state.last_seq:
        _logger.warning("the stream is shorter than the lake knows: it is read from its first")
        return Start()
    stored = await stored_ms(jetstream, known.sequence) if known.sequence else None
    if stored is not None and abs(stored - known.stored_ms) > 1:
        _logger.warning("the stream is another one than the lake knows: it is read from its first")
        return Start()
    return Start(known.sequence + 1)


class Writer:
    """Writes batches into the lake; sync, used by one thread at a time."""

    def __init__(self, partitions: Sequence[int]) -> None:
        self.lake = Lake()
        now_ms = _now_ms()
        self._keys = {number: Keys(self.lake, number, now_ms) for number in partitions}

    def position(self, partition: int) -> Position:
        return self.lake.position(partition)

    def write(self, batches: Sequence[tuple[int, Batch]]) -> Written:
        """One commit for all: rows that are new, and how far each partition is."""
        now_ms = _now_ms()
        given = {number: _rows(batches, number) for number in sorted({p for p, _b in batches})}
        fresh = {number: self._keys[number].new(rows, now_ms) for number, rows in given.items()}
        rows = pl.concat(fresh.values())
        self.lake.append(rows, {number: _last(batches, number) for number in given})
        for number, added in fresh.items():
            self._keys[number].add(added)
        return Written(len(rows), sum(map(len, given.values())) - len(rows))


def _rows(batches: Sequence[tuple[int, Batch]], partition: int) -> pl.DataFrame:
    return pl.concat(
        [frame(batch.fixes, partition) for number, batch in batches if number == partition]
    )


def _last(batches: Sequence[tuple[int, Batch]], partition: int) -> Position:
    last = max(
        (batch for number, batch in batches if number == partition),
        key=lambda batch: batch.sequence,
    )
    return Position(last.sequence, last.stored_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
