"""``wufei sink`` as a process, on a real bus: killed, restarted, and given another stream."""

import asyncio
import random
import signal

import numpy as np
import polars as pl

from wufei.hub.telemetry import fixes as bus_format
from wufei.hub.telemetry import lake
from wufei.hub.telemetry.tests.conftest import make_fixes, until


def stored():
    """All that is in the lake, as one table."""
    if not lake.exists():
        return pl.DataFrame(schema=lake.SCHEMA)
    the_lake = lake.Lake()
    days = [row["day"] for row in the_lake.table.partitions()]
    return the_lake.scan(days).collect()


def count():
    return len(stored())


def test_every_acknowledged_fix_is_in_the_lake_once_however_often_the_sink_is_killed(
    committed, bus, lake_folder, start
):
    """Killed at random moments while fixes flow and terminals send some of them again."""
    chance = random.Random(7)
    acknowledged = make_fixes(6_000, serial=0)
    parts = np.array_split(acknowledged, 60)
    for number, part in enumerate(parts):
        bus.publish(part, chance.choice(parts[: number + 1]))
        if number % 6 == 0:
            process = start("sink")
        elif chance.random() < 0.25:
            process.kill()
            process.wait()
            process = start("sink")
    until(lambda: count() >= len(acknowledged))
    found = stored().sort("device_time_ms")
    assert found["device_time_ms"].to_list() == acknowledged["device_time_ms"].tolist()


def test_a_sink_told_to_stop_ends_at_once_and_another_goes_on(committed, bus, lake_folder, start):
    first = start("sink")
    bus.publish(make_fixes(10))
    until(lambda: count() == 10)
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    bus.publish(make_fixes(10, serial=77))
    start("sink")
    until(lambda: count() == 20)


def test_of_two_sinks_one_writes_and_the_other_takes_over(committed, bus, lake_folder, start):
    first = start("sink")
    bus.publish(make_fixes(10))
    until(lambda: count() == 10)
    second = start("sink")
    bus.publish(make_fixes(10, serial=77))
    until(lambda: count() == 20)
    assert second.poll() is None
    first.kill()
    bus.publish(make_fixes(10, serial=78))
    until(lambda: count() == 30)


def test_a_bus_that_is_killed_and_comes_back_loses_nothing(committed, bus, lake_folder, start):
    start("sink")
    bus.publish(make_fixes(10))
    until(lambda: count() == 10)
    bus.kill()
    bus.start()
    bus.publish(make_fixes(10, serial=77))
    until(lambda: count() == 20)


def test_a_stream_made_anew_is_read_from_its_first_message(committed, bus, lake_folder, start):
    """After a restore the bus counts from one again; the lake must not wait for the old number."""
    first = start("sink")
    bus.publish(*np.array_split(make_fixes(50), 50))
    until(lambda: count() == 50)
    first.kill()
    asyncio.run(forget_the_stream(bus.url))
    # Longer than the old stream was: its numbers alone would look as if nothing had happened.
    bus.publish(*np.array_split(make_fixes(60, serial=77), 60))
    bus.publish(make_fixes(50))
    start("sink")
    until(lambda: count() >= 110)
    assert count() == 110


async def forget_the_stream(url):
    import nats

    link = await nats.connect(url)
    await link.jetstream().delete_stream(bus_format.STREAM)
    await link.close()


def test_a_message_that_holds_no_fixes_is_passed_over(committed, bus, lake_folder, start):
    start("sink")
    bus.publish(make_fixes(1))
    asyncio.run(send_rubbish(bus.url))
    bus.publish(make_fixes(3, serial=9))
    until(lambda: count() == 4)


async def send_rubbish(url):
    import nats

    link = await nats.connect(url)
    await link.jetstream().publish(f"{bus_format.SUBJECT}.0", b"no fixes")
    await link.close()
