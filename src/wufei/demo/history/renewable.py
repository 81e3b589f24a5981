"""Renewable resources: yards buy, sort and send on; vehicles are taken apart one by one."""

from collections.abc import Iterator

from wufei.demo.history.bulk import How, Outlet, Source
from wufei.demo.history.lots import LotSource
from wufei.demo.history.seasons import WORKS

_CARRIER = "logistics"


def _sold(place: str, method: str, first: float, last: float) -> Outlet:
    return Outlet(place, method, (first, last), How.RECEIPT)


def _elsewhere(first: float, last: float) -> Outlet:
    return Outlet("reuse", "", (first, last), How.EXPORT)


def _left(first: float, last: float) -> Outlet:
    return Outlet("burner", "power_incineration", (first, last))


def sources() -> Iterator[Source]:
    steel = (_sold("steelmill", "remelting", 92, 96), _elsewhere(8, 4))
    paper = (_sold("papermill", "pulping", 88, 95), _elsewhere(6, 2), _left(6, 3))
    plastic = (Outlet("film", "regranulation", (82, 92)), _left(18, 8))
    glass = (_sold("reuse", "remelting", 74, 88), _left(26, 12))
    cloth = (_sold("reuse", "fibre_recovery", 70, 86), _left(30, 14))
    wood = (Outlet("biomass", "fuel", (84, 93)), _left(16, 7))
    tyres = (_sold("reuse", "reclaimed_rubber", 86, 94), _left(14, 6))
    electric = (
        Outlet("edismantle", "dismantling", (60, 68)),
        _sold("reuse", "dismantling", 34, 30),
        _elsewhere(6, 2),
    )
    batteries = (_sold("reuse", "dismantling", 94, 98), _elsewhere(6, 2))
    metal = (_sold("dross", "remelting", 90, 96), _elsewhere(10, 4))
    table = (
        ("steelyard", "LC-scrap-steel", (16_000, 18_600), steel, 32, (300, 900)),
        ("metal", "LC-scrap-steel", (5_800, 6_800), steel, 32, (120, 320)),
        ("metal", "LC-scrap-aluminium", (2_400, 3_100), metal, 24, (30, 120)),
        ("metal", "LC-scrap-copper", (700, 900), metal, 12, (8, 30)),
        ("paperyard", "LC-paper", (10_200, 12_400), paper, 26, (120, 380)),
        ("plasticyard", "LC-plastics", (2_300, 3_000), plastic, 14, (40, 130)),
        ("plasticyard", "LC-plastics-pet", (1_500, 2_100), plastic, 12, (20, 70)),
        ("paperyard", "LC-glass", (1_900, 2_600), glass, 24, (30, 140)),
        ("paperyard", "LC-textiles", (900, 1_250), cloth, 9, (10, 60)),
        ("steelyard", "LC-wood", (1_300, 1_500), wood, 14, (20, 90)),
        ("steelyard", "LC-tyres", (1_200, 1_450), tyres, 16, (30, 260)),
        ("appliance", "LC-appliances", (620, 980), electric, 9, (12, 45)),
        ("appliance", "LC-traction-batteries", (40, 180), batteries, 6, (3, 12)),
    )
    for place, waste, t_year, outlets, load_t, keep_t in table:
        yield Source(
            place,
            waste,
            t_year,
            _CARRIER,
            load_t,
            outlets,
            WORKS,
            keep_t=keep_t,
            every=3 if t_year[0] > 5_000 else 6,
        )
    yield from _from_outside()


def _from_outside() -> Iterator[Source]:
    """What plants of the district take in from other counties."""
    yield Source(
        "reuse",
        "LC-plastics",
        (1_500, 2_400),
        _CARRIER,
        24,
        (Outlet("film", "regranulation", (1, 1)),),
        WORKS,
        stored=False,
        outside=True,
    )
    yield Source(
        "steelmill",
        "LC-metal-scrap",
        (2_600, 3_600),
        _CARRIER,
        28,
        (Outlet("metal", "metal_recovery", (1, 1)),),
        WORKS,
        stored=False,
        outside=True,
    )


def lot_sources() -> Iterator[LotSource]:
    yield LotSource(
        "dismantler",
        "LC-vehicles",
        (330, 470),
        1.3,
        "dismantler",
        9,
        (Outlet("", "dismantling", (1, 1), How.ONSITE),),
        load_t=40,
        overlooked=45,
        label="SL-VIN",
        season=WORKS,
        unit="piece",
    )
