"""A sorting centre's month: what came from where, what was sorted out, what was sold, what is left.

What comes by collection rounds or from stations has its load records; only what people bring to the
centre themselves arises there. What is sorted out are products: statistics, outside waste totals.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, mass
from wufei.domains.renewable.filings import basis
from wufei.domains.renewable.filings.basis import CLASS_CHOICES, CLASSES, KG_IN_T, SOURCES
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
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
from wufei.hub.filings.periods import DueDay, Period
from wufei.hub.filings.sources import tonnes
from wufei.hub.registers.queries.summary import WasteFlow

# Local measures: what dries or is lost, and what weighbridges differ by.
LOSS_PERMILLE, UNLIKE_PERMILLE = 50, 50
_SMALL_T = Decimal(1)
# Recyclables of residents are household waste until they are sorted.
_HOUSEHOLD = ("household_recyclable", "bulky")
_WALK_IN = "residents"
ZERO = Decimal(0)
_FLOWS = sources.waste_flows(streams=(*CLASSES, *_HOUSEHOLD))
USES: Choices = (
    ("remade", both("再生加工", "made into material")),
    ("reuse", both("直接再使用", "used again")),
    ("stations", both("转售其他回收企业", "sold on to recyclers")),
    ("energy", both("能量利用", "fuel")),
)
CAME = Section(
    "came",
    both("来源", "Where it came from"),
    (
        Field(
            "waste",
            both("代码", "code"),
            FieldKind.WASTE,
            required=True,
            aliases=("废物代码", "品类代码"),
        ),
        choice("source", both("来源", "from"), SOURCES),
        mass("mass", "接收量", "received"),
    ),
    table=True,
    key=("waste", "source"),
    totalled=("mass",),
)
MADE = Section(
    "made",
    both("分拣与销售", "Sorted and sold"),
    (
        choice("class_", both("品类", "class"), CLASS_CHOICES),
        mass("sorted", "分拣量", "sorted out"),
        mass("sold", "销售量", "sold", required=False),
        choice("use", both("利用方向", "used for"), USES, required=False),
        Field("buyer", both("买方", "buyer"), length_max=120, aliases=("购买单位",)),
        mass("stock", "月末库存", "in stock at the end", required=False),
    ),
    table=True,
    key=("class_", "buyer"),
    totalled=("sorted", "sold", "stock"),
)
LEFT = Section(
    "left",
    both("残余", "What is left over"),
    (
        mass("residue", "分拣残余量", "residue of sorting"),
        Field("residue_to", both("残余去向", "residue goes to"), length_max=120),
        mass("before", "月初未分拣量", "unsorted at the beginning", required=False),
        mass("after", "月末未分拣量", "unsorted at the end", required=False),
    ),
)


def _came(form: Form | None) -> list[Reported]:
    """What people brought themselves."""
    rows = form.rows.get("came", ()) if form else ()
    return [
        Reported(str(row["waste"]), row["mass"] * KG_IN_T)
        for row in rows
        if row.get("source") == _WALK_IN and row.get("mass")
    ]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.rest(accepted, _came(accepted.form), _FLOWS)


def _begins(checked: Checked) -> Values:
    rows = []
    for flow in checked.facts["flows"]:
        for source, mass_g in ((_WALK_IN, flow.arisen_g), ("sanitation", came_g(flow))):
            if mass_g > 0:
                rows.append({"waste": flow.waste.code, "source": source, "mass": tonnes(mass_g)})
    return {"came": rows}


def came_g(flow: WasteFlow) -> int:
    """What came from others in the period, and stays or was treated."""
    out_g = sum(way.mass_g for way in (*flow.own, *flow.sent))
    return flow.closing_g + out_g - flow.opening_g - flow.arisen_g


def _balance(checked: Checked) -> Iterator[Problem]:
    """Nothing comes out that did not go in; a loss beyond the usual is explained."""
    form = checked.form
    there = form.total("came", "mass") + (form.values.get("before") or ZERO)
    out = form.total("made", "sorted") + (form.values.get("residue") or ZERO)
    out += form.values.get("after") or ZERO
    if out > there + _SMALL_T:
        text = _("Sorted out and left over are {out} t; in it went {there} t only.")
        yield _told("sorting_more_out", Severity.ERROR, text, out, there)
    elif there - out > _SMALL_T and (there - out) * 1000 > LOSS_PERMILLE * there:
        text = _("Of {there} t that went in, {out} t are accounted for. Say where the rest is.")
        yield _told("sorting_loss", Severity.WARNING, text, out, there)


def _as_recorded(checked: Checked) -> Iterator[Problem]:
    ledger_g = sum(flow.arisen_g + max(came_g(flow), 0) for flow in checked.facts["flows"])
    ledger, said = tonnes(ledger_g), checked.form.total("came", "mass")
    apart = abs(ledger - said)
    if apart > _SMALL_T and apart * 1000 > UNLIKE_PERMILLE * max(ledger, said):
        text = _("Received are {out} t; the ledger has {there} t.")
        yield _told("sorting_unlike_ledger", Severity.WARNING, text, said, ledger)


def _told(code: str, severity: Severity, text: Any, out: Decimal, there: Decimal) -> Problem:
    told = format_lazy(text, out=f"{out:,.3f}", there=f"{there:,.3f}")
    values = {"out_t": f"{out:f}", "there_t": f"{there:f}"}
    return Problem(code, severity, told, "came", values=values)


SORTING = FilingType(
    code="renewable.sorting",
    domain=basis.DOMAIN,
    name=both("分拣中心月报", "Month of a sorting centre"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(CAME, MADE, LEFT),
    authority=basis.COMMERCE,
    number_prefix="ZSF",
    basis=basis.RECYCLING,
    due=DueDay(10),
    owes=basis.centres,
    filers=("station", "recycler", "plant"),
    reads=(_FLOWS, sources.profile),
    prefill=_begins,
    checks=(
        reported.has_a_place,
        reported.not_less(_came, "came"),
        _balance,
        _as_recorded,
    ),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure(
                "renewable.centre_received",
                both("接收量", "received"),
                "mass",
                "t",
                section="came",
                dimension="source",
            ),
            Figure(
                "renewable.centre_sorted",
                both("分拣量", "sorted out"),
                "sorted",
                "t",
                section="made",
                dimension="class_",
            ),
            Figure(
                "renewable.centre_sold",
                both("销售量", "sold"),
                "sold",
                "t",
                section="made",
                dimension="class_",
            ),
            Figure(
                "renewable.centre_residue", both("分拣残余量", "residue of sorting"), "residue", "t"
            ),
            label=_("Sorted and sold"),
        ),
    ),
)
