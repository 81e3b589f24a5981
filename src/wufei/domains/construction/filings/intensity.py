"""How much waste a site makes for 10⁴ m² of floor area: asked every year, and at completion.

Counted from the beginning of the works, as the approved plan has it: a year's share of a building
that is half done says nothing.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.construction.filings import basis, choices, reading
from wufei.domains.construction.filings.plan import sites
from wufei.domains.fields import choice, photo
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Source,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes
from wufei.hub.filings.subjects import Subject

_ZERO, _HUNDREDTH = Decimal(0), Decimal("0.01")
_FLOWS = reading.flows
# Field and stream: words of the catalogue's five classes.
STREAMS = (
    ("spoil", "spoil", both("工程渣土", "engineering spoil")),
    ("slurry", "slurry", both("工程泥浆", "engineering slurry")),
    ("site_waste", "site_waste", both("工程垃圾", "building-site waste")),
    ("demolition", "demolition_waste", both("拆除垃圾", "demolition waste")),
    ("renovation", "renovation_waste", both("装修垃圾", "renovation waste")),
)
_SHARE_PERMILLE = 50
_SMALL_T = Decimal(1)


def _since_it_began(subject: Subject) -> dict[str, int]:
    """Grams of each stream that arose from the plan's first day to the period's last one."""
    plan = reading.project.read(subject)
    first = min(plan.begins, subject.span.last) if plan else subject.span.first
    whole = Subject(
        subject.organisation, Span(first, subject.span.last), subject.site, subject.class_code
    )
    found: dict[str, int] = {}
    for flow in _FLOWS.read(whole):
        found[flow.waste.stream] = found.get(flow.waste.stream, 0) + flow.arisen_g
    return found


ARISEN = Source("arisen", _since_it_began)


def _rubble(values: Values) -> Decimal:
    parts = (values.get(name) or _ZERO for name, stream, _w in STREAMS if stream in basis.RUBBLE)
    return sum(parts, _ZERO)


def _intensity(values: Values) -> Decimal | None:
    area: Decimal | None = values.get("floor_area")
    if not area:
        return None
    return (_rubble(values) * 10_000 / area).quantize(_HUNDREDTH, ROUND_HALF_EVEN)


def _completed(values: Values) -> bool:
    return values.get("stage") == "completed"


WORKS = Section(
    "works",
    both("工程进度", "Works"),
    (
        choice("stage", both("状态", "stage"), choices.STAGES),
        Field(
            "completed_on",
            both("竣工日期", "completed on"),
            FieldKind.DATE,
            shown_when=_completed,
            required_when=_completed,
        ),
        Field(
            "floor_area",
            both("建筑面积", "floor area"),
            FieldKind.DECIMAL,
            unit="m²",
            minimum=Decimal(1),
            decimals=2,
            help=_("As in the approved plan. Roads and earthworks have none: leave it empty."),
        ),
        Field("prefabricated", both("装配式建筑", "prefabricated building"), FieldKind.BOOLEAN),
    ),
)
MASSES = Section(
    "masses",
    both("开工以来产生量", "What arose since the works began"),
    (
        *(
            Field(name, label, FieldKind.MASS, unit="t", minimum=_ZERO, required=True)
            for name, _stream, label in STREAMS
        ),
        Field(
            "rubble",
            both("不含渣土泥浆合计", "together without spoil and slurry"),
            FieldKind.MASS,
            unit="t",
            computed=_rubble,
        ),
        Field(
            "intensity",
            both("产生强度", "intensity"),
            FieldKind.DECIMAL,
            unit="t/10⁴m²",
            decimals=2,
            computed=_intensity,
        ),
        photo(),
    ),
)


def _begins(checked: Checked) -> Values:
    """The plan's floor area, and what the ledger has of the works."""
    plan: reading.Project | None = checked.facts["project"]
    last = checked.last.values if checked.last else {}
    return {
        "stage": "under_way",
        "floor_area": plan.floor_area if plan else last.get("floor_area"),
        "prefabricated": plan.prefabricated if plan else last.get("prefabricated"),
        **{
            name: tonnes(checked.facts["arisen"].get(stream, 0)) for name, stream, _label in STREAMS
        },
    }


