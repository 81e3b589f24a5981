"""A terminal against a gateway that may be away, deaf or unwilling."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from wufei.demo.simulator import terminal as room
from wufei.demo.simulator.terminal import FIXES_KEPT_MAX, Link
from wufei.protocols.jt808 import (
    Authenticate,
    Header,
    PlatformReply,
    Position,
    Positions,
    Register,
    RegisterReply,
    Splitter,
    Terminal,
    decode,
    encode,
)


class Gateway:
    """Answers like the platform; keeps the fixes that it has answered."""

    def __init__(self):
        self.kept: list[Position] = []
        self.seen: list[Position] = []
        self.registrations = 0
        self.deaf = False
        self.unwilling = 0
        self.server: asyncio.Server | None = None
        self.writers: list[asyncio.StreamWriter] = []

    async def start(self, port=0):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return self.server.sockets[0].getsockname()[1]

    async def stop(self):
        assert self.server
        self.server.close()
        for writer in self.writers:
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        splitter = Splitter()
        while chunk := await reader.read(4096):
            for frame in splitter.feed(chunk):
                self._take(decode(frame), writer)

    def _take(self, message, writer):
        header = message.header
        match message.body:
            case Register():
                self.registrations += 1
                refused = self.registrations <= self.unwilling
                body = RegisterReply(header.serial, 4 if refused else 0, "" if refused else "code")
                self._say(writer, header, 0x8100, body)
                return
            case Authenticate(code=code):
                assert code == "code"
            case Position() | Positions() as body:
                fixes = body.items if isinstance(body, Positions) else (body,)
                self.seen += fixes
                if self.deaf:
                    return
                self.kept += fixes
        reply = PlatformReply(header.serial, header.message_id)
        self._say(writer, header, 0x8001, reply)

    def _say(self, writer, header, message_id, body):
        writer.write(encode(Header(message_id, header.phone, 0, header.version), body))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(room, "_PAUSES_S", (0.02,))


@asynccontextmanager
async def linked(gateway, edition=2019):
    port = await gateway.start()
    link = Link(Terminal("000000000007", edition), "鲁P0SL07", ("127.0.0.1", port))
    running = asyncio.create_task(link.run())
    try:
        yield link, port
    finally:
        running.cancel()
        await gateway.stop()


async def until(what):
    for _n in range(1_000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("still not so")


def fix(n):
    return Position(116.0 + n / 1000, 36.3, 1_790_000_000_000 + n * 4_000)


def times(fixes):
    return [one.time_ms for one in fixes]


@pytest.mark.parametrize("edition", [2011, 2013, 2019])
def test_fixes_of_every_edition_arrive(edition):
    async def scene():
        gateway = Gateway()
        async with linked(gateway, edition) as (link, _port):
            for n in range(5):
                link.report(fix(n))
            await until(lambda: len(gateway.kept) == 5)
            await until(lambda: not link.outbox.sent)
            assert times(gateway.kept) == times([fix(n) for n in range(5)])

    asyncio.run(scene())


def test_what_nobody_answered_is_sent_again_after_a_break():
    async def scene():
        gateway = Gateway()
        gateway.deaf = True
        async with linked(gateway) as (link, port):
            link.report(fix(0))
            await until(lambda: gateway.seen)
            await gateway.stop()
            link.report(fix(1))
            gateway.deaf = False
            await gateway.start(port)
            await until(lambda: len(gateway.kept) == 2)
            assert times(gateway.seen).count(fix(0).time_ms) == 2
            assert sorted(times(gateway.kept)) == times([fix(0), fix(1)])

    asyncio.run(scene())


def test_a_long_outage_is_sent_in_batches_and_the_oldest_is_forgotten():
    async def scene():
        gateway = Gateway()
        async with linked(gateway) as (link, port):
            await until(lambda: gateway.registrations)
            await gateway.stop()
            await asyncio.sleep(0.05)
            for n in range(FIXES_KEPT_MAX + 30):
                link.report(fix(n))
            assert len(link.outbox.waiting) == FIXES_KEPT_MAX
            await gateway.start(port)
            await until(lambda: len(gateway.kept) >= FIXES_KEPT_MAX)
            assert times(gateway.kept)[-1] == fix(FIXES_KEPT_MAX + 29).time_ms
            assert len(set(times(gateway.kept))) == len(gateway.kept) == FIXES_KEPT_MAX

    asyncio.run(scene())


def test_a_terminal_that_is_not_registered_yet_tries_again():
    async def scene():
        gateway = Gateway()
        gateway.unwilling = 2
        async with linked(gateway) as (link, _port):
            link.report(fix(0))
            await until(lambda: gateway.kept)
            assert gateway.registrations == 3

    asyncio.run(scene())
