"""Forms of general industrial waste."""

from datetime import datetime, time
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from wufei.demo.forms import Fill
from wufei.demo.forms.across import some
from wufei.hub.filings.declarations import Checked, Values
from wufei.hub.registry.models import Site
from wufei.hub.registry.validity import valid_on

_ZONE = ZoneInfo("Asia/Shanghai")
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


_CAME = ("before", "arisen", "received")
_WENT = ("own_recovered", "sent_recovered", "own_disposed", "sent_disposed")


def _flow(checked: Checked, chance: Random) -> Values:
    """As the ledger has it; a stock-take's difference is left to its reason."""
    return {"wastes": [_added_up(row) for row in checked.form.rows.get("wastes", ())]}


def _added_up(row: Values) -> Values:
    came, went = (
        sum((row.get(name) or Decimal(0) for name in names), Decimal(0)) for names in (_CAME, _WENT)
    )
    return {
        **row,
        "received": (row.get("received") or 0) + max(went - came, 0),
        "after": came - went if came > went else Decimal(0),
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


# Tables 3 to 7: what stands there already, and a batch that nobody has recorded yet.
def _ledger(checked: Checked, chance: Random, *, more: Values, new: bool = True) -> Values:
    there = [_said(row) for row in checked.form.rows.get("lines", ()) if row.get("entry")]
    lines = [{"handler": "示例甲", **row} for row in there]
    if new or not lines:
        lines.append(_batch(checked, chance, there[-1] if there else {}, more))
    return {"lines": lines}


def _batch(checked: Checked, chance: Random, like: Values, more: Values) -> dict[str, Any]:
    """Of the waste, and by the method, of the line before it."""
    sites = Site.objects.filter(valid_on(), organisation=checked.subject.organisation)
    return {
        "happened_at": datetime.combine(checked.subject.span.first, time(9), _ZONE),
        "own_name": "除尘灰",
        "waste": _WASTE,
        "site": sites.order_by("pk").values_list("uuid", flat=True).first(),
        "handler": "示例甲",
        **more,
        **{name: like[name] for name in ("own_name", "waste", "site", "method") if name in like},
        "mass": some(chance, 1, 4, 2),
    }


FILLED: dict[str, Fill] = {
    "industrial.list": _list,
    "industrial.flow": _flow,
    "industrial.ledger_3": partial(
        _ledger,
        more={
            "carrier": "示例·于集物流",
            "plate": "鲁P0SL31",
            "transport": "road",
            "receiver": "示例·区外建材厂",
            "receiver_kind": "outside",
        },
    ),
    "industrial.ledger_4": partial(_ledger, more={"goes_to": "贮存"}),
    "industrial.ledger_5": partial(
        _ledger, more={"direction": "in", "comes_from": "本厂产生"}, new=False
    ),
    "industrial.ledger_6": partial(_ledger, more={"method": "raw_material"}),
    "industrial.ledger_7": partial(_ledger, more={"method": "landfill"}),
    "industrial.registration": _registration,
    "industrial.proof": _proof,
    "industrial.storage": _storage,
}
