"""General industrial solid waste: works, the building-materials plant, the landfill, markets."""

from collections.abc import Iterator

from wufei.demo.history.bulk import How, Outlet, Source
from wufei.demo.history.seasons import HEATING, WORKS

_BULK = "logistics"


def _in_plant(method: str, first: float, last: float, batch_t: float) -> Outlet:
    return Outlet("", method, (first, last), How.ONSITE, batch_t)


def _bricks(first: float, last: float) -> Outlet:
    return Outlet("jiancai", "building_materials", (first, last))


def _tip(first: float, last: float, batch_t: float = 0) -> Outlet:
    return Outlet("tip", "landfill", (first, last), batch_t=batch_t)


def _metal(first: float, last: float) -> Outlet:
    return Outlet("metal", "metal_recovery", (first, last))


def _kiln(method: str, first: float, last: float) -> Outlet:
    return Outlet("kiln", method, (first, last), How.RECEIPT)


def sources() -> Iterator[Source]:
    yield from _power()
    yield from _heavy()
    yield from _light()
    for place, t_year, keep_t in (
        ("alu", (8_800, 9_600), (60, 260)),
        ("bearing", (5_400, 6_100), (40, 150)),
        ("parts", (3_600, 4_100), (30, 110)),
        ("machine", (2_700, 3_000), (0, 0)),
        ("electronic", (260, 340), (4, 20)),
    ):
        yield Source(
            place,
            "LC-metal-scrap",
            t_year,
            _BULK,
            24 if t_year[0] > 1000 else 8,
            (_metal(92, 97), _tip(8, 3)),
            WORKS,
            keep_t=keep_t,
            forgets=0.02 if place == "machine" else 0,
        )


def _power() -> Iterator[Source]:
    market = Outlet("ashmarket", "", (3, 4), How.EXPORT)
    yield Source(
        "power",
        "LC-coal-ash",
        (64_000, 61_000),
        _BULK,
        36,
        (_in_plant("road_base", 28, 32, 180), _bricks(38, 43), market, _tip(30, 20)),
        HEATING,
        keep_t=(1_800, 6_500),
    )
    yield Source(
        "power",
        "LC-boiler-slag",
        (14_000, 13_500),
        _BULK,
        34,
        (_in_plant("road_base", 34, 36, 120), _bricks(38, 44), _tip(28, 18)),
        HEATING,
        keep_t=(500, 1_900),
        every=4,
    )
    yield Source(
        "power",
        "LC-desulphurisation-gypsum",
        (18_500, 17_500),
        _BULK,
        34,
        (_bricks(62, 72), _kiln("raw_material", 12, 17), _tip(24, 14)),
        HEATING,
        keep_t=(700, 3_100),
        every=4,
    )


def _heavy() -> Iterator[Source]:
    to_power = _in_plant("raw_material", 20, 24, 60)
    yield Source(
        "chemical",
        "LC-carbide-slag",
        (17_000, 16_000),
        _BULK,
        33,
        (
            to_power,
            _bricks(34, 45),
            _kiln("raw_material", 14, 16),
            _tip(30, 19),
        ),
        WORKS,
        keep_t=(600, 2_900),
        every=4,
    )
    yield Source(
        "chemical",
        "LC-chemical-residue",
        (3_200, 2_900),
        _BULK,
        26,
        (_kiln("fuel", 40, 52), _tip(58, 46)),
        WORKS,
        keep_t=(40, 320),
        every=6,
    )
    yield Source(
        "foundry",
        "LC-smelting-slag",
        (11_500, 10_800),
        _BULK,
        33,
        (_in_plant("metal_recovery", 20, 24, 50), _bricks(50, 58), _tip(28, 17)),
        WORKS,
        keep_t=(240, 1_300),
        every=4,
    )
    yield Source(
        "foundry",
        "LC-refractory",
        (1_900, 1_800),
        _BULK,
        28,
        (_bricks(50, 64), _tip(48, 34)),
        WORKS,
        keep_t=(30, 210),
        every=7,
    )
    for place, t_year in (("foundry", (1_500, 1_350)), ("alu", (1_350, 1_250))):
        yield Source(
            place,
            "LC-dust",
            t_year,
            _BULK,
            26,
            (_kiln("raw_material", 52, 64), _tip(48, 36)),
            WORKS,
            keep_t=(20, 190),
            every=7,
        )


def _light() -> Iterator[Source]:
    fodder = Outlet("feed", "fodder", (66, 78))
    manure = Outlet("compost", "compost", (14, 15))
    yield Source(
        "food",
        "LC-food-residue",
        (11_500, 12_400),
        "farmtrans",
        18,
        (fodder, manure, _tip(20, 7)),
        WORKS,
        keep_t=(20, 60),
        every=2,
    )
    for place, t_year in (("food", (2_200, 2_400)), ("paper", (3_300, 3_100))):
        yield Source(
            place,
            "LC-industrial-sludge",
            t_year,
            _BULK,
            22,
            (
                _kiln("building_materials", 46, 56),
                _kiln("cement_kiln", 22, 32),
                _tip(32, 12),
            ),
            WORKS,
            keep_t=(10, 130),
            every=5,
        )
    yield Source(
        "paper",
        "LC-paper-residue",
        (7_400, 7_000),
        _BULK,
        26,
        (
            _in_plant("fuel", 36, 42, 50),
            _kiln("fuel", 24, 36),
            _tip(40, 22),
        ),
        WORKS,
        keep_t=(60, 420),
        every=4,
    )
    yield Source(
        "textile",
        "LC-textile-offcuts",
        (1_700, 1_600),
        _BULK,
        16,
        (Outlet("reuse", "raw_material", (60, 74), How.RECEIPT), _tip(40, 26)),
        WORKS,
        keep_t=(10, 80),
        every=7,
    )
    yield Source(
        "plastic",
        "LC-plastic-scrap",
        (1_300, 1_500),
        _BULK,
        18,
        (
            _in_plant("regranulation", 30, 36, 20),
            Outlet("film", "regranulation", (46, 54)),
            _tip(24, 10),
        ),
        WORKS,
        keep_t=(10, 60),
        every=7,
    )
    for place, t_year in (("packaging", (2_100, 2_400)), ("electronic", (180, 240))):
        yield Source(
            place,
            "LC-packaging-scrap",
            t_year,
            _BULK,
            16 if t_year[0] > 1000 else 5,
            (Outlet("papermill", "pulping", (80, 90), How.RECEIPT), _tip(20, 10)),
            WORKS,
            keep_t=(6, 30),
            every=7,
        )
    yield Source(
        "board",
        "LC-other-industrial",
        (1_600, 1_700),
        _BULK,
        16,
        (Outlet("reuse", "raw_material", (58, 72), How.RECEIPT), _tip(42, 28)),
        WORKS,
        keep_t=(10, 90),
        every=7,
    )
