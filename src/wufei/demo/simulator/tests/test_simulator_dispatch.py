"""Who drives what: by seed, credit, hours of the routes and what the platform said."""

from dataclasses import replace
from datetime import UTC, datetime, time
from random import Random

import pytest

from wufei.demo.simulator.dispatch import LOADED_MAX, Dispatcher, weigh
from wufei.demo.simulator.geometry import metres
from wufei.demo.simulator.trips import Kind, Mishap, Stage
from wufei.demo.simulator.world import CONSTRUCTION

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC).timestamp()  # noon in Shanghai


@pytest.fixture
def ask(world, network):
    """``ask()``: the trip that a truck gets; ``ask.dispatcher`` decides."""

    def ask(carrier="trucks", now=NOW, running=(), speed=1.0):
        truck = next(t for t in dispatcher.world.trucks if t.carrier == carrier)
        at = dispatcher.world.places[carrier].at
        return dispatcher.next_trip(truck, at, now, list(running), speed)

    dispatcher = Dispatcher(world, network, mishaps=0.0)
    ask.dispatcher = dispatcher  # type: ignore[attr-defined]
    return ask


def test_the_same_questions_have_the_same_answers(world, network):
    answers = []
    for _n in range(2):
        dispatcher = Dispatcher(world, network, mishaps=0.5)
        truck = world.trucks[0]
        at = world.places["trucks"].at
        answers.append([dispatcher.next_trip(truck, at, NOW + n, [], 1) for n in range(4)])
    assert answers[0] == answers[1]


def test_a_trip_leads_from_where_the_truck_stands_over_the_approved_route(ask):
    trip = ask()
    job = ask.dispatcher.world.job(trip.job)
    assert trip.kind is Kind.CONSTRUCTION
    assert trip.approach[0] == ask.dispatcher.world.places["trucks"].at
    assert trip.approach[-1] == ask.dispatcher.world.places[job.origin].at
    assert trip.haul == list(job.path)
    assert 0.8 * 32e6 <= trip.out_g <= 32e6
    assert trip.out_g % 20_000 == trip.in_g % 20_000 == 0
    assert abs(trip.out_g - trip.in_g) * 1000 <= trip.out_g * 10


def test_the_first_load_of_all_is_ready_at_the_gate_next_door(ask):
    ask.dispatcher.fresh = True
    first, second = ask(), ask()
    assert first.origin == "site"
    assert len(first.approach) == 1
    assert sum(first.waits_s) < 15
    assert first.mishap is Mishap.NONE
    assert len(second.approach) > 1


def test_the_second_load_strays_so_that_an_alarm_is_to_be_seen(world, network):
    dispatcher = Dispatcher(world, network, mishaps=0.1, fresh=True)
    truck, at = world.trucks[0], world.places["trucks"].at
    trips = [dispatcher.next_trip(truck, at, NOW, [], 1) for _n in range(2)]
    assert [trip.mishap for trip in trips if trip] == [Mishap.NONE, Mishap.DETOUR]


def test_credit_comes_with_time_and_goes_with_loads(ask):
    ask()
    credit = ask.dispatcher.credit
    for job in ask.dispatcher.world.jobs:
        credit.tonnes[job.key] = -30.0
    busy = [replace(ask(running=[]), job="another")]
    assert ask(running=busy) is None
    assert ask(running=busy, now=NOW + 20 * 3600) is not None


def test_something_is_on_the_road_even_without_credit(ask):
    ask()
    for job in ask.dispatcher.world.jobs:
        ask.dispatcher.credit.tonnes[job.key] = -30.0
    assert ask(running=[]) is not None


def test_a_carrier_has_no_more_on_the_road_than_can_be_seen(ask):
    running = [ask() for _n in range(LOADED_MAX[CONSTRUCTION])]
    assert ask(running=running) is None
    for job in ask.dispatcher.world.jobs:
        ask.dispatcher.credit.tonnes[job.key] = 60.0
    assert ask(running=running) is None
    assert ask(running=[replace(trip, job="of another carrier") for trip in running])


def test_a_barred_job_is_left_alone_for_a_while(ask):
    for job in ask.dispatcher.world.jobs:
        ask.dispatcher.bar(job.key, NOW + 60)
    assert ask() is None
    assert ask(now=NOW + 61) is not None


def test_a_route_of_the_night_is_not_driven_at_noon(ask):
    night = [replace(j, opens=time(19, 30), closes=time(7)) for j in ask.dispatcher.world.jobs]
    ask.dispatcher.world = replace(ask.dispatcher.world, jobs=tuple(night))
    assert ask() is None
    assert ask(now=NOW + 12 * 3600) is not None
    assert night[0].open_at(datetime(2026, 11, 25, 22, 59, tzinfo=UTC))
    assert not night[0].open_at(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))


def test_hazardous_waste_waits_for_the_history(ask):
    ask.dispatcher.world = replace(ask.dispatcher.world, history_ready=False)
    assert ask("danger") is None
    ask.dispatcher.world = replace(ask.dispatcher.world, history_ready=True)
    trip = ask("danger")
    assert trip.stage is Stage.ISSUE
    assert trip.out_g == 0


def test_others_do_their_rounds(world, network):
    truck = replace(world.trucks[0], carrier="clean")
    dispatcher = Dispatcher(world, network, mishaps=1.0)
    trip = dispatcher.next_trip(truck, world.places["clean"].at, NOW, [], 1)
    assert trip is not None
    assert trip.kind is Kind.ROUND
    assert (trip.origin, trip.target) == ("site", "far")
    assert trip.mishap is Mishap.NONE


def test_a_detour_leaves_the_route_by_one_to_three_kilometres(world, network):
    dispatcher = Dispatcher(world, network, mishaps=1.0)
    truck, at = world.trucks[0], world.places["trucks"].at
    trips = [dispatcher.next_trip(truck, at, NOW + n, [], 1) for n in range(60)]
    detours = [t for t in trips if t and t.mishap is Mishap.DETOUR]
    assert detours
    for trip in detours:
        route = world.job(trip.job).path
        away_m = max(min(metres(point, on) for on in route) for point in trip.haul)
        assert 1_000 < away_m < 3_000
        assert (trip.haul[0], trip.haul[-1]) == (route[0], route[-1])


def test_missing_mass_is_beyond_every_tolerance(ask):
    for n in range(40):
        trip = ask(now=NOW + n)
        trip.mishap = Mishap.MISSING
        weigh(trip, 30_000_000, 20_000, Random(n))
        assert 35 <= 1000 - trip.in_g * 1000 / trip.out_g <= 85
