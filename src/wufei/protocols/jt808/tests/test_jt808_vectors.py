"""Frames of other implementations; read from beside the project where somebody put them."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from wufei.protocols import jt808

FILE = Path(__file__).parents[6] / "shared" / "vectors" / "jt808.json"


def shared():
    return json.loads(FILE.read_text()) if FILE.exists() else []


def of(kind, where=lambda vector: True):
    """Parameters of one kind; a skip that says why where nobody put the file there."""
    chosen = [one for one in shared() if one["kind"] == kind and where(one)]
    found = [pytest.param(one, id=one["name"]) for one in chosen]
    missing = pytest.mark.skip(f"no {FILE.parent.name}/{FILE.name} beside the project")
    return found or [pytest.param(None, marks=missing)]


def body_is_unreadable(told):
    """Encrypted, or a reply without the bytes that a reply has."""
    empty_reply = (
        told["header"]["msg_id"] in {"0x8001", "0x8100"} and not told["header"]["body_len"]
    )
    return told["header"]["encrypt"] or empty_reply


def may_be_written(vector):
    return vector["strict_accept"] and not body_is_unreadable(vector["expect"])


def has_reply(vector):
    return "reply_8001_serial0_ok" in vector["expect"]


def position_as_told(position, told):
    assert position.alarm == told["alarm"]
    assert position.status == told["status"]
    assert position.fixed == told["fixed"]
    assert position.latitude == pytest.approx(told["lat"], abs=1e-9)
    assert position.longitude == pytest.approx(told["lon"], abs=1e-9)
    assert position.altitude_m == told["altitude_m"]
    assert position.speed_kmh == pytest.approx(told["speed_kmh"])
    assert position.heading_deg == told["direction_deg"]
    assert position.time_ms == time_ms(told["time_utc"])
    assert position.tail.hex() == told.get("extras_unparsed_hex", "")


def time_ms(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def extras_as_told(position, told):
    assert [(f"0x{e.id:02X}", e.value.hex()) for e in position.extras] == [
        (e["id"], e["hex"]) for e in told["extras"]
    ]
    mileages = [e["mileage_km"] for e in told["extras"] if "mileage_km" in e]
    assert position.mileage_km == (mileages[0] if mileages else None)


def body_as_told(body, told):
    match body:
        case jt808.Position():
            position_as_told(body, told)
        case jt808.Positions():
            assert (len(body.items), body.kind) == (told["count"], told["type"])
            for item, expected in zip(body.items, told["items"], strict=True):
                position_as_told(item, expected)
        case jt808.Register():
            names = {"maker": "manufacturer"}
            for name in ("layout", "province", "city", "maker", "model", "terminal_id", "plate"):
                assert getattr(body, name) == told[names.get(name, name)]
            assert body.plate_colour == told["plate_colour"]
        case jt808.Authenticate():
            assert body.code == told["auth_code"]
            assert body.imei == told.get("imei", "")
            assert body.software == told.get("software_version", "")
        case jt808.TerminalReply() | jt808.PlatformReply():
            assert (body.serial, f"0x{body.message_id:04X}") == (told["ack_serial"], told["ack_id"])
            assert body.result == told["result"]
        case jt808.RegisterReply():
            assert (body.serial, body.result) == (told["ack_serial"], told["result"])
            assert body.code == told.get("auth_code", "")


@pytest.mark.parametrize("vector", of("frame"))
def test_a_frame_of_others_is_read_as_they_read_it(vector):
    frame, told = bytes.fromhex(vector["hex"]), vector["expect"]
    if not vector["strict_accept"]:
        with pytest.raises(jt808.Malformed):
            jt808.decode(frame)
        return
    header, _raw = jt808.open_frame(frame)
    header_as_told(header, told)
    if body_is_unreadable(told):
        with pytest.raises(jt808.Malformed):
            jt808.decode(frame)
        return
    body = jt808.decode(frame).body
    body_as_told(body, told["body"])
    if isinstance(body, jt808.Position) and "do not assert" not in str(vector["flags"]):
        extras_as_told(body, told["body"])


def header_as_told(header, told):
    assert f"0x{header.message_id:04X}" == told["header"]["msg_id"]
    assert header.phone == told["header"]["phone_bcd"]
    assert header.number == told["header"]["phone"]
    assert header.serial == told["header"]["serial"]
    assert header.version == told["header"].get("protocol_version")
    assert bool(header.part) == told["header"]["subpackaged"]
    if header.part:
        assert (header.part.total, header.part.index) == (
            told["header"]["sub_total"],
            told["header"]["sub_index"],
        )


@pytest.mark.parametrize("vector", of("frame", may_be_written))
def test_a_frame_of_others_is_written_as_it_came(vector):
    message = jt808.decode(bytes.fromhex(vector["hex"]))
    if isinstance(message.body, jt808.Authenticate | jt808.Register | jt808.RegisterReply):
        # Makers pad texts in their own ways; the meaning is compared.
        again = jt808.decode(jt808.encode(message.header, message.body))
        assert again == message
    else:
        assert jt808.encode(message.header, message.body).hex() == vector["hex"]


@pytest.mark.parametrize("vector", of("frame", has_reply))
def test_our_reply_is_theirs(vector):
    header = jt808.decode(bytes.fromhex(vector["hex"])).header
    reply = jt808.PlatformReply(header.serial, header.message_id)
    ours = jt808.Header(0x8001, header.phone, 0, header.version)
    assert jt808.encode(ours, reply).hex() == vector["expect"]["reply_8001_serial0_ok"]


@pytest.mark.parametrize("vector", of("stream"))
def test_a_stream_of_others_is_cut_as_they_cut_it(vector):
    splitter, good = jt808.Splitter(), []
    for chunk in vector["chunks"]:
        for frame in splitter.feed(bytes.fromhex(chunk)):
            try:
                jt808.open_frame(frame)
            except jt808.Malformed:
                continue
            good.append(f"7e{frame.hex()}7e")
    assert good == vector["expect_frames"]


@pytest.mark.parametrize("vector", of("subpackage_group"))
@pytest.mark.parametrize("backwards", [False, True])
def test_the_parts_of_others_become_one_body(vector, backwards):
    pieces, whole = jt808.Pieces(), None
    frames = vector["frames"][::-1] if backwards else vector["frames"]
    for frame in frames:
        assert whole is None
        whole = pieces.add(*jt808.open_frame(bytes.fromhex(frame)))
    assert whole is not None
    serials, body = whole
    assert serials == vector["expect"]["serials"]
    assert len(body) == vector["expect"]["body_len"]
    assert hashlib.sha256(body).hexdigest() == vector["expect"]["body_sha256"]


@pytest.mark.parametrize("vector", of("reject"))
def test_what_others_refuse_is_refused(vector):
    with pytest.raises(jt808.Malformed):
        jt808.decode(bytes.fromhex(vector["hex"]))
