from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from wufei.protocols import jt808
from wufei.protocols.jt808.fields import decode_time, encode_time
from wufei.protocols.jt808.framing import ESCAPED_BYTES_MAX
from wufei.protocols.jt808.tests import strategies as made

# A truck at the town's weighbridge, 2026-11-25 08:30:00 Beijing time, 45.6 km/h north-east.
POSITION = jt808.Position(
    longitude=115.985432,
    latitude=36.456789,
    time_ms=1_795_566_600_000,
    speed_kmh=45.6,
    heading_deg=45,
    altitude_m=31,
    status=0b11,
    extras=(jt808.Extra(1, (123_456).to_bytes(4)),),
)
BODY = "0000000000000003022c495506e9cc18001f01c8002d26112508300001040001e240"


# Written by hand from the tables of the standard.
def framed(content):
    raw = bytes.fromhex(content)
    check = 0
    for byte in raw:
        check ^= byte
    inner = raw + bytes([check])
    escaped = inner.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
    return b"\x7e" + escaped + b"\x7e"


@pytest.mark.parametrize(
    ("edition", "header"),
    [
        (2011, "02000022013800000001007e"),
        (2013, "02000022013800000001007e"),
        (2019, "020040220100000000013800000001007e"),
    ],
)
def test_a_position_looks_as_the_standard_draws_it(edition, header):
    terminal = jt808.Terminal("13800000001", edition, serial=0x7E)
    frame = terminal.position(POSITION)
    assert frame == framed(header + BODY)
    message = jt808.decode(frame)
    assert message.body == POSITION
    assert message.body.mileage_km == 12_345.6
    assert message.header.number == "13800000001"
    assert message.header.serial == 0x7E


def test_a_registration_looks_as_each_edition_draws_it():
    words: Any = {
        "province": 37,
        "city": 1500,
        "maker": "WF",
        "model": "T1",
        "terminal_id": "0000001",
    }
    maker, model, terminal_id = b"WF", b"T1", b"0000001"
    for edition, widths in ((2011, (5, 8, 7)), (2013, (5, 20, 7)), (2019, (11, 30, 30))):
        frame = jt808.Terminal("1", edition).register("鲁P12345", **words)
        texts = zip((maker, model, terminal_id), widths, strict=True)
        body = b"\x00\x25\x05\xdc" + b"".join(text.ljust(width, b"\0") for text, width in texts)
        body += b"\x01" + "鲁P12345".encode("gbk")
        assert jt808.open_frame(frame)[1] == body
        assert jt808.decode(frame).body == jt808.Register("鲁P12345", str(edition), **words)


def test_a_vehicle_without_a_plate_registers_with_its_vin_in_the_edition_of_2011():
    frame = jt808.Terminal("1", 2011).register("LFWSRXSJ0M1F00001", plate_colour=0)
    assert jt808.decode(frame).body == jt808.Register("LFWSRXSJ0M1F00001", "2011", plate_colour=0)


@given(made.messages)
def test_what_is_written_is_read_again(message):
    header, body = message
    assume(len(jt808.encode_body(body, header.version)) <= 1023)
    frame = jt808.encode(header, body)
    assert frame[1:-1].count(b"\x7e") == 0
    assert jt808.decode(frame) == jt808.Message(header, body)


@given(st.binary(max_size=80))
def test_escaping_hides_every_delimiter_and_comes_back(content):
    assert b"\x7e" not in jt808.escape(content)
    assert jt808.unescape(jt808.escape(content)) == content


@given(st.binary(max_size=3_000))
@example(b"")
@example(b"\x7e\x7e")
@example(b"\x7d")
def test_whatever_comes_in_raises_nothing_but_the_codecs_own_error(noise):
    for frame in (noise, jt808.wrap(noise)):
        with suppress(jt808.Malformed):
            jt808.decode(frame)


@given(made.headers(), st.binary(max_size=200))
def test_a_body_of_noise_raises_nothing_but_the_codecs_own_error(header, noise):
    for message_id in (0x0001, 0x0100, 0x0102, 0x0200, 0x0704, 0x8001, 0x8100, header.message_id):
        with suppress(jt808.Malformed):
            jt808.decode_body(jt808.Header(message_id, header.phone, 0, header.version), noise)


