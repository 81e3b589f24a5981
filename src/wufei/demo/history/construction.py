"""Construction waste: carried at night, hardly in winter; spoil is reused on the spot if it can."""

from collections.abc import Iterator

from wufei.demo.history.bulk import NIGHT_SHIFT, How, Outlet, Source
from wufei.demo.history.seasons import BUILDING

_LOAD_T = 32


def sources() -> Iterator[Source]:
    yield from _earth()
    yield from _rubble()


def _source(
    place: str, waste: str, t_year: tuple[float, float], outlets: tuple[Outlet, ...]
) -> Source:
    in_the_west = place.startswith(("sitehx", "reno", "sitelh1"))
    return Source(
        place,
        waste,
        t_year,
        "truck1" if in_the_west else "truck2",
        _LOAD_T if place.startswith("site") else 18,
        outlets,
        BUILDING,
        stored=False,
        hours=NIGHT_SHIFT,
        simulated=True,
    )


def _earth() -> Iterator[Source]:
    outlets = (
        Outlet("", "earthwork", (31, 39), How.ONSITE, 260),
        Outlet("recycle", "building_materials", (12, 20)),
        Outlet("earth", "", (3, 4), How.EXPORT),
        Outlet("spoilground", "spoil_ground", (54, 37)),
    )
    for place, t_year in (
        ("sitehx1", (32_000, 34_000)),
        ("sitehx2", (27_000, 29_000)),
        ("sitelh1", (21_000, 22_500)),
        ("siteyj1", (31_000, 33_000)),
        ("sitezl1", (24_000, 26_500)),
        ("siteyj2", (4_000, 4_400)),
    ):
        yield _source(place, "LC-spoil", t_year, outlets)
    slurry = (
        Outlet("recycle", "building_materials", (34, 60)),
        Outlet("spoilground", "spoil_ground", (66, 40)),
    )
    for place in ("sitehx2", "siteyj1"):
        yield _source(place, "LC-slurry", (6_200, 7_000), slurry)


def _rubble() -> Iterator[Source]:
    demolition = (
        Outlet("", "recycled_aggregate", (16, 24), How.ONSITE, 200),
        Outlet("recycle", "recycled_aggregate", (44, 64)),
        Outlet("spoilground", "landfill", (40, 12)),
    )
    yield _source("sitelh2", "LC-demolition", (44_000, 48_000), demolition)
    site = (
        Outlet("recycle", "recycled_aggregate", (44, 76)),
        Outlet("spoilground", "landfill", (56, 24)),
    )
    for place, t_year in (
        ("sitehx1", (8_000, 8_600)),
        ("sitelh1", (6_800, 7_200)),
        ("siteyj1", (7_600, 8_100)),
        ("sitezl1", (6_600, 7_000)),
    ):
        yield _source(place, "LC-site-waste", t_year, site)
    renovation = (
        Outlet("recycle", "recycled_aggregate", (24, 50)),
        Outlet("jiancai", "building_materials", (4, 8)),
        Outlet("burner", "other_disposal", (12, 12)),
        Outlet("spoilground", "landfill", (60, 30)),
    )
    for place, t_year in (("renohx", (9_800, 11_400)), ("renolh", (7_600, 9_200))):
        yield _source(place, "LC-renovation", t_year, renovation)
