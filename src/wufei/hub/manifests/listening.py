"""Rooms above hear of every manifest that was issued or moved on; ``config`` lets them in."""

from collections.abc import Callable

from wufei.hub.manifests.models import Manifest

Listener = Callable[[Manifest], None]
_listeners: list[Listener] = []


def register(*listeners: Listener) -> None:
    """Make ``listeners`` all there are (called once at start-up)."""
    _listeners[:] = listeners


def tell(manifest: Manifest) -> None:
    """Called in the transaction of the change: a listener must neither fail nor take long."""
    for listener in _listeners:
        listener(manifest)
