"""The live stream: who hears what, how it ends, and that it never grows."""

import asyncio
import http.client
import json
import signal
import socket
import threading
from types import SimpleNamespace

import pytest

from wufei.hub.base.actor import system
from wufei.hub.registry.models import Region
from wufei.hub.registry.services import organisations, vehicles
from wufei.hub.telemetry.audience import audience, reaches
from wufei.hub.telemetry.live import Live, announce, standing
from wufei.hub.telemetry.live.hearing import EVENTS_MAX, Browser
from wufei.hub.telemetry.live.places import audience_of, with_facts
from wufei.hub.telemetry.queries import LIVE, visible_positions
from wufei.hub.telemetry.tests.conftest import EPOCH_MS, make_fixes, until

BY = system("test")
URL = "/telemetry/stream/"


def make_fleet():
    """Two carriers in two towns with a truck each, both just seen."""
    made = []
    for name, town, domain, plate in (
        ("湖西运输", "湖西街道", "construction", "鲁P77701"),
        ("于集运输", "于集镇", "hazardous", "鲁P77702"),
    ):
        region = Region.objects.get(name=town)
        carrier = organisations.create(
            BY, name=name, kind="carrier", region=region, domains=[domain]
        )
        made.append(vehicles.create(BY, plate=plate, carrier=carrier, kind="tipper"))
    live = Live()
    live.handle(make_fixes(2, vehicle=[one.pk for one in made]), EPOCH_MS)
    live.tick(EPOCH_MS)
    return made


@pytest.fixture
def fleet(db):
    return make_fleet()


def snapshot(client):
    text = b"".join(client.get(URL).streaming_content).decode()
    event, data = text.strip().splitlines()
    assert event == "event: snapshot"
    return json.loads(data.removeprefix("data: "))


def plates(client):
    return {one["plate"] for one in snapshot(client)["positions"]}


def test_the_snapshot_shows_what_is_ones_own_and_nothing_else(fleet, sign_in):
    huxi, _yuji = fleet
    town = Region.objects.get(name="于集镇").path
    assert plates(sign_in("leader")) == {"鲁P77701", "鲁P77702"}
    assert plates(sign_in("clerk", organisations=[huxi.carrier])) == {"鲁P77701"}
    assert plates(sign_in("town_officer", regions=[town])) == {"鲁P77702"}
    assert plates(sign_in("dispatcher", domains=["construction"])) == {"鲁P77701"}
    assert plates(sign_in("clerk")) == set()
    assert sign_in("resident").get(URL).status_code == 403


def test_the_snapshot_holds_the_alarms_that_last_for_those_who_may_see_alarms(
    fleet, sign_in, monkeypatch
):
    monkeypatch.setattr(standing, "_provider", lambda actor: [{"id": "1", "for": actor.role}])
    assert snapshot(sign_in("officer"))["alarms"] == [{"id": "1", "for": "officer"}]
    assert snapshot(sign_in("driver"))["alarms"] == []


def test_the_stream_names_only_the_events_that_the_role_may_have(fleet, sign_in):
    assert snapshot(sign_in("officer"))["events"] == ["positions", "alarms", "manifests"]
    assert snapshot(sign_in("driver"))["events"] == ["positions", "manifests"]


@pytest.mark.parametrize(
    ("role", "reach"),
    [
        ("leader", {}),
        ("clerk", {"organisations": ["湖西运输"]}),
        ("town_officer", {"regions": ["于集镇"]}),
        ("town_officer", {"regions": ["于集镇"], "domains": ["construction"]}),
        ("dispatcher", {"domains": ["construction"]}),
        ("dispatcher", {}),
        ("resident", {}),
    ],
)
def test_list_and_stream_agree_on_who_sees_what(fleet, actor, role, reach):
    named = {one.carrier.name: one.carrier for one in fleet}
    who = actor(
        role,
        organisations=[named[name] for name in reach.get("organisations", ())],
        regions=[Region.objects.get(name=name).path for name in reach.get("regions", ())],
        domains=reach.get("domains", ()),
    )
    listed = set(visible_positions(who).values_list("pk", flat=True))
    heard = {one.pk for one in with_facts() if reaches(who, LIVE, audience_of(one))}
    assert listed == heard


