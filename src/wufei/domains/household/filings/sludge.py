"""Sludge of sewage works and faeces of septic tanks: a month each.

Sludge is weighed wet; the dry mass is computed from the water that the laboratory measures. Loads
move by load records; what stands at the works is told here only, since the stream keeps no store.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import choice, count, mass, method, number, photo
from wufei.domains.household.filings import reading
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    CONSTRUCTION,
    DOMAIN,
    PERCENT,
    SOLID_WASTE_LAW,
    impossible,
    odd,
    of_kinds,
    unusual,
)
from wufei.domains.household.filings.plausible import usual
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes
from wufei.hub.registry.models import Vehicle

_KG = Decimal("0.001")
_SMALL_T = Decimal("0.010")
_APART_PERCENT = Decimal(5)
_LANDFILL = "landfill"


def _dry(values: Values) -> Decimal | None:
    wet, water = values.get("wet"), values.get("water")
    if wet is None or water is None:
        return None
    exact: Decimal = wet * (PERCENT - water) / PERCENT
    return exact.quantize(_KG, ROUND_HALF_EVEN)


MONTH = Section(
    "month",
    both("污泥产生", "Sludge of the month"),
    (
        number("sewage", both("处理污水量", "sewage treated"), "10⁴ m³", decimals=3),
        mass("wet", "湿污泥产生量", "wet sludge"),
        number("water", both("含水率", "water content"), "%", maximum=PERCENT),
        Field(
            "dry",
            both("折干污泥量", "dry sludge"),
            FieldKind.MASS,
            unit="t",
            computed=_dry,
            help=_("Wet mass less its water."),
        ),
        mass("before", "月初厂内存量", "at the works at the beginning", required=False),
        mass("after", "月末厂内存量", "at the works at the end", required=False),
        Field("report", both("泥质检测报告", "laboratory report"), FieldKind.FILES),
    ),
)
WENT = Section(
    "went",
    both("去向", "Where it went"),
    (
        Field("receiver", both("接收单位", "receiver"), required=True, length_max=120),
        method("method", "处置方式", "method", DOMAIN, required=True),
        mass("mass", "湿污泥量", "wet mass"),
    ),
    table=True,
    key=("receiver", "method"),
    totalled=("mass",),
)


def works(span: Span) -> Q:
    return of_kinds("sewage")


def _wet_g(checked: Checked) -> int:
    return sum(flow.arisen_g for flow in checked.facts["flows"] if _is_sludge(flow.waste))


def _is_sludge(waste: object) -> bool:
    return getattr(waste, "stream", "") == "sewage_sludge"


def _sludge_begins(checked: Checked) -> Values:
    last = checked.last.values if checked.last else {}
    ways: dict[tuple[str, str], int] = {}
    for flow in checked.facts["flows"]:
        for way in flow.sent if _is_sludge(flow.waste) else ():
            key = way.to, way.method
            ways[key] = ways.get(key, 0) + way.mass_g
    return {
        "wet": tonnes(_wet_g(checked)),
        "water": last.get("water"),
        "before": last.get("after"),
        "went": [
            {"receiver": to, "method": how or None, "mass": tonnes(mass_g)}
            for (to, how), mass_g in ways.items()
            if mass_g > 0
        ],
    }


def _sludge_adds_up(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    went = checked.form.total("went", "mass")
    left = (values["before"] or 0) + values["wet"] - went
    after = values["after"] or Decimal(0)
    if abs(left - after) > _SMALL_T:
        text = _("“{field}” does not add up: from the other columns it is {left} t.")
        told = format_lazy(text, field=MONTH.field("after").label, left=f"{left:,.3f}")
        yield impossible("sludge_sum", told, "month", "after")


def _sludge_like_ledger(checked: Checked) -> Iterator[Problem]:
    """Load records have what left the works."""
    went, known = checked.form.total("went", "mass"), tonnes(_wet_g(checked))
    difference = abs(went - known)
    if difference > _SMALL_T and difference * 100 > _APART_PERCENT * max(went, known):
        text = _("{went} t went away; the load records have {known} t.")
        told = format_lazy(text, went=f"{went:,.3f}", known=f"{known:,.3f}")
        yield odd("sludge_records", told, "went")


def _sludge_is_usual(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    yield from unusual(values["water"], usual("sludge_water"), "month", "water")
    if values["sewage"]:
        each = (values["dry"] / values["sewage"]).quantize(Decimal("0.01"))
        yield from unusual(each, usual("sludge_yield"), "month", "wet")
    for line, row in enumerate(checked.form.rows.get("went", ())):
        if row["method"] == _LANDFILL:
            water = values["water"]
            yield from unusual(water, usual("sludge_landfill"), "went", "method", line)


SLUDGE_MONTH = FilingType(
    code="household.sludge",
    domain=DOMAIN,
    name=both("城镇污水厂污泥月报", "Sludge of sewage works (month)"),
    kind=Kind.FILE,
    period=Period.MONTH,
    sections=(MONTH, WENT),
    authority=CONSTRUCTION,
    number_prefix="WNY",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=works,
    filers=("sewage",),
    reads=(reading.flows,),
    prefill=_sludge_begins,
    checks=(_sludge_adds_up, _sludge_like_ledger, _sludge_is_usual),
    effects=(
        effects.statistics(
            Figure("household.sludge_wet", both("湿污泥", "wet sludge"), "wet", "t"),
            Figure("household.sludge_dry", both("折干污泥", "dry sludge"), "dry", "t"),
            Figure("household.sewage", both("处理污水量", "sewage treated"), "sewage", "10⁴ m³"),
            Figure(
                "household.sludge_went",
                both("污泥去向", "where sludge went"),
                "mass",
                "t",
                section="went",
                dimension="method",
            ),
            label=_("Statistics"),
        ),
    ),
)

PLACES: Choices = (
    ("compost", both("堆肥、有机肥厂", "compost plant")),
    ("sewage", both("污水处理厂", "sewage works")),
    ("plant", both("粪便污泥处理场所", "plant for faeces")),
    ("field", both("还田", "fields")),
    ("other", both("其他", "elsewhere")),
)
FAECES_SECTION = Section(
    "faeces",
    both("粪便清运", "Faeces collected"),
    (
        count("trips", both("车次", "trips"), "车"),
        mass("mass", "清运量", "mass collected"),
        count("tanks", both("清掏化粪池、公厕数", "tanks and toilets emptied"), required=False),
        choice("to", both("主要去向", "mostly taken to"), PLACES),
        photo(),
    ),
)


def suction_trucks(span: Span) -> Q:
    """Carriers of household waste that have a tank truck."""
    trucks = Vehicle.objects.filter(kind="tanker", validity__contains=span.last)
    return of_kinds("carrier") & Q(pk__in=trucks.values("carrier"))


def _carried(checked: Checked) -> tuple[int, int]:
    mine = [one for one in checked.facts["carried"] if one.waste.stream == "faeces"]
    return sum(one.loads for one in mine), sum(one.mass_g for one in mine)


def _faeces_begin(checked: Checked) -> Values:
    trips, mass_g = _carried(checked)
    to = checked.last.values.get("to") if checked.last else None
    return {"trips": trips, "mass": tonnes(mass_g).normalize(), "to": to} if trips else {"to": to}


def _faeces_as_recorded(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    known = tonnes(_carried(checked)[1])
    difference = abs(values["mass"] - known)
    if difference > _SMALL_T and difference * 100 > _APART_PERCENT * max(values["mass"], known):
        text = _("The load records have {known} t.")
        yield odd("faeces_records", format_lazy(text, known=f"{known:,.3f}"), "faeces", "mass")
    if bool(values["mass"]) != bool(values["trips"]):
        text = _("Trips and mass do not fit together: one of them is 0.")
        yield impossible("faeces_trips", text, "faeces", "trips")
    elif values["trips"]:
        each = (values["mass"] / values["trips"]).quantize(Decimal("0.01"))
        yield from unusual(each, usual("faeces_trip"), "faeces", "mass")


FAECES = FilingType(
    code="household.faeces",
    domain=DOMAIN,
    name=both("粪便清运月报", "Faeces collected (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(FAECES_SECTION,),
    authority=CITY_MANAGEMENT,
    number_prefix="FBY",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=suction_trucks,
    filers=("carrier", "station", "department", "other"),
    reads=(reading.carried,),
    prefill=_faeces_begin,
    checks=(_faeces_as_recorded,),
    effects=(
        effects.statistics(
            Figure("household.faeces", both("粪便清运量", "faeces collected"), "mass", "t"),
            Figure("household.faeces_trips", both("粪便清运车次", "trips"), "trips"),
            Figure("household.faeces_tanks", both("清掏数", "tanks emptied"), "tanks"),
            label=_("Statistics"),
        ),
    ),
    help=_("How many trips, how many tonnes, and where they went."),
    simple=True,
    helped=True,
)
SLUDGE: tuple[FilingType, ...] = (SLUDGE_MONTH, FAECES)
