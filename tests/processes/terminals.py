"""Vehicle terminals that report for as long as they live and print each fix that the platform
acknowledged: ``device time_ms serial``. What was not acknowledged is sent again, unchanged."""

import asyncio
import os
import sys
import time

import django

django.setup()

from uuid_utils.compat import uuid7  # noqa: E402

from wufei.hub.base.actor import system  # noqa: E402
from wufei.hub.registry.models import Organisation, Region  # noqa: E402
from wufei.hub.registry.services import devices, vehicles  # noqa: E402
from wufei.hub.registry.validity import period  # noqa: E402
from wufei.protocols.jt808 import (  # noqa: E402
    PlatformReply,
    Position,
    RegisterReply,
    Splitter,
    Terminal,
    decode,
)

COUNT, PAUSE_S, PATIENCE_S = 8, 0.05, 3
HOST, PORT = "127.0.0.1", int(os.environ.get("WUFEI_JT808_PORT", "6808"))


def enter():
    """Trucks with a terminal each; (device, phone, plate) of every one."""
    by = system("test")
    region, _ = Region.objects.get_or_create(
        code="T2", defaults={"name": "Truck town", "level": "town", "path": "T2", "pinyin": "tt"}
    )
    name = f"Trucks {uuid7()}"
    carrier = Organisation.objects.create(
        kind="carrier", name=name, pinyin=name, region=region, validity=period()
    )
    found = []
    start = time.time_ns() // 1_000_000 % 10_000
    for number in range(COUNT):
        plate = f"鲁P{start + number:05d}"
        truck = vehicles.create(by, plate=plate, carrier=carrier, kind="tipper")
        phone = f"139{start:05d}{number:03d}"
        device = devices.create(by, number=phone, kind="jt808", organisation=carrier)
        devices.bind(device, by, vehicle=truck)
        found.append((device.pk, phone, plate))
    return found


class Truck:
    def __init__(self, device, phone, plate, edition):
        self.device, self.plate = device, plate
        self.terminal = Terminal(phone, edition)
        self.unanswered = None
        self.steps = 0

    async def drive(self):
        while True:
            try:
                await self._connected()
            except (OSError, EOFError, TimeoutError):
                await asyncio.sleep(0.2)

    async def _connected(self):
        reader, writer = await asyncio.open_connection(HOST, PORT)
        talk = Talk(reader, writer)
        try:
            await talk.say(self.terminal.register(self.plate))
            greeted = await talk.answer(RegisterReply)
            if greeted.result:
                raise EOFError
            await talk.say(self.terminal.authenticate(greeted.code))
            if (await talk.answer(PlatformReply)).result:
                raise EOFError
            while True:
                await self._report(talk)
        finally:
            writer.close()

    async def _report(self, talk):
        if self.unanswered is None:
            self.steps += 1
            now_ms = int(time.time()) * 1000
            serial = self.terminal.serial
            fix = Position(115.9 + self.steps / 1e5, 36.4, now_ms, speed_kmh=40)
            self.unanswered = (self.terminal.position(fix), now_ms, serial)
        frame, now_ms, serial = self.unanswered
        await talk.say(frame)
        while (reply := await talk.answer(PlatformReply)).serial != serial:
            pass
        if reply.result:
            raise EOFError
        self.unanswered = None
        print(self.device, now_ms, serial, flush=True)
        await asyncio.sleep(PAUSE_S)


class Talk:
    """Frames to and from the platform."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.splitter, self.waiting = Splitter(), []

    async def say(self, frame):
        self.writer.write(frame)
        await self.writer.drain()

    async def answer(self, kind):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self.waiting:
                    body = decode(self.waiting.pop(0)).body
                    if isinstance(body, kind):
                        return body
                data = await self.reader.read(4096)
                if not data:
                    raise EOFError
                self.waiting += self.splitter.feed(data)


async def main():
    editions = (2011, 2013, 2019)
    trucks = [
        Truck(device, phone, plate, editions[number % 3])
        for number, (device, phone, plate) in enumerate(TRUCKS)
    ]
    await asyncio.gather(*(truck.drive() for truck in trucks))


if __name__ == "__main__":
    TRUCKS = enter()
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit()
