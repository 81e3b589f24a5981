"""One terminal's connection: gathers bytes, knows who signed in, writes answers."""

import asyncio
from typing import TYPE_CHECKING, cast

from wufei.hub.telemetry.gateway.terminals import NUMBER_MAX
from wufei.protocols.jt808 import Header, Pieces, encode
from wufei.protocols.jt808.framing import ESCAPED_BYTES_MAX
from wufei.protocols.jt808.messages import Body

if TYPE_CHECKING:
    from wufei.hub.telemetry.gateway.server import Gateway

_DELIMITER = b"\x7e"
# Reasons to read no more for a while, as bits.
ANSWERS_WAIT, MUCH_WAITS, TOO_FAST, STOPPING = 1, 2, 4, 8


class Connection(asyncio.Protocol):
    """Does as little as possible for each segment; ``take`` is called once a round."""

    __slots__ = (
        "_chunks",
        "_frames",
        "_gateway",
        "_rest",
        "_second",
        "_skipping",
        "closed",
        "dirty",
        "number",
        "paused",
        "peer",
        "pieces",
        "seen",
        "serial",
        "signed_in",
        "transport",
        "waiting",
    )

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._chunks: list[bytes] = []
        # Begins with the delimiter that ended the frame before.
        self._rest = _DELIMITER
        self._skipping = False
        self._second, self._frames = 0, 0
        self.waiting = 0
        self.dirty = self.closed = False
        self.paused = 0
        self.peer = ""
        self.seen = 0.0
        self.serial = 0
        # The last number that signed in, as an integer, for comparing many at once; 0 for nobody.
        self.number = 0
        self.signed_in: set[str] = set()
        self.pieces: Pieces | None = None

    # What asyncio calls ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername") or ("", 0)
        self.peer = str(name[0])
        self._gateway.opened(self)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self.waiting += len(data)
        self._gateway.received(self, len(data))

    def pause_writing(self) -> None:
        # Who does not take answers gets no further ones.
        self.pause(ANSWERS_WAIT)

    def resume_writing(self) -> None:
        self.resume(ANSWERS_WAIT)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._gateway.lost(self)

    # What the gateway calls ------------------------------------------------------------------

    def take(self) -> bytes:
        """All whole frames that came in, delimited on both sides; empty when there is none.

        What grows beyond any frame without a delimiter is given as it is, once.
        """
        data = b"".join([self._rest, *self._chunks])
        self._chunks.clear()
        self.waiting = 0
        if self._skipping:
            data = self._skip(data)
        cut = data.rfind(_DELIMITER)
        if len(data) - cut > ESCAPED_BYTES_MAX:
            self._rest, self._skipping = b"", True
            return data + _DELIMITER
        self._rest = data[cut:]
        return data[: cut + 1] if cut > 0 else b""

    def _skip(self, data: bytes) -> bytes:
        found = data.find(_DELIMITER)
        if found < 0:
            return b""
        self._skipping = False
        return data[found:]

    def count(self, frames: int, second: int) -> int:
        """Frames of this connection in this second, with these."""
        if second != self._second:
            self._second, self._frames = second, 0
        self._frames += frames
        return self._frames

    def pause(self, why: int) -> None:
        """Read no more until every reason to wait is gone."""
        if not self.paused and not self.closed:
            self.transport.pause_reading()
        self.paused |= why

    def resume(self, why: int) -> None:
        if self.paused == why and not self.closed:
            self.transport.resume_reading()
        self.paused &= ~why

    def sign_in(self, number: str) -> None:
        self.signed_in.add(number)
        self.number = _comparable(number)

    def sign_out(self, number: str) -> None:
        self.signed_in.discard(number)
        self.number = _comparable(next(iter(self.signed_in), ""))

    def answer(self, header: Header, message_id: int, body: Body) -> bytes:
        """An answer to the terminal of ``header``, in its edition, with our next serial."""
        ours = Header(message_id, header.phone, self.next_serials(1), header.version)
        return encode(ours, body)

    def next_serials(self, count: int) -> int:
        """The first of ``count`` serials of ours."""
        first = self.serial
        self.serial = (first + count) & 0xFFFF
        return first

    def write(self, answers: bytes) -> None:
        if not self.closed:
            self.transport.write(answers)

    def close(self) -> None:
        """What was written is still sent."""
        if not self.closed:
            self.closed = True
            self.transport.close()


def _comparable(number: str) -> int:
    """As an integer of 64 bits; 0, which is nobody's, for those that are longer."""
    found = int(number or 0)
    return found if found < NUMBER_MAX else 0
