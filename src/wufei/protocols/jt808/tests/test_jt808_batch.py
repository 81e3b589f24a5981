from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wufei.protocols import jt808
from wufei.protocols.jt808 import batch
from wufei.protocols.jt808.fields import encode_time
from wufei.protocols.jt808.tests import strategies as made
from wufei.protocols.jt808.tests.test_jt808_codec import POSITION
from wufei.protocols.jt808.tests.test_jt808_vectors import of, shared


def one_by_one(buffer):
    """What the reader of single frames makes of the same buffer: row → (header, position)."""
    found = {}
    for row, frame in enumerate(filter(None, buffer.split(b"\x7e"))):
        with suppress(jt808.Malformed):
            message = jt808.decode(frame)
            if isinstance(message.body, jt808.Position):
                found[row] = message
    return found


def agree(buffer):
    frames = batch.split(buffer)
    columns = batch.positions(frames)
    alone = one_by_one(buffer)
    assert [frames.raw(n) for n in range(len(frames))] == list(filter(None, buffer.split(b"\x7e")))
    # Numbers that are none, or too long for 64 bits, are left to the other reader.
    left = {row for row, message in alone.items() if not fits(message.header.phone)}
    assert set(columns.row.tolist()) == set(alone) - left
    for n, row in enumerate(columns.row.tolist()):
        header, position = alone[row].header, alone[row].body
        assert columns.phone[n].tobytes().hex() == header.phone.zfill(20)
        assert int(columns.number[n]) == int(header.phone)
        assert columns.version[n] == (-1 if header.version is None else header.version)
        assert columns.serial[n] == header.serial
        assert columns.longitude[n] == position.longitude
        assert columns.latitude[n] == position.latitude
        assert columns.time_ms[n] == (-1 if position.time_ms is None else position.time_ms)
        assert columns.mileage_km[n] == (position.mileage_km or 0)
        assert columns.speed_kmh[n] == np.float32(position.speed_kmh)
        assert columns.heading_deg[n] == position.heading_deg
        assert columns.altitude_m[n] == position.altitude_m
        assert columns.alarm[n] == position.alarm
        assert columns.status[n] == position.status
    return frames, columns


def fits(phone):
    return phone.isdecimal() and int(phone) < 18 * 10**18


def frame_of(message):
    header, body = message
    assume(len(jt808.encode_body(body, header.version)) <= 1023)
    return jt808.encode(header, body)


positions = st.tuples(made.headers(st.just(0x0200)), made.positions()).map(frame_of)


@given(st.lists(positions | made.messages.map(frame_of), max_size=8))
def test_many_frames_at_once_are_read_as_each_alone(frames):
    agree(b"\x7e" + b"".join(frames) + b"\x7e")


@given(st.lists(positions, min_size=1, max_size=4), st.data())
def test_damaged_frames_are_left_to_the_other_reader(frames, data):
    raw = bytearray(b"".join(frames))
    for _flip in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    agree(b"\x7e" + bytes(raw) + b"\x7e")


@given(st.binary(max_size=400))
def test_noise_raises_nothing(noise):
    agree(b"\x7e" + noise + b"\x7e")


@given(st.lists(st.binary(max_size=60).map(jt808.wrap), max_size=4))
def test_noise_with_a_right_checksum_raises_nothing(frames):
    agree(b"\x7e" + b"".join(frames) + b"\x7e")


@given(
    made.headers(st.just(0x0200)),
    st.binary(min_size=28, max_size=80),
)
def test_any_body_of_a_position_is_read_the_same(header, body):
    agree(b"\x7e" + jt808.encode(header, jt808.Other(body)))


def test_the_frames_of_others_are_read_the_same():
    if not shared():
        pytest.skip(of("frame")[0].marks[0].args[0])
    frames = [bytes.fromhex(vector["hex"]) for vector in shared() if vector["kind"] == "frame"]
    _frames, columns = agree(b"\x7e" + b"".join(frames))
    assert len(columns) >= 20


def test_every_day_of_the_century_has_its_time():
    terminal, seconds = jt808.Terminal("1", 2013), range(946_656_000, 4_102_415_999, 86_400)
    body = jt808.encode_body(POSITION)
    raw = [body[:22] + encode_time(s * 1000) + body[28:] for s in seconds]
    frames = [terminal.frame(0x0200, jt808.Other(one)) for one in raw]
    columns = batch.positions(batch.split(b"".join(frames)))
    assert columns.time_ms.tolist() == [s * 1000 for s in seconds]


@given(st.lists(positions, max_size=6), st.data())
def test_many_replies_at_once_are_those_written_alone(frames, data):
    buffer = b"\x7e" + b"".join(frames) + b"\x7e"
    columns = batch.positions(batch.split(buffer))
    ours = data.draw(st.lists(made.u16, min_size=len(columns), max_size=len(columns)))
    raw, ends = batch.replies(columns, np.array(ours, dtype=np.uint16))
    alone = one_by_one(buffer)
    start = 0
    for n, row in enumerate(columns.row.tolist()):
        header = alone[row].header
        reply = jt808.PlatformReply(header.serial, 0x0200)
        wanted = jt808.encode(jt808.Header(0x8001, header.phone, ours[n], header.version), reply)
        assert raw[start : ends[n]] == wanted
        start = ends[n]
    assert start == len(raw)
