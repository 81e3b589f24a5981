"""``announce``: a word to the browsers that are open, from anywhere in the platform.

Best effort by design: it goes over NATS core, so a browser that is not there misses it and a bus
that is down holds nobody up. What must not be lost is in the database.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from wufei.config import bus
from wufei.hub.telemetry.audience import NOBODY_BUT_ALL, Audience

SUBJECT = "live"
# What each event needs for being seen; the stream itself needs the first.
ACTS: Mapping[str, str] = {
    "positions": "telemetry.live.view",
    "alarms": "alarms.alarm.view",
    "manifests": "manifests.manifest.view",
}
PAYLOAD_BYTES_MAX = 500_000
_RETRY_S = 5.0
_PENDING_BYTES_MAX = 2_000_000
_logger = logging.getLogger("wufei.live")


def announce(event: str, payload: Any, *, to: Audience = NOBODY_BUT_ALL) -> None:
    """Send ``payload`` (JSON values) as ``event`` to the browsers of those in ``to``.

    Inside a transaction it waits for the commit: nobody hears of what was rolled back. Never
    blocks, never raises for a bus that is away. Usable from sync and async code.
    """
    assert event in ACTS, f"no such event: {event}"
    message = json.dumps({"to": to.as_json(), "payload": payload}, ensure_ascii=False).encode()
    assert len(message) <= PAYLOAD_BYTES_MAX, f"{event}: {len(message)} bytes are no message"
    if _in_event_loop():
        _voice.say(event, message)
    else:
        transaction.on_commit(lambda: _voice.say(event, message))


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _Voice:
    """A connection of the process's own, in a thread with a loop, made on the first word."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._link: Any = None
        self._not_before = 0.0
        self._connecting = asyncio.Lock()

    def say(self, event: str, message: bytes) -> None:
        loop = self._started()
        asyncio.run_coroutine_threadsafe(self._say(f"{SUBJECT}.{event}", message), loop)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="live", daemon=True).start()
            return self._loop

    async def _say(self, subject: str, message: bytes) -> None:
        try:
            # Words that come while the first one connects wait for it, and are not dropped.
            async with self._connecting:
                if self._link is None or self._link.is_closed:
                    await self._connect()
            if self._link is not None and self._link.is_connected:
                await self._link.publish(subject, message)
        except Exception as error:
            _logger.warning("not announced, the bus is away: %s", error)

    async def _connect(self) -> None:
        """One try each few seconds; words in between are dropped, as nobody could hear them."""
        import nats

        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            return
        self._not_before = loop.time() + _RETRY_S
        self._link = await nats.connect(
            bus.url(),
            connect_timeout=2,
            # Closes itself when the server went; the next word makes a new one.
            allow_reconnect=False,
            pending_size=_PENDING_BYTES_MAX,
            error_cb=_quiet,
        )


async def _quiet(_error: Exception) -> None:
    """The library prints what goes wrong; the caller above logs it once."""


_voice = _Voice()
