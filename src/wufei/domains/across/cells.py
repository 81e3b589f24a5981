"""Applications for a title "zero-waste cell" 无废细胞: criteria, self-score, review, listing.

The province's criteria for each kind of cell are not at hand. The questions below are this
platform's own (grade C), the same for all kinds; a place that has published its own replaces them.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Basis,
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
    Text,
)
from wufei.hub.filings.periods import Period

ZERO = Decimal(0)
# Below this nobody is listed; local, to be replaced by the place's own.
SCORE_MIN = 80
KINDS: Choices = (
    ("factory", both("无废工厂", "factory")),
    ("community", both("无废社区", "community")),
    ("school", both("无废学校", "school")),
    ("hospital", both("无废医院", "hospital")),
    ("scenic", both("无废景区", "scenic spot")),
    ("village", both("无废乡村", "village")),
    ("farm", both("无废农场", "farm")),
    ("office", both("无废机关", "office")),
    ("hotel", both("无废饭店", "hotel")),
    ("market", both("无废商场", "market")),
    ("park", both("无废园区", "industrial park")),
    ("site", both("无废工地", "building site")),
)
# Name, question, points; together 100.
CRITERIA: tuple[tuple[str, Text, int], ...] = (
    ("led", both("有专人负责并有年度计划", "somebody is in charge, with a plan for the year"), 10),
    ("known", both("各类固体废物底数清楚、台账完整", "all wastes are known and recorded"), 15),
    (
        "less",
        both("有源头减量措施并见成效", "less arises than before, by measures of one's own"),
        20,
    ),
    ("sorted", both("分类投放、收集规范", "sorted when thrown away and when collected"), 20),
    ("used", both("可利用的固体废物得到利用", "what can be used is used"), 20),
    ("handed", both("其余交有资质单位处置", "the rest goes to those who may dispose of it"), 10),
    ("told", both("开展宣传，人员知晓", "people there know of it"), 5),
)


def _score_fields() -> tuple[Field, ...]:
    return tuple(
        Field(
            name,
            label,
            FieldKind.INTEGER,
            required=True,
            minimum=ZERO,
            maximum=Decimal(points),
            help=format_lazy(_("0 to {points} points"), points=points),
        )
        for name, label, points in CRITERIA
    )


def _total(values: dict[str, object]) -> int | None:
    points = [values.get(name) for name, _label, _points in CRITERIA]
    return sum(one for one in points if isinstance(one, int)) if any(points) else None


def _enough(checked: Checked) -> Iterator[Problem]:
    total = checked.form.values.get("total") or 0
    if total < SCORE_MIN:
        text = _("{total} points: a cell needs {least}. Say what will be done, and by when.")
        told = format_lazy(text, total=total, least=SCORE_MIN)
        yield Problem(
            "cell_score",
            Severity.WARNING,
            told,
            "scores",
            field="total",
            values={"total": total, "least": SCORE_MIN},
        )


CELLS = FilingType(
    code="across.cell",
    domain="",
    name=both("“无废细胞”申报", "Zero-waste cell"),
    kind=Kind.APPROVE,
    period=Period.EVENT,
    sections=(
        Section(
            "cell",
            _("Cell"),
            (
                Field(
                    "cell_kind",
                    both("细胞类型", "kind of cell"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: KINDS,
                ),
                Field("people", both("人数", "people"), FieldKind.INTEGER, minimum=ZERO),
                Field("story", both("做法与成效", "what was done"), FieldKind.LONG_TEXT),
                Field("photos", both("照片", "photos"), FieldKind.FILES),
            ),
        ),
        Section(
            "scores",
            _("Self-score"),
            (
                *_score_fields(),
                Field(
                    "total",
                    both("合计", "total"),
                    FieldKind.INTEGER,
                    computed=lambda values: _total(dict(values)),
                ),
            ),
        ),
    ),
    authority=_("leadership office of the zero-waste city"),
    number_prefix="WFX",
    basis=Basis(_("local practice"), "", "C"),
    reviewer=Reviewer.BOTH,
    checks=(_enough,),
    effects=(
        effects.listed(
            "zero_waste_cells", when=lambda values: (values.get("total") or 0) >= SCORE_MIN
        ),
    ),
)
