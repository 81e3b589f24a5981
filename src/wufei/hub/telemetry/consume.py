"""Durable pull consumers of the stream of fixes, one per partition.

A message is acknowledged only after whoever took it is done with it. Where to begin is the
caller's knowledge (the sink's is in the lake, the watcher's is the consumer's own), so a start
makes the consumer anew from there.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wufei.config import environment as env
from wufei.hub.telemetry import bus
from wufei.hub.telemetry.fixes import FIX, STREAM, SUBJECT, BadBatch, Fixes, decode

ACK_WAIT_S = 60
# A message may hold thousands of fixes.
_FETCH_MAX = 32
_logger = logging.getLogger("wufei.consume")


@dataclass(frozen=True)
class Batch:
    """One message: its place in the stream, when the server took it (ms), and its fixes."""

    sequence: int
    stored_ms: int
    fixes: Fixes
    message: Any

    async def done(self) -> None:
        """Acknowledge: the bus need not deliver it again."""
        await self.message.ack()


@dataclass(frozen=True)
class Start:
    """From a sequence on, or from a moment on (the later field wins); default: from the first."""

    sequence: int = 1
    moment: datetime | None = None


class Disordered(Exception):
    """A message is missing or came again: the consumer must begin anew from a known place."""


class Consumer:
    """One partition's messages, in their order and without a gap, else ``Disordered``."""

    def __init__(self, jetstream: Any, durable: str, partition: int) -> None:
        self._jetstream = jetstream
        self.partition = partition
        self.name = f"{durable}-{partition}"
        self._pull: Any = None
        # Deliveries so far, and the last message's place in the stream.
        self._delivered = self._last = 0

    async def position(self) -> int:
        """Last sequence acknowledged without a gap; 0 when the consumer is not there."""
        from nats.js.errors import NotFoundError

        try:
            info = await self._jetstream.consumer_info(STREAM, self.name)
        except NotFoundError:
            return 0
        return int(info.ack_floor.stream_seq)

    async def begin(self, start: Start) -> None:
        """Make the consumer anew; whoever calls this must be the only one (``fence``)."""
        from nats.js.errors import NotFoundError

        with contextlib.suppress(NotFoundError):
            await self._jetstream.delete_consumer(STREAM, self.name)
        await self._jetstream.add_consumer(STREAM, self._config(start))
        self._pull = await self._jetstream.pull_subscribe_bind(self.name, stream=STREAM)
        self._delivered = self._last = 0

    def _config(self, start: Start) -> Any:
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        config = ConsumerConfig(
            durable_name=self.name,
            filter_subject=f"{SUBJECT}.{self.partition}",
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            max_ack_pending=20_000,
        )
        if start.moment is not None:
            config.deliver_policy = DeliverPolicy.BY_START_TIME
            config.opt_start_time = start.moment
        else:
            config.deliver_policy = DeliverPolicy.BY_START_SEQUENCE
            config.opt_start_seq = max(1, start.sequence)
        return config

    async def fetch(self, wait_s: float) -> list[Batch]:
        """What is there, at the latest after ``wait_s``; empty when nothing came.

        Raises ``Disordered`` when a delivery got lost on the way: a later message must not make
        an earlier one look done.
        """
        from nats.errors import TimeoutError as NothingCame

        try:
            messages = await self._pull.fetch(_FETCH_MAX, timeout=wait_s)
        except (NothingCame, TimeoutError):
            return []
        for message in messages:
            self._expect(message.metadata.sequence)
        return [_read(message) for message in messages]

    def _expect(self, sequence: Any) -> None:
        if sequence.consumer != self._delivered + 1 or sequence.stream <= self._last:
            raise Disordered(f"{self.name}: {sequence} after {self._delivered}, {self._last}")
        self._delivered, self._last = sequence.consumer, sequence.stream

    async def close(self) -> None:
        if self._pull is not None:
            await self._pull.unsubscribe()


def _read(message: Any) -> Batch:
    about = message.metadata
    stored_ms = round(about.timestamp.timestamp() * 1000)
    try:
        fixes = decode(message.data)
    except BadBatch as error:
        # It cannot get better by being delivered again; its place in the stream is logged.
        _logger.error("message %s holds no fixes: %s", about.sequence.stream, error)
        fixes = _none()
    return Batch(about.sequence.stream, stored_ms, fixes, message)


def _none() -> Fixes:
    import numpy as np

    return np.empty(0, dtype=FIX)


def chosen(text: str) -> tuple[int, ...]:
    """Partitions of ``"0,1"``; all for ``""``. Raises ``BadSetting`` for what is none."""
    every = tuple(range(bus.partitions()))
    try:
        wanted = tuple(sorted({int(one) for one in text.split(",")})) if text else every
    except ValueError:
        wanted = (-1,)
    if not set(wanted) <= set(every):
        raise env.BadSetting(f"partitions {text!r}: write numbers from 0 to {every[-1]}.")
    return wanted


async def stored_ms(jetstream: Any, sequence: int) -> int | None:
    """When the server took this message; None when it is no longer there."""
    from nats.js.errors import NotFoundError

    try:
        found = await jetstream.get_msg(STREAM, seq=sequence)
    except NotFoundError:
        return None
    return round(found.time.timestamp() * 1000) if found.time else None


async def acknowledge(batches: Sequence[Batch]) -> None:
    await asyncio.gather(*(batch.done() for batch in batches))


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
