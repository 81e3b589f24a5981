"""Messages of both sides: what their bodies hold, read and written."""

import struct
from dataclasses import dataclass

from wufei.protocols.jt808.errors import Malformed, Reason
from wufei.protocols.jt808.fields import decode_text, encode_text
from wufei.protocols.jt808.framing import unwrap, wrap
from wufei.protocols.jt808.header import Header, decode_header, encode_header
from wufei.protocols.jt808.positions import (
    Position,
    Positions,
    decode_position,
    decode_positions,
    encode_position,
    encode_positions,
)

# Message ids: of the terminal, then of the platform.
TERMINAL_REPLY, HEARTBEAT, DEREGISTER = 0x0001, 0x0002, 0x0003
REGISTER, AUTHENTICATE = 0x0100, 0x0102
POSITION, POSITIONS = 0x0200, 0x0704
PLATFORM_REPLY, REGISTER_REPLY = 0x8001, 0x8100

# Results of a general reply (tables 4 and 5).
DONE, FAILED, WRONG, UNSUPPORTED = 0, 1, 2, 3
# Results of a registration (table 8).
NO_SUCH_VEHICLE, TERMINAL_TAKEN, NO_SUCH_TERMINAL = 2, 3, 4

# Bytes of maker, model and terminal id by edition (table 7 and its forerunners).
_WIDTHS = {"2011": (5, 8, 7), "2013": (5, 20, 7), "2019": (11, 30, 30)}
_IMEI_BYTES, _SOFTWARE_BYTES = 15, 20


@dataclass(frozen=True)
class Register:
    """0x0100. ``layout`` is "2011", "2013" or "2019"; ``plate`` is the VIN when colour is 0."""

    plate: str
    layout: str = "2013"
    province: int = 0
    city: int = 0
    maker: str = ""
    model: str = ""
    terminal_id: str = ""
    plate_colour: int = 1


@dataclass(frozen=True)
class Authenticate:
    """0x0102 鉴权; ``imei`` and ``software`` since 2019."""

    code: str
    imei: str = ""
    software: str = ""


@dataclass(frozen=True)
class Heartbeat:
    """0x0002."""


@dataclass(frozen=True)
class Deregister:
    """0x0003 终端注销."""


@dataclass(frozen=True)
class TerminalReply:
    """0x0001: what the terminal says to message ``message_id`` with ``serial`` of ours."""

    serial: int
    message_id: int
    result: int = DONE


@dataclass(frozen=True)
class PlatformReply:
    """0x8001: what we say to message ``message_id`` with ``serial`` of the terminal."""

    serial: int
    message_id: int
    result: int = DONE


@dataclass(frozen=True)
class RegisterReply:
    """0x8100; the code is there only when the result is ``DONE``."""

    serial: int
    result: int = DONE
    code: str = ""


@dataclass(frozen=True)
class Piece:
    """A slice of a body that came in parts; ``Pieces`` puts them together."""

    raw: bytes


@dataclass(frozen=True)
class Other:
    """A message that we do not read."""

    raw: bytes


Body = (
    Register
    | Authenticate
    | Heartbeat
    | Deregister
    | TerminalReply
    | PlatformReply
    | RegisterReply
    | Position
    | Positions
    | Piece
    | Other
)


@dataclass(frozen=True)
class Message:
    header: Header
    body: Body


def open_frame(frame: bytes) -> tuple[Header, bytes]:
    """Header and body of one frame, with or without its delimiters; the body is not read.

    Raises ``Malformed``: then not even the header can be trusted, and nobody can be answered.
    """
    return decode_header(unwrap(frame))


def decode(frame: bytes) -> Message:
    """One frame, with or without delimiters. Raises ``Malformed`` and nothing else."""
    header, raw = open_frame(frame)
    return Message(header, Piece(raw) if header.part else decode_body(header, raw))


