"""The invented roads lead everywhere, by the quickest way."""

from itertools import pairwise

import pytest

from wufei.demo import district
from wufei.demo.routes import place, trips
from wufei.demo.simulator.geometry import Line, heading, metres
from wufei.demo.simulator.network import Network, NoWay, Road, length_m, roads

EAST = ((116.0, 36.3), (116.01, 36.3))


@pytest.fixture(scope="module")
def demo():
    return Network(roads())


def test_every_place_of_the_district_can_be_reached(demo):
    firms = {firm.key: place(firm) for firm in district.firms()}
    for at in firms.values():
        way = demo.way(at, firms["recycle"])
        assert (way[0], way[-1]) == (at, firms["recycle"])


def test_the_way_back_is_as_long_as_the_way_there(demo):
    for trip in trips():
        start, end = (place(_firm(key)) for key in trip.ends)
        there, back = demo.way(start, end), demo.way(end, start)
        assert length_m(there) == pytest.approx(length_m(back))


def _firm(key):
    return next(firm for firm in district.firms() if firm.key == key)


def test_a_way_is_never_shorter_than_the_straight_line(demo):
    for trip in trips():
        start, end = (place(_firm(key)) for key in trip.ends)
        assert length_m(demo.way(start, end)) >= metres(start, end) * 0.999


def test_one_trip_is_short_enough_for_the_first_minute(demo):
    lengths = {t.ends: length_m(demo.way(*(place(_firm(k)) for k in t.ends))) for t in trips()}
    assert lengths["siteyj2", "recycle"] == min(lengths.values()) < 500


def test_roads_say_that_they_are_invented():
    assert all(road.name.startswith(district.MARK) for road in roads())


def test_the_faster_road_wins_over_the_shorter_one():
    detour = ((116.0, 36.3), (116.005, 36.302), (116.01, 36.3))
    network = Network([Road("slow", 10, EAST), Road("fast", 80, detour)])
    assert network.way(*EAST) == list(detour)


def test_places_beside_a_road_are_reached_from_its_nearest_point():
    way = Network([Road("east", 50, EAST)]).way((116.002, 36.301), (116.008, 36.299))
    assert [round(point[0], 4) for point in way] == [116.002, 116.002, 116.008, 116.008]


def test_islands_are_not_connected():
    island = ((117.0, 36.3), (117.01, 36.3))
    network = Network([Road("east", 50, EAST), Road("island", 50, island)])
    with pytest.raises(NoWay):
        network.way(EAST[0], island[0])


def test_a_line_is_measured_from_its_beginning():
    line = Line([EAST[0], EAST[1], (116.01, 36.31)])
    assert line.length_m == pytest.approx(sum(metres(a, b) for a, b in pairwise(line.points)))
    assert line.at(0) == EAST[0]
    assert line.at(1e9) == (116.01, 36.31)
    assert line.heading(10) == 90
    assert heading(EAST[1], (116.01, 36.31)) == 0
    assert line.to_turn_m(0) == pytest.approx(metres(*EAST))
