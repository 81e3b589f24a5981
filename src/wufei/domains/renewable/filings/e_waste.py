"""Dismantling of electrical and electronic products 废弃电器电子产品拆解, month by month."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, count, kilograms
from wufei.domains.renewable.filings import basis, dismantling
from wufei.domains.renewable.filings.appliances import appliances, kinds
from wufei.domains.renewable.filings.dismantling import ZERO
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
    Reviewer,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period

STREAM, WASTE = "e_waste", "LC-appliances"
PRODUCTS: Choices = (
    ("steel", both("废钢铁", "iron and steel")),
    ("copper", both("废铜及电机、压缩机", "copper, motors, compressors")),
    ("aluminium", both("废铝", "aluminium")),
    ("plastics", both("废塑料", "plastics")),
    ("glass", both("屏玻璃、普通玻璃", "panel and plain glass")),
    ("foam", both("保温层材料", "insulation")),
    ("cables", both("电线电缆", "cables")),
    ("other", both("其他产物", "other products")),
)
TAKEN = Section(
    "taken",
    both("接收与拆解", "Taken in and dismantled"),
    (
        Field(
            "kind",
            both("品种", "kind"),
            FieldKind.CHOICE,
            required=True,
            choices=kinds,
            aliases=("产品类别",),
        ),
        count("pieces_in", both("接收台数", "pieces taken in"), "台"),
        kilograms("mass_in", both("接收重量", "mass taken in"), required=True),
        count("pieces_out", both("拆解台数", "pieces dismantled"), "台"),
        kilograms("mass_out", both("拆解重量", "mass dismantled"), required=True),
        count("pieces_left", both("月末库存台数", "pieces in stock at the end"), "台"),
    ),
    table=True,
    rows_min=1,
    key=("kind",),
    totalled=("pieces_in", "mass_in", "pieces_out", "mass_out", "pieces_left"),
)
MADE = Section(
    "products",
    both("拆解产物", "Products"),
    (
        choice("product", both("产物", "product"), PRODUCTS),
        kilograms("mass", both("重量", "mass"), required=True),
        Field("buyer", both("去向", "goes to"), length_max=120, aliases=("购买单位",)),
    ),
    table=True,
    key=("product", "buyer"),
    totalled=("mass",),
)


def _one(waste: Any) -> str:
    """Appliances and electronics are dismantled as one."""
    return WASTE if waste.stream == STREAM else waste.code


def _reported(form: Form | None, flows: Any) -> list[Reported]:
    if form is None:
        return []
    taken = dismantling.over_the_counter(WASTE, STREAM, form.total("taken", "mass_in"), flows)
    done = Reported(WASTE, form.total("taken", "mass_out"), method=dismantling.METHOD)
    return [*taken, done, *dismantling.hazardous(form)]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    ledger = dismantling.flows.read(accepted.subject)
    return reported.rest(accepted, _reported(accepted.form, ledger), dismantling.flows, _one)


def _not_less(checked: Checked) -> Iterator[Problem]:
    ledger = checked.facts["flows"]
    check = reported.not_less(lambda form: _reported(form, ledger), "taken", as_one=_one)
    return iter(check(checked))


def _balance(checked: Checked) -> Iterator[Problem]:
    into_kg = checked.form.total("taken", "mass_out")
    return dismantling.balance(checked.form, "products", into_kg)


def _pieces(checked: Checked) -> Iterator[Problem]:
    """What one piece weighs is what such a thing weighs, and pieces do not come from nowhere."""
    before = {row["kind"]: row for row in checked.last.rows["taken"]} if checked.last else {}
    for number, row in enumerate(checked.form.rows["taken"]):
        for way in ("in", "out"):
            yield from _weight(row, way, number)
        left = (before.get(row["kind"]) or {}).get("pieces_left") or 0
        left += row["pieces_in"] - row["pieces_out"]
        if checked.last and left != row["pieces_left"]:
            text = _("From last month's stock, this month's intake and dismantling it is {left}.")
            told = format_lazy(text, left=left)
            yield _of_row("e_waste_pieces", told, number, "pieces_left", row, left)


def _weight(row: Values, way: str, number: int) -> Iterator[Problem]:
    pieces, mass_kg = row[f"pieces_{way}"], row[f"mass_{way}"]
    usual = appliances()[row["kind"]]
    if not pieces and not mass_kg:
        return
    each = mass_kg / pieces if pieces else ZERO
    if not pieces or not usual.least_kg <= each <= usual.most_kg:
        text = _("One piece would weigh {each} kg; usual are {least} to {most} kg.")
        told = format_lazy(
            text, each=f"{each:.2f}", least=f"{usual.least_kg:f}", most=f"{usual.most_kg:f}"
        )
        yield _of_row("e_waste_weight", told, number, f"mass_{way}", row, f"{each:.2f}")


def _of_row(code: str, text: Any, number: int, field: str, row: Values, seen: Any) -> Problem:
    values = {"kind": row["kind"], "seen": str(seen)}
    return Problem(code, Severity.WARNING, text, "taken", number, field, row["kind"], values)


def _begins(checked: Checked) -> Values:
    """The kinds of last month, with what stands of them."""
    rows = checked.last.rows["taken"] if checked.last else ()
    return {
        "taken": [{"kind": row["kind"], "pieces_left": row["pieces_left"]} for row in rows],
        "hazardous": dismantling.recorded(checked.facts["flows"]),
        "residue": Decimal(0),
    }


E_WASTE = FilingType(
    code="renewable.e_waste",
    domain=basis.DOMAIN,
    name=both("废弃电器电子产品拆解月报", "Month of e-waste dismantling"),
    kind=Kind.FILE,
    period=Period.MONTH,
    sections=(TAKEN, MADE, dismantling.HAZARDOUS, dismantling.RESIDUE),
    authority=basis.ECOLOGY,
    number_prefix="DZC",
    basis=basis.E_WASTE,
    due=DueDay(10),
    owes=basis.e_waste_plants,
    filers=("recycler", "plant"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(dismantling.flows, sources.profile),
    prefill=_begins,
    checks=(reported.has_a_place, _not_less, _balance, _pieces),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure(
                "renewable.e_waste_pieces",
                both("拆解台数", "pieces dismantled"),
                "pieces_out",
                "台",
                section="taken",
                dimension="kind",
            ),
            Figure(
                "renewable.e_waste_products",
                both("拆解产物", "products"),
                "mass",
                "kg",
                section="products",
                dimension="product",
            ),
            label=_("Dismantled"),
        ),
    ),
)