def test_a_slow_browser_gets_the_newest_places_and_the_last_events_and_never_grows(actor):
    async def scene():
        browser = Browser(actor("leader"))
        for number in range(5_000):
            place = {"id": f"truck {number % 3}", "longitude": number, "to": {}}
            browser.offer("positions", [place], audience())
            browser.offer("alarms", number, audience())
        return await browser.take(1), await browser.take(0)

    first, then = asyncio.run(scene())
    assert [payload for event, payload in first if event == "alarms"] == list(
        range(5_000 - EVENTS_MAX, 5_000)
    )
    event, places = first[-1]
    assert event == "positions"
    assert sorted(one["longitude"] for one in places) == [4_997, 4_998, 4_999]
    assert then == []


# With a real server and a real bus -------------------------------------------------------


@pytest.fixture
def server(committed, bus, start, monkeypatch, sign_in):
    """``wufei serve``, two trucks, and people who are signed in."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    monkeypatch.setenv("WUFEI_PORT", str(port))
    monkeypatch.setenv("WUFEI_DEMO", "false")
    fleet = make_fleet()
    process = start("serve")
    until(lambda: answers(port))
    return SimpleNamespace(port=port, fleet=fleet, process=process, sign_in=sign_in)


def answers(port):
    try:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        link.request("GET", "/health/")
        return link.getresponse().status == 200
    except OSError:
        return False


class Stream:
    """A browser's open stream, read in a thread."""

    def __init__(self, server, client):
        self.events = []
        self.done = False
        self._link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        self._link.request("GET", URL, headers={"Cookie": cookie, "Host": "localhost"})
        self.answer = self._link.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        name = ""
        try:
            for line in self.answer:
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text.removeprefix("event: ")
                elif text.startswith("data: "):
                    self.events.append((name, json.loads(text.removeprefix("data: "))))
        except OSError:
            pass
        self.done = True

    def names(self):
        return [name for name, _data in self.events]

    def of(self, name):
        return [data for event, data in self.events if event == name]


def test_each_browser_hears_its_own_and_nothing_else(server):
    huxi, yuji = server.fleet
    leader = Stream(server, server.sign_in("leader"))
    clerk = Stream(server, server.sign_in("clerk", organisations=[huxi.carrier]))
    until(lambda: leader.names() == ["snapshot"] == clerk.names())

    def speak():
        live = Live()
        fixes = make_fixes(2, vehicle=[huxi.pk, yuji.pk], longitude=116.01)
        fixes["device_time_ms"] += 60_000 * (1 + len(leader.events))
        live.handle(fixes, EPOCH_MS)
        live.tick(EPOCH_MS)
        announce("alarms", {"of": "yuji"}, to=audience(yuji.carrier))
        announce("alarms", {"of": "huxi"}, to=audience(huxi.carrier))
        announce("manifests", {"of": "everybody who sees all"})
        return leader.of("manifests") and clerk.of("alarms") and clerk.of("positions")

    # The server's subscription may begin a moment after its first stream.
    until(speak)
    until(lambda: leader.of("alarms"))
    moved = {one["plate"] for places in leader.of("positions") for one in places}
    assert moved == {"鲁P77701", "鲁P77702"}
    mine = [one for places in clerk.of("positions") for one in places]
    assert {one["plate"] for one in mine} == {"鲁P77701"}
    assert mine[0]["longitude"] == 116.01
    assert "to" not in mine[0]
    assert {one["of"] for one in clerk.of("alarms")} == {"huxi"}
    assert not clerk.of("manifests")


def test_a_stream_ends_with_a_word_when_the_server_stops(server):
    leader = Stream(server, server.sign_in("leader"))
    until(lambda: leader.names() == ["snapshot"])
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    until(lambda: leader.done)
    assert leader.events[-1] == ("end", {"why": "stop"})


def test_a_stream_ends_when_the_session_does_and_holds_no_connection_meanwhile(server):
    client = server.sign_in("leader")
    streams = [Stream(server, client) for _number in range(20)]
    # More than the pool has connections.
    until(lambda: all(stream.names() == ["snapshot"] for stream in streams))
    assert answers(server.port)
    client.session.flush()
    until(lambda: all(stream.done for stream in streams))
    assert all(stream.events[-1] == ("end", {"why": "session"}) for stream in streams)
