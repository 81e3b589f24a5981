"""Straw 秸秆: what grew, what of it can be collected, and the five uses, by crop and season.

Filed by cooperatives and straw stores after each harvest (June: second quarter; autumn: fourth).
Theoretical = area × yield × ratio of straw to grain; collectable = of that the share of the
table. What the ledger lacks of the uses is posted; what went to a user by record is there already.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.agricultural.filings import basis, coefficients, reading
from wufei.domains.agricultural.filings.farms import AUTHORITY, DOMAIN
from wufei.domains.fields import mass, number, photo
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.catalogue import methods as m
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span

_THOUSANDTH = Decimal("0.001")
_KG_IN_T = 1000
# Months in which the quarters of the two harvests begin.
_HARVESTS = {4: ("wheat",), 10: ("maize",)}
# Columns, and what the ledger calls them: the five uses 五化利用.
USES = {
    "fertiliser": (m.RETURN_TO_FIELD.code, "肥料化（还田）", "as fertiliser"),
    "fodder": (m.FODDER.code, "饲料化", "as fodder"),
    "fuel": (m.FUEL.code, "燃料化", "as fuel"),
    "substrate": (m.BASE_MATERIAL.code, "基料化", "as substrate"),
    "material": (m.RAW_MATERIAL.code, "原料化", "as raw material"),
}


def growers(span: Span) -> Q:
    """Cooperatives with fields, and straw stores; nobody in a quarter without a harvest."""
    if span.first.month not in _HARVESTS:
        return Q(pk__in=())
    return Q(kind__in=("farm", "station"), domains__contains=[DOMAIN], sites__kind="storage")


def theoretical_t(row: Values) -> Decimal | None:
    ratio = coefficients.value("straw_ratio", row.get("crop"))
    area, grown = row.get("area"), row.get("yielded")
    if ratio is None or area is None or grown is None:
        return None
    exact: Decimal = area * grown * ratio / _KG_IN_T
    return exact.quantize(_THOUSANDTH, ROUND_HALF_EVEN)


def collectable_t(row: Values) -> Decimal | None:
    share = coefficients.value("straw_collectable", row.get("crop"))
    whole = theoretical_t(row)
    if share is None or whole is None:
        return None
    return (whole * share).quantize(_THOUSANDTH, ROUND_HALF_EVEN)


CROPS = Section(
    "crops",
    both("作物与秸秆", "Crops and straw"),
    (
        Field(
            "crop",
            both("作物", "crop"),
            FieldKind.CHOICE,
            required=True,
            choices=lambda: coefficients.choices("straw_ratio"),
            aliases=("作物种类",),
        ),
        number("area", both("播种面积", "area sown"), "亩", decimals=1),
        number("yielded", both("亩产", "yield"), "kg/亩", decimals=1),
        Field(
            "theoretical",
            both("理论产生量", "straw that grew"),
            FieldKind.MASS,
            unit="t",
            computed=theoretical_t,
            help=coefficients.whence("straw_ratio"),
        ),
        Field(
            "collectable",
            both("可收集量", "collectable"),
            FieldKind.MASS,
            unit="t",
            computed=collectable_t,
            help=coefficients.whence("straw_collectable"),
        ),
        mass("collected", "实际收集量", "collected", required=False),
        *(mass(name, zh, en, required=False) for name, (_code, zh, en) in USES.items()),
    ),
    table=True,
    rows_min=1,
    rows_max=20,
    key=("crop",),
    totalled=("area", "theoretical", "collectable", "collected", *USES),
    help=_(
        "One line for each crop. All of the straw of these fields counts, whoever used it. "
        "What was burnt or left lying is in none of the five uses."
    ),
)
MORE = Section("more", both("其他", "More"), (photo(),))


def _begins(checked: Checked) -> Values:
    """The crops of the same season a year ago, with the usual yield where none is known."""
    if checked.last_year is not None:
        rows = checked.last_year.rows.get("crops", ())
        return {"crops": [{name: row.get(name) for name in ("crop", "area")} for row in rows]}
    found = _HARVESTS.get(checked.subject.span.first.month, ())
    return {
        "crops": [
            {"crop": crop, "yielded": coefficients.value("straw_yield", crop)} for crop in found
        ]
    }


def _used(row: Values) -> Decimal:
    return sum((row.get(name) or Decimal(0) for name in USES), Decimal(0))


def _no_more_than_grew(checked: Checked) -> Iterator[Problem]:
    """Impossible: used more than grew. Odd: more than is collectable, or an unusual yield."""
    for number_, row in enumerate(checked.form.rows.get("crops", ())):
        used, grew, can = _used(row), row.get("theoretical"), row.get("collectable")
        if grew is not None and used > grew:
            text = _("The uses are {used} t; only {grew} t of straw grew.")
            told = format_lazy(text, used=f"{used:f}", grew=f"{grew:f}")
            yield Problem(
                "straw_more_than_grew", Severity.ERROR, told, "crops", number_, "fertiliser"
            )
        elif can is not None and used > can:
            text = _("The uses are {used} t, more than the {can} t that can be collected.")
            told = format_lazy(text, used=f"{used:f}", can=f"{can:f}")
            yield Problem(
                "straw_more_than_collectable",
                Severity.WARNING,
                told,
                "crops",
                number_,
                "fertiliser",
            )
        usual = coefficients.value("straw_yield", row.get("crop"))
        grown = row.get("yielded")
        if usual and grown and not usual <= grown * 2 <= usual * 4:
            text = _("The yield is far from the usual {usual} kg. Is the number right?")
            told = format_lazy(text, usual=f"{usual:f}")
            yield Problem("straw_yield", Severity.WARNING, told, "crops", number_, "yielded")


def _reported(form: Form | None) -> list[Reported]:
    told = []
    for row in form.rows.get("crops", ()) if form else ():
        found = coefficients.find("straw_ratio", row.get("crop"))
        told += [
            Reported(found.waste, row[name] * _KG_IN_T, method=method)
            for name, (method, _zh, _en) in USES.items()
            if found and row.get(name)
        ]
    return told


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, _reported(accepted.form), reading.straw)


def _figure(name: str, zh: str, en: str) -> Figure:
    code = f"agricultural.straw_{name}"
    return Figure(code, both(zh, en), name, "t", section="crops", dimension="crop")


STRAW = FilingType(
    code="agricultural.straw",
    domain=DOMAIN,
    name=both("秸秆产生与利用（季）", "Straw of a harvest"),
    kind=Kind.NOTIFY,
    period=Period.QUARTER,
    sections=(CROPS, MORE),
    authority=AUTHORITY,
    number_prefix="NYJ",
    basis=basis.STRAW,
    due=DueDay(31),
    owes=growers,
    filers=("farm", "station", "department"),
    reads=(reading.straw, sources.profile),
    prefill=_begins,
    checks=(
        reported.has_a_place,
        _no_more_than_grew,
        reported.not_less(_reported, "crops"),
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure(
                "agricultural.straw_area",
                both("播种面积", "area sown"),
                "area",
                "mu",
                section="crops",
                dimension="crop",
            ),
            _figure("theoretical", "理论产生量", "straw that grew"),
            _figure("collectable", "可收集量", "collectable straw"),
            _figure("collected", "实际收集量", "straw collected"),
            *(_figure(name, zh, f"straw {en}") for name, (_code, zh, en) in USES.items()),
            label=_("Straw"),
        ),
    ),
    help=_("After each harvest: crop, area and yield; the straw is computed. Then its uses."),
    helped=True,
)
