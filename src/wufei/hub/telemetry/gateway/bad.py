"""Bad frames on their way into the database: few of each sender, never many at once."""

from collections import Counter, deque
from datetime import UTC, datetime

from wufei.hub.telemetry.gateway.limits import BadLimits
from wufei.hub.telemetry.models import BadFrame


class BadFrames:
    """Takes what could not be used; ``take`` gives what is to be written."""

    def __init__(self, limits: BadLimits) -> None:
        self._limits = limits
        self._waiting: deque[BadFrame] = deque(maxlen=limits.waiting_max)
        self._minute: Counter[str] = Counter()

    def note(self, frame: bytes, reason: str, detail: str, *, terminal: str, peer: str) -> None:
        """Kept unless this sender, or all together, had enough this minute."""
        sender = terminal or peer
        if self._minute.total() >= self._limits.per_minute:
            return
        if self._minute[sender] >= self._limits.per_sender_minute:
            return
        self._minute[sender] += 1
        self._waiting.append(
            BadFrame(
                received_at=datetime.now(UTC),
                terminal=terminal[-20:],
                peer=peer[:60],
                reason=reason,
                detail=detail,
                frame=frame[: BadFrame.FRAME_BYTES_MAX],
            )
        )

    def take(self) -> list[BadFrame]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def put_back(self, frames: list[BadFrame]) -> None:
        """They could not be written now; the newest are the ones that stay when there are many."""
        self._waiting = deque([*frames, *self._waiting], maxlen=self._limits.waiting_max)

    def new_minute(self) -> None:
        self._minute.clear()
