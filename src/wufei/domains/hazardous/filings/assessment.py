"""The assessment of standardised management 规范化环境管理评估: own score, district score, mending.

The official items were not at hand. The items are data (``data/assessment.csv``, our own wording,
grade C) with the days from which and until which they hold, so that a year's form asks what held
then; ``WUFEI_ASSESSMENT_ITEMS`` names a file with a place's own ones. What does not apply is left
empty, and the rate counts the rest.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import basis
from wufei.domains.hazardous.filings.ledger_rules import KEEPERS
from wufei.domains.hazardous.filings.plan import PRODUCERS
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
    Reviewer,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.peers import Compared
from wufei.hub.filings.periods import DueDay, Period

_SHIPPED = Path(__file__).parents[1] / "data" / "assessment.csv"
_CENT = Decimal("0.1")
# Local practice, no official figure: from which rate on management is standardised, or nearly so.
GOOD_PERCENT, FAIR_PERCENT = Decimal(90), Decimal(70)
GOOD, FAIR, POOR = "good", "fair", "poor"


def results() -> Choices:
    return (
        (GOOD, both("达标", "standardised")),
        (FAIR, both("基本达标", "nearly standardised")),
        (POOR, both("不达标", "not standardised")),
    )


@dataclass(frozen=True)
class Item:
    """One item of the checklist; ``part`` is whom it is asked of: producer or operator."""

    code: str
    part: str
    topic: Any
    text: Any
    points: Decimal
    since: date | None
    until: date | None

    @property
    def name(self) -> str:
        return f"item_{self.code}"


def read(path: Path) -> tuple[Item, ...]:
    """Items of a file like the shipped one; two versions of one item have two codes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            Item(
                row["code"],
                row["part"],
                both(row["topic"], row["topic_en"]),
                both(row["text"], row["text_en"]),
                Decimal(row["points"]),
                _day(row["since"]),
                _day(row["until"]),
            )
            for row in csv.DictReader(file)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def items() -> tuple[Item, ...]:
    return read(Path(settings.ASSESSMENT_ITEMS) if settings.ASSESSMENT_ITEMS else _SHIPPED)


def _score(item: Item) -> Field:
    return Field(
        item.name,
        format_lazy(_("{topic} (of {points})"), topic=item.topic, points=item.points),
        FieldKind.DECIMAL,
        help=item.text,
        decimals=1,
        minimum=Decimal(0),
        maximum=item.points,
        since=item.since,
        until=item.until,
    )


def rate(values: Values) -> Decimal | None:
    """Percent of the points of all items that apply; None where nothing was scored."""
    scored = [one for one in items() if values.get(one.name) is not None]
    possible = sum((one.points for one in scored), Decimal(0))
    if not possible:
        return None
    reached = sum((values[one.name] for one in scored), Decimal(0))
    return (reached * 100 / possible).quantize(_CENT, ROUND_HALF_EVEN)


def result(values: Values) -> str | None:
    percent = rate(values)
    if percent is None:
        return None
    return GOOD if percent >= GOOD_PERCENT else FAIR if percent >= FAIR_PERCENT else POOR


def _checklist(part: str, title: Any) -> Section:
    fields = tuple(_score(one) for one in items() if one.part == part)
    return Section(f"{part}_items", title, fields, help=_("Leave empty what does not apply."))


def _summary(*more: Field) -> Section:
    return Section(
        "summary",
        _("Result"),
        (
            Field("rate", _("points reached"), FieldKind.DECIMAL, unit="%", computed=rate),
            Field("result", _("result"), FieldKind.CHOICE, choices=results, computed=result),
            Field("findings", _("what is not in order"), FieldKind.LONG_TEXT, length_max=2000),
            Field("photos", _("photos"), FieldKind.FILES),
            *more,
        ),
    )


_CHECKLISTS = (
    _checklist("producer", _("Producers of hazardous waste")),
    _checklist("operator", _("Licensed operators, in addition")),
)
_RECTIFY_BY = Field(
    "rectify_by",
    _("to be put right by"),
    FieldKind.DATE,
    required_when=lambda values: result(values) in (FAIR, POOR),
)


