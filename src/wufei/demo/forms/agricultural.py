"""Forms of agriculture: farms, straw, film, packaging, dead livestock, collection points."""

import math
from decimal import Decimal
from random import Random

from wufei.demo.forms import Fill
from wufei.demo.forms.across import some
from wufei.domains.agricultural.filings import coefficients, straw
from wufei.hub.filings.declarations import Checked, Values

# Part of a farm's name, with its animals, how many stand there and how many are sold in a year.
_FARMS = {
    "于集生猪": ("pig", 4_300, 8_200),
    "生猪": ("pig", 3_400, 6_500),
    "奶牛": ("dairy", 420, 60),
    "肉羊": ("sheep", 380, 460),
    "蛋鸡": ("layer", 90_000, 60_000),
    "肉鸭": ("duck", 62_000, 310_000),
}
_OTHER = ("pig", 120, 260)
# As the farm calls what died.
_DEAD = {"pig": "pig", "dairy": "cattle", "sheep": "sheep", "layer": "poultry", "duck": "poultry"}


def _kept(checked: Checked) -> tuple[str, int, int]:
    name = checked.subject.organisation.name
    return next((kept for part, kept in _FARMS.items() if part in name), _OTHER)


def _farm(checked: Checked, chance: Random) -> Values:
    animal, stock, sold = _kept(checked)
    return {
        "animal": animal,
        "capacity": stock,
        "sold": sold + chance.randint(0, sold // 20),
        "store": some(chance, 200, 2_000),
    }


# What the demo's history has, with a little that nobody had recorded yet.
_UNRECORDED = Decimal("1.02")


def _t(mass_g: int) -> Decimal:
    return Decimal(mass_g) / 1_000_000


def _month(checked: Checked, chance: Random) -> Values:
    animal, stock, _sold = _kept(checked)
    flows = checked.facts["flows"]
    each = (coefficients.value("manure", animal) or Decimal(1)) * checked.subject.span.days / 1000
    there = _t(sum(flow.arisen_g for flow in flows))
    back = _t(sum(w.mass_g for f in flows for w in f.own if w.method == "return_to_field"))
    head = math.ceil(there * _UNRECORDED / each) or stock + chance.randint(0, stock // 25)
    used = back * _UNRECORDED or each * head * some(chance, 0.45, 0.6, 2)
    return {"animal": animal, "head": head, "used": round(used, 1)}


def _straw(checked: Checked, chance: Random) -> Values:
    rows = [{**row, "area": _area(row, chance)} for row in checked.form.rows.get("crops", ())]
    if not rows:
        rows = [{"crop": "maize", "area": some(chance, 2_000, 6_000)}]
    return {"crops": [_used(row, chance) for row in rows]}


def _area(row: Values, chance: Random) -> Decimal:
    return row.get("area") or some(chance, 2_000, 6_000)


def _used(row: Values, chance: Random) -> Values:
    """Nearly all that can be collected: most of it goes back to the field."""
    usual = coefficients.value("straw_yield", row["crop"]) or Decimal(300)
    grown = {**row, "yielded": round(usual * some(chance, 0.95, 1.05, 2), 1)}
    can = straw.collectable_t(grown) or Decimal(0)
    shares = {"fertiliser": "0.66", "fodder": "0.08", "fuel": "0.12", "substrate": "0.05"}
    uses = {name: round(can * Decimal(share), 1) for name, share in shares.items()}
    return {**grown, "collected": round(can * Decimal("0.3"), 1), **uses, "material": Decimal(0)}


def _film(checked: Checked, chance: Random) -> Values:
    known = {flow.waste.code: flow.arisen_g for flow in checked.facts["flows"]}
    back = [
        round(_t(known.get(code, 0)) * 1000 * _UNRECORDED) or chance.randint(1_700, 5_600)
        for code in ("LC-mulch-film", "LC-greenhouse-film")
    ]
    used = [round(kg / chance.uniform(0.85, 0.94)) for kg in back]
    return {
        "bought": Decimal(used[0] + chance.randint(0, 200)),
        "used": Decimal(used[0]),
        "recovered": Decimal(back[0]),
        "house_used": Decimal(used[1]),
        "house_recovered": Decimal(back[1]),
    }


def _film_shop(checked: Checked, chance: Random) -> Values:
    sold = chance.randint(3_000, 9_000)
    return {
        "film_sold": Decimal(sold),
        "film_back": Decimal(round(sold * chance.uniform(0.2, 0.4))),
        "house_sold": Decimal(chance.randint(500, 2_000)),
    }


def _packaging(checked: Checked, chance: Random) -> Values:
    sold = chance.randint(400, 2_400)
    return {"sold": sold, "back": round(sold * chance.uniform(0.6, 0.9))}


def _point(checked: Checked, chance: Random) -> Values:
    known = {flow.waste.code: flow.arisen_g for flow in checked.facts["flows"]}
    film = _t(known.get("LC-mulch-film", 0)) * 1000 + chance.randint(10, 60)
    packaging = _t(known.get("LC-pesticide-bottles", 0)) * 1000 + some(chance, 2, 9, 1)
    return {"film_in": Decimal(round(film)), "packaging_in": round(packaging, 1)}


def _call(checked: Checked, chance: Random) -> Values:
    animal, stock, _sold = _kept(checked)
    return {
        "animal": _DEAD.get(animal, "other"),
        "dead": chance.randint(1, 3 if stock < 10_000 else 40),
        "place": "示例养殖区东门冷库",
    }


def _plant(checked: Checked, chance: Random) -> Values:
    rows = [{**row, "head": chance.randint(20, 400)} for row in checked.form.rows.get("lines", ())]
    treated = sum((row.get("treated") or Decimal(0) for row in rows), Decimal(0))
    if not rows:
        line = {"waste": "LC-dead-pigs", "head": 60, "method": "rendering"}
        rows = [{**line, "received": Decimal(3), "treated": Decimal(3)}]
    return {
        "lines": rows,
        "oil": round(treated * Decimal("0.1"), 3),
        "meal": round(treated * Decimal("0.25"), 3),
        "disinfectant": Decimal(chance.randint(20, 80)),
    }


FILLED: dict[str, Fill] = {
    "agricultural.farm": _farm,
    "agricultural.farm_month": _month,
    "agricultural.straw": _straw,
    "agricultural.film": _film,
    "agricultural.film_shop": _film_shop,
    "agricultural.packaging": _packaging,
    "agricultural.point": _point,
    "agricultural.carcass_call": _call,
    "agricultural.carcass_plant": _plant,
}
