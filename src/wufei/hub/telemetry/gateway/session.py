"""Messages that are read one by one: signing in and out, batches of old positions, faults."""

from dataclasses import dataclass, field

from wufei.hub.telemetry.gateway.bad import BadFrames
from wufei.hub.telemetry.gateway.connection import Connection
from wufei.hub.telemetry.gateway.counters import Counters
from wufei.hub.telemetry.gateway.terminals import Terminals, code_of, is_code_of
from wufei.hub.telemetry.models import BadFrame
from wufei.protocols import jt808
from wufei.protocols.jt808 import messages as m

Why = BadFrame.Reason
_ENCRYPTED = jt808.Reason.ENCRYPTED


@dataclass(frozen=True)
class Late:
    """Positions that came one by one, and the answers that they get once they are stored."""

    positions: tuple[jt808.Position, ...]
    device: int
    vehicle: int
    serial: int
    back_filled: bool


@dataclass
class Said:
    """What came out of the messages of one round: answers for now, and those for later."""

    now: list[tuple[Connection, bytes]] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    stored: list[tuple[Connection, bytes]] = field(default_factory=list)
    leaving: list[tuple[Connection, str]] = field(default_factory=list)
    """Signed out at the end of the round: positions before it still count."""


class Sessions:
    """Acts on single messages. Answers depend only on the registry, never on earlier state.

    So a terminal that comes back after a restart of ours signs in with the code that it has.
    """

    def __init__(self, bad: BadFrames, counters: Counters) -> None:
        self.terminals = Terminals()
        self._bad = bad
        self._counters = counters

    def act(self, connection: Connection, frame: bytes, said: Said) -> None:
        """Read one frame (without delimiters) and do what it asks."""
        try:
            header, raw = jt808.open_frame(frame)
        except jt808.Malformed as fault:
            # Not even the sender is certain, so nobody is answered.
            self._note(connection, frame, Why(fault.reason), fault.detail)
            return
        serials = [header.serial]
        if header.part:
            if not self._may(connection, header, frame, said):
                return
            connection.pieces = connection.pieces or jt808.Pieces()
            whole = connection.pieces.add(header, raw)
            if whole is None:
                return
            serials, raw = whole
        try:
            body = jt808.decode_body(header, raw)
        except jt808.Malformed as fault:
            result = m.UNSUPPORTED if fault.reason is _ENCRYPTED else m.WRONG
            self._refuse(connection, header, frame, Why(fault.reason), result, said, fault.detail)
            return
        self._dispatch(connection, header, body, serials, frame, said)

    def _dispatch(
        self,
        connection: Connection,
        header: jt808.Header,
        body: jt808.Body,
        serials: list[int],
        frame: bytes,
        said: Said,
    ) -> None:
        if isinstance(body, jt808.Register):
            self._register(connection, header, frame, said)
        elif isinstance(body, jt808.Authenticate):
            self._authenticate(connection, header, body, frame, said)
        elif isinstance(body, jt808.TerminalReply):
            # Nothing of ours waits for it yet.
            return
        elif self._may(connection, header, frame, said):
            if isinstance(body, jt808.Position | jt808.Positions):
                self._positions(connection, header, body, serials, said)
            elif isinstance(body, jt808.Other | jt808.PlatformReply | jt808.RegisterReply):
                self._refuse(
                    connection, header, frame, Why.UNSUPPORTED, m.UNSUPPORTED, said,
                    jt808.body_id(header.message_id),
                )  # fmt: skip
            else:
                self._done(connection, header, said)
                if isinstance(body, jt808.Deregister):
                    said.leaving.append((connection, header.number))

    def refuse_stranger(self, connection: Connection, frame: bytes, said: Said) -> None:
        """A position of somebody who has not signed in on this connection (read as a column)."""
        header, _raw = jt808.open_frame(frame)
        if self._may(connection, header, frame, said):
            # Signed in, but no longer in the registry.
            connection.sign_out(header.number)
            self._refuse(connection, header, frame, Why.UNKNOWN, m.FAILED, said)

    def _may(self, connection: Connection, header: jt808.Header, frame: bytes, said: Said) -> bool:
        if header.number in connection.signed_in:
            return True
        self._refuse(connection, header, frame, Why.UNAUTHENTICATED, m.FAILED, said)
        return False

    def _register(
        self, connection: Connection, header: jt808.Header, frame: bytes, said: Said
    ) -> None:
        known = self.terminals.find(header.number)
        reply = jt808.RegisterReply(header.serial, m.DONE, code_of(header.number))
        if known is None:
            self._note(connection, frame, Why.UNKNOWN, "registration", header.number)
            reply = jt808.RegisterReply(header.serial, m.NO_SUCH_TERMINAL)
        said.now.append((connection, connection.answer(header, m.REGISTER_REPLY, reply)))

    def _authenticate(
        self,
        connection: Connection,
        header: jt808.Header,
        body: jt808.Authenticate,
        frame: bytes,
        said: Said,
    ) -> None:
        if self.terminals.find(header.number) is None:
            self._refuse(connection, header, frame, Why.UNKNOWN, m.FAILED, said)
        elif not is_code_of(header.number, body.code):
            detail = "wrong code"
            self._refuse(connection, header, frame, Why.UNAUTHENTICATED, m.FAILED, said, detail)
        else:
            connection.sign_in(header.number)
            self._done(connection, header, said)

    def _positions(
        self,
        connection: Connection,
        header: jt808.Header,
        body: jt808.Position | jt808.Positions,
        serials: list[int],
        said: Said,
    ) -> None:
        found = self.terminals.find(header.number)
        if found is None:
            connection.sign_out(header.number)
            answer = self._general(connection, header, header.serial, m.FAILED)
            said.now.append((connection, answer))
            return
        batch = isinstance(body, jt808.Positions)
        items = body.items if isinstance(body, jt808.Positions) else (body,)
        said.late.append(Late(items, *found, header.serial, batch))
        answers = [self._general(connection, header, serial, m.DONE) for serial in serials]
        said.stored.append((connection, b"".join(answers)))

    def _done(self, connection: Connection, header: jt808.Header, said: Said) -> None:
        answer = self._general(connection, header, header.serial, m.DONE)
        said.now.append((connection, answer))

    def _refuse(
        self,
        connection: Connection,
        header: jt808.Header,
        frame: bytes,
        why: BadFrame.Reason,
        result: int,
        said: Said,
        detail: str = "",
    ) -> None:
        self._note(connection, frame, why, detail, header.number)
        answer = self._general(connection, header, header.serial, result)
        said.now.append((connection, answer))

    def _general(
        self, connection: Connection, header: jt808.Header, serial: int, result: int
    ) -> bytes:
        reply = jt808.PlatformReply(serial, header.message_id, result)
        return connection.answer(header, m.PLATFORM_REPLY, reply)

    def _note(
        self,
        connection: Connection,
        frame: bytes,
        why: BadFrame.Reason,
        detail: str = "",
        terminal: str = "",
    ) -> None:
        self._counters.bad[why.value] += 1
        self._bad.note(frame, why.value, detail, terminal=terminal, peer=connection.peer)