@given(made.messages, st.data())
def test_a_flipped_bit_is_never_read_as_the_same_message(message, data):
    header, body = message
    assume(len(jt808.encode_body(body, header.version)) <= 1023)
    frame = bytearray(jt808.encode(header, body))
    at = data.draw(st.integers(1, len(frame) - 2))
    frame[at] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(jt808.Malformed):
        assert jt808.decode(bytes(frame)) != jt808.Message(header, body)


@given(st.lists(made.messages, max_size=4), st.binary(max_size=20), st.data())
def test_a_stream_is_cut_the_same_however_it_arrives(messages, noise, data):
    frames = [
        jt808.encode(header, body)
        for header, body in messages
        if len(jt808.encode_body(body, header.version)) <= 1023
    ]
    stream = noise.replace(b"\x7e", b"") + b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter, found = jt808.Splitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    expected = [frame[1:-1] for frame in frames]
    assert found[-len(expected) :] == expected if expected else len(found) <= 1


def test_a_frame_that_never_ends_is_given_once_and_the_next_one_is_read():
    splitter = jt808.Splitter()
    heartbeat = jt808.Terminal("1").heartbeat()
    given_out = []
    for _chunk in range(50):
        given_out += splitter.feed(b"\x01" * 1_000)
        assert splitter.waiting <= ESCAPED_BYTES_MAX
    assert len(given_out) == 1
    with pytest.raises(jt808.Malformed, match="oversized"):
        jt808.decode(given_out[0])
    assert splitter.feed(b"\x01" + heartbeat) == [heartbeat[1:-1]]


def test_two_frames_may_share_one_delimiter():
    terminal = jt808.Terminal("1")
    first, second = terminal.heartbeat(), terminal.heartbeat()
    assert jt808.Splitter().feed(first + second[1:]) == [first[1:-1], second[1:-1]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("0002000001380000000100", jt808.Reason.HEADER),
        ("000200010138000000010001", jt808.Reason.LENGTH),
        ("020000030138000000010001000000", jt808.Reason.BODY),
        ("020004000138000000010001", jt808.Reason.ENCRYPTED),
        ("0704000501380000000100010001010004", jt808.Reason.BODY),
    ],
)
def test_a_frame_that_is_wrong_says_what_is_wrong(content, reason):
    with pytest.raises(jt808.Malformed) as raised:
        jt808.decode(framed(content))
    assert raised.value.reason is reason


def test_a_wrong_checksum_and_a_wrong_escape_are_told_apart():
    with pytest.raises(jt808.Malformed, match="checksum"):
        jt808.decode(bytes.fromhex("7e0002000001380000000100013d7e"))
    with pytest.raises(jt808.Malformed, match="escape"):
        jt808.decode(bytes.fromhex("7e02007d037e"))


@pytest.mark.parametrize("wrong", ["000000000000", "261325083000", "260230083000", "2611250a3000"])
def test_an_impossible_time_is_no_time(wrong):
    assert decode_time(bytes.fromhex(wrong)) is None


def test_times_are_those_of_beijing():
    assert decode_time(bytes.fromhex("261125083000")) == 1_795_566_600_000
    assert encode_time(1_795_566_600_999) == bytes.fromhex("261125083000")


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=6), st.randoms())
def test_parts_become_a_body_in_whatever_order_and_however_often_they_come(slices, random):
    total = len(slices)
    parts = [
        (jt808.Header(0x0704, "1", 100 + n, None, jt808.Part(total, n)), raw)
        for n, raw in enumerate(slices, 1)
    ]
    again = parts[: total - 1]
    random.shuffle(parts)
    pieces = jt808.Pieces()
    results = [pieces.add(header, raw) for header, raw in parts]
    assert results[:-1] == [None] * (total - 1)
    assert results[-1] == ([100 + n for n in range(1, total + 1)], b"".join(slices))
    assert all(pieces.add(header, raw) is None for header, raw in again)


def test_unfinished_bodies_do_not_pile_up():
    pieces = jt808.Pieces()
    for serial in range(0, 3_000, 3):
        header = jt808.Header(0x0801, "1", serial, None, jt808.Part(2, 1))
        assert pieces.add(header, bytes(1_000)) is None
    assert pieces.waiting <= 4_000
