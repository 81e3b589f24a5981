"""Disposal plan 建筑垃圾处理方案 of a site: what will arise, who carries it where, under approval.

Whoever builds files it before the works begin. The town looks at it, the department approves it,
and what it says goes to others is the site's quota: no load leaves without one. A change is a new
version on the same way; what was moved by then stays taken. The quota ends with the works.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains.construction.filings import basis, choices, plan_checks, reading
from wufei.domains.construction.filings.plan_quota import days_of, held_alone
from wufei.domains.fields import ZERO, choice, count, day, mass, method, number, waste
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Reviewer,
    Section,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import Period, Span
from wufei.hub.registry.models import Quota


def _of_building(values: Values) -> bool:
    return values.get("kind") in choices.BUILDINGS


def _of_new(values: Values) -> bool:
    return values.get("kind") == "new"


PROJECT = Section(
    "project",
    both("工程概况", "Project"),
    (
        Field("project", both("工程名称", "project"), required=True, aliases=("项目名称",)),
        Field("permit", both("施工许可证号或备案号", "number of the building permit")),
        choice("kind", both("工程类型", "kind of works"), choices.PROJECTS),
        Field(
            "prefabricated",
            both("装配式建筑", "prefabricated building"),
            FieldKind.BOOLEAN,
            shown_when=_of_new,
        ),
        Field(
            "floor_area",
            both("建筑面积", "floor area"),
            FieldKind.DECIMAL,
            unit="m²",
            minimum=Decimal(1),
            decimals=2,
            shown_when=_of_building,
            required_when=_of_building,
            help=_("Of what is built, pulled down or renovated: the base of the intensity."),
        ),
        Field("builder", both("建设单位", "client"), required=True, length_max=120),
        Field("address", both("工程地址", "address"), required=True),
        day("begins", both("开工（产生）日期", "works begin")),
        day("ends", both("完工日期", "works end")),
        Field("contact", both("现场负责人", "in charge on the site"), personal=True),
        Field("phone", both("联系电话", "telephone"), personal=True, length_max=30),
    ),
)
CLASSES = Section(
    "classes",
    both("产生类别和数量", "What will arise"),
    (
        waste(basis.DOMAIN, "类别代码"),
        number("volume", both("体积", "volume"), "m³"),
        Field(
            "density",
            both("密度", "density"),
            FieldKind.DECIMAL,
            unit="t/m³",
            required=True,
            minimum=Decimal("0.1"),
            maximum=Decimal(4),
            decimals=3,
            help=_("The catalogue's is filled in; change it if yours was measured."),
        ),
        mass("mass", "产生量", "mass"),
        mass("own_use", "现场利用量", "used on the site", required=False),
        method("own_method", "现场利用方式", "how it is used", basis.DOMAIN),
    ),
    table=True,
    rows_min=1,
    rows_max=20,
    key=("waste",),
    totalled=("volume", "mass", "own_use"),
    help=_("Leave 0 where nothing arises. Volume × density is the mass."),
)
REDUCTION = Section(
    "reduction",
    both("减量与分类", "Reduction and sorting"),
    (
        Field(
            "target",
            both("减量目标", "reduction target"),
            FieldKind.DECIMAL,
            unit="t/10⁴m²",
            minimum=ZERO,
            decimals=2,
            help=both("不含渣土、泥浆", "Without spoil and slurry."),
            # Not hidden for others: a part that comes from a file stands alone.
            required_when=_of_new,
        ),
        Field("measures", both("减量措施", "how less arises"), FieldKind.LONG_TEXT, required=True),
        Field(
            "sorting",
            both("现场分类、收集、贮存措施", "how it is sorted and kept on the site"),
            FieldKind.LONG_TEXT,
            required=True,
        ),
    ),
)
CARRIERS = Section(
    "carriers",
    both("运输单位、路线和时间", "Carriers, routes and hours"),
    (
        Field("carrier", both("运输单位", "carrier"), FieldKind.ORGANISATION, required=True),
        count("vehicles", both("车辆数", "vehicles")),
        Field("route", both("运输路线", "route"), required=True),
        Field(
            "hours",
            both("运输时段", "hours"),
            required=True,
            length_max=20,
            example="21:00-05:00",
        ),
    ),
    table=True,
    rows_max=20,
    key=("carrier", "route"),
    help=_("Only carriers with a permit for construction waste that holds on these days."),
)
CONSIGNEES = Section(
    "consignees",
    both("消纳、利用去向", "Where it goes"),
    (
        waste(basis.DOMAIN, "类别代码"),
        Field(
            "consignee", both("消纳、利用单位", "consignee"), FieldKind.ORGANISATION, required=True
        ),
        method("method", "消纳、利用方式", "method", basis.DOMAIN, required=True),
        mass("mass", "数量", "mass"),
    ),
    table=True,
    rows_max=60,
    key=("waste", "consignee", "method"),
    totalled=("mass",),
    help=_("What arises is used on the site or goes to somebody: nothing is left over."),
)
DUST = Section(
    "dust",
    both("扬尘防治措施", "Measures against dust"),
    (
        *(Field(name, label, FieldKind.BOOLEAN, required=True) for name, label in choices.DUST),
        Field("contracts", both("运输、消纳合同", "contracts"), FieldKind.FILES),
    ),
)


def _begins(checked: Checked) -> Values:
    """The site as the register and the lists have it, a line for each class, and the last plan."""
    profile, subject = checked.facts["profile"], checked.subject
    listed = checked.facts["listed"]
    known: dict[str, Any] = {
        "project": subject.site.name if subject.site else "",
        "permit": listed[0].document if len(listed) == 1 else "",
        "builder": subject.organisation.name,
        "address": profile["site_address"] or profile["address"],
        "contact": profile["contact"],
        "phone": profile["phone"],
        "classes": [_line(code, one.density) for code, one in _usual(checked)],
    }
    if checked.last:
        again = ("builder", "measures", "sorting", "contact", "phone")
        known |= {name: checked.last.values.get(name) or known.get(name) for name in again}
        known["carriers"] = checked.last.rows.get("carriers", ())
    return known


def _usual(checked: Checked) -> list[tuple[str, reading.Waste]]:
    """The first local code of each of the five classes; a place may use others."""
    found: dict[str, tuple[str, reading.Waste]] = {}
    wastes: Mapping[str, reading.Waste] = checked.facts["wastes"]
    for code, one in wastes.items():
        if code.startswith("LC-"):
            found.setdefault(one.stream, (code, one))
    return list(found.values())


def _line(code: str, density: Decimal | None) -> Values:
    return {"waste": code, "density": density, "volume": ZERO, "mass": ZERO}


def sites(span: Span) -> Q:
    return Q(kind="construction", organisation__domains__contains=[basis.DOMAIN])


PLAN = FilingType(
    code=reading.PLAN_CODE,
    domain=basis.DOMAIN,
    name=both("建筑垃圾处理方案", "Disposal plan of construction waste"),
    kind=Kind.APPROVE,
    period=Period.EVENT,
    sections=(PROJECT, CLASSES, REDUCTION, CARRIERS, CONSIGNEES, DUST),
    authority=basis.AUTHORITY,
    number_prefix="JZC",
    basis=basis.PLAN,
    # For an event: each site files its own.
    per_site=sites,
    filers=("construction", "enterprise", "station", "community"),
    reviewer=Reviewer.BOTH,
    reads=(
        sources.profile,
        reading.wastes,
        reading.permits,
        reading.granted,
        reading.room_left,
        reading.listed,
    ),
    prefill=_begins,
    checks=plan_checks.CHECKS,
    effects=(
        held_alone(
            effects.quotas(
                "consignees",
                source=Quota.Source.APPROVAL,
                span=days_of,
                when=lambda row: bool(row.get("mass")),
            )
        ),
        effects.statistics(
            Figure(
                "construction.planned",
                both("计划产生量", "planned to arise"),
                "mass",
                "t",
                section="classes",
                dimension="waste",
            ),
            Figure("construction.floor_area", both("建筑面积", "floor area"), "floor_area", "m²"),
        ),
    ),
    help=_(
        "Before the works begin: what arises, who carries it, where it goes. Once it is approved, "
        "loads may leave as far as the plan reaches. Change it here when it no longer fits."
    ),
)
