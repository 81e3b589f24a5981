"""One round without sockets: whatever comes in, in whatever pieces."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wufei.hub.telemetry import fixes as fx
from wufei.hub.telemetry.gateway.bad import BadFrames
from wufei.hub.telemetry.gateway.connection import Connection
from wufei.hub.telemetry.gateway.counters import Counters
from wufei.hub.telemetry.gateway.limits import BadLimits
from wufei.hub.telemetry.gateway.rounds import by_partition, read
from wufei.hub.telemetry.gateway.session import Sessions
from wufei.hub.telemetry.gateway.terminals import Terminals, code_of
from wufei.protocols import jt808
from wufei.protocols.jt808.tests import strategies as made

NOW_MS = 1_795_566_600_000
KNOWN = {"1": (11, 101), "2": (12, 0), "9" * 20: (13, 103)}


def connection():
    found = Connection(SimpleNamespace(received=lambda *_: None))  # type: ignore[arg-type]
    found.peer = "192.0.2.1"
    return found


def sessions():
    found = Sessions(BadFrames(BadLimits()), Counters())
    found.terminals = Terminals(KNOWN)
    return found


def round_of(chunks, acting=None):
    """``chunks``: (connection, bytes) in the order in which they came."""
    for one, data in chunks:
        one.data_received(data)
    ones = list(dict.fromkeys(one for one, _data in chunks))
    parts = [(one, part) for one in ones if (part := one.take())]
    return read(parts, acting or sessions(), NOW_MS, 300_000) if parts else None


def heard(answers):
    return [jt808.decode(frame) for _one, raw in answers for frame in jt808.Splitter().feed(raw)]


def frame(message):
    body = jt808.encode_body(message[1], message[0].version)
    return jt808.encode(*message) if len(body) <= 1023 else b"\x7e"


known_headers = st.sampled_from([("1", None), ("2", 1), ("9" * 20, 1)]).flatmap(
    lambda who: st.builds(
        jt808.Header,
        message_id=st.just(0x0200),
        phone=st.just(who[0].zfill(20 if who[1] else 12)),
        serial=made.u16,
        version=st.just(who[1]),
    )
)
sign_ins = st.sampled_from(["1", "2", "9" * 20]).map(
    lambda number: jt808.Terminal(number, 2019).authenticate(code_of(number))
)
sent = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=60).map(jt808.wrap),
    made.messages.map(frame),
    st.tuples(known_headers, made.positions()).map(frame),
    sign_ins,
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 2), sent), max_size=12), st.data())
def test_whatever_comes_in_is_read_and_each_answer_can_be_read(messages, data):
    ones = [connection() for _n in range(3)]
    acting = sessions()
    for piece in range(0, len(messages), 4):
        chunks = []
        for index, raw in messages[piece : piece + 4]:
            cut = data.draw(st.integers(0, len(raw)))
            chunks += [(ones[index], raw[:cut]), (ones[index], raw[cut:])]
        found = round_of(chunks, acting)
        if found is None:
            continue
        assert found.fixes.dtype == fx.FIX
        assert set(found.fixes["device"]) <= {11, 12, 13}
        stored = heard(found.stored)
        assert all(message.body.result == 0 for message in stored)
        assert (
            len(found.fixes)
            or not stored
            or all(message.body.message_id == 0x0704 for message in stored)
        )
        for message in heard(found.now) + stored:
            assert message.header.message_id in {0x8001, 0x8100}


@given(st.lists(st.tuples(known_headers, made.positions()), min_size=1, max_size=8))
def test_every_position_of_who_signed_in_is_stored_and_answered_once(messages):
    one = connection()
    for number in KNOWN:
        one.sign_in(number)
    frames = [frame(message) for message in messages]
    found = round_of([(one, b"".join(frames))])
    assert found is not None
    answers = heard(found.stored)
    answered = sorted((message.header.number, message.body.serial) for message in answers)
    assert answered == sorted((header.number, header.serial) for header, _body in messages)
    assert len({message.header.serial for message in answers}) == len(messages)
    devices = {number: device for number, (device, _vehicle) in KNOWN.items()}
    stored = zip(found.fixes["device"].tolist(), found.fixes["serial"].tolist(), strict=True)
    assert sorted(stored) == sorted(
        (devices[header.number], header.serial) for header, _body in messages
    )
    assert not found.now


@given(st.lists(st.integers(-(10**18), 10**12), max_size=30), st.integers(1, 7), st.integers(1, 4))
def test_batches_are_of_one_partition_and_none_is_lost(devices, partitions, most):
    fixes = np.zeros(len(devices), dtype=fx.FIX)
    fixes["device"] = devices
    found = by_partition(fixes, partitions, most)
    together = np.concatenate([fixes[:0], *(batch for _partition, batch in found)])
    assert sorted(together["device"].tolist()) == sorted(devices)
    for partition, batch in found:
        assert 1 <= len(batch) <= most
        assert set(batch["device"] % partitions) == {partition}
