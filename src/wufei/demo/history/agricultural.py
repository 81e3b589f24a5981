"""Agricultural waste: fields at harvest, barns every day, film and packaging in their seasons."""

from collections.abc import Iterator

from wufei.demo.history.bulk import How, Outlet, Source
from wufei.demo.history.seasons import (
    FILM_LIFTED,
    MAIZE_HARVEST,
    SPRAYING,
    VINES,
    WHEAT_HARVEST,
    even,
)

_CARRIER = "farmtrans"


def _here(method: str, first: float, last: float, batch_t: float) -> Outlet:
    return Outlet("", method, (first, last), How.ONSITE, batch_t)


def sources() -> Iterator[Source]:
    yield from _straw()
    yield from _manure()
    yield from _film()
    yield from _packaging()
    yield from _carcasses()
    for place, t_year in (("vegzl", (5_000, 5_200)), ("vegyj", (3_900, 4_100))):
        yield Source(
            place,
            "LC-melon-vines",
            t_year,
            _CARRIER,
            12,
            (
                _here("return_to_field", 40, 41, 60),
                Outlet("compost", "compost", (48, 53)),
                Outlet("tip", "landfill", (12, 6)),
            ),
            VINES,
            stored=False,
        )


def _straw() -> Iterator[Source]:
    fields = (
        ("strawhx", 2_000, 2_600),
        ("strawlh", 3_500, 4_400),
        ("strawyj", 9_200, 11_400),
        ("strawzl", 8_600, 10_300),
    )
    outlets = (
        _here("return_to_field", 63.5, 66, 150),
        Outlet("biomass", "fuel", (12, 12)),
        Outlet("cow", "fodder", (7, 8)),
        Outlet("mushroom", "base_material", (4, 4)),
        Outlet("compost", "compost", (5, 5.4)),
        _here("other_disposal", 6.5, 3.2, 40),
        Outlet("burner", "power_incineration", (2, 1.4)),
    )
    for place, wheat_t, maize_t in fields:
        for waste, t_year, season in (
            ("LC-straw-wheat", wheat_t, WHEAT_HARVEST),
            ("LC-straw-maize", maize_t, MAIZE_HARVEST),
        ):
            yield Source(
                place, waste, (t_year, t_year), _CARRIER, 15, outlets, season, stored=False
            )


def _manure() -> Iterator[Source]:
    farms = (
        ("pigyj", "LC-manure-pig", (8_600, 9_000), (150, 420)),
        ("pigzl", "LC-manure-pig", (6_800, 7_100), (120, 340)),
        ("cow", "LC-manure-cattle", (7_400, 8_000), (160, 460)),
        ("sheep", "LC-manure-sheep", (1_900, 2_000), (40, 110)),
        ("hen", "LC-manure-poultry", (4_600, 4_900), (80, 230)),
        ("duck", "LC-manure-poultry", (3_900, 4_100), (70, 200)),
    )
    for place, waste, t_year, keep_t in farms:
        yield Source(
            place,
            waste,
            t_year,
            _CARRIER,
            18,
            (
                _here("return_to_field", 48, 50, 70),
                _here("biogas", 8, 9, 30),
                Outlet("compost", "compost", (29, 33)),
                _here("other_disposal", 15, 7.6, 30),
            ),
            even,
            keep_t=keep_t,
        )


def _film() -> Iterator[Source]:
    for place, waste, t_year in (
        ("vegzl", "LC-mulch-film", (118, 112)),
        ("vegyj", "LC-mulch-film", (96, 92)),
        ("pointyj", "LC-mulch-film", (62, 60)),
        ("pointzl", "LC-mulch-film", (58, 56)),
        ("vegzl", "LC-greenhouse-film", (74, 82)),
    ):
        yield Source(
            place,
            waste,
            t_year,
            _CARRIER,
            1.2,
            (Outlet("film", "regranulation", (88, 93.6)), Outlet("tip", "landfill", (12, 6.4))),
            FILM_LIFTED,
            keep_t=(0.2, 1.2),
            every=4,
        )


def _packaging() -> Iterator[Source]:
    for place, t_year in (
        ("pointhx", (4.6, 4.4)),
        ("pointlh", (7.2, 6.9)),
        ("pointyj", (13.5, 12.8)),
        ("pointzl", (14.2, 13.6)),
    ):
        yield Source(
            place,
            "LC-pesticide-bottles",
            t_year,
            _CARRIER,
            0.22,
            (
                Outlet("reuse", "regranulation", (14, 24), How.RECEIPT),
                Outlet("incinerator", "safe_disposal", (41, 53), How.RECEIPT),
                _here("power_incineration", 45, 23, 0.15),
            ),
            SPRAYING,
            keep_t=(0.03, 0.1),
            every=8,
        )


def _carcasses() -> Iterator[Source]:
    for place, waste, t_year in (
        ("pigyj", "LC-dead-pigs", (98, 92)),
        ("pigzl", "LC-dead-pigs", (82, 76)),
        ("cow", "LC-dead-ruminants", (36, 34)),
        ("sheep", "LC-dead-ruminants", (12, 11)),
        ("hen", "LC-dead-poultry", (64, 60)),
        ("duck", "LC-dead-poultry", (58, 54)),
    ):
        yield Source(
            place,
            waste,
            t_year,
            _CARRIER,
            0.8,
            (Outlet("carcass", "rendering", (89.5, 95.6)), _here("deep_burial", 10.5, 4.4, 0.4)),
            stored=False,
        )
