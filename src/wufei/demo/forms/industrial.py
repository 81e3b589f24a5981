"""Forms of general industrial waste."""

from decimal import Decimal
from random import Random

from wufei.demo.forms import Fill
from wufei.demo.forms.across import as_prefilled, some
from wufei.hub.filings.declarations import Checked, Values

_WASTE = "LC-dust"


def _list(checked: Checked, chance: Random) -> Values:
    rows = checked.form.rows.get("wastes", ())
    described = {"step": "主要生产工序", "state": "solid", "components": "见检测报告"}
    return {"wastes": [{**described, **_said(row)} for row in rows] or [_line(chance)]}


def _said(row: Values) -> Values:
    return {name: value for name, value in row.items() if value not in (None, "")}


def _line(chance: Random) -> Values:
    return {
        "waste": _WASTE,
        "name": "除尘灰",
        "step": "除尘",
        "state": "solid",
        "arisen": some(chance, 1, 9, 1),
    }


def _registration(checked: Checked, chance: Random) -> Values:
    return {
        "industry": "示例制造业",
        "industry_code": "C33",
        "products": "示例产品",
        "permit": f"SL-PW-{chance.randint(1000, 9999)}",
        "wastes": [{"waste": _WASTE, "yearly": some(chance, 20, 400)}],
    }


def _proof(checked: Checked, chance: Random) -> Values:
    return {
        "entrusted": "entrusted",
        "waste": _WASTE,
        "mass": some(chance, 5, 60, 1),
        "receiver": "示例·于集塑业",
        "contract": f"SL-HT-{chance.randint(100, 999)}",
        "checked": True,
    }


def _storage(checked: Checked, chance: Random) -> Values:
    return {
        "kind": "warehouse",
        "area": Decimal(chance.randint(80, 1200)),
        "capacity": Decimal(chance.randint(100, 3000)),
        **dict.fromkeys(("roof", "floor", "dust", "signs"), True),
    }


FILLED: dict[str, Fill] = {
    "industrial.list": _list,
    "industrial.flow": as_prefilled,
    "industrial.registration": _registration,
    "industrial.proof": _proof,
    "industrial.storage": _storage,
}
