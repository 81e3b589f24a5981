"""What is announced, from the bus to the browsers that listen here: one subscription a process.

A browser that reads slowly never makes us remember more: of each vehicle only the newest place is
kept, of other events the last few.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections import deque
from collections.abc import Callable
from typing import Any

from wufei.hub.base.actor import Actor
from wufei.hub.telemetry import bus
from wufei.hub.telemetry.audience import Audience, reaches
from wufei.hub.telemetry.live.announcing import ACTS, SUBJECT

EVENTS_MAX = 200
_AGAIN_S = 2.0
_logger = logging.getLogger("wufei.live")

Event = tuple[str, Any]


class Browser:
    """What waits for one browser; ``actor`` says what may come in."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.ended = False
        self._places: dict[str, Any] = {}
        self._events: deque[Event] = deque(maxlen=EVENTS_MAX)
        self._waiting = asyncio.Event()

    def offer(self, event: str, payload: Any, to: Audience) -> None:
        """Take it in if the actor may see it."""
        if event == "positions":
            self._offer_places(payload)
        elif reaches(self.actor, ACTS[event], to):
            self._events.append((event, payload))
            self._waiting.set()

    def _offer_places(self, places: Any) -> None:
        act = ACTS["positions"]
        for place in places:
            if reaches(self.actor, act, Audience.from_json(place["to"])):
                self._places[place["id"]] = {name: place[name] for name in place if name != "to"}
                self._waiting.set()

    def end(self) -> None:
        self.ended = True
        self._waiting.set()

    async def take(self, wait_s: float) -> list[Event]:
        """What has come, oldest first; empty after ``wait_s`` without anything."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.wait(), wait_s)
        self._waiting.clear()
        found = list(self._events)
        self._events.clear()
        if self._places:
            found.append(("positions", list(self._places.values())))
            self._places = {}
        return found


class Hall:
    """The browsers of this process, and its one subscription."""

    def __init__(self) -> None:
        self._browsers: set[Browser] = set()
        self._listening: asyncio.Task[None] | None = None

    def enter(self, actor: Actor) -> Browser:
        """Must be called in the event loop."""
        browser = Browser(actor)
        self._browsers.add(browser)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.get_running_loop().create_task(self._listen())
            _when_stopped(self.end_all)
        return browser

    def leave(self, browser: Browser) -> None:
        self._browsers.discard(browser)

    def end_all(self) -> None:
        """The server stops: each stream ends after what it is sending."""
        for browser in self._browsers:
            browser.end()

    async def _listen(self) -> None:
        """For as long as the process lives; a bus that is away is waited for."""
        while True:
            try:
                link = await bus.connect("live")
                await link.subscribe(f"{SUBJECT}.*", cb=self._hear)
                return
            except Exception as error:
                _logger.warning("live events wait for the bus: %s", error)
                await asyncio.sleep(_AGAIN_S)

    async def _hear(self, message: Any) -> None:
        event = message.subject.removeprefix(f"{SUBJECT}.")
        if event not in ACTS:
            return
        try:
            told = json.loads(message.data)
            to, payload = Audience.from_json(told["to"]), told["payload"]
        except (ValueError, KeyError, TypeError) as error:
            _logger.error("%s is no event: %s", message.subject, error)
            return
        for browser in self._browsers:
            browser.offer(event, payload, to)


def _when_stopped(end: Callable[[], None]) -> None:
    """End the streams at a stop, else the server would wait for them and then kill itself.

    Granian's workers listen to SIGINT and SIGTERM alike and are sent the latter: we take it, and
    hand it on as the former.
    """
    if os.environ.get("WUFEI_PART") != "web":
        return

    def stop() -> None:
        end()
        os.kill(os.getpid(), signal.SIGINT)

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)


hall = Hall()
