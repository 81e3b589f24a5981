import threading
import time
from collections import Counter

import pytest
from django.db import OperationalError

from wufei.hub.telemetry import fixes as fx
from wufei.hub.telemetry.gateway.terminals import code_of
from wufei.hub.telemetry.gateway.tests.conftest import KNOWN, fix, until
from wufei.protocols import jt808
from wufei.protocols.jt808 import messages as m

TOMORROW_S = 24 * 3600


@pytest.mark.parametrize("edition", [2011, 2013, 2019])
def test_a_terminal_registers_signs_in_and_its_positions_are_stored(serve, truck, nats, edition):
    one = truck(serve(), edition=edition)
    registered = one.ask(one.register("鲁P12345"))
    assert registered == jt808.RegisterReply(0, m.DONE, code_of("13800000001"))
    signed_in = one.ask(one.authenticate(registered.code, imei="123456789012345"))
    assert signed_in == jt808.PlatformReply(1, m.AUTHENTICATE, m.DONE)
    assert one.ask(one.heartbeat()) == jt808.PlatformReply(2, m.HEARTBEAT, m.DONE)
    there = fix(
        longitude=115.985432,
        latitude=-36.456789,
        speed_kmh=45.6,
        heading_deg=270,
        altitude_m=0x10000 - 3,
        alarm=1,
        extras=(jt808.Extra(1, (1_234).to_bytes(4)),),
    )
    one.send(one.position(there))
    (message,) = one.hear()
    assert message.body == jt808.PlatformReply(3, m.POSITION, m.DONE)
    assert message.header.phone.endswith("13800000001")
    assert message.header.version == (1 if edition == 2019 else None)
    (stored,) = nats.stored()
    assert abs(stored.pop("received_ms") - time.time() * 1000) < 60_000
    assert stored == {
        "device": 11,
        "vehicle": 101,
        "device_time_ms": there.time_ms,
        "longitude": 115.985432,
        "latitude": -36.456789,
        "mileage_km": 123.4,
        "speed_kmh": pytest.approx(45.6),
        "status": 0b110,
        "alarm": 1,
        "altitude_m": -3,
        "heading_deg": 270,
        "serial": 3,
        "marks": 0,
    }


def test_everything_may_come_in_one_segment_and_everything_is_answered(serve, truck, nats):
    one = truck(serve())
    frames = [one.authenticate(code_of("13800000001"))]
    frames += [one.position(fix(n)) for n in range(-20, 0)]
    frames += [one.positions([fix(-60), fix(-50)]), one.heartbeat(), one.deregister()]
    one.send(*frames)
    heard = one.hear(24)
    assert sorted(message.body.serial for message in heard) == list(range(24))
    assert all(message.body.result == m.DONE for message in heard)
    assert len({message.header.serial for message in heard}) == 24
    stored = nats.stored()
    assert len(stored) == 22
    assert [one["marks"] for one in stored] == [0] * 20 + [fx.BACK_FILLED] * 2
    assert one.ask(one.position(fix())).result == m.FAILED


def test_frames_may_be_cut_anywhere(serve, truck, nats):
    one = truck(serve()).sign_in()
    for byte in one.position(fix(latitude=0x7D7E7D / 1e6)) + one.position(fix(1)):
        one.send(bytes((byte,)))
        time.sleep(0.002)
    assert [message.body.result for message in one.hear(2)] == [m.DONE, m.DONE]
    assert len(nats.stored()) == 2


def test_marks_say_what_cannot_be_used_and_everything_is_stored(serve, truck, nats):
    one = truck(serve()).sign_in()
    cases = [
        (fix(status=1), fx.UNFIXED),
        (fix(longitude=0, latitude=0), fx.ZERO),
        (fix(latitude=90.5), fx.OUT_OF_RANGE),
        (fix(longitude=-180.5), fx.OUT_OF_RANGE),
        (fix(TOMORROW_S), fx.FUTURE),
        (fix(time_ms=None), fx.OUT_OF_RANGE),
        (fix(time_ms=None, longitude=0, latitude=0, status=0), 7),
        (fix(-3 * TOMORROW_S), 0),
        (fix(4 * 60), 0),
    ]
    one.send(*(one.position(position) for position, _marks in cases))
    assert all(message.body.result == m.DONE for message in one.hear(len(cases)))
    assert [one["marks"] for one in nats.stored()] == [marks for _position, marks in cases]