def decode_body(header: Header, raw: bytes) -> Body:
    """A whole body. Raises ``Malformed`` when it is not what the header's message id says."""
    if header.encryption:
        raise Malformed(Reason.ENCRYPTED, f"encryption bits {header.encryption}")
    match header.message_id:
        case 0x0200:
            return decode_position(raw)
        case 0x0704:
            return decode_positions(raw)
        case 0x0002:
            return Heartbeat()
        case 0x0003:
            return Deregister()
        case 0x0100:
            return _decode_register(header, raw)
        case 0x0102:
            return _decode_authenticate(header, raw)
        case 0x0001:
            return TerminalReply(*_unpack(">HHB", raw))
        case 0x8001:
            return PlatformReply(*_unpack(">HHB", raw))
        case 0x8100:
            serial, result = _unpack(">HB", raw)
            return RegisterReply(serial, result, decode_text(raw[3:]))
    return Other(raw)


def _unpack(layout: str, raw: bytes) -> tuple[int, ...]:
    if len(raw) < struct.calcsize(layout):
        raise Malformed(Reason.BODY, f"{len(raw)} bytes")
    return struct.unpack_from(layout, raw)


def _decode_register(header: Header, raw: bytes) -> Register:
    layout = "2019" if header.version is not None else _layout(raw)
    maker, model, terminal = _WIDTHS[layout]
    if len(raw) < 5 + maker + model + terminal:
        raise Malformed(Reason.BODY, f"a registration of {len(raw)} bytes")
    province, city = struct.unpack_from(">HH", raw)
    at = 4
    texts = []
    for width in (maker, model, terminal):
        texts.append(decode_text(raw[at : at + width]))
        at += width
    return Register(
        layout=layout,
        province=province,
        city=city,
        maker=texts[0],
        model=texts[1],
        terminal_id=texts[2],
        plate_colour=raw[at],
        plate=decode_text(raw[at + 1 :]),
    )


def _layout(raw: bytes) -> str:
    """2011 or 2013? The headers are the same; only the length of the model tells.

    A body of 2013 has 37 bytes before the plate. Shorter is 2011; so is one that would leave a
    plate of one to five bytes, which no plate has (a 2011 body with a VIN of 17 is 42 long).
    """
    base_2013 = 5 + sum(_WIDTHS["2013"])
    return "2011" if len(raw) < base_2013 or base_2013 < len(raw) < base_2013 + 6 else "2013"


def _decode_authenticate(header: Header, raw: bytes) -> Authenticate:
    if header.version is None:
        return Authenticate(decode_text(raw))
    width = raw[0] if raw else 0
    end = 1 + width
    if len(raw) < max(end, 1):
        raise Malformed(Reason.BODY, f"an authentication of {len(raw)} bytes")
    return Authenticate(
        code=decode_text(raw[1:end]),
        imei=decode_text(raw[end : end + _IMEI_BYTES]),
        software=decode_text(raw[end + _IMEI_BYTES :]),
    )


def encode(header: Header, body: Body) -> bytes:
    """The frame as it goes onto the wire, delimiters included."""
    return wrap(encode_header(header, encode_body(body, header.version)))


def encode_body(body: Body, version: int | None = None) -> bytes:
    """``version`` as in the header: authentication looks different since 2019."""
    match body:
        case Position():
            return encode_position(body)
        case Positions():
            return encode_positions(body)
        case Register():
            return _encode_register(body)
        case Authenticate():
            return _encode_authenticate(body, version)
        case TerminalReply() | PlatformReply():
            return struct.pack(">HHB", body.serial, body.message_id, body.result)
        case RegisterReply():
            return struct.pack(">HB", body.serial, body.result) + encode_text(body.code)
        case Piece() | Other():
            return body.raw
    return b""


def _encode_register(body: Register) -> bytes:
    texts = (body.maker, body.model, body.terminal_id)
    widths = _WIDTHS[body.layout]
    fixed = [encode_text(text, width) for text, width in zip(texts, widths, strict=True)]
    start = struct.pack(">HH", body.province, body.city)
    return b"".join([start, *fixed, bytes((body.plate_colour,)), encode_text(body.plate)])


def _encode_authenticate(body: Authenticate, version: int | None) -> bytes:
    code = encode_text(body.code)
    if version is None:
        return code
    imei, software = (
        encode_text(body.imei, _IMEI_BYTES),
        encode_text(body.software, _SOFTWARE_BYTES),
    )
    return b"".join([bytes((len(code),)), code, imei, software])
