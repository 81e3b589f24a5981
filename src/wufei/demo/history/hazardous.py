"""Hazardous waste: drum by drum, to licensed plants; medical waste every second day."""

from collections.abc import Iterator

from wufei.demo.history.bulk import How, Outlet
from wufei.demo.history.lots import LotSource
from wufei.demo.history.seasons import WORKS

_CARRIER = "danger"
# Tonnes of fly ash for each tonne burnt.
FLY_ASH_RATE = 0.029


def _to(place: str, method: str, first: float, last: float) -> Outlet:
    return Outlet(place, method, (first, last), How.RECEIPT)


_OIL = (Outlet("oil", "oil_refining", (1, 1)),)
_PAINT = (_to("incinerator", "incineration", 92, 86), _to("hazcentre", "fuel", 8, 14))
_PICKLING = (
    _to("hazcentre", "metal_recovery", 36, 52),
    _to("hazcentre", "secure_landfill", 64, 48),
)
_DROSS = (_to("dross", "metal_recovery", 56, 66), _to("kiln", "cement_kiln", 44, 34))
_ACID = (
    _to("hazcentre", "acid_alkali_recovery", 62, 74),
    _to("hazcentre", "physicochemical", 38, 26),
)
_SOLVENT = (
    _to("hazcentre", "solvent_recovery", 60, 70),
    _to("incinerator", "incineration", 40, 30),
)
_CARBON = (_to("incinerator", "incineration", 88, 70), _to("hazcentre", "other_recovery", 12, 30))
_PACKAGING = (
    _to("hazcentre", "container_cleaning", 38, 50),
    _to("incinerator", "incineration", 62, 50),
)
_BOARDS = (_to("hazcentre", "metal_recovery", 80, 88), _to("incinerator", "incineration", 20, 12))
_BURNT = (_to("incinerator", "incineration", 1, 1),)
_LEAD = (_to("leadplant", "metal_recovery", 1, 1),)


def lot_sources() -> Iterator[LotSource]:
    for place, waste, t_year, container_t, days, outlets, overlooked in (
        ("alu", "321-026-48", (960, 900), 4.5, 10, _DROSS, 0),
        ("bearing", "900-249-08", (96, 88), 1.0, 45, _OIL, 40),
        ("machine", "900-249-08", (140, 128), 1.0, 40, _OIL, 30),
        ("power", "900-217-08", (34, 30), 0.85, 90, _OIL, 0),
        ("parts", "336-064-17", (215, 190), 1.5, 30, _PICKLING, 0),
        ("parts", "900-252-12", (118, 104), 0.8, 40, _PAINT, 45),
        ("board", "900-252-12", (92, 84), 0.8, 45, _PAINT, 0),
        ("chemical", "900-300-34", (310, 280), 1.2, 20, _ACID, 0),
        ("chemical", "900-402-06", (190, 172), 1.0, 30, _SOLVENT, 50),
        ("plastic", "900-039-49", (74, 66), 0.7, 60, _CARBON, 40),
        ("paper", "900-041-49", (46, 42), 0.5, 60, _PACKAGING, 0),
        ("packaging", "900-041-49", (72, 66), 0.5, 45, _PACKAGING, 55),
        ("textile", "900-041-49", (28, 24), 0.5, 90, _PACKAGING, 0),
        ("electronic", "900-045-49", (36, 40), 0.5, 60, _BOARDS, 0),
        ("dismantler", "900-249-08", (30, 36), 0.9, 60, _OIL, 0),
        ("dismantler", "900-052-31", (22, 30), 0.6, 60, _LEAD, 0),
    ):
        yield LotSource(
            place,
            waste,
            t_year,
            container_t,
            _CARRIER,
            days,
            outlets,
            overlooked=overlooked,
            label=f"SL{waste[-2:]}",
            season=WORKS,
            simulated=True,
        )
    yield from _social()
    yield from _medical()


def _social() -> Iterator[LotSource]:
    for place, waste, t_year, container_t, days, outlets in (
        ("garage1", "900-214-08", (26, 30), 0.18, 30, _OIL),
        ("garage2", "900-214-08", (20, 24), 0.18, 30, _OIL),
        ("garage1", "900-052-31", (14, 18), 0.5, 60, _LEAD),
        ("garage2", "900-052-31", (11, 15), 0.5, 60, _LEAD),
        ("collect", "900-052-31", (60, 96), 3.0, 20, _LEAD),
        ("collect", "900-023-29", (1.2, 2.4), 0.2, 120, _to_each("hazcentre", "safe_disposal")),
        ("collect", "900-002-03", (0.9, 1.6), 0.1, 90, _BURNT),
        ("school", "900-047-49", (2.1, 2.6), 0.12, 75, _BURNT),
    ):
        yield LotSource(
            place,
            waste,
            t_year,
            container_t,
            _CARRIER,
            days,
            outlets,
            overlooked=35 if place == "school" else 0,
            label=f"SL{waste[-2:]}",
            simulated=True,
        )


def _to_each(place: str, method: str) -> tuple[Outlet, ...]:
    return (_to(place, method, 1, 1),)


def _medical() -> Iterator[LotSource]:
    steam = _to_each("medcentre", "steam_sterilisation")
    burnt = _to_each("medcentre", "incineration")
    for place, waste, t_year, container_t, outlets in (
        ("hospital", "841-001-01", (128, 138), 0.7, steam),
        ("hospital", "841-002-01", (22, 24), 0.25, burnt),
        ("clinicyj", "841-001-01", (22, 24), 0.25, steam),
        ("cliniczl", "841-001-01", (20, 22), 0.25, steam),
    ):
        yield LotSource(
            place,
            waste,
            t_year,
            container_t,
            "medtrans",
            2,
            outlets,
            load_t=2,
            label="SLYF",
            hour=7.5,
        )


FLY_ASH = LotSource(
    "burner",
    "772-002-18",
    (0, 0),
    8.0,
    _CARRIER,
    12,
    (_to("hazcentre", "secure_landfill", 92, 84), _to("kiln", "cement_kiln", 8, 16)),
    load_t=34,
    label="SL18",
    simulated=True,
)