def test_a_batch_in_parts_is_answered_when_it_is_whole_and_stored(serve, truck, nats):
    one = truck(serve()).sign_in()
    body = jt808.encode_body(jt808.Positions(tuple(fix(-n) for n in range(60)), 1))
    slices = [body[at : at + 700] for at in range(0, len(body), 700)]
    first = one.serial
    parts = [
        jt808.encode(
            jt808.Header(m.POSITIONS, one.phone, first + n, 1, jt808.Part(len(slices), n + 1)),
            jt808.Piece(piece),
        )
        for n, piece in enumerate(slices)
    ]
    one.send(*parts[:-1])
    assert one.hears_nothing(0.3)
    one.send(parts[-1])
    replies = [message.body for message in one.hear(len(parts))]
    assert [reply.serial for reply in replies] == [first + n for n in range(len(parts))]
    stored = nats.stored()
    assert len(stored) == 60
    assert {one["marks"] for one in stored} == {fx.BACK_FILLED}


def test_a_frame_that_is_sent_again_is_answered_again(serve, truck):
    one = truck(serve()).sign_in()
    frame = one.position(fix())
    assert one.ask(frame) == one.ask(frame) == jt808.PlatformReply(2, m.POSITION, m.DONE)


def bad_ones(one):
    """Frame, its reason, and the result that the terminal is told (None: no answer)."""
    good = one.heartbeat()
    flipped = bytearray(one.position(fix()))
    flipped[-2] ^= 1 if flipped[-2] ^ 1 not in (0x7D, 0x7E) else 2
    short = jt808.Header(m.POSITION, one.phone, 9, 1)
    secret = jt808.Header(m.POSITION, one.phone, 9, 1, encryption=1)
    return [
        (bytes(flipped), "checksum", None),
        (good[:8] + b"\x7e", "checksum", None),
        (b"\x7e\x02\x00\x7d\x03\x7e", "escape", None),
        (jt808.wrap(b"\x00\x02\x40"), "header", None),
        (jt808.wrap(jt808.unwrap(good) + b"!"), "length", None),
        (jt808.encode(short, jt808.Other(b"too short")), "body", m.WRONG),
        (jt808.encode(secret, fix()), "encrypted", m.UNSUPPORTED),
        (one.frame(0x0900, jt808.Other(b"\x41?")), "unsupported", m.UNSUPPORTED),
        (one.frame(m.POSITIONS, jt808.Other(b"\x00\x02\x00\x00\x1c")), "body", m.WRONG),
        (jt808.wrap(b"\x02\x00" + bytes(1_200)), "oversized", None),
        (b"\x7e" + b"\x11" * 5_000 + b"\x7e", "oversized", None),
    ]


@pytest.mark.parametrize("case", range(11))
def test_a_bad_frame_is_kept_with_its_reason_and_the_connection_stays(
    serve, truck, nats, bad_frames, case
):
    one = truck(serve()).sign_in()
    frame, reason, result = bad_ones(one)[case]
    one.send(frame)
    if result is not None:
        assert one.hear()[0].body.result == result
    assert one.ask(one.position(fix())).result == m.DONE
    kept = until(lambda: list(bad_frames))
    assert [(row.reason, row.peer) for row in kept] == [(reason, "127.0.0.1")]
    assert bytes(kept[0].frame)[:2_000] in (b"\x7e" + frame)[: len(frame) + 1]
    assert len(nats.stored()) == 1


def test_noise_without_end_costs_no_memory_and_the_next_frame_is_read(serve, truck, bad_frames):
    served = serve()
    one = truck(served).sign_in()
    for _chunk in range(40):
        one.send(b"\x11" * 50_000)
    assert one.ask(b"\x7e" + one.position(fix())).result == m.DONE
    (connection,) = served.gateway.connections
    assert connection.waiting == 0
    kept = until(lambda: list(bad_frames))
    assert [row.reason for row in kept] == ["oversized"]
    assert len(kept[0].frame) == 2_048


