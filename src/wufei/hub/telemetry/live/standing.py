"""Alarms that stand when a browser comes: kept by a higher room, which hands a provider in."""

from collections.abc import Callable
from typing import Any

from wufei.hub.base.actor import Actor

Provider = Callable[[Actor], list[dict[str, Any]]]
_provider: Provider = lambda _actor: []  # noqa: E731


def register(provider: Provider) -> None:
    """Called once at start-up by ``config``."""
    global _provider
    _provider = provider


def standing(actor: Actor) -> list[dict[str, Any]]:
    """What the actor may see of the alarms that last, as the event ``alarms`` tells them."""
    return _provider(actor) if actor.may("alarms.alarm.view") else []
