"""Forms of construction waste: a site's plan, its intensity, tips, recycling plants, points."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from wufei.demo.forms import Fill
from wufei.demo.forms.across import some
from wufei.domains.construction.filings.choices import CARE, DUST
from wufei.domains.construction.filings.reading import Permit, Permits
from wufei.hub.filings.declarations import Checked, Values

# Volumes of the classes that arise, m³; the part that stays on the site; where the rest goes, how.
_PLANNED = {
    "LC-spoil": (2_000, 4_000, Decimal("0.3"), "spoil_ground"),
    "LC-site-waste": (150, 220, Decimal(0), "recycled_aggregate"),
}
_WORKS_D = 200


def _plan(checked: Checked, chance: Random) -> Values:
    first = checked.subject.span.first
    lines = [_planned(line, chance) for line in checked.form.rows["classes"]]
    sent = [
        (line["waste"], line["mass"] - line["own_use"], _PLANNED[line["waste"]][3])
        for line in lines
        if line["mass"]
    ]
    permits: Permits = checked.facts["permits"]
    return {
        "kind": "new",
        "prefabricated": chance.random() < 0.5,
        "floor_area": some(chance, 16_000, 30_000),
        "begins": first,
        "ends": first + timedelta(days=_WORKS_D),
        "target": Decimal(200),
        "measures": "示例：优化设计标高，土方场内平衡；铝模施工，余料加工后回用。",
        "sorting": "示例：渣土、金属、木材、包装分区存放，设专人管理。",
        "permit": checked.form.values.get("permit") or "SL-SG-2026-01",
        "classes": lines,
        "carriers": [_carried(permits, checked)],
        "consignees": [
            {
                "waste": waste,
                "consignee": _taker(permits, waste, checked),
                "method": method,
                "mass": mass,
            }
            for waste, mass, method in sent
        ],
        **dict.fromkeys([name for name, _label in DUST], True),
    }


def _planned(line: Values, chance: Random) -> dict[str, Any]:
    code, density = line["waste"], line["density"]
    if code not in _PLANNED:
        return {**line, "own_use": Decimal(0)}
    least, most, share, _method = _PLANNED[code]
    volume = some(chance, least, most)
    mass = volume * density
    own = (mass * share).quantize(Decimal("0.001"))
    how = {"own_method": "earthwork"} if own else {}
    return {**line, "volume": volume, "mass": mass, "own_use": own, **how}


def _carried(permits: Permits, checked: Checked) -> Values:
    """By the first carrier: their permits are for all codes."""
    found = [key for key, lines in permits.items() if _held(lines, "*", checked)]
    return {
        "carrier": found[0],
        "vehicles": 6,
        "route": "示例：环湖西路—湖南路—物流大道",
        "hours": "21:00-05:00",
    }


def _taker(permits: Permits, waste: str, checked: Checked) -> Any:
    """Whoever may take the most of it."""
    found = [
        (line.limit_t or Decimal(0), key)
        for key, lines in permits.items()
        for line in _held(lines, waste.upper(), checked)
    ]
    return max(found, key=lambda one: one[0])[1]


def _held(lines: Any, code: str, checked: Checked) -> list[Permit]:
    day = checked.subject.span.first
    return [one for one in lines if one.code.upper() == code and one.holds_on(day)]


def _intensity(checked: Checked, chance: Random) -> Values:
    area = checked.form.values.get("floor_area") or some(chance, 18_000, 60_000)
    return {"stage": "under_way", "floor_area": area, "prefabricated": False}


def _tip(checked: Checked, chance: Random) -> Values:
    before = checked.form.values.get("filled") or Decimal(182_000)
    return {
        "treated": _more(checked, chance),
        "design": Decimal(560_000),
        "filled": before + some(chance, 2_500, 4_500),
        **dict.fromkeys([name for name, _label in CARE], True),
    }


def _more(checked: Checked, chance: Random) -> list[dict[str, Any]]:
    """What the ledger has, and a load that nobody had written down."""
    lines = [dict(line) for line in checked.form.rows.get("treated", ())]
    for line in lines[:1]:
        line["mass"] += some(chance, 2, 6, 1)
    return lines


def _products(checked: Checked, chance: Random) -> Values:
    """Four fifths of what was used became aggregate and bricks; most of it was sold."""
    treated = _more(checked, chance)
    used = sum((line["mass"] for line in treated), Decimal(0))
    before = {row["product"]: row["stock"] for row in checked.form.rows.get("products", ())}
    made = {"aggregate": _part(used, "0.6"), "brick": _part(used, "0.2")}
    return {
        "treated": treated,
        "added": _part(used, "0.03"),
        "residue": _part(used, "0.08"),
        "products": [_product(name, mass, before, chance) for name, mass in made.items()],
    }


def _part(mass: Decimal, share: str) -> Decimal:
    return (mass * Decimal(share)).quantize(Decimal("0.001"))


def _product(name: str, made: Decimal, before: dict[str, Any], chance: Random) -> Values:
    there = (before.get(name) or Decimal(0)) + made
    sold = _part(there, f"{chance.uniform(0.8, 0.95):.2f}")
    return {"product": name, "made": made, "sold": sold, "stock": there - sold}


def _point(checked: Checked, chance: Random) -> Values:
    return {"kind": "station", "capacity": Decimal(300), "fenced": True, "signed": True}


def _point_month(checked: Checked, chance: Random) -> Values:
    taken: Decimal = checked.form.values.get("taken") or Decimal(0)
    return {"emptied": int(taken // 18) + 1 if taken else 0, "taken": taken}


FILLED: dict[str, Fill] = {
    "construction.plan": _plan,
    "construction.intensity": _intensity,
    "construction.consumption": _tip,
    "construction.products": _products,
    "construction.point": _point,
    "construction.point_month": _point_month,
}
