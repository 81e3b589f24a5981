"""A small world: two building sites, a recycling plant, a producer of waste oil, its refinery."""

import pytest

from wufei.demo.simulator.network import Network, Road
from wufei.demo.simulator.world import CONSTRUCTION, HAZARDOUS, Job, Place, Truck, World

NOON = 1_790_000_000.0

# A ladder: two roads of three kilometres, joined at both ends and in the middle.
SOUTH = ((116.0, 36.30), (116.017, 36.30), (116.034, 36.30))
NORTH = ((116.0, 36.32), (116.017, 36.32), (116.034, 36.32))
PLACES = {
    "site": (116.001, 36.3005),
    "far": (116.033, 36.3195),
    "recycle": (116.006, 36.3004),
    "works": (116.016, 36.3195),
    "oil": (116.033, 36.3003),
    "trucks": (116.017, 36.3004),
    "danger": (116.017, 36.3196),
    "clean": (116.0005, 36.3104),
}


@pytest.fixture
def network():
    rungs = [Road("rung", 50, (a, b)) for a, b in zip(SOUTH, NORTH, strict=True)]
    return Network([Road("south", 60, SOUTH), Road("north", 60, NORTH), *rungs])


@pytest.fixture
def world(network):
    return World(
        seed=7,
        construction_ready=True,
        history_ready=True,
        places={key: Place(key, f"s-{key}", f"o-{key}", key, at) for key, at in PLACES.items()},
        trucks=(*_trucks("trucks", 4, "tipper"), *_trucks("danger", 2, "dangerous", first=5)),
        jobs=(
            _job(network, CONSTRUCTION, "site", "recycle", "trucks", "LC-spoil"),
            _job(network, CONSTRUCTION, "far", "recycle", "trucks", "LC-spoil"),
            _job(network, HAZARDOUS, "works", "oil", "danger", "900-249-08"),
        ),
        rounds={"clean": (("site", "far"),)},
    )


def _trucks(carrier, count, kind, first=1):
    return [
        Truck(
            uuid=f"00000000-0000-4000-8000-{number:012d}",
            plate=f"鲁P0SL{number:02d}",
            kind=kind,
            carrier=carrier,
            device=f"{number:012d}",
            load_t=32,
            driver="",
            user=f"driver.{number}",
        )
        for number in range(first, first + count)
    ]


def _job(network, kind, origin, target, carrier, waste):
    return Job(
        kind=kind,
        origin=origin,
        target=target,
        carrier=carrier,
        waste=waste,
        slug=waste.lower(),
        method="building_materials",
        in_stock=True,
        gate=True,
        t_day=40,
        load_t=32,
        route="r",
        path=tuple(network.way(PLACES[origin], PLACES[target])),
    )
