"""Plants of household waste: one form a month with a row for each day.

A form each day would be 365 a year; what must be known the same day is in the ledger and in the
monitors' data already. Which table of days is asked follows from what the plant does.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import mass, method, number, waste
from wufei.domains.household.filings import plant_rules, reading
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    DOMAIN,
    SOLID_WASTE_LAW,
    of_kinds,
)
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import checks, effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Class,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Section,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import Licence
from wufei.hub.registry.validity import valid_on

INCINERATOR, KITCHEN, LANDFILL, OTHER = "incinerator", "kitchen", "landfill", "other"
CLASSES: dict[str, Text] = {
    INCINERATOR: both("焚烧厂", "incinerator"),
    KITCHEN: both("厨余处理厂", "plant for kitchen waste"),
    LANDFILL: both("填埋场", "landfill"),
    OTHER: both("其他处理设施", "other plant"),
}
_METHODS = {
    "power_incineration": INCINERATOR,
    "incineration": INCINERATOR,
    "biogas": KITCHEN,
    "compost": KITCHEN,
    "fodder": KITCHEN,
    "oil_extraction": KITCHEN,
    "landfill": LANDFILL,
}
_RECEIVED = mass("received", "进厂量", "received")
_TREATED = mass("treated", "处理量", "treated")


def _table(class_code: str, title: Text, *columns: Field) -> Section:
    """A row for each day: what came, what was treated, and what this kind of plant made of it."""
    return Section(
        f"days_{class_code}",
        title,
        (
            Field("day", both("日期", "day"), FieldKind.DATE, required=True),
            _RECEIVED,
            _TREATED,
            *columns,
        ),
        table=True,
        classes=frozenset({class_code}),
        rows_max=31,
        key=("day",),
        totalled=("received", "treated", *(one.name for one in columns)),
    )


def _figure(name: str, zh: str, en: str, unit: str, decimals: int = 1) -> Field:
    return number(name, both(zh, en), unit, required=False, decimals=decimals)


def _mass(name: str, zh: str, en: str) -> Field:
    return mass(name, zh, en, required=False)


DAYS = (
    _table(
        INCINERATOR,
        both("焚烧逐日运行", "Incinerator by day"),
        _figure("power", "发电量", "electricity made", "kWh", 0),
        _figure("sold", "上网电量", "electricity sold", "kWh", 0),
        _figure("steam", "供汽量", "steam sold", "t"),
        _mass("slag", "炉渣产生量", "slag"),
        _mass("fly_ash", "飞灰产生量", "fly ash"),
        _figure("leachate", "渗滤液产生量", "leachate", "m³"),
        _figure("hours", "焚烧炉运行时间合计", "hours of all furnaces", "h"),
    ),
    _table(
        KITCHEN,
        both("厨余处理逐日运行", "Kitchen waste by day"),
        _figure("biogas", "沼气产量", "biogas", "m³", 0),
        _figure("power", "发电量", "electricity made", "kWh", 0),
        _mass("oil", "提取油脂", "oil extracted"),
        _mass("product", "有机肥等产品", "compost and other products"),
        _mass("residue", "残渣", "residue"),
        _figure("leachate", "废水产生量", "waste water", "m³"),
    ),
    _table(
        LANDFILL,
        both("填埋逐日运行", "Landfill by day"),
        _figure("gas", "填埋气收集量", "landfill gas", "m³", 0),
        _figure("leachate", "渗滤液处理量", "leachate treated", "m³"),
        _mass("cover", "覆土量", "cover soil"),
    ),
    _table(
        OTHER,
        both("逐日运行", "Day by day"),
        _mass("product", "产品", "products"),
        _mass("residue", "残渣", "residue"),
    ),
)

BEFORE = mass("before", "月初存量", "in store at the beginning", required=False)
RECEIVED = mass("received", "进厂量", "received")
TREATED = mass("treated", "处理量", "treated")
SENT = mass("sent", "转出量", "sent on", required=False)
AFTER = mass("after", "月末存量", "in store at the end")
BALANCE = Section(
    "balance",
    both("分类进出平衡", "Balance by class"),
    (waste(DOMAIN, "垃圾类别代码"), BEFORE, RECEIVED, TREATED, SENT, AFTER),
    table=True,
    key=("waste",),
    totalled=("received", "treated", "after"),
    help=_("From the manifests, the scale and the treatments that you have recorded."),
)
TREATMENTS = Section(
    "treatments",
    both("处理方式", "How it was treated"),
    (
        waste(DOMAIN, "垃圾类别代码"),
        method("method", "处理方式", "method", DOMAIN, required=True),
        mass("mass", "处理量", "mass treated"),
    ),
    table=True,
    key=("waste", "method"),
    totalled=("mass",),
    help=_("What you treated and have not recorded yet is posted to the ledger."),
)
ORIGINS = Section(
    "origins",
    both("来源", "Where it came from"),
    (
        Field("origin", both("来源单位或镇街", "sender or town"), required=True, length_max=120),
        waste(DOMAIN, "垃圾类别代码"),
        mass("mass", "进厂量", "mass received"),
    ),
    table=True,
    key=("origin", "waste"),
    totalled=("mass",),
)


def plants(span: Span) -> Q:
    return of_kinds("plant")


def _class(code: str, reason: Text) -> Class:
    """Pages show the reason alone, so it says the class as well."""
    label = CLASSES[code]
    return Class(code, label, format_lazy("{label} · {reason}", label=label, reason=reason))


def class_of(subject: Subject) -> Class:
    """By what the plant has treated; else by its site and its licence."""
    known: dict[str, int] = {}
    for code, mass_g in reading.methods(subject).items():
        if code in _METHODS:
            known[_METHODS[code]] = known.get(_METHODS[code], 0) + mass_g
    if known:
        code = max(known, key=lambda one: known[one])
        return _class(code, _("by what it has treated in the last two years"))
    sites = subject.organisation.sites.filter(valid_on(subject.span.last), kind="landfill")
    if sites.exists():
        return _class(LANDFILL, _("by its site in the register"))
    licences = Licence.objects.filter(
        valid_on(subject.span.last), organisation=subject.organisation, kind="kitchen"
    )
    if licences.exists():
        return _class(KITCHEN, _("by its licence"))
    return _class(OTHER, _("nothing is known of what it treats"))


def _days_of(span: Span) -> Iterator[date]:
    last = min(span.last, timezone.localdate())
    for number_ in range((last - span.first).days + 1):
        yield span.first + timedelta(days=number_)


def _begins(checked: Checked) -> Values:
    facts, span = checked.facts, checked.subject.span
    daily = facts["daily"]
    days = [
        {
            "day": day,
            "received": tonnes(max(daily.get(day, (0, 0))[0], 0)),
            "treated": tonnes(max(daily.get(day, (0, 0))[1], 0)),
        }
        for day in _days_of(span)
    ]
    flows = facts["flows"]
    return {
        f"days_{checked.subject.class_code or OTHER}": days,
        "balance": [
            {
                "waste": flow.waste.code,
                "before": tonnes(max(flow.opening_g, 0)),
                "received": tonnes(max(reading.came_g(flow), 0)),
                "treated": tonnes(reading.treated_g(flow)),
                "sent": tonnes(reading.sent_g(flow)),
                "after": tonnes(max(flow.closing_g, 0)),
            }
            for flow in flows
        ],
        "treatments": [
            {"waste": flow.waste.code, "method": way.method, "mass": tonnes(way.mass_g)}
            for flow in flows
            for way in flow.own
            if way.mass_g > 0
        ],
        "origins": [
            {"origin": one.consignor, "waste": one.waste, "mass": tonnes(one.mass_g)}
            for one in facts["consigned"]
            if one.consignor
        ],
    }


def treated(form: Form | None) -> list[Reported]:
    """What was treated, in kilograms, out of what had come in."""
    rows = form.rows.get("treatments", ()) if form else ()
    return [
        Reported(row["waste"], row["mass"] * 1000, method=row["method"], received=True)
        for row in rows
        if row.get("waste") and row.get("mass") and row.get("method")
    ]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, treated(accepted.form), reading.flows)


def _of_days(name: str, label: Text, unit: str, *class_codes: str) -> Iterator[Figure]:
    for class_code in class_codes:
        section = f"days_{class_code}"
        yield Figure(f"household.plant_{name}", label, name, unit, section=section)


FIGURES = (
    *_of_days("power", both("发电量", "electricity made"), "kWh", INCINERATOR, KITCHEN),
    *_of_days("sold", both("上网电量", "electricity sold"), "kWh", INCINERATOR),
    *_of_days("steam", both("供汽量", "steam sold"), "t", INCINERATOR),
    *_of_days("slag", both("炉渣", "slag"), "t", INCINERATOR),
    *_of_days("fly_ash", both("飞灰", "fly ash"), "t", INCINERATOR),
    *_of_days("biogas", both("沼气", "biogas"), "m³", KITCHEN),
    *_of_days("oil", both("提取油脂", "oil extracted"), "t", KITCHEN),
    *_of_days("product", both("产品", "products"), "t", KITCHEN, OTHER),
    *_of_days("residue", both("残渣", "residue"), "t", KITCHEN, OTHER),
    *_of_days("gas", both("填埋气", "landfill gas"), "m³", LANDFILL),
    *_of_days("leachate", both("渗滤液、废水", "leachate"), "m³", INCINERATOR, KITCHEN, LANDFILL),
)
PLANT = FilingType(
    code="household.plant",
    domain=DOMAIN,
    name=both("生活垃圾处理设施运行月报", "Plant of household waste (month, by day)"),
    kind=Kind.FILE,
    period=Period.MONTH,
    sections=(*DAYS, BALANCE, TREATMENTS, ORIGINS),
    authority=CITY_MANAGEMENT,
    number_prefix="SHS",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=plants,
    filers=("plant",),
    classify=class_of,
    reads=(
        reading.flows,
        reading.daily,
        reading.consignors,
        reading.capacity,
        reading.fly_ash,
        sources.profile,
    ),
    prefill=_begins,
    checks=(
        reported.has_a_place,
        plant_rules.days_of_the_month,
        plant_rules.days_within_capacity,
        plant_rules.days_like_balance,
        plant_rules.treatments_like_balance,
        plant_rules.origins_like_balance,
        plant_rules.usual_ratios,
        plant_rules.fly_ash_like_ledger,
        checks.adds_up("balance", (BEFORE, RECEIVED), (TREATED, SENT), AFTER, code="household_sum"),
        checks.agrees("balance", RECEIVED, reading.came_g, code="household_received"),
        reported.not_less(treated, "treatments"),
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(*FIGURES, label=_("Statistics")),
    ),
    help=_(
        "A row for each day. What came in and what you recorded as treated stands here already; "
        "add what the plant made of it."
    ),
)
