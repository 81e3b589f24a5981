"""Household waste: sorted better from year to year; what is left is burnt."""

from collections.abc import Iterator

from wufei.demo.history.bulk import How, Outlet, Source
from wufei.demo.history.seasons import DREDGING, VISITORS, even

_CARRIER = "clean"
_BURNT = (Outlet("burner", "power_incineration", (1, 1)),)


def sources() -> Iterator[Source]:
    yield from _residual()
    yield from _organic()
    yield from _recyclable()
    yield from _works()


def _source(
    place: str,
    waste: str,
    t_year: tuple[float, float],
    load_t: float,
    outlets: tuple[Outlet, ...],
) -> Source:
    return Source(
        place,
        waste,
        t_year,
        _CARRIER,
        load_t,
        outlets,
        VISITORS,
        stored=False,
        hours=(5.5, 15.5),
    )


def _residual() -> Iterator[Source]:
    for place, t_year, load_t in (
        ("transhx", (9_600, 8_300), 19),
        ("translh", (8_400, 7_300), 19),
        ("transyj", (5_300, 4_500), 16),
        ("transzl", (5_100, 4_400), 16),
    ):
        yield _source(place, "LC-residual", t_year, load_t, _BURNT)
    yield _source("transhx", "LC-garden", (500, 600), 9, _BURNT)


def _organic() -> Iterator[Source]:
    biogas = Outlet("kitchen", "biogas", (78, 80))
    compost = Outlet("compost", "compost", (14, 17))
    waste_to_fire = Outlet("burner", "power_incineration", (8, 3))
    for place, t_year in (
        ("transhx", (900, 1_750)),
        ("translh", (780, 1_500)),
        ("transyj", (300, 620)),
        ("transzl", (280, 600)),
    ):
        yield _source(place, "LC-kitchen", t_year, 7, (biogas, compost, waste_to_fire))
    yield _source("market", "LC-market-organic", (320, 420), 5, (biogas, compost))
    yield _source("hotel", "LC-catering", (1_750, 2_600), 7, (biogas,))
    grease = (Outlet("kitchen", "oil_extraction", (1, 1)),)
    yield _source("hotel", "LC-waste-grease", (120, 190), 3, grease)


def _recyclable() -> Iterator[Source]:
    sorted_out = Outlet("sorting", "raw_material", (93, 96))
    rejected = Outlet("burner", "power_incineration", (7, 4))
    for place, t_year in (
        ("transhx", (1_150, 1_900)),
        ("translh", (1_000, 1_650)),
        ("transyj", (520, 760)),
        ("transzl", (500, 740)),
        ("lakeview", (330, 560)),
        ("water", (290, 480)),
    ):
        yield _source(place, "LC-recyclables", t_year, 6, (sorted_out, rejected))
    wood = Outlet("sorting", "wood_panels", (60, 72))
    for place, t_year in (("transhx", (360, 560)), ("translh", (300, 480))):
        outlets = (wood, Outlet("burner", "power_incineration", (40, 28)))
        yield _source(place, "LC-bulky", t_year, 5, outlets)
    harmful = (Outlet("incinerator", "incineration", (1, 1), How.RECEIPT),)
    yield _source("sorting", "LC-harmful", (9, 22), 0.9, harmful)


def _works() -> Iterator[Source]:
    sludge = (
        Outlet("compost", "compost", (26, 34)),
        Outlet("kiln", "building_materials", (14, 20), How.RECEIPT),
        Outlet("burner", "power_incineration", (60, 46)),
    )
    for place, t_year in (("sewagehx", (2_600, 2_900)), ("sewagezl", (1_300, 1_500))):
        yield Source(place, "LC-sewage-sludge", t_year, _CARRIER, 14, sludge, even, stored=False)
    faeces = (Outlet("compost", "compost", (70, 84)), Outlet("burner", "other_disposal", (30, 16)))
    yield Source("transyj", "LC-faeces", (900, 800), _CARRIER, 9, faeces, even, stored=False)
    silt = (
        Outlet("recycle", "building_materials", (24, 38)),
        Outlet("tip", "landfill", (76, 62)),
    )
    yield Source(
        "river", "LC-dredged-silt", (2_400, 2_600), "truck2", 28, silt, DREDGING, stored=False
    )
