"""Forms of hazardous waste: plan, ledgers and reports by HJ 1259, and those beside them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache, partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from wufei.demo import district
from wufei.demo.district import known_as
from wufei.demo.forms import Fill
from wufei.demo.forms.across import as_prefilled, some
from wufei.domains.hazardous.filings import assessment, choices
from wufei.hub.filings.declarations import Checked, Values
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.validity import valid_on

ZERO = Decimal(0)
# Plans leave room: so much more than the year before is planned to leave.
ROOM = Decimal("1.5")
_KG = Decimal("0.001")
_ZONE = ZoneInfo("Asia/Shanghai")
_OIL = "900-214-08"


# The yearly plan. What it lets leave is what the demo's manifests are held against.
def _plan(checked: Checked, chance: Random) -> Values:
    rows = checked.form.rows
    leaving = _leaving(checked)
    arising = _arising(checked, leaving)
    return {
        "arising": arising,
        "transfer": leaving,
        "storage": rows.get("storage", ()),
        "own": [{**row, "facility_kind": "recovery"} for row in rows.get("own", ())],
        "reduction": [
            {**_of(row), "mass": row["mass"], "reduction": (row["mass"] / 20).quantize(_KG)}
            for row in arising[:1]
        ],
        "measures": "示例：改进工艺、减少跑冒滴漏，源头减量约 5%。",
        "industry": "示例制造业",
    }


def _leaving(checked: Checked) -> list[dict[str, Any]]:
    """What left in the year before and some more; where the demo has granted a quantity, that."""
    granted = _granted(checked)
    rows: dict[str, dict[str, Any]] = {}
    for row in checked.form.rows.get("transfer", ()):
        # One line a waste, to whoever took most of it.
        known = rows.setdefault(row["waste"], {**row, "mass": ZERO})
        known["mass"] += row["mass"] * ROOM
    for waste, limit_t in granted.items():
        rows.setdefault(waste, {"waste": waste, "own_name": waste})["mass"] = limit_t
    return [{**_SENT, **_said(row), "mass": row["mass"].quantize(_KG)} for row in rows.values()]


_SENT = {
    "transfer": "province",
    "method": "other_recovery",
    "receiver_kind": choices.LICENSED,
    "licence_holder": "见转移合同",
}


def _granted(checked: Checked) -> Mapping[str, Decimal]:
    return _allowances().get(checked.subject.organisation.uuid, {})


@cache
def _allowances() -> Mapping[Any, Mapping[str, Decimal]]:
    found: dict[Any, dict[str, Decimal]] = {}
    for one in district.allowances():
        if one.source == "plan":
            firm = known_as(f"organisation:{one.organisation}")
            found.setdefault(firm, {})[one.code] = one.limit_t
    return found


def _arising(checked: Checked, leaving: Iterable[Values]) -> list[dict[str, Any]]:
    """Enough that everything that is to leave, or to be treated, or to stay, has arisen."""
    rows: dict[str, dict[str, Any]] = {}
    for row in checked.form.rows.get("arising", ()):
        rows.setdefault(row["waste"], {**_of(row), "mass": ZERO})["mass"] += row["mass"]
    goes: dict[str, Decimal] = {}
    others = (checked.form.rows.get(name, ()) for name in ("own", "storage"))
    for part in (leaving, *others):
        for row in part:
            goes[row["waste"]] = goes.get(row["waste"], ZERO) + row["mass"]
            rows.setdefault(row["waste"], {**_of(row), "mass": ZERO})
    for waste, row in rows.items():
        row["mass"] = max(row["mass"], goes.get(waste, ZERO))
        row |= {"stage": "主要生产工序", "form": "solid"}
    return list(rows.values()) or [{"waste": _OIL, "own_name": "废机油", "mass": Decimal("0.5")}]


def _of(row: Values) -> dict[str, Any]:
    return {"own_name": row.get("own_name") or "", "waste": row["waste"]}


def _said(row: Values) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "")}


# Ledgers by container: what stands there already, completed; else a line of one's own.
def _ledger(checked: Checked, chance: Random, *, more: Values) -> Values:
    there = checked.form.rows.get("lines", ())
    lines = [{"handler": "示例甲", **more, **_said(row)} for row in there]
    return {"lines": lines or [_container(checked, chance, more)]}


def _stored(checked: Checked, chance: Random) -> Values:
    """A container that stands there, where the ledger has none that came into store."""
    standing = sorted(checked.facts["standing"])
    return _ledger(checked, chance, more={"container": standing[0]} if standing else {})


def _arisen(checked: Checked, chance: Random) -> Values:
    """And a drum that nobody has recorded yet."""
    known = _ledger(checked, chance, more={"goes_to": "stored"})["lines"]
    new = _container(checked, chance, {"goes_to": "stored"})
    return {"lines": [*(row for row in known if row.get("entry")), new]}


def _container(checked: Checked, chance: Random, more: Values) -> dict[str, Any]:
    span, name = checked.subject.span, f"SL-R{chance.randint(1000, 9999)}"
    return {
        "happened_at": datetime.combine(span.first, time(9), _ZONE),
        "own_name": "废机油",
        "waste": _OIL,
        "mass": Decimal("0.2"),
        "container": name,
        "packaging": "drum",
        "container_count": 1,
        "handler": "示例甲",
        "site": _place(checked),
        **more,
    }


def _place(checked: Checked) -> Any:
    sites = Site.objects.filter(valid_on(), organisation=checked.subject.organisation)
    return sites.order_by("pk").values_list("uuid", flat=True).first()


_REPORT = {"product": "示例产品", "output_unit": "t"}


def _report(checked: Checked, chance: Random) -> Values:
    rows = [
        {**row, "receiver": row.get("receiver") or "见转移联单"} if row.get("sent") else row
        for row in checked.form.rows.get("wastes", ())
    ]
    return {**_REPORT, "output": some(chance, 900, 1_100), "wastes": rows}


def _operation(checked: Checked, chance: Random) -> Values:
    days = checked.subject.span.days
    told: dict[str, Any] = {
        "days": days - chance.randint(0, days // 15),
        "incidents": "无",
        "stops": "无",
        "balance": [_balanced(row) for row in checked.form.rows.get("balance", ())],
    }
    if days > 31:
        told |= {"trainings": 4, "drills": 2, "insured": True}
    return told


def _balanced(row: Values) -> Values:
    """What stands there and never came was made there."""
    goes = sum((row[name] for name in ("treated", "sent", "after")), ZERO)
    was = sum((row[name] for name in ("before", "received", "made")), ZERO)
    return {**row, "made": row["made"] + max(goes - was, ZERO)}


# Records of single things.
def _identification(checked: Checked, chance: Random) -> Values:
    day = checked.subject.span.first
    return {
        "waste_name": "示例污泥",
        "process": "废水处理",
        "arising": some(chance, 5, 80, 1),
        "laboratory": "示例检测机构",
        "sampled_on": day - timedelta(days=60),
        "samples": 20,
        "methods": "HJ 298、GB 5085",
        "reported_on": day - timedelta(days=20),
        "report_no": f"SL-JB-{chance.randint(100, 999)}",
        "conclusion": "general",
    }


def _exemption(checked: Checked, chance: Random) -> Values:
    first = checked.subject.span.first
    return {
        "waste": "900-052-31",
        "stage": "transport",
        "condition_met": "未破损，按豁免清单的包装和运输要求执行",
        "mass": some(chance, 1, 9, 1),
        "receiver": "示例·李海务危废收集站",
        "valid_from": first,
        "valid_until": first + timedelta(days=364),
    }


# Small sources.
_WARDS = ("内科", "外科", "检验科", "口腔科", "发热门诊")


def _batches(checked: Checked, chance: Random) -> Values:
    """Bags that the ledger does not have: of wards whose bags are weighed by hand."""
    day = checked.subject.span.first
    at = datetime.combine(day, time(16), _ZONE)
    return {
        "batches": [
            {
                "source": ward,
                "waste": waste,
                "mass": some(chance, 1, 8, 2),
                "count": chance.randint(1, 6),
                "batch": f"SL-Y{day:%m%d}-{number}",
                "handed_over_at": at,
                "method": "steam_sterilisation",
                "goes_to": "示例·东昌府医废处置",
                "handler": "示例乙",
            }
            for number, (ward, waste) in enumerate(
                zip(chance.sample(_WARDS, 2), ("841-001-01", "841-002-01"), strict=True), start=1
            )
        ]
    }


def _infusion(checked: Checked, chance: Random) -> Values:
    glass, plastic = some(chance, 120, 260, 1), some(chance, 300, 520, 1)
    return {
        "glass_arisen": glass,
        "glass_handed": glass,
        "plastic_arisen": plastic,
        "plastic_handed": plastic,
        "recycler": "示例·度假区分拣中心",
        "kept_apart": True,
        "use_agreed": True,
    }


def _small(checked: Checked, chance: Random, *, wastes: Mapping[str, tuple[str, float]]) -> Values:
    """What the ledger has already, and where it has nothing, a few kilograms."""
    arisen = {flow.waste.code: flow.arisen_g for flow in checked.facts["flows"]}
    return {
        name: Decimal(arisen[code]) / 1000 if arisen.get(code) else some(chance, 0, most, 1)
        for name, (code, most) in wastes.items()
    }


_GARAGE = {
    "oil": ("900-214-08", 9.0),
    "batteries": ("900-052-31", 9.0),
    "filters": ("900-041-49", 6.0),
}
_LABORATORY = {"laboratory": ("900-047-49", 4.0), "packaging": ("900-041-49", 2.0)}
_POINT = {
    "lamps": ("900-023-29", 3.0),
    "medicines": ("900-002-03", 2.0),
    "batteries": ("900-044-49", 2.0),
}


# What the department looks after.
def _scores(checked: Checked, chance: Random) -> dict[str, Any]:
    """Full points but for two items, of those that are asked of producers."""
    items = [one for one in assessment.items() if one.part == "producer"]
    weak = chance.sample(items, min(2, len(items)))
    lost = {one.name: one.points / 2 for one in weak}
    return {one.name: one.points - lost.get(one.name, ZERO) for one in items}


def _self_assessment(checked: Checked, chance: Random) -> Values:
    return {**_scores(checked, chance), "findings": "个别标签填写不全，已当场补正"}


def _assessment(checked: Checked, chance: Random) -> Values:
    day = checked.subject.span.first
    producers = Organisation.objects.filter(kind="enterprise", domains__contains=["hazardous"])
    return {
        "assessed": chance.choice(list(producers.order_by("uuid").values_list("uuid", flat=True))),
        "visited_on": day,
        "visitors": "示例丙、示例丁",
        **_scores(checked, chance),
        "findings": "台账有一处未及时登记，贮存库一处标识褪色",
        "rectify_by": day + timedelta(days=15),
    }


def _rectification(checked: Checked, chance: Random) -> Values:
    day = checked.subject.span.first
    return {
        "assessment_no": f"HGP{day.year}-{chance.randint(1, 20):05d}",
        "measures": "台账已补登，标识已更换，并对仓管员进行了培训。",
        "done_on": day,
    }


def _cleaner(checked: Checked, chance: Random) -> Values:
    first = checked.subject.span.first
    return {
        "mandatory": checked.facts["mandatory"],
        "stage": "accepted",
        "consultant": "示例咨询机构",
        "begun_on": first + timedelta(days=20),
        "audited_on": first + timedelta(days=120),
        "cheap": chance.randint(6, 14),
        "costly": chance.randint(1, 3),
        "invested": some(chance, 20, 300),
        "waste_saved": some(chance, 2, 40, 1),
        "water_saved": some(chance, 200, 4_000),
        "energy_saved": some(chance, 10, 300),
        "evaluated_on": first + timedelta(days=150),
        "evaluation": "示例：资料齐全，方案可行",
        "accepted_on": first + timedelta(days=180),
        "acceptance": "示例：通过验收",
        "acceptance_no": f"SL-QJ-{chance.randint(100, 999)}",
    }


FILLED: dict[str, Fill] = {
    "hazardous.plan": _plan,
    "hazardous.ledger_b1": _arisen,
    "hazardous.ledger_b2": _stored,
    "hazardous.ledger_b3": partial(_ledger, more={"goes_to": "outside"}),
    "hazardous.ledger_b4": partial(_ledger, more={"method": "oil_refining"}),
    "hazardous.ledger_b5": partial(_ledger, more={"receiver_kind": choices.LICENSED}),
    "hazardous.report_month": _report,
    "hazardous.report_quarter": _report,
    "hazardous.report_year": _report,
    "hazardous.operation_month": _operation,
    "hazardous.operation_year": _operation,
    "hazardous.identification": _identification,
    "hazardous.exemption": _exemption,
    "medical.register": _batches,
    "medical.infusion": _infusion,
    "social.garage": partial(_small, wastes=_GARAGE),
    "social.laboratory": partial(_small, wastes=_LABORATORY),
    "social.household": partial(_small, wastes=_POINT),
    "hazardous.key_list": as_prefilled,
    "hazardous.assessment_self": _self_assessment,
    "hazardous.assessment": _assessment,
    "hazardous.rectification": _rectification,
    "hazardous.cleaner_audit": _cleaner,
}
