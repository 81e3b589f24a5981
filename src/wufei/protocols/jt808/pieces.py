"""Bodies that come in parts 分包 (JT/T 808-2019, 4.4.3), put together with limits."""

from dataclasses import dataclass, field

from wufei.protocols.jt808.header import Header

PARTS_MAX = 256
BYTES_MAX = 128_000
BODIES_MAX = 4


@dataclass
class _Body:
    total: int
    parts: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(raw) for _serial, raw in self.parts.values())


class Pieces:
    """Parts of one connection, until their body is whole. Holds ``BYTES_MAX`` at most.

    Parts of one body have ascending serials, one for each index: the serial of the first tells
    two bodies of the same message apart, and a part that is sent again takes its own place.
    """

    def __init__(self) -> None:
        self._bodies: dict[tuple[int, str, int], _Body] = {}

    def add(self, header: Header, raw: bytes) -> tuple[list[int], bytes] | None:
        """All serials and the body once the last part is there, else None.

        When there is too much to hold, the oldest unfinished body is forgotten: its terminal has
        had no answer for it, and sends it again.
        """
        part = header.part
        assert part is not None
        if not (1 <= part.index <= part.total <= PARTS_MAX):
            return None
        key = (header.message_id, header.phone, (header.serial - part.index) & 0xFFFF)
        body = self._bodies.setdefault(key, _Body(part.total))
        body.parts[part.index] = (header.serial, raw)
        if len(body.parts) == body.total == part.total:
            del self._bodies[key]
            ordered = [body.parts[index] for index in range(1, body.total + 1)]
            return [serial for serial, _raw in ordered], b"".join(raw for _serial, raw in ordered)
        self._forget()
        return None

    def _forget(self) -> None:
        while len(self._bodies) > BODIES_MAX or self.waiting > BYTES_MAX:
            del self._bodies[next(iter(self._bodies))]

    @property
    def waiting(self) -> int:
        """Bytes of unfinished bodies."""
        return sum(body.size for body in self._bodies.values())