def test_a_stranger_is_refused_with_a_reason_and_may_try_again(serve, truck, bad_frames):
    served = serve()
    stranger = truck(served, "19900000000")
    told = stranger.ask(stranger.register("鲁P99999"))
    assert told == jt808.RegisterReply(0, m.NO_SUCH_TERMINAL, "")
    assert stranger.ask(stranger.authenticate(code_of("19900000000"))).result == m.FAILED
    assert stranger.ask(stranger.position(fix())).result == m.FAILED
    assert stranger.ask(stranger.heartbeat()).result == m.FAILED
    kept = until(lambda: bad_frames if len(bad_frames) == 4 else None)
    assert [row.reason for row in kept] == ["unknown"] * 2 + ["unauthenticated"] * 2
    assert {row.terminal for row in kept} == {"19900000000"}


def test_a_terminal_that_enters_the_registry_may_report_without_a_restart(
    serve, truck, monkeypatch
):
    monkeypatch.setattr("wufei.hub.telemetry.gateway.server.REFRESH_S", 0.05)
    served = serve()
    one = truck(served, "19900000000")
    assert one.ask(one.authenticate(code_of("19900000000"))).result == m.FAILED
    served.known["19900000000"] = (99, 0)
    until(lambda: one.ask(one.authenticate(code_of("19900000000"))).result == m.DONE)
    assert one.ask(one.position(fix())).result == m.DONE
    del served.known["19900000000"]
    until(lambda: one.ask(one.position(fix())).result == m.FAILED)


def test_strangers_are_kept_without_a_vehicle_where_the_settings_say_so(serve, truck, nats):
    served = serve(keep_unknown=True)
    truck_of = {phone: truck(served, phone).sign_in() for phone in ("19900000000", "9" * 20)}
    for one in truck_of.values():
        assert one.ask(one.position(fix())).result == m.DONE
    devices = [(one["device"], one["vehicle"]) for one in nats.stored()]
    assert devices == [(-19_900_000_000, 0), (-(10**18 - 1), 0)]


def test_nobody_reports_for_another(serve, truck, nats):
    served = serve()
    one, other = truck(served).sign_in(), jt808.Terminal("13800000003")
    assert one.ask(other.position(fix())).result == m.FAILED
    assert one.ask(other.authenticate("guessed")).result == m.FAILED
    zero = jt808.Terminal("0")
    assert one.ask(zero.position(fix())).result == m.FAILED
    assert one.ask(one.position(fix())).result == m.DONE
    assert [fix["device"] for fix in nats.stored()] == [11]


def test_several_terminals_may_share_a_connection(serve, truck, nats):
    one = truck(serve()).sign_in()
    other = jt808.Terminal("13800000003", 2013)
    assert one.ask(other.authenticate(code_of("13800000003"))).result == m.DONE
    one.send(one.position(fix()), other.position(fix()), one.position(fix(1)))
    assert sorted(message.header.number for message in one.hear(3)) == [
        "13800000001",
        "13800000001",
        "13800000003",
    ]
    assert sorted(fix["device"] for fix in nats.stored()) == [11, 11, 13]


def test_a_silent_terminal_is_let_go_and_others_stay(serve, truck, monkeypatch):
    monkeypatch.setattr("wufei.hub.telemetry.gateway.server.SWEEP_S", 0.1)
    served = serve(idle_s=1.5)
    silent, other = truck(served), truck(served)

    def silent_is_gone():
        other.ask(other.heartbeat())
        return len(served.gateway.connections) == 1

    until(silent_is_gone)
    assert silent.is_closed()
    assert other.sign_in()


def test_too_many_connections_are_turned_away(serve, truck):
    served = serve(connections_max=2)
    first, _second = truck(served).sign_in(), truck(served).sign_in()
    assert truck(served).is_closed()
    assert served.gateway.counters.turned_away == 1
    first.link.close()
    until(lambda: len(served.gateway.connections) == 1)
    assert truck(served).sign_in()


def test_a_terminal_that_sends_too_fast_is_read_slowly_and_loses_nothing(serve, truck, nats):
    one = truck(serve(frames_s_max=50, round_s=0.01)).sign_in()
    started = time.monotonic()
    for n in range(3):
        one.send(*(one.position(fix(-n * 100 + k)) for k in range(60)))
        one.hear(60)
    assert time.monotonic() - started > 0.9
    assert len(nats.stored()) == 180


def test_nothing_is_answered_while_the_bus_is_away_and_everything_afterwards(serve, truck, nats):
    one = truck(serve()).sign_in()
    assert one.ask(one.position(fix(-9))).result == m.DONE
    nats.kill()
    one.send(*(one.position(fix(-n)) for n in range(5)))
    assert one.hears_nothing(1)
    # The registry has no need of the bus.
    assert one.ask(one.heartbeat()).result == m.DONE
    nats.start()
    assert [message.body.result for message in one.hear(5)] == [m.DONE] * 5
    assert len(nats.stored()) == 6


