"""The bus of the telemetry: the stream of fixes on NATS JetStream, and publishing to it.

An acknowledgement of the bus means that a batch is on the disk. Batches carry an id, so that one
that is sent again after a break is stored once.
"""

import asyncio
import contextlib
import logging
from typing import Any
from uuid import uuid4

from wufei.config import bus
from wufei.config import environment as env
from wufei.hub.telemetry.fixes import FIX, MAGIC, STREAM, SUBJECT, Fixes, encode

DUPLICATES_S = 120
"""An outage longer than this may store a batch twice; whoever reads drops what it knows."""
# A message of NATS may have a megabyte.
FIXES_A_MESSAGE_MAX = 8_192
_ACK_S = 3.0
_PAUSE_S = 0.2
_DAY_S = 24 * 3600
_logger = logging.getLogger("wufei.bus")
assert len(MAGIC) + FIXES_A_MESSAGE_MAX * FIX.itemsize < 1_000_000


async def connect(name: str, url: str = "") -> Any:
    """A connection that comes back by itself, for ever; waits until the server answers.

    Each outage is logged once, when it begins and when it ends.
    """
    import nats

    outage = _Outage(name)
    link = await nats.connect(
        url or bus.url(),
        name=name,
        connect_timeout=2,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        allow_reconnect=True,
        error_cb=outage.failed,
        reconnected_cb=outage.ended,
    )
    await outage.ended()
    return link


class _Outage:
    """The library tells of every failed try; a reader of the log wants to know of the first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._away = False

    async def failed(self, error: Exception) -> None:
        if not self._away:
            _logger.warning("%s cannot reach the bus (%r); trying until it can", self._name, error)
        self._away = True

    async def ended(self) -> None:
        if self._away:
            _logger.info("%s reaches the bus again", self._name)
        self._away = False


async def ensure(jetstream: Any) -> None:
    """Make the stream unless it is there, and keep it as long as the settings say."""
    from nats.js.errors import NotFoundError

    try:
        info = await jetstream.stream_info(STREAM)
    except NotFoundError:
        await jetstream.add_stream(_wanted())
        return
    if info.config.max_age != _wanted().max_age:
        await jetstream.update_stream(info.config, max_age=_wanted().max_age)


def _wanted() -> Any:
    from nats.js.api import DiscardPolicy, StorageType, StreamConfig

    return StreamConfig(
        name=STREAM,
        subjects=[f"{SUBJECT}.*"],
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=env.number("WUFEI_FIXES_DAYS") * _DAY_S,
        duplicate_window=DUPLICATES_S,
    )


def partitions() -> int:
    """A fix travels in the partition ``device % partitions()``."""
    return env.number("WUFEI_PARTITIONS")


class Publisher:
    """Publishes batches and waits until they are stored, through every outage of the bus.

    ``publish`` may be called many times at once; whoever calls it limits how often.
    """

    def __init__(self, name: str, url: str = "") -> None:
        self._name, self._url = name, url
        self._link: Any = None
        self._jetstream: Any = None
        self._connecting = asyncio.Lock()
        # Told apart from every other process, and from this one before a restart.
        self._id = uuid4().hex
        self._count = 0
        self._away = False

    @property
    def connected(self) -> bool:
        return self._link is not None and bool(self._link.is_connected)

    async def publish(self, partition: int, fixes: Fixes) -> None:
        """Returns when the bus has stored the batch, and not before; it may take an outage."""
        from nats.errors import Error

        payload, subject = encode(fixes), f"{SUBJECT}.{partition}"
        self._count += 1
        headers = {"Nats-Msg-Id": f"{self._id}.{self._count}"}
        while True:
            try:
                await self._ready()
                await self._jetstream.publish(subject, payload, timeout=_ACK_S, headers=headers)
                self._back()
                return
            except (Error, OSError, TimeoutError) as error:
                await self._missed(error)

    async def open(self) -> None:
        """Try until the bus answers."""
        from nats.errors import Error

        while True:
            try:
                await self._ready()
                self._back()
                return
            except (Error, OSError, TimeoutError) as error:
                await self._missed(error)

    async def close(self) -> None:
        if self._link is not None:
            with contextlib.suppress(Exception):
                await self._link.close()

    async def _ready(self) -> None:
        async with self._connecting:
            if self._link is None:
                self._link = await connect(self._name, self._url)
                self._jetstream = self._link.jetstream()
                await ensure(self._jetstream)
        if not self._link.is_connected:
            # What the library would buffer meanwhile could not be answered in time anyway.
            raise TimeoutError("the connection is broken")

    async def _missed(self, error: BaseException) -> None:
        from nats.js.errors import NoStreamResponseError

        if not self._away:
            self._away = True
            _logger.warning("the bus does not store (%r); trying until it does", error)
        if isinstance(error, NoStreamResponseError) and self.connected:
            with contextlib.suppress(Exception):
                await ensure(self._jetstream)
        await asyncio.sleep(_PAUSE_S)

    def _back(self) -> None:
        if self._away:
            self._away = False
            _logger.info("the bus stores again")
