"""The terminal's side, for the simulator, the benchmark and the tests."""

from collections.abc import Iterable
from typing import Any

from wufei.protocols.jt808 import messages as m
from wufei.protocols.jt808.header import Header
from wufei.protocols.jt808.positions import Position, Positions


class Terminal:
    """Writes frames as a terminal of one edition would, with serials that count up.

    ``edition`` is 2011, 2013 or 2019; ``phone`` up to 12 digits, or 20 since 2019.
    """

    def __init__(self, phone: str, edition: int = 2019, *, serial: int = 0) -> None:
        assert edition in {2011, 2013, 2019}
        self.phone = phone
        self.edition = edition
        self.serial = serial

    @property
    def version(self) -> int | None:
        return 1 if self.edition == 2019 else None

    def frame(self, message_id: int, body: m.Body) -> bytes:
        """A frame with the next serial; ``self.serial`` is the one after it."""
        header = Header(message_id, self.phone, self.serial, self.version)
        self.serial = (self.serial + 1) & 0xFFFF
        return m.encode(header, body)

    def register(self, plate: str, **values: Any) -> bytes:
        """``province``, ``city``, ``maker``, ``model``, ``terminal_id``, ``plate_colour``."""
        body = m.Register(plate=plate, layout=str(self.edition), **values)
        return self.frame(m.REGISTER, body)

    def authenticate(self, code: str, *, imei: str = "", software: str = "") -> bytes:
        return self.frame(m.AUTHENTICATE, m.Authenticate(code, imei, software))

    def heartbeat(self) -> bytes:
        return self.frame(m.HEARTBEAT, m.Heartbeat())

    def deregister(self) -> bytes:
        return self.frame(m.DEREGISTER, m.Deregister())

    def position(self, position: Position) -> bytes:
        return self.frame(m.POSITION, position)

    def positions(self, items: Iterable[Position], *, kind: int = 1) -> bytes:
        """0x0704; as many as one frame holds: some thirty without additional items."""
        return self.frame(m.POSITIONS, Positions(tuple(items), kind))

    def reply(self, serial: int, message_id: int, result: int = m.DONE) -> bytes:
        return self.frame(m.TERMINAL_REPLY, m.TerminalReply(serial, message_id, result))
