"""The watcher: hands each batch of fixes to those who draw conclusions from it.

Handlers are sync or async objects: ``handle(fixes, now_ms)`` for each batch of a partition, in
its order, and ``tick(now_ms)`` once a second. They may see a batch again after a restart: what
they do must bear that. State that they keep in memory is rebuilt, since a start reads the last
``REPLAY`` of the stream again.
"""

import asyncio
import contextlib
import inspect
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Protocol

from django.db import close_old_connections

from wufei.hub.telemetry import bus
from wufei.hub.telemetry.consume import Consumer, Start, acknowledge, moment, stored_ms
from wufei.hub.telemetry.fence import Fence
from wufei.hub.telemetry.fixes import Fixes

REPLAY = timedelta(minutes=30)
_FETCH_S, _TICK_S = 0.25, 1.0
_AGAIN_S = (0.5, 1.0, 2.0, 5.0)
_logger = logging.getLogger("wufei.watch")


class Handler(Protocol):
    """Both may be ``async``; sync ones run one after the other in one thread."""

    def handle(self, fixes: Fixes, now_ms: int) -> Any: ...

    def tick(self, now_ms: int) -> Any: ...


async def run(
    make_handlers: Callable[[], Sequence[Handler]],
    partitions: Sequence[int],
    stopping: asyncio.Event,
) -> None:
    """Until ``stopping``; after a failure with new handlers, from the last minutes on."""
    failures = 0
    while not stopping.is_set():
        try:
            async with Fence("watch", partitions) as fence:
                handlers = await in_thread(make_handlers)
                await _Watch(handlers, partitions, fence, stopping).run()
        except Exception as error:
            # Whatever went away comes back; nothing is acknowledged that was not handled.
            _logger.warning("watching begins again: %s: %s", type(error).__name__, error)
            failures += 1
            delay_s = _AGAIN_S[min(failures, len(_AGAIN_S)) - 1]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), delay_s)


class _Watch:
    def __init__(
        self,
        handlers: Sequence[Handler],
        partitions: Sequence[int],
        fence: Fence,
        stopping: asyncio.Event,
    ) -> None:
        self._handlers = handlers
        self._partitions = partitions
        self._fence = fence
        self._stopping = stopping
        self._next_tick = 0.0

    async def run(self) -> None:
        link = await bus.connect("watch")
        try:
            jetstream = link.jetstream()
            await bus.ensure(jetstream)
            consumers = [Consumer(jetstream, "watch", number) for number in self._partitions]
            for consumer in consumers:
                await consumer.begin(await _start(jetstream, consumer))
            while not self._stopping.is_set():
                await self._once(consumers)
        finally:
            await link.close()

    async def _once(self, consumers: Sequence[Consumer]) -> None:
        fetched = await asyncio.gather(*(consumer.fetch(_FETCH_S) for consumer in consumers))
        for batches in fetched:
            for batch in batches:
                for handler in self._handlers:
                    await _call(handler.handle, batch.fixes)
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + _TICK_S
            await self._fence.check()
            for handler in self._handlers:
                await _call(handler.tick)
        for batches in fetched:
            await acknowledge(batches)


async def _start(jetstream: Any, consumer: Consumer) -> Start:
    """After what was acknowledged, but at least ``REPLAY`` back, to rebuild what is in memory."""
    position = await consumer.position()
    earliest_ms = _now_ms() - round(REPLAY.total_seconds() * 1000)
    stored = await stored_ms(jetstream, position) if position else None
    if stored is not None and stored < earliest_ms:
        return Start(position + 1)
    return Start(moment=moment(earliest_ms)) if position else Start()


async def _call(method: Callable[..., Any], *arguments: Any) -> None:
    if inspect.iscoroutinefunction(method):
        await method(*arguments, _now_ms())
    else:
        await in_thread(method, *arguments, _now_ms())


# One thread, so one connection to the database.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")


async def in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """Run sync code where the handlers' database connection is."""
    return await asyncio.get_running_loop().run_in_executor(_thread, _fresh, call, *arguments)


def _fresh(call: Callable[..., Any], *arguments: Any) -> Any:
    # Without requests nobody else would notice that a connection broke.
    close_old_connections()
    return call(*arguments)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
