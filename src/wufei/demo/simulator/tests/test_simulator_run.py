"""Beginning, going on after a kill, and waiting for the history after a long absence."""

import asyncio
import json
import os
from dataclasses import replace

import pytest

from wufei.demo.simulator.deeds import begin
from wufei.demo.simulator.people import Away, Refused
from wufei.demo.simulator.run import Settings, Simulation, _handed_over
from wufei.demo.simulator.state import ABSENCE_S, State, load
from wufei.demo.simulator.trips import Kind, Mishap, Stage
from wufei.demo.simulator.world import CONSTRUCTION

NOW = 1_795_000_000.0


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def settings(tmp_path, clock):
    return Settings(
        folder=tmp_path,
        gateway=("127.0.0.1", 9),
        web="http://127.0.0.1:9",
        password="secret",
        mishaps=0.0,
        clock=lambda: clock[0],
    )


def begun(settings, world):
    """A simulation whose first truck has been given its first trip."""
    simulation = Simulation(settings, world)
    simulation._man()
    truck = world.trucks[0]
    trip = simulation.next_trip(truck, simulation.state.standing[truck.uuid])
    assert trip is not None
    return simulation, truck, trip


def test_a_killed_simulation_goes_on_with_the_same_trips(settings, world):
    simulation, truck, trip = begun(settings, world)
    trip.advance(NOW, 30, 1)
    simulation.save()
    again = Simulation(settings, world)
    assert again.state.trips[truck.uuid] == trip
    assert not again.dispatcher.fresh
    assert again.dispatcher.credit.tonnes == simulation.dispatcher.credit.tonnes


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9}', '{"version": 1, "trips": 4}'])
def test_a_state_that_cannot_be_read_is_a_fresh_start(settings, world, text):
    (settings.folder / "state.json").write_text(text)
    assert load(settings.folder / "state.json") == State()
    assert Simulation(settings, world).dispatcher.fresh


def at_the_gate(settings, world, answers):
    """A trip that waits for its gate; the crew does what ``answers`` say, one a try."""
    simulation, truck, trip = begun(settings, world)
    while trip.stage is not Stage.GATE:
        trip.go_on(NOW)
    tried = []

    def do(asked, job, by):
        tried.append(dict(asked.deeds))
        if answers and (answer := answers.pop(0)):
            raise answer

    simulation.crew.do = do
    return simulation, truck, trip, tried


def test_a_deed_is_tried_again_with_the_same_time_until_it_is_done(settings, world, monkeypatch):
    monkeypatch.setattr("wufei.demo.simulator.run._RETRY_S", (0.0,))
    away = [Away("gone"), Away("gone"), None]
    simulation, truck, trip, tried = at_the_gate(settings, world, away)
    asyncio.run(simulation._do(trip, truck))
    assert trip.stage is Stage.HAUL
    assert len(tried) == 3
    assert tried[0] == tried[1] == tried[2]
    # Saved before it was tried for the first time.
    saved = json.loads((settings.folder / "state.json").read_text())
    assert saved["trips"][truck.uuid]["deeds"] == tried[0]


@pytest.mark.parametrize("answer", [Refused("manifest_licence_missing", "no"), KeyError("ours")])
def test_a_refused_trip_ends_and_its_job_is_left_alone(settings, world, answer):
    simulation, truck, trip, tried = at_the_gate(settings, world, [answer])
    asyncio.run(simulation._do(trip, truck))
    assert trip.ended
    assert len(tried) == 1
    assert simulation.dispatcher.barred[trip.job] > NOW


def test_what_was_accepted_is_remembered_for_the_plants_report(settings, world):
    simulation, _truck, trip = begun(settings, world)
    assert trip.kind == CONSTRUCTION
    trip.settled_after_s = 300.0
    simulation._after(trip, Stage.SITE)
    (received,) = simulation.state.received.values()
    assert (received.place, received.mass_g) == ("recycle", trip.in_g)
    assert simulation.state.later[0].user == f"gate.{trip.origin}"
    simulation.save()
    assert load(simulation.state_path).received == simulation.state.received


def test_mass_waits_outside_until_the_plants_history_is_told(settings, world):
    simulation, truck, trip = begun(settings, replace(world, construction_ready=False))
    while trip.stage is not Stage.SITE:
        trip.go_on(NOW)
    simulation.people_needed(trip, truck)
    assert not simulation._deeds


def test_after_a_long_absence_the_history_comes_first(settings, clock):
    world = settings.folder / "world.json"
    assert not _handed_over(settings)
    world.write_text("{}")
    os.utime(world, (NOW, NOW))
    assert _handed_over(settings)
    State().save(settings.folder / "state.json", NOW)
    clock[0] = NOW + ABSENCE_S - 1
    assert _handed_over(settings)
    clock[0] = NOW + ABSENCE_S + 1
    assert not _handed_over(settings)
    os.utime(world, (clock[0], clock[0]))
    assert _handed_over(settings)


def test_a_load_that_was_redirected_drives_on_instead_of_ending(settings, world):
    simulation, truck, trip = begun(settings, world)
    trip.kind, trip.stage, trip.mishap = Kind.HAZARDOUS, Stage.ACCEPT, Mishap.REDIRECTED
    trip.next_target = "oil"
    simulation.crew.do = lambda *_deed: None
    asyncio.run(simulation._do(trip, truck))
    assert (trip.stage, trip.target, trip.turn) == (Stage.HAUL, "oil", 2)
    assert not simulation.state.received


class Platform:
    """Takes every call and remembers it."""

    def __init__(self):
        self.calls = []

    def call(self, user, method, path, body=None):
        self.calls.append((user, method, path, body))
        return {"lines": [{"weighed_out": {"value": "0.180000"}}]}


def test_a_refusal_is_signed_sent_back_and_received_at_home(settings, world):
    simulation, truck, trip = begun(settings, world)
    job = world.job(trip.job)
    trip.mishap, trip.reason, trip.manifest, trip.in_g = Mishap.REFUSED, "wet", "m", 28_000_000
    simulation.crew.people = platform = Platform()
    while trip.stage is not Stage.SITE:
        trip.go_on(NOW)
    begin(trip, NOW)
    simulation.crew.do(trip, job, truck)
    for _stage in (Stage.BACK, Stage.UNLOADING_BACK, Stage.RETURNED):
        trip.go_on(NOW)
    begin(trip, NOW)
    simulation.crew.do(trip, job, truck)
    users = [call[0] for call in platform.calls]
    assert users == [f"keeper.{job.target}"] * 2 + [f"gate.{job.origin}"] * 2
    scan, back, arrival, _acceptance = (call[3] for call in platform.calls)
    assert (scan["accepted"]["value"], trip.refused_g) == ("21", 7_000_000)
    assert back["truck_stays"] is True
    assert arrival["weighed_in"] == [{"value": "7", "unit": "t"}]
    assert trip.returned == back["id"]
