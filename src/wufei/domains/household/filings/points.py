"""Collection points and stations: one list a year of everything that an estate or a village keeps.

A list and not a form for each bin house: who keeps ten of them confirms last year's ten lines.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import choice, count, number
from wufei.domains.household.filings import reading
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    DOMAIN,
    SOLID_WASTE_LAW,
    impossible,
    odd,
    of_kinds,
)
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
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.registry.models import Site

KEEPERS = ("community", "village_point", "station", "department", "other")
BULKY = "bulky"
KINDS: Choices = (
    ("point", both("投放点", "drop-off point")),
    ("house", both("定时定点收集房", "collection house with hours")),
    ("smart", both("智能收集点", "smart point")),
    ("recycling", both("可回收物回收点", "point for recyclables")),
    (BULKY, both("大件、装修垃圾暂存点", "point for bulky and renovation waste")),
)
# Single-purpose points need not have all four classes.
_SINGLE = (BULKY, "recycling")
_BINS = (
    ("residual", both("其他垃圾桶", "bins for residual waste")),
    ("kitchen", both("厨余垃圾桶", "bins for kitchen waste")),
    ("recyclable", both("可回收物桶", "bins for recyclables")),
    ("harmful", both("有害垃圾桶", "bins for harmful waste")),
)


def _classes(row: Values) -> int:
    """How many of the four classes have a bin."""
    return sum(1 for name, _label in _BINS if row.get(name))


def _four(row: Values) -> int:
    return int(_classes(row) == len(_BINS))


TABLE = Section(
    "points",
    both("收集点（站）", "Collection points"),
    (
        Field("name", both("名称", "name"), required=True, length_max=80, aliases=("点位名称",)),
        choice("kind", both("类型", "kind"), KINDS),
        *(count(name, label, required=False) for name, label in _BINS),
        number("capacity", both("容量", "capacity"), "m³", required=False, decimals=1),
        count("households", both("服务户数", "households served"), "户"),
        Field(
            "keeper",
            both("管护人", "keeper"),
            required=True,
            length_max=40,
            personal=True,
            aliases=("管理人", "责任人"),
        ),
        Field("phone", both("联系电话", "telephone"), length_max=30, personal=True),
        Field("hours", both("开放时间", "hours"), length_max=60, example="6:30—8:30, 18:00—20:00"),
        Field(
            "four",
            both("四分类齐全", "all four classes"),
            FieldKind.INTEGER,
            computed=_four,
        ),
    ),
    table=True,
    rows_min=1,
    key=("name",),
    totalled=("households", "four"),
    help=_("A line for each point that you keep. Bins count pieces, of 120 or 240 litres alike."),
)


def keepers(span: Span) -> Q:
    """Estates, villages and stations that have a collection point in the register."""
    places = Site.objects.filter(kind="collection")
    return of_kinds(*KEEPERS) & Q(pk__in=places.values("organisation"))


def _begins(checked: Checked) -> Values:
    """Last year's list, else the points of the register."""
    if checked.last:
        return {"points": checked.last.rows.get("points", ())}
    return {"points": [{"name": one.name} for one in checked.facts["points"]]}


def _bins_for_what(checked: Checked) -> Iterator[Problem]:
    for number_, row in enumerate(checked.form.rows.get("points", ())):
        if not _classes(row) and row.get("kind") not in _SINGLE:
            text = _("“{name}” has no bin at all. Fill in how many there are of each class.")
            told = format_lazy(text, name=row["name"])
            yield impossible("no_bins", told, "points", "residual", number_)


def _four_classes(checked: Checked) -> Iterator[Problem]:
    """Estates sort into four classes; villages may begin with two."""
    if checked.subject.organisation.kind != "community":
        return
    for number_, row in enumerate(checked.form.rows.get("points", ())):
        if row.get("kind") not in _SINGLE and 0 < _classes(row) < len(_BINS):
            text = _("“{name}” has {count} of the four classes.")
            told: Any = format_lazy(text, name=row["name"], count=_classes(row))
            yield odd("not_four", told, "points", "kind", number_)


def _fewer(checked: Checked) -> Iterator[Problem]:
    """Points that stood on last year's list and are gone."""
    if checked.last is None:
        return
    now = {row["name"] for row in checked.form.rows.get("points", ())}
    gone = [row["name"] for row in checked.last.rows.get("points", ()) if row["name"] not in now]
    if gone:
        text = _("No longer on the list: {names}.")
        yield odd("points_gone", format_lazy(text, names="、".join(gone[:5])), "points")


POINTS = FilingType(
    code="household.points",
    domain=DOMAIN,
    name=both("生活垃圾收集点（站）清单", "List of collection points"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(TABLE,),
    authority=CITY_MANAGEMENT,
    number_prefix="SHD",
    basis=SOLID_WASTE_LAW,
    due=DueDay(31, months=2, of_first=True),
    owes=keepers,
    filers=KEEPERS,
    reviewer=Reviewer.TOWN,
    reads=(reading.points,),
    prefill=_begins,
    checks=(_bins_for_what, _four_classes, _fewer),
    effects=(
        effects.statistics(
            Figure(
                "household.points",
                both("收集点数", "collection points"),
                "",
                section="points",
                dimension="kind",
            ),
            Figure(
                "household.points_four",
                both("四分类齐全的收集点数", "points with all four classes"),
                "four",
                section="points",
            ),
            Figure(
                "household.points_households",
                both("收集点服务户数", "households served by points"),
                "households",
                section="points",
            ),
            *(
                Figure(f"household.bins_{name}", label, name, section="points")
                for name, label in _BINS
            ),
            label=_("Statistics"),
        ),
    ),
    help=_("Once a year. Last year's list stands here already: change what has changed."),
    helped=True,
)