def test_the_gateway_may_start_before_the_bus(serve, truck, nats):
    nats.kill()
    one = truck(serve()).sign_in()
    one.send(one.position(fix()))
    assert one.hears_nothing(0.5)
    nats.start()
    assert one.hear()[0].body.result == m.DONE
    assert len(nats.stored()) == 1


def test_while_the_registry_is_away_the_last_table_serves_and_bad_frames_wait(
    serve, truck, bad_frames, monkeypatch
):
    monkeypatch.setattr("wufei.hub.telemetry.gateway.server.REFRESH_S", 0.05)
    served = serve()
    kept, written = [], threading.Event()

    def keep(frames):
        if served.registry_away:
            written.set()
            raise OperationalError("the server is gone")
        kept.extend(frames)

    monkeypatch.setattr("wufei.hub.telemetry.badframes.keep", keep)
    served.registry_away = True
    one = truck(served).sign_in()
    one.send(b"\x7ebroken\x7e")
    assert written.wait(10)
    assert one.ask(one.position(fix())).result == m.DONE
    served.registry_away = False
    assert [row.reason for row in until(lambda: list(kept))] == ["checksum"]
    del served.known["13800000001"]
    until(lambda: one.ask(one.position(fix())).result == m.FAILED)


def test_a_gateway_that_can_no_longer_learn_of_terminals_ends(serve, truck, monkeypatch):
    monkeypatch.setattr("wufei.hub.telemetry.gateway.server.REFRESH_S", 0.05)
    served = serve()
    one = truck(served).sign_in()
    served.known["no number"] = (1, 1)
    assert one.is_closed()
    until(lambda: not served._thread.is_alive())
    assert served.gateway.failed


def test_a_flood_of_bad_frames_leaves_a_few_examples(serve, truck, bad_frames):
    served = serve()
    one, other = truck(served).sign_in(), truck(served, "13800000003").sign_in()
    for _n in range(50):
        one.send(one.frame(0x0900, jt808.Other(b"?")), b"\x7ebroken\x7e")
    one.hear(50)
    other.ask(other.frame(0x0900, jt808.Other(b"?")))
    until(lambda: served.gateway.counters.bad.total() == 101)
    kept = until(lambda: bad_frames if len(bad_frames) == 13 else None)
    told = Counter(row.terminal for row in kept)
    assert told == {"13800000001": 6, "13800000003": 1, "": 6}


def test_memory_stays_bounded_while_the_bus_is_away(serve, truck, nats, monkeypatch):
    monkeypatch.setattr("wufei.hub.telemetry.gateway.server.SWEEP_S", 0.1)
    served = serve(
        waiting_bytes_max=10_000, rounds_max=2, round_s=0.01, frames_s_max=10**9, idle_s=0.5
    )
    one = truck(served).sign_in()
    nats.kill()
    frames = [one.position(fix(-n)) for n in range(10_000)]
    threading.Thread(target=one.send, args=frames).start()
    (connection,) = served.gateway.connections
    until(lambda: connection.paused and connection.waiting)
    # A segment is at most what one read takes; the rest stays in the network.
    assert connection.waiting < 300_000
    assert one.hears_nothing(1.5), "it is not silent: it is not read"
    nats.start()
    assert len(one.hear(10_000)) == 10_000
    assert len(nats.stored()) == 10_000


def test_a_stop_stores_and_answers_what_came_in(serve, truck, nats):
    served = serve(round_s=0.5)
    trucks = [truck(served, number).sign_in() for number in KNOWN]
    for one in trucks:
        one.send(*(one.position(fix(-n)) for n in range(10)))
    until(lambda: all(connection.waiting for connection in served.gateway.connections))
    served.stop()
    for one in trucks:
        assert len(one.hear(10)) == 10
        assert one.is_closed()
    assert len(nats.stored()) == 30


def test_a_stop_while_the_bus_is_away_answers_nothing_and_ends(serve, truck, nats):
    served = serve(stop_s=0.5)
    one = truck(served).sign_in()
    nats.kill()
    one.send(one.position(fix()))
    until(lambda: not any(connection.waiting for connection in served.gateway.connections))
    served.stop()
    assert one.is_closed()
    nats.start()
