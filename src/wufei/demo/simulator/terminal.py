"""A vehicle's terminal at the gateway: a JT/T 808 client that loses no fix within its memory."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from wufei.protocols.jt808 import (
    Malformed,
    PlatformReply,
    Position,
    RegisterReply,
    Splitter,
    Terminal,
    decode,
)

# What a terminal remembers of an outage; the oldest is forgotten first.
FIXES_KEPT_MAX = 1_200
_UNANSWERED_MAX = 40
_BATCH = 20
_ANSWER_S, _HEARTBEAT_S = 30.0, 60.0
_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0)
# Messages whose answers mean that fixes are kept.
_POSITIONS = (0x0200, 0x0704)
_BLIND = 1


R = TypeVar("R", RegisterReply, PlatformReply)


class Refused(Exception):
    """The gateway does not know this terminal (yet)."""


@dataclass
class Outbox:
    """Fixes on their way: ``waiting`` to be sent, ``sent`` frames that nobody answered yet."""

    waiting: deque[Position] = field(default_factory=lambda: deque(maxlen=FIXES_KEPT_MAX))
    sent: "OrderedDict[int, bytes]" = field(default_factory=OrderedDict)

    def next_frame(self, terminal: Terminal, *, late: bool) -> bytes | None:
        """The next frame of fixes; many ``late`` ones go in one, as from a blind area."""
        if not self.waiting or len(self.sent) >= _UNANSWERED_MAX:
            return None
        serial = terminal.serial
        if late and len(self.waiting) > 2:
            count = min(_BATCH, len(self.waiting))
            frame = terminal.positions([self.waiting.popleft() for _n in range(count)], kind=_BLIND)
        else:
            frame = terminal.position(self.waiting.popleft())
        self.sent[serial] = frame
        return frame

    def answered(self, serial: int) -> None:
        self.sent.pop(serial, None)


class Link:
    """Keeps one terminal connected: registers, authenticates, sends, sends again what is open.

    ``told`` is called with True when it is connected and with False when it no longer is.
    """

    def __init__(
        self,
        terminal: Terminal,
        plate: str,
        address: tuple[str, int],
        *,
        told: Callable[[bool], None] = lambda up: None,
        random: Random | None = None,
    ) -> None:
        self.terminal, self.plate, self.address, self.told = terminal, plate, address, told
        self.outbox = Outbox()
        self.raw: deque[bytes] = deque(maxlen=20)
        self.answers = 0
        self._random = random or Random()  # noqa: S311 - spreads reconnects
        self._code = ""
        self._wake = asyncio.Event()
        self._oldest_s = 0.0

    def report(self, position: Position) -> None:
        self.outbox.waiting.append(position)
        self._wake.set()

    def garble(self, frame: bytes) -> None:
        """Send bytes as they are: a damaged frame."""
        self.raw.append(frame)
        self._wake.set()

    async def run(self) -> None:
        """Stay connected for ever; tries again with growing pauses."""
        failures = 0
        while True:
            connected = False
            try:
                reader, writer = await asyncio.wait_for(
                    asyncio.open_connection(*self.address), _ANSWER_S
                )
                try:
                    await self._enter(reader, writer)
                    connected, failures = True, 0
                    self.told(True)
                    await self._talk(reader, writer)
                finally:
                    writer.close()
            except (OSError, TimeoutError, asyncio.IncompleteReadError, Refused):
                pass
            if connected:
                self.told(False)
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
            failures += 1
            await asyncio.sleep(pause_s * self._random.uniform(0.7, 1.3))

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        splitter = Splitter()
        if not self._code:
            serial = self.terminal.serial
            writer.write(self.terminal.register(self.plate, province=37, city=1502, maker="SL"))
            reply = await _reply(reader, splitter, RegisterReply, serial)
            if reply.result != 0:
                raise Refused(f"registration answered {reply.result}")
            self._code = reply.code
        serial = self.terminal.serial
        writer.write(self.terminal.authenticate(self._code))
        answer = await _reply(reader, splitter, PlatformReply, serial)
        if answer.result != 0:
            self._code = ""
            raise Refused(f"authentication answered {answer.result}")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Frames that nobody answered go out again as they were: the receiver knows doubles.
        for frame in self.outbox.sent.values():
            writer.write(frame)
        self._oldest_s = asyncio.get_running_loop().time()
        listening = asyncio.create_task(self._listen(reader))
        try:
            late = True
            while not listening.done():
                self._send(writer, late=late)
                late = bool(self.outbox.waiting)
                await writer.drain()
                await self._pause(listening, writer)
            listening.result()
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await listening

    def _send(self, writer: asyncio.StreamWriter, *, late: bool) -> None:
        while self.raw:
            writer.write(self.raw.popleft())
        if not self.outbox.sent:
            self._oldest_s = asyncio.get_running_loop().time()
        while frame := self.outbox.next_frame(self.terminal, late=late):
            writer.write(frame)

    async def _pause(self, listening: "asyncio.Task[None]", writer: asyncio.StreamWriter) -> None:
        """Until there is something to send; a heartbeat when there was nothing for long."""
        loop = asyncio.get_running_loop()
        self._wake.clear()
        waking = asyncio.create_task(self._wake.wait())
        wait_s = _ANSWER_S if self.outbox.sent else _HEARTBEAT_S
        await asyncio.wait({waking, listening}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        woken = waking.done()
        waking.cancel()
        if self.outbox.sent and loop.time() - self._oldest_s > _ANSWER_S:
            raise TimeoutError
        if not woken and not listening.done():
            writer.write(self.terminal.heartbeat())

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while chunk := await reader.read(4096):
            for frame in splitter.feed(chunk):
                with contextlib.suppress(Malformed):
                    self._take(decode(frame).body)

    def _take(self, body: object) -> None:
        if not isinstance(body, PlatformReply) or body.message_id not in _POSITIONS:
            return
        self.answers += 1
        # A refused fix is not sent again: the platform has it and says what is wrong with it.
        self.outbox.answered(body.serial)
        self._oldest_s = asyncio.get_running_loop().time()
        if self.outbox.waiting:
            self._wake.set()


async def _reply(reader: asyncio.StreamReader, splitter: Splitter, kind: type[R], serial: int) -> R:
    async with asyncio.timeout(_ANSWER_S):
        while chunk := await reader.read(4096):
            for frame in splitter.feed(chunk):
                body = decode(frame).body
                if isinstance(body, kind) and body.serial == serial:
                    return body
    raise Refused("the connection was closed")
