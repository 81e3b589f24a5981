"""What the base room itself writes goes into the audit log, which is a higher room.

``audit`` hands its recorder in at start-up; rooms above it call ``audit.services`` directly.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from wufei.hub.base.actor import Actor


class Recorder(Protocol):
    def __call__(
        self, actor: Actor, event: str, *, subject: str, values: Mapping[str, Any] | None = None
    ) -> object:
        """Keep that ``actor`` did ``event`` to ``subject``, in the transaction of the deed."""
        ...


_recorders: list[Recorder] = []


def register(recorder: Recorder) -> None:
    """Called once at start-up."""
    _recorders[:] = [recorder]


def record(actor: Actor, event: str, *, subject: str, **values: Any) -> None:
    assert _recorders, "no room keeps the audit log"
    _recorders[0](actor, event, subject=subject, values=values)
