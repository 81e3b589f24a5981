"""What forms of dismantling share: what comes out of it, and that it is no more than went in."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import kilograms
from wufei.domains.renewable.filings.basis import KG_IN_T
from wufei.domains.renewable.filings.sorting import came_g
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import (
    Field,
    FieldKind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.forms import Form
from wufei.hub.registers.queries.summary import WasteFlow

ZERO = Decimal(0)
# Local measure: what evaporates or sticks to the floor.
LOSS_PERMILLE = 50
# Weighed one by one, on scales of a kilogram.
_SMALL_KG = Decimal(2)
_GRAM = Decimal("0.001")
METHOD = "dismantling"
# Wastes of all domains: what comes out is hazardous as well.
flows = sources.waste_flows()
HAZARDOUS = Section(
    "hazardous",
    both("拆出的危险废物", "Hazardous parts and fluids"),
    (
        Field(
            "waste",
            both("危险废物代码", "code of hazardous waste"),
            FieldKind.WASTE,
            required=True,
            domain="hazardous",
            aliases=("废物代码",),
        ),
        kilograms("mass", both("重量", "mass"), required=True),
        Field("goes_to", both("去向", "goes to"), length_max=120, aliases=("接收单位",)),
    ),
    table=True,
    key=("waste", "goes_to"),
    totalled=("mass",),
    help=_("Each is posted as hazardous waste of yours; it leaves by manifest."),
)
RESIDUE = Section(
    "left",
    both("拆解残余", "What is left over"),
    (kilograms("residue", both("残余物（送处置）", "residue for disposal"), required=True),),
)


def hazardous(form: Form | None) -> list[Reported]:
    rows = form.rows.get("hazardous", ()) if form else ()
    return [
        Reported(str(row["waste"]), row["mass"], secondary=True) for row in rows if row.get("mass")
    ]


def recorded(ledger: Collection[WasteFlow]) -> list[Values]:
    """Lines of the hazardous wastes that the ledger has of the period already."""
    return [
        {"waste": flow.waste.code, "mass": (Decimal(flow.arisen_g) / KG_IN_T).quantize(_GRAM)}
        for flow in ledger
        if flow.waste.domain == "hazardous" and flow.arisen_g > 0
    ]


def brought_kg(flows: Collection[WasteFlow], stream: str) -> Decimal:
    """What came of a stream by load records."""
    mine = (max(came_g(flow), 0) for flow in flows if flow.waste.stream == stream)
    return Decimal(sum(mine)) / KG_IN_T


def over_the_counter(
    waste: str, stream: str, said_kg: Decimal, flows: Collection[WasteFlow]
) -> list[Reported]:
    """Of what was taken in, the part that no load record has brought: it arises here."""
    rest_kg = said_kg - brought_kg(flows, stream)
    return [Reported(waste, rest_kg)] if rest_kg > 0 else []


def balance(form: Form, parts: str, into_kg: Decimal) -> Iterator[Problem]:
    """Parts, hazardous waste and residue are no more than what was dismantled, and hardly less."""
    out_kg = form.total(parts, "mass") + form.total("hazardous", "mass")
    out_kg += form.values.get("residue") or ZERO
    if out_kg > into_kg + _SMALL_KG:
        text = _("Out of dismantling came {out} kg; in it went {into} kg only.")
        yield _told("dismantled_more_out", Severity.ERROR, text, parts, out_kg, into_kg)
    elif (into_kg - out_kg) * 1000 > LOSS_PERMILLE * into_kg and into_kg - out_kg > _SMALL_KG:
        text = _("Of {into} kg dismantled, {out} kg are accounted for. Say where the rest is.")
        yield _told("dismantled_loss", Severity.WARNING, text, parts, out_kg, into_kg)


def _told(
    code: str, severity: Severity, text: Any, section: str, out_kg: Decimal, into_kg: Decimal
) -> Problem:
    told = format_lazy(text, out=f"{out_kg.normalize():f}", into=f"{into_kg.normalize():f}")
    values = {"out_kg": f"{out_kg:f}", "into_kg": f"{into_kg:f}"}
    return Problem(code, severity, told, section, values=values)
