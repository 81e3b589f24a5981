"""Points where people leave renovation waste 装修垃圾投放点: described by year, emptied by month.

Kept on a phone by whoever looks after them. What is taken away travels with its manifest.
"""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.construction.filings import basis, choices, reading
from wufei.domains.fields import choice, count, mass, number, photo
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
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
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes

_KEEPERS = ("station", "community", "village_point")
_SHARE_PERMILLE, _SMALL_T = 50, 1


def keepers(span: Span) -> Q:
    return Q(kind__in=_KEEPERS, domains__contains=[basis.DOMAIN])


def _again(checked: Checked) -> Values:
    profile = checked.facts["profile"]
    known = {name: profile[name] for name in ("address", "contact", "phone")}
    return {**known, **(checked.last.values if checked.last else {}), "photo": ()}


POINT = FilingType(
    code="construction.point",
    domain=basis.DOMAIN,
    name=both("装修垃圾投放点登记", "Renovation waste point"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(
        Section(
            "point",
            both("投放点", "Point"),
            (
                choice("kind", both("类型", "kind"), choices.POINTS),
                number("capacity", both("容量", "capacity"), "m³"),
                Field("address", both("位置", "place"), required=True),
                Field("fenced", both("有围挡、有遮盖", "fenced and covered"), FieldKind.BOOLEAN),
                Field("signed", both("有公示牌", "with a sign"), FieldKind.BOOLEAN),
                Field("contact", both("管理人", "kept by"), personal=True),
                Field("phone", both("联系电话", "telephone"), personal=True, length_max=30),
                photo(),
            ),
        ),
    ),
    authority=basis.AUTHORITY,
    number_prefix="JZT",
    basis=basis.OF_LAW,
    due=DueDay(31, months=2, of_first=True),
    owes=keepers,
    filers=_KEEPERS,
    reads=(sources.profile,),
    prefill=_again,
    effects=(
        effects.statistics(
            Figure(
                "construction.point_capacity",
                both("投放点容量", "capacity of points"),
                "capacity",
                "m³",
            )
        ),
    ),
    simple=True,
    helped=True,
)


def _of_ledger(checked: Checked) -> int:
    """Grams that left the point."""
    return sum(
        way.mass_g
        for flow in checked.facts["flows"]
        if flow.waste.stream == "renovation_waste"
        for way in flow.sent
    )


def _emptied(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    taken, kept = values["taken"], tonnes(_of_ledger(checked))
    if bool(taken) != bool(values["emptied"]):
        text = _("Either nothing was taken away, or the point was emptied at least once.")
        yield Problem("construction_point_emptied", Severity.ERROR, text, "month", field="emptied")
    difference = abs(taken - kept)
    if difference > _SMALL_T and difference * 1000 > _SHARE_PERMILLE * max(taken, kept):
        text = _("{taken} t were taken away; the manifests have {kept} t.")
        yield Problem(
            "construction_point_ledger",
            Severity.WARNING,
            format_lazy(text, taken=f"{taken:f}", kept=f"{kept:f}"),
            "month",
            field="taken",
            values={"reported_t": str(taken), "ledger_t": str(kept)},
        )


POINT_MONTH = FilingType(
    code="construction.point_month",
    domain=basis.DOMAIN,
    name=both("装修垃圾投放点月报", "Renovation waste point, month"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            "month",
            both("本月清运", "Taken away this month"),
            (
                count("emptied", both("清运次数", "emptied"), "次"),
                mass("taken", "清运量", "taken away"),
                photo(),
            ),
        ),
    ),
    authority=basis.AUTHORITY,
    number_prefix="JZY",
    basis=basis.OF_LAW,
    due=DueDay(10),
    owes=keepers,
    filers=_KEEPERS,
    reads=(reading.flows,),
    prefill=lambda checked: {"taken": tonnes(_of_ledger(checked))},
    checks=(_emptied,),
    effects=(
        effects.statistics(
            Figure("construction.point_emptied", both("清运次数", "emptied"), "emptied", "次")
        ),
    ),
    simple=True,
    helped=True,
)
