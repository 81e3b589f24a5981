"""Forms of no single domain: titles, figures of departments, cells, subsidies, licences, stops."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from wufei.demo.forms import Fill
from wufei.domains.across.cells import CRITERIA
from wufei.hub.filings.declarations import Checked, Values

_YEAR = timedelta(days=365)


def as_prefilled(checked: Checked, chance: Random) -> Values:
    """What is known beforehand is all that there is to say."""
    return {}


def some(chance: Random, least: float, most: float, decimals: int = 0) -> Decimal:
    """A figure between two others."""
    return round(Decimal(str(chance.uniform(least, most))), decimals)


def _title(checked: Checked, chance: Random) -> Values:
    first = checked.subject.span.first
    return {
        "level": chance.choice(["province", "city", "district"]),
        "valid_from": first,
        "valid_until": first + 3 * _YEAR,
    }


# What each department of the demo knows, with a year's usual range.
_FIGURES: dict[str, tuple[int, int]] = {
    "buildings_started": (180_000, 220_000),
    "buildings_prefab": (70_000, 110_000),
    "buildings_new": (150_000, 190_000),
    "buildings_green": (130_000, 149_000),
    "courier_outlets": (40, 44),
    "courier_recycling": (34, 40),
    "compounds": (58, 62),
    "compounds_covered": (54, 58),
    "villages": (126, 126),
    "villages_covered": (126, 126),
    "crops": (150_000_000, 152_000_000),
    "crops_certified": (18_000_000, 25_000_000),
}
_KNOWN_BY = {
    "住房": ("buildings_started", "buildings_prefab", "buildings_new", "buildings_green"),
    "城市管理": ("compounds", "compounds_covered", "villages", "villages_covered"),
    "农业": ("crops", "crops_certified"),
    "经济发展": ("courier_outlets", "courier_recycling"),
}


def _statistics(checked: Checked, chance: Random) -> Values:
    """Each department fills in its own figures, and one that has none of these nothing."""
    name = checked.subject.organisation.name
    known = [figures for word, figures in _KNOWN_BY.items() if word in name]
    return {one: some(chance, *_FIGURES[one]) for figures in known for one in figures}


_CELLS = {
    "community": "community",
    "school": "school",
    "hospital": "hospital",
    "farm": "farm",
    "village_point": "village",
    "department": "office",
    "catering": "hotel",
    "construction": "site",
}


def _cell(checked: Checked, chance: Random) -> Values:
    scores = {name: max(1, points - chance.randint(0, 2)) for name, _text, points in CRITERIA}
    return {
        "cell_kind": _CELLS.get(checked.subject.organisation.kind, "factory"),
        "people": chance.randint(40, 800),
        "story": "示例：源头减量、分类投放、台账齐全，成效见照片。",
        **scores,
    }


def _subsidy(checked: Checked, chance: Random) -> Values:
    mass = some(chance, 80, 900, 1)
    farm = checked.subject.organisation.kind == "farm"
    return {
        "purpose": "compost" if farm else "straw",
        "mass": mass,
        "amount": mass * (30 if farm else 50),
        "account_of": "示例：按过磅单数量和公示标准计算。",
    }


def _stop(checked: Checked, chance: Random) -> Values:
    first = checked.subject.span.first
    return {
        "what": "stop",
        "since": first,
        "until": first + timedelta(days=chance.randint(7, 30)),
        "reason": chance.choice(["年度检修", "设备改造", "订单不足"]),
        "stock": "在库固废按计划清运，停产期间专人值守",
    }


def _licence(checked: Checked, chance: Random, *, lines: tuple[dict[str, Any], ...]) -> Values:
    first: date = checked.subject.span.first
    return {
        "valid_from": first,
        "valid_until": first + chance.choice([1, 3, 5]) * _YEAR,
        "issued_by": "示例发证机关",
        "lines": lines,
    }


def _of(*lines: tuple[str, int, str]) -> Fill:
    rows = tuple(
        {"waste": code, "limit": Decimal(limit), "method": method} for code, limit, method in lines
    )
    return partial(_licence, lines=rows)


FILLED: dict[str, Fill] = {
    **{
        f"across.{word}": _title
        for word in (
            *("factory", "park", "product", "chain"),
            *("disclosure", "hj364", "franchise"),
        )
    },
    "across.statistics": _statistics,
    "across.cell": _cell,
    "across.subsidy": _subsidy,
    "across.stop": _stop,
    "across.licence_hazardous": _of(("900-249-08", 900, "oil_refining")),
    "across.licence_collection": _of(("900-214-08", 60, ""), ("900-052-31", 90, "")),
    "across.licence_medical": _of(),
    "across.licence_construction": _of(("LC-spoil", 20_000, ""), ("LC-renovation", 4_000, "")),
    "across.licence_kitchen": _of(),
    "across.licence_household": _of(),
    "across.licence_dismantling": _of(),
}
