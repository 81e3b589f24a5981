"""Live positions: the newest fix of each vehicle, bound to the load on board, told to browsers."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from django.db import transaction

from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.services import vehicles
from wufei.hub.telemetry.audience import Audience, audience, reaches
from wufei.hub.telemetry.fixes import FUTURE, OUT_OF_RANGE, UNFIXED, ZERO
from wufei.hub.telemetry.live import Live, announce
from wufei.hub.telemetry.live.places import audience_of, with_facts
from wufei.hub.telemetry.models import LastPosition
from wufei.hub.telemetry.tests.conftest import BY, EPOCH_MS, firm, make_fixes, town


def send(live, truck, count=1, **columns):
    live.handle(make_fixes(count, vehicle=truck.pk, **columns), EPOCH_MS)
    return live.tick(EPOCH_MS)


def last(truck):
    return LastPosition.objects.get(pk=truck.pk)


def test_the_newest_fix_of_a_batch_is_the_last_position(truck):
    send(Live(), truck, 3, longitude=[115.91, 115.93, 115.92], speed_kmh=[10, 30, 20])
    assert last(truck).longitude == 115.92
    assert last(truck).device_time == datetime.fromtimestamp(EPOCH_MS / 1000 + 2, UTC)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_late_fix_never_moves_a_vehicle_back(truck, restarted):
    live = Live()
    send(live, truck, longitude=115.95)
    if restarted:
        live = Live()
    assert send(live, truck, device_time_ms=EPOCH_MS - 1, longitude=116.5) == 0
    assert last(truck).longitude == 115.95


def test_a_watcher_that_does_not_know_of_another_cannot_move_a_vehicle_back(truck):
    behind = Live()
    send(Live(), truck, device_time_ms=EPOCH_MS + 5000, longitude=115.99)
    assert send(behind, truck, device_time_ms=EPOCH_MS, longitude=115.95) == 0
    assert last(truck).longitude == 115.99


@pytest.mark.parametrize("mark", [UNFIXED, ZERO, OUT_OF_RANGE, FUTURE])
def test_a_marked_fix_is_not_shown(truck, mark):
    assert send(Live(), truck, marks=mark) == 0
    assert not LastPosition.objects.exists()


def test_what_belongs_to_no_vehicle_or_to_none_we_know_is_passed_over(truck):
    live = Live()
    live.handle(make_fixes(1, vehicle=0), EPOCH_MS)
    live.handle(make_fixes(1, vehicle=987_654_321), EPOCH_MS)
    live.handle(make_fixes(1, vehicle=truck.pk, longitude=999.0), EPOCH_MS)
    assert live.tick(EPOCH_MS) == 0
    assert not LastPosition.objects.exists()


def test_a_position_is_bound_to_the_load_on_board_and_let_go_after_acceptance(truck, load):
    live, manifest = Live(), load(domain="hazardous")
    send(live, truck)
    assert (last(truck).manifest, last(truck).domain) == (manifest, "hazardous")
    Manifest.objects.update(status="accepted", accepted_at=manifest.loaded_at)
    live.tick(EPOCH_MS)
    assert last(truck).manifest is None


def test_a_truck_that_stands_at_the_gate_is_bound_without_a_new_fix(truck, load):
    live = Live()
    send(live, truck)
    assert last(truck).domain == "construction"
    manifest = load(domain="hazardous")
    live.tick(EPOCH_MS)
    assert (last(truck).manifest, last(truck).domain) == (manifest, "hazardous")


def test_a_tick_asks_the_database_the_same_number_of_times_for_many_vehicles(
    truck, django_assert_max_num_queries
):
    fleet = [
        vehicles.create(BY, plate=f"鲁P667{number:02}", carrier=truck.carrier, kind="tipper")
        for number in range(20)
    ]
    live = Live()
    live.handle(make_fixes(20, vehicle=[one.pk for one in fleet]), EPOCH_MS)
    with django_assert_max_num_queries(5):
        assert live.tick(EPOCH_MS) == 20


def test_those_see_a_vehicle_whose_it_is_and_whose_load_it_carries(truck, load, actor):
    manifest = load()
    send(Live(), truck)
    to = audience_of(with_facts().get())
    act = "telemetry.live.view"
    stranger = firm("别家运输", "李海务街道")
    sees = {
        "leader": reaches(actor("leader"), act, to),
        "carrier": reaches(actor("clerk", organisations=[truck.carrier]), act, to),
        "consignor": reaches(actor("clerk", organisations=[manifest.consignor]), act, to),
        "consignee": reaches(actor("keeper", organisations=[manifest.consignee]), act, to),
        "town of the site": reaches(actor("town_officer", regions=[town("于集镇").path]), act, to),
        "dispatcher": reaches(actor("dispatcher", domains=["construction"]), act, to),
    }
    assert all(sees.values()), sees
    hidden = {
        "stranger": reaches(actor("clerk", organisations=[stranger]), act, to),
        "other town": reaches(actor("town_officer", regions=[town("李海务街道").path]), act, to),
        "other domain": reaches(actor("dispatcher", domains=["hazardous"]), act, to),
        "resident": reaches(actor("resident"), act, to),
    }
    assert not any(hidden.values()), hidden


def test_an_audience_comes_back_from_the_bus_as_it_was(truck):
    to = audience(truck.carrier)
    assert Audience.from_json(json.loads(json.dumps(to.as_json()))) == to


def test_a_bus_that_is_away_holds_nobody_up(db, monkeypatch):
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9")
    announce("alarms", {"id": "1"})


class Ear:
    """Hears what is announced."""

    def __init__(self, url):
        self.url = url
        self.heard = []

    async def listen(self, speak, wanted):
        import nats

        link = await nats.connect(self.url)
        await link.subscribe("live.>", cb=self._hear)
        await link.flush()
        await speak()
        for _attempt in range(200):
            if len(self.heard) >= wanted:
                break
            await asyncio.sleep(0.05)
        await link.close()

    async def _hear(self, message):
        self.heard.append((message.subject, json.loads(message.data)["payload"]))


def test_what_is_announced_is_heard_from_sync_and_from_async_code(committed, bus):
    ear = Ear(bus.url)

    async def speak():
        announce("alarms", {"n": 1})
        await asyncio.to_thread(announce, "manifests", {"n": 2})

    asyncio.run(ear.listen(speak, 2))
    assert sorted(ear.heard) == [("live.alarms", {"n": 1}), ("live.manifests", {"n": 2})]


def test_nobody_hears_of_what_was_rolled_back(committed, bus):
    ear = Ear(bus.url)

    def undone():
        with transaction.atomic():
            announce("alarms", {"n": 1})
            transaction.set_rollback(True)

    async def speak():
        await asyncio.to_thread(undone)
        await asyncio.to_thread(announce, "alarms", {"n": 2})

    asyncio.run(ear.listen(speak, 1))
    assert ear.heard == [("live.alarms", {"n": 2})]
