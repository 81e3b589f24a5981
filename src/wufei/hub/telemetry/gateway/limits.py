"""Every limit of the gateway in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bytes and counts above which a connection waits, and seconds after which things happen."""

    connections_max: int = 20_000
    frames_s_max: int = 200
    idle_s: float = 300
    # One connection's bytes that wait for the next round, and those of all together.
    waiting_bytes_max: int = 65_536
    all_waiting_bytes_max: int = 8_000_000
    # So much waiting begins the next round at once.
    burst_bytes: int = 512_000
    round_s: float = 0.05
    # Rounds that wait for the bus; then reading waits too.
    rounds_max: int = 8
    stop_s: float = 8.0
    # A fix this far ahead of our clock is from a wrong clock.
    future_ms: int = 5 * 60_000


@dataclass(frozen=True)
class BadLimits:
    """Bad frames are kept as evidence, not as a second stream."""

    per_sender_minute: int = 6
    per_minute: int = 600
    waiting_max: int = 2_000