def _scored(checked: Checked) -> Iterator[Problem]:
    """Something is scored, and what is missing of points is told."""
    values = checked.form.values
    if rate(values) is None:
        text = _("Score at least one item.")
        yield Problem("assessment_empty", Severity.ERROR, text, "producer_items")
    elif result(values) != GOOD and not values.get("findings"):
        text = _("Say what is not in order.")
        yield Problem("assessment_findings", Severity.ERROR, text, "summary", field="findings")


def _like_last_year(checked: Checked) -> Iterator[Problem]:
    before = checked.last_year or checked.last
    now, then = rate(checked.form.values), rate(before.values) if before else None
    if now is not None and then is not None and abs(now - then) > 20:
        text = _("{now} % after {then} %: say what has changed.")
        told = format_lazy(text, now=f"{now:f}", then=f"{then:f}")
        yield Problem("assessment_unlike", Severity.WARNING, told, "summary", field="rate")


SELF = FilingType(
    code="hazardous.assessment_self",
    domain="hazardous",
    name=both("规范化环境管理自评", "Self-assessment of standardised management"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(*_CHECKLISTS, _summary()),
    authority=_("district ecology and environment branch"),
    number_prefix="HGZ",
    basis=basis.STANDARDISED,
    due=DueDay(31, months=10, of_first=True),
    owes=PRODUCERS,
    checks=(_scored, _like_last_year),
    compared=(Compared("rate"),),
    effects=(
        effects.statistics(
            Figure("hazardous.assessment_self", _("points reached"), "rate", "%"),
        ),
    ),
    help=_("Items are our own wording: the official ones were not at hand."),
)
_WHOM = Section(
    "whom",
    _("Who was assessed"),
    (
        Field("assessed", _("organisation"), FieldKind.ORGANISATION, required=True),
        Field("visited_on", _("visited on"), FieldKind.DATE, required=True),
        Field("visitors", _("visited by"), required=True, personal=True),
        Field("self_rate", _("points of the self-assessment"), FieldKind.DECIMAL, unit="%"),
    ),
)


def _apart(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    own, ours = values.get("self_rate"), rate(values)
    if own is not None and ours is not None and abs(own - ours) > 10:
        text = _("The self-assessment says {own} %: say why they differ.")
        told = format_lazy(text, own=f"{own:f}")
        yield Problem("assessment_apart", Severity.WARNING, told, "summary", field="rate")


DISTRICT = FilingType(
    code="hazardous.assessment",
    domain="hazardous",
    name=both("规范化环境管理评估（区级）", "Assessment of standardised management (district)"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(_WHOM, *_CHECKLISTS, _summary(_RECTIFY_BY)),
    authority=_("district ecology and environment branch"),
    number_prefix="HGP",
    basis=basis.STANDARDISED,
    filers=("department",),
    checks=(_scored, _apart),
    help=_("Items are our own wording: the official ones were not at hand."),
)
RECTIFICATION = FilingType(
    code="hazardous.rectification",
    domain="hazardous",
    name=both("规范化环境管理整改", "Rectification after an assessment"),
    kind=Kind.APPROVE,
    period=Period.EVENT,
    sections=(
        Section(
            "mended",
            _("What was put right"),
            (
                Field("assessment_no", _("number of the assessment"), required=True),
                Field(
                    "measures",
                    _("what was not in order, and what was done"),
                    FieldKind.LONG_TEXT,
                    required=True,
                    length_max=4000,
                ),
                Field("done_on", _("done on"), FieldKind.DATE, required=True),
                Field("proof", _("photos and papers"), FieldKind.FILES, required=True),
            ),
        ),
    ),
    authority=_("district ecology and environment branch"),
    number_prefix="HGG",
    basis=basis.STANDARDISED,
    filers=KEEPERS,
    reviewer=Reviewer.DEPARTMENT,
)
ASSESSMENTS: Sequence[FilingType] = (SELF, DISTRICT, RECTIFICATION)
