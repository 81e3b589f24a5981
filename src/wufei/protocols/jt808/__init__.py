"""JT/T 808, the protocol of vehicle terminals 道路运输车辆卫星定位系统终端通讯协议.

Editions of 2011, 2013 and 2019; both directions, since the simulator and the tests speak the
terminal's side. Pure: bytes to messages and back, no I/O. Clauses are those of JT/T 808-2019.

``Splitter`` cuts a stream into frames, ``decode`` reads one (``open_frame`` only its header),
``encode`` writes one, ``batch`` reads many position frames at once.
"""

from wufei.protocols.jt808.errors import Malformed, Reason
from wufei.protocols.jt808.framing import FRAME_BYTES_MAX, Splitter, escape, unescape, unwrap, wrap
from wufei.protocols.jt808.header import Header, Part, body_id
from wufei.protocols.jt808.messages import (
    Authenticate,
    Body,
    Deregister,
    Heartbeat,
    Message,
    Other,
    Piece,
    PlatformReply,
    Register,
    RegisterReply,
    TerminalReply,
    decode,
    decode_body,
    encode,
    encode_body,
    open_frame,
)
from wufei.protocols.jt808.pieces import Pieces
from wufei.protocols.jt808.positions import Extra, Position, Positions
from wufei.protocols.jt808.terminal import Terminal

__all__ = [
    "FRAME_BYTES_MAX",
    "Authenticate",
    "Body",
    "Deregister",
    "Extra",
    "Header",
    "Heartbeat",
    "Malformed",
    "Message",
    "Other",
    "Part",
    "Piece",
    "Pieces",
    "PlatformReply",
    "Position",
    "Positions",
    "Reason",
    "Register",
    "RegisterReply",
    "Splitter",
    "Terminal",
    "TerminalReply",
    "body_id",
    "decode",
    "decode_body",
    "encode",
    "encode_body",
    "escape",
    "open_frame",
    "unescape",
    "unwrap",
    "wrap",
]
