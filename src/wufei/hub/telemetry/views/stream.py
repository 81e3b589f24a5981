"""The live stream: server-sent events, one stream a browser."""

import json
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.middleware import ACTING_FOR
from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import NOBODY, Actor
from wufei.hub.telemetry.live.announcing import ACTS
from wufei.hub.telemetry.live.hearing import Browser, hall
from wufei.hub.telemetry.live.places import as_json
from wufei.hub.telemetry.live.standing import standing
from wufei.hub.telemetry.queries import LIVE, visible_positions

HEARTBEAT_S = 15.0


@needs(LIVE)
def stream(request: Request) -> StreamingHttpResponse:
    """Events ``positions`` (first the snapshot), ``alarms``, ``manifests``; ``end`` says why."""
    parts = _parts(request) if isinstance(request, ASGIRequest) else _snapshot(request.actor)
    response = StreamingHttpResponse(parts, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    # A proxy that collects the answer before it hands it on would hand nothing on.
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _parts(request: HttpRequest) -> AsyncIterator[str]:
    """Listening begins before the snapshot is read, so that nothing falls in between."""
    actor = await _who(request)
    browser = hall.enter(actor)
    try:
        for part in await sync_to_async(_first)(actor):
            yield part
        async for part in _live(request, browser):
            yield part
    finally:
        hall.leave(browser)


async def _live(request: HttpRequest, browser: Browser) -> AsyncIterator[str]:
    checked = time.monotonic()
    while not browser.ended:
        events = await browser.take(HEARTBEAT_S)
        for event, payload in events:
            yield _event(event, payload)
        if time.monotonic() - checked >= HEARTBEAT_S:
            checked = time.monotonic()
            browser.actor = await _who(request)
            if not browser.actor.may(LIVE):
                yield _event("end", {"why": "session"})
                return
            # A comment would keep proxies awake; the browser's watch over us must hear it too.
            yield _event("still", {})
    yield _event("end", {"why": "stop"})


@sync_to_async
def _who(request: HttpRequest) -> Actor:
    """Who the session belongs to by now: nobody once it has ended."""
    try:
        request.session = type(request.session)(request.session.session_key)
        user = get_user(request)
        if not user.is_authenticated:
            return NOBODY
        return actor_for(user, acting_for=request.session.get(ACTING_FOR))
    finally:
        # The stream lives for hours and must not keep a connection of the pool for itself.
        connection.close()


def _first(actor: Actor) -> list[str]:
    try:
        return list(_snapshot(actor))
    finally:
        connection.close()


def _snapshot(actor: Actor) -> Iterator[str]:
    told = {"positions": list(_places(actor)), "alarms": standing(actor), "events": _events(actor)}
    yield _event("snapshot", told)


def _places(actor: Actor) -> Iterable[dict[str, Any]]:
    return map(as_json, visible_positions(actor))


def _events(actor: Actor) -> list[str]:
    """The events that this stream will carry."""
    return [event for event, act in ACTS.items() if actor.may(act)]


def _event(name: str, payload: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n"
