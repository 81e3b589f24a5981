import asyncio

import numpy as np
from nats.js.api import StorageType

from wufei.hub.telemetry import bus
from wufei.hub.telemetry import fixes as fx


def look(url, work):
    async def run():
        link = await bus.connect("test", url)
        try:
            jetstream = link.jetstream()
            await work(jetstream)
            return (await jetstream.stream_info(fx.STREAM)).config
        finally:
            await link.close()

    return asyncio.run(run())


def test_the_stream_is_on_disk_and_keeps_what_the_settings_say(nats, monkeypatch):
    config = look(nats.url, bus.ensure)
    assert config.storage == StorageType.FILE
    assert config.subjects == ["fixes.*"]
    assert config.max_age == 30 * 24 * 3600
    assert config.duplicate_window == bus.DUPLICATES_S
    monkeypatch.setenv("WUFEI_FIXES_DAYS", "7")
    assert look(nats.url, bus.ensure).max_age == 7 * 24 * 3600


def test_a_batch_is_stored_once_through_an_outage_in_the_middle_of_publishing(nats, caplog):
    fixes = np.zeros(3, dtype=fx.FIX)

    async def publish():
        publisher = bus.Publisher("test", nats.url)
        await publisher.open()
        await publisher.publish(0, fixes)
        nats.kill()
        waiting = [asyncio.create_task(publisher.publish(0, fixes)) for _n in range(3)]
        await asyncio.sleep(0.5)
        assert not any(task.done() for task in waiting)
        await asyncio.to_thread(nats.start)
        await asyncio.gather(*waiting)
        await publisher.close()

    asyncio.run(publish())
    assert len(nats.stored()) == 12
    told = [record.message for record in caplog.records if record.name == "wufei.bus"]
    assert sum("trying until" in line for line in told) <= 2


def test_who_connects_before_the_bus_is_there_waits_for_it(nats):
    nats.kill()

    async def connect():
        connecting = asyncio.create_task(bus.connect("test", nats.url))
        await asyncio.sleep(0.3)
        assert not connecting.done()
        await asyncio.to_thread(nats.start)
        link = await connecting
        assert link.is_connected
        await link.close()

    asyncio.run(connect())
