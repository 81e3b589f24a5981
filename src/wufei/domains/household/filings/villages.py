"""One household, one bin 一户一桶: what a village has, on a phone, every three months.

The plan's words: a sorted bin for every household, the village collects, the town transfers.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import choice, count, photo
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    DOMAIN,
    SOLID_WASTE_LAW,
    impossible,
    odd,
    of_kinds,
    share,
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
    Section,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span

FREQUENCIES: Choices = (
    ("daily", both("每天", "every day")),
    ("two_days", both("两天一次", "every two days")),
    ("weekly", both("每周一次", "once a week")),
    ("rarely", both("更少", "more rarely")),
)


def _rate(values: Values) -> Decimal | None:
    return share(values.get("with_bin"), values.get("households"))


VILLAGE_SECTION = Section(
    "village",
    both("一户一桶", "One household, one bin"),
    (
        count("households", both("常住户数", "households that live here"), "户"),
        count("with_bin", both("已配分类桶的户数", "of them with sorted bins"), "户"),
        Field(
            "rate",
            both("覆盖率", "coverage"),
            FieldKind.DECIMAL,
            unit="%",
            decimals=2,
            computed=_rate,
        ),
        choice("frequency", both("清运频次", "collected how often"), FREQUENCIES),
        count("cleaners", both("保洁员", "cleaners"), "人", required=False),
        Field(
            "litter",
            both("有垃圾溢桶或散落", "bins overflow or waste lies about"),
            FieldKind.BOOLEAN,
            required=True,
        ),
        photo(),
    ),
)


def villages(span: Span) -> Q:
    """Villages that are registered for household waste."""
    return of_kinds("village_point")


def _begins(checked: Checked) -> Values:
    """What hardly changes stands there already."""
    kept = ("households", "with_bin", "frequency", "cleaners")
    last = checked.last.values if checked.last else {}
    return {name: last.get(name) for name in kept}


def _not_more_than_all(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    if values["with_bin"] > values["households"]:
        text = _("More households with bins than there are households.")
        yield impossible("more_bins", text, "village", "with_bin")
    elif not values["households"]:
        text = _("A village without a household needs no collection. Fill in how many live here.")
        yield impossible("no_households", text, "village", "households")


def _asks_why(checked: Checked) -> Iterator[Problem]:
    values, last = checked.form.values, checked.last
    if values["litter"]:
        text: Text = _("Waste lies about: say where, and until when it is cleared.")
        yield odd("litter", text, "village", "litter")
    if values["frequency"] == "rarely":
        text = _("Collected more rarely than once a week: say why.")
        yield odd("rarely", text, "village", "frequency")
    if last is None or not last.values.get("with_bin"):
        return
    if values["with_bin"] < last.values["with_bin"]:
        text = _("Fewer households with bins than last time: there were {before}.")
        told = format_lazy(text, before=last.values["with_bin"])
        yield odd("fewer_bins", told, "village", "with_bin")


VILLAGE = FilingType(
    code="household.village",
    domain=DOMAIN,
    name=both("农村“一户一桶”情况", "One household, one bin"),
    kind=Kind.NOTIFY,
    period=Period.QUARTER,
    sections=(VILLAGE_SECTION,),
    authority=CITY_MANAGEMENT,
    number_prefix="SHC",
    basis=SOLID_WASTE_LAW,
    due=DueDay(15),
    owes=villages,
    filers=("village_point",),
    prefill=_begins,
    checks=(_not_more_than_all, _asks_why),
    effects=(
        effects.statistics(
            Figure(
                "household.village_households", both("农村常住户数", "households"), "households"
            ),
            Figure("household.village_with_bin", both("配桶户数", "with bins"), "with_bin"),
            Figure("household.village_cleaners", both("保洁员", "cleaners"), "cleaners"),
            label=_("Statistics"),
        ),
    ),
    help=_("Two numbers, how often it is collected, and whether anything lies about."),
    simple=True,
    helped=True,
)
