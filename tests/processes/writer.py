"""Writes for as long as it lives and prints each id that was acknowledged: ``writer.py ledger``
posts movements, ``writer.py bus`` publishes to a stream. A failed try is made again with the
same id, as a client would."""

import asyncio
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import Error, connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from uuid_utils.compat import uuid7  # noqa: E402

from wufei.config import bus  # noqa: E402
from wufei.hub.base.actor import system  # noqa: E402
from wufei.hub.catalogue.models import WasteType  # noqa: E402
from wufei.hub.ledger import services  # noqa: E402
from wufei.hub.ledger.entries import AccountKey, Entry  # noqa: E402
from wufei.hub.ledger.models import AccountKind  # noqa: E402
from wufei.hub.ledger.units import grams  # noqa: E402
from wufei.hub.registry.models import Organisation, Region, Site  # noqa: E402
from wufei.hub.registry.validity import period  # noqa: E402

PAUSE_S = 0.005
"""A hundred writes a second are load enough; a machine with two cores has more to do."""


def post_movements():
    """Coal ash arises at a power station of this writer's own, a kilogram at a time."""
    region, _ = Region.objects.get_or_create(
        code="T1", defaults={"name": "Test town", "level": "town", "path": "T1", "pinyin": "tt"}
    )
    name = f"Power station {uuid7()}"
    named = {"name": name, "pinyin": name, "region": region, "validity": period()}
    station = Organisation.objects.create(kind="enterprise", **named)
    silo = Site.objects.create(organisation=station, kind="storage", **named)
    waste, _ = WasteType.objects.get_or_create(
        code="test-coal-ash",
        edition="test",
        defaults={
            "name": "coal ash",
            "pinyin": "ca",
            "domain": "industrial",
            "stream": "coal_ash",
            "validity": period(),
        },
    )
    origin = AccountKey(AccountKind.ORIGIN, station.pk, waste.pk, silo.pk)
    stock = AccountKey(AccountKind.STOCK, station.pk, waste.pk, silo.pk)
    while True:
        moment = timezone.now() - timedelta(minutes=1)
        entry = Entry(uuid7(), origin, stock, grams(1000), moment)
        until_done(lambda entry=entry: services.post([entry], by=system("test"), cause="test"))
        print(entry.id, flush=True)
        time.sleep(PAUSE_S)


def until_done(act):
    while True:
        try:
            return act()
        except Error:
            connection.close()
            time.sleep(0.05)


async def publish():
    import nats
    from nats.errors import Error as BusError

    link = await nats.connect(bus.url(), max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    stream = link.jetstream()
    await stream.add_stream(name="trial", subjects=["trial"])
    while True:
        name = str(uuid7())
        while True:
            try:
                # The server drops a second message with the same id.
                headers = {"Nats-Msg-Id": name}
                await stream.publish("trial", name.encode(), timeout=1, headers=headers)
                break
            except (BusError, OSError):
                await asyncio.sleep(0.05)
        print(name, flush=True)
        await asyncio.sleep(PAUSE_S)


if __name__ == "__main__":
    if sys.argv[1] == "ledger":
        post_movements()
    else:
        asyncio.run(publish())
