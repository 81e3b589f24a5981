"""Where construction waste ends: tips 消纳场, and plants that make products of it. Monthly.

What comes in is the manifests' and only compared here. What was tipped or used is posted as far as
the ledger does not have it yet.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.construction.filings import basis, choices, reading
from wufei.domains.fields import ZERO, choice, mass, method, number, photo, waste
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import checks, effects, sources
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
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes
from wufei.hub.registers.queries.summary import WasteFlow

_KG_IN_T = 1000
_RECEIVED = mass("received", "进场量", "received")
RECEIVED = Section(
    "received",
    both("本月进场", "Received this month"),
    (waste(basis.DOMAIN, "类别代码"), _RECEIVED),
    table=True,
    rows_max=20,
    key=("waste",),
    totalled=("received",),
    help=_("As the manifests have it; no line means that nothing came."),
)


def _treated(zh: str, en: str) -> Section:
    return Section(
        "treated",
        both(zh, en),
        (
            waste(basis.DOMAIN, "类别代码"),
            method("method", "方式", "method", basis.DOMAIN, required=True),
            mass("mass", "数量", "mass"),
        ),
        table=True,
        rows_max=40,
        key=("waste", "method"),
        totalled=("mass",),
    )


def _came_g(flow: WasteFlow) -> int:
    """What came in: what stands and went, less what stood before and arose here."""
    out_g = sum(way.mass_g for way in (*flow.own, *flow.sent))
    return max(0, flow.closing_g + out_g - flow.opening_g - flow.arisen_g)


def _of_ledger(checked: Checked) -> dict[str, list[Values]]:
    flows: tuple[WasteFlow, ...] = checked.facts["flows"]
    return {
        "received": [
            {"waste": flow.waste.code, "received": tonnes(_came_g(flow))}
            for flow in flows
            if _came_g(flow)
        ],
        "treated": [
            {"waste": flow.waste.code, "method": way.method, "mass": tonnes(way.mass_g)}
            for flow in flows
            for way in flow.own
            if way.method and way.mass_g > 0
        ],
    }


def _reports(form: Form | None) -> list[Reported]:
    found = form.rows.get("treated", ()) if form else ()
    return [
        Reported(str(row["waste"]), row["mass"] * _KG_IN_T, method=row["method"])
        for row in found
        if row.get("waste") and row.get("mass") and row.get("method")
    ]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    rest = reported.rest(accepted, _reports(accepted.form), reading.flows)
    # A form says kilograms, the ledger grams: what is less was rounded, and is nothing new.
    return (flow for flow in rest if flow.mass.grams >= checks.SMALL_G)


_CHECKS = (
    reported.has_a_place,
    checks.agrees("received", _RECEIVED, _came_g, code="construction_received"),
    reported.not_less(_reports, "treated"),
)


def _warning(code: str, text: Text, section: str, field: str = "") -> Problem:
    return Problem(f"construction_{code}", Severity.WARNING, text, section, field=field)


def _error(code: str, text: Text, section: str, field: str = "") -> Problem:
    return Problem(f"construction_{code}", Severity.ERROR, text, section, field=field)


# Tips.
def _left(values: Values) -> Decimal | None:
    design, filled = values.get("design"), values.get("filled")
    return None if design is None or filled is None else max(ZERO, design - filled)


ROOM = Section(
    "room",
    both("库容", "Room"),
    (
        number("design", both("设计库容", "designed volume"), "m³"),
        number("filled", both("累计已填量", "filled so far"), "m³"),
        Field(
            "left",
            both("剩余库容", "room left"),
            FieldKind.DECIMAL,
            unit="m³",
            decimals=2,
            computed=_left,
        ),
    ),
)
CARE = Section(
    "care",
    both("现场管理", "Care of the site"),
    (
        *(Field(name, label, FieldKind.BOOLEAN, required=True) for name, label in choices.CARE),
        photo(),
    ),
)


def _tip_begins(checked: Checked) -> Values:
    last = checked.last.values if checked.last else {}
    return {**_of_ledger(checked), **{name: last.get(name) for name in ("design", "filled")}}


def _room(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    design, filled, left = values["design"], values["filled"], values["left"]
    before = checked.last.values.get("filled") if checked.last else None
    if before is not None and filled < before:
        text = format_lazy(_("Last month {before} m³ were filled."), before=f"{before:,f}")
        yield _warning("filled_less", text, "room", "filled")
    if filled > design:
        text = _("More is filled than there is room for: stop receiving and say what is done.")
        yield _warning("overfull", text, "room", "filled")
    elif left * 1000 < design * basis.NEARLY_FULL_PERMILLE.value:
        text = _("Nearly full: {left} m³ are left of {design} m³. Say what follows.")
        told = format_lazy(text, left=f"{left:,f}", design=f"{design:,f}")
        yield Problem(
            "construction_nearly_full",
            Severity.WARNING,
            told,
            "room",
            field="left",
            values={"left_m3": f"{left:f}", "design_m3": f"{design:f}"},
        )


def _cared_for(checked: Checked) -> Iterator[Problem]:
    for name, label in choices.CARE:
        if checked.form.values[name] is False:
            text = format_lazy(_("“{what}” is not so: say until when it is mended."), what=label)
            yield _warning("care", text, "care", name)


def tips(span: Span) -> Q:
    return Q(kind="landfill", organisation__domains__contains=[basis.DOMAIN])


CONSUMPTION = FilingType(
    code="construction.consumption",
    domain=basis.DOMAIN,
    name=both("消纳场运行月报", "Consumption site, month"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(RECEIVED, _treated("本月消纳", "Tipped or used this month"), ROOM, CARE),
    authority=basis.AUTHORITY,
    number_prefix="JZX",
    basis=basis.OF_LAW,
    due=DueDay(10),
    per_site=tips,
    filers=("plant", "enterprise", "recycler"),
    reads=(reading.flows, sources.profile),
    prefill=_tip_begins,
    checks=(*_CHECKS, _room, _cared_for),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure(reading.LEFT_CODE, both("剩余库容", "room left"), "left", "m³"),
            Figure("construction.filled", both("累计已填量", "filled so far"), "filled", "m³"),
        ),
    ),
    help=_("Masses are the manifests'; say how full the site is and how it is kept."),
)

# Recycling plants.
ADDED = Section(
    "added",
    both("辅料和残余", "Added and residue"),
    (
        mass(
            "added",
            "外加原料",
            "added material",
            help=both("水泥、外购骨料等", "Cement, bought aggregate and the like."),
        ),
        mass("residue", "分拣残余", "residue"),
    ),
)
PRODUCTS_MADE = Section(
    "products",
    both("再生产品", "Recycled products"),
    (
        choice("product", both("产品", "product"), choices.PRODUCTS),
        mass("made", "产量", "made"),
        mass("sold", "销量", "sold"),
        mass("stock", "期末库存", "in stock at the end"),
    ),
    table=True,
    rows_max=20,
    key=("product",),
    totalled=("made", "sold", "stock"),
)


def _plant_begins(checked: Checked) -> Values:
    before = checked.last.rows.get("products", ()) if checked.last else ()
    lines = [{"product": row["product"], "stock": row["stock"]} for row in before]
    return {**_of_ledger(checked), "added": ZERO, "residue": ZERO, "products": lines}


def _balance(checked: Checked) -> Iterator[Problem]:
    """Nothing comes out that did not go in: used + added ≥ products + residue."""
    form = checked.form
    into = form.total("treated", "mass") + form.values["added"]
    out = form.total("products", "made") + form.values["residue"]
    if out > into:
        text = _("{out} t came out, but only {into} t went in.")
        told = format_lazy(text, out=f"{out:,f}", into=f"{into:,f}")
        yield _error("balance", told, "products", "made")


def _stock(checked: Checked) -> Iterator[Problem]:
    """What stood there and was made, less what was sold, is what stands there now."""
    if checked.last is None:
        return
    before = {row["product"]: row["stock"] for row in checked.last.rows.get("products", ())}
    for number_, row in enumerate(checked.form.rows.get("products", ())):
        left = before.get(row["product"], ZERO) + row["made"] - row["sold"]
        if abs(left - row["stock"]) > Decimal(1):
            text = format_lazy(_("From last month's stock it would be {left} t."), left=f"{left:f}")
            yield Problem(
                "construction_products_stock",
                Severity.WARNING,
                text,
                "products",
                number_,
                "stock",
                about=row["product"],
            )


def recycling(span: Span) -> Q:
    return Q(
        kind="treatment",
        organisation__kind__in=("plant", "recycler"),
        organisation__domains__contains=[basis.DOMAIN],
    )


PRODUCTS = FilingType(
    code="construction.products",
    domain=basis.DOMAIN,
    name=both("建筑垃圾再生产品月报", "Recycled products, month"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(RECEIVED, _treated("本月使用", "Used this month"), ADDED, PRODUCTS_MADE),
    authority=basis.AUTHORITY,
    number_prefix="JZP",
    basis=basis.OF_LAW,
    due=DueDay(10),
    per_site=recycling,
    filers=("plant", "recycler", "enterprise"),
    reads=(reading.flows, sources.profile),
    prefill=_plant_begins,
    checks=(*_CHECKS, _balance, _stock),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            *(
                Figure(
                    f"construction.products_{name}",
                    label,
                    name,
                    "t",
                    section="products",
                    dimension="product",
                )
                for name, label in (
                    ("made", both("产量", "made")),
                    ("sold", both("销量", "sold")),
                    ("stock", both("期末库存", "in stock at the end")),
                )
            ),
            label=both("再生产品", "recycled products"),
        ),
    ),
    help=_("Residue that leaves the plant is recorded with the treatment, on its own page."),
)