def _as_the_ledger(checked: Checked) -> Iterator[Problem]:
    for name, stream, label in STREAMS:
        said, kept = checked.form.values[name], tonnes(checked.facts["arisen"].get(stream, 0))
        difference = abs(said - kept)
        if difference > _SMALL_T and difference * 1000 > _SHARE_PERMILLE * max(said, kept):
            text = _("“{what}” is {said} t; the ledger has {kept} t.")
            told = format_lazy(text, what=label, said=f"{said:f}", kept=f"{kept:f}")
            values = {"reported_t": str(said), "ledger_t": str(kept)}
            yield _warning("intensity_ledger", told, "masses", name, values)


def _as_planned(checked: Checked) -> Iterator[Problem]:
    plan: reading.Project | None = checked.facts["project"]
    values = checked.form.values
    if plan is None:
        text = _("No approved disposal plan of this site is here: the works are counted by year.")
        yield _warning("intensity_no_plan", text, "works", "floor_area")
    elif plan.floor_area and values.get("floor_area") != plan.floor_area:
        text = format_lazy(_("The approved plan has {area} m²."), area=f"{plan.floor_area:,f}")
        yield _warning("intensity_area", text, "works", "floor_area")
    if plan and plan.kind in choices.BUILDINGS and not values.get("floor_area"):
        text = _("A building has a floor area: without it there is no intensity.")
        yield _warning("intensity_no_area", text, "works", "floor_area")


def _not_too_much(checked: Checked) -> Iterator[Problem]:
    """Of a new building, against what is usual (grade C)."""
    plan: reading.Project | None = checked.facts["project"]
    values = checked.form.values
    found = values.get("intensity")
    if found is None or (plan and plan.kind != "new"):
        return
    prefab = values.get("prefabricated") is True
    limit = (basis.INTENSITY_PREFAB_MAX if prefab else basis.INTENSITY_MAX).value
    if found > limit:
        text = _("{found} t/10⁴m² arose; {limit} are usual. Say why.")
        told = format_lazy(text, found=f"{found:f}", limit=limit)
        yield _warning("intensity_high", told, "masses", "intensity", {"intensity": str(found)})


def _warning(
    code: str, text: Text, section: str, field: str, values: Values | None = None
) -> Problem:
    return Problem(
        f"construction_{code}", Severity.WARNING, text, section, field=field, values=values or {}
    )


class ByStage(Figure):
    """A figure of works under way or completed: indicators count the completed ones."""

    def values(self, form: Form) -> Iterator[tuple[str, Decimal]]:
        for _none, value in super().values(form):
            yield str(form.values.get("stage") or ""), value


INTENSITY = FilingType(
    code="construction.intensity",
    domain=basis.DOMAIN,
    name=both("工地建筑垃圾产生强度", "Waste intensity of a building site"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(WORKS, MASSES),
    authority=_("housing and construction department"),
    number_prefix="JZQ",
    basis=basis.OF_LAW,
    due=DueDay(31, months=1),
    per_site=sites,
    filers=("construction", "enterprise"),
    reads=(reading.project, ARISEN),
    prefill=_begins,
    checks=(_as_the_ledger, _as_planned, _not_too_much),
    effects=(
        effects.statistics(
            ByStage(
                "construction.intensity",
                both("产生强度", "intensity"),
                "intensity",
                "t/10⁴m²",
            ),
            ByStage(
                "construction.intensity_area", both("建筑面积", "floor area"), "floor_area", "m²"
            ),
            ByStage(
                "construction.intensity_rubble",
                both("产生量（不含渣土、泥浆）", "arisen without spoil and slurry"),
                "rubble",
                "t",
            ),
        ),
    ),
    help=_("Every year, and when the works are done. Masses are the ledger's: look and confirm."),
)
