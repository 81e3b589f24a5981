"""What the gateway did, for the line that it logs each minute."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Counts since the last line; ``ack_ms_max`` is the longest wait for the bus."""

    frames: int = 0
    positions: int = 0
    bytes_in: int = 0
    rounds: int = 0
    ack_ms_max: float = 0
    turned_away: int = 0
    bad: Counter[str] = field(default_factory=Counter)

    def line(self, connections: int) -> str:
        """Empty when nothing happened."""
        if not (self.frames or self.bad or self.turned_away):
            return ""
        told = [f"{connections} terminals", f"{self.positions} positions stored"]
        told.append(f"{self.frames} frames, answered within {self.ack_ms_max:.0f} ms")
        if self.bad:
            bad = ", ".join(f"{count} {reason}" for reason, count in self.bad.most_common())
            told.append(f"not used: {bad}")
        if self.turned_away:
            told.append(f"{self.turned_away} connections turned away (too many)")
        return "last minute: " + "; ".join(told)
