"""Values of the indicators, each with the sums it is made of; exact at every moment.

One statement over the facts gives every indicator of a year: what a number of the account is, an
indicator's term is too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wufei.hub.catalogue.models import WasteType
from wufei.hub.indicators import declarations, goals
from wufei.hub.indicators.declarations import Indicator, Term
from wufei.hub.ledger.queries.facts import By, Of, Period, first_day
from wufei.hub.ledger.queries.numbers import COUNTED
from wufei.hub.ledger.queries.one_account import Line, one_account, total
from wufei.hub.ledger.queries.reach import narrow
from wufei.hub.ledger.queries.towns import by_town

# Further from its target than this share of it, an indicator is at risk while the year runs.
AT_RISK_PERMILLE = 50


class State(StrEnum):
    """How an indicator stands against its target."""

    MET = "met"
    ON_THE_WAY = "on_the_way"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_TARGET = "no_target"
    NOT_COMPUTABLE = "not_computable"

    @property
    def label(self) -> str | Promise:
        return _LABELS[self]

    @property
    def tone(self) -> str:
        return _TONES.get(self, "")


_LABELS = {
    State.MET: pgettext_lazy("target", "met"),
    State.ON_THE_WAY: gettext_lazy("on the way"),
    State.AT_RISK: gettext_lazy("at risk"),
    State.MISSED: gettext_lazy("missed"),
    State.NO_TARGET: gettext_lazy("no target"),
    State.NOT_COMPUTABLE: gettext_lazy("not computable"),
}
_TONES = {
    State.MET: "good",
    State.ON_THE_WAY: "attention",
    State.AT_RISK: "bad",
    State.MISSED: "bad",
}


@dataclass(frozen=True)
class Part:
    """A term with its sum; grams. ``counts_g`` is what the rate takes of it."""

    term: Term
    mass_g: int

    @property
    def counts_g(self) -> int:
        return max(0, self.mass_g) if self.term.at_least_zero else self.mass_g


@dataclass(frozen=True)
class Value:
    """An indicator of one year. ``value`` is None where it cannot be computed: ``why_not``."""

    indicator: Indicator
    period: Period
    numerator: Sequence[Part]
    denominator: Sequence[Part]
    target: goals.Goal | None = None

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def name(self) -> Any:
        return self.indicator.name

    @property
    def domain(self) -> str:
        return self.indicator.domain

    @property
    def unit(self) -> str:
        return self.indicator.unit

    @property
    def year(self) -> int:
        return self.period.end.year

    @property
    def running(self) -> bool:
        """Whether the year is not over: more will be added."""
        return self.period.end < date(self.year, 12, 31)

    @property
    def numerator_g(self) -> int:
        return sum(part.counts_g for part in self.numerator)

    @property
    def denominator_g(self) -> int:
        return sum(part.counts_g for part in self.denominator)

    @property
    def why_not(self) -> str:
        """Why there is no value; empty where there is one."""
        if self.denominator_g > 0:
            return ""
        if len(self.indicator.streams) == 1:
            return _("no waste of this stream arose or was brought in this year")
        return _("no waste of these streams arose or was brought in this year")

    @property
    def value(self) -> Decimal | None:
        """Per cent, unrounded to 28 digits."""
        if self.denominator_g <= 0:
            return None
        return Decimal(100) * self.numerator_g / self.denominator_g

    @property
    def gap(self) -> Decimal | None:
        """How far it stays behind its target, in shares of it; below 0 where it is ahead."""
        value, target = self.value, self.target
        if value is None or target is None or not target.value:
            return None
        behind = (target.value - value) / target.value
        return -behind if target.operator == "<=" else behind

    @property
    def state(self) -> State:
        value = self.value
        if value is None:
            return State.NOT_COMPUTABLE
        if self.target is None:
            return State.NO_TARGET
        if self.target.met_by(value):
            return State.MET
        if self.target.year > self.year:
            # It was not due yet in a year that is over: nothing was missed.
            return self._under_way() if self.running else State.ON_THE_WAY
        return self._under_way() if self.running else State.MISSED

    def _under_way(self) -> State:
        far = self.gap is not None and self.gap * 1000 > AT_RISK_PERMILLE
        return State.AT_RISK if far else State.ON_THE_WAY


def values(year: int, of: Of | None = None) -> list[Value]:
    """Every indicator of ``year`` (this one: until today), in the order of the domains."""
    period = period_of(year)
    lines = one_account(of or Of(), period, By.STREAM)
    return values_of(lines, period, targets=goals.in_force(year))


def values_of(
    lines: Iterable[Line], period: Period, *, targets: Mapping[str, goals.Goal]
) -> list[Value]:
    """The same from lines of the account by stream, for whoever has them already."""
    by_stream = {line.key: line for line in lines}
    return [
        _value(indicator, by_stream, period, targets.get(indicator.code))
        for indicator in declarations.indicators().values()
    ]


def value(indicator: Indicator, year: int, of: Of | None = None) -> Value:
    """One indicator of one year."""
    period, of = period_of(year), narrow(of or Of(), Of(wastes=wastes(indicator)))
    lines = {line.key: line for line in one_account(of, period, By.STREAM)}
    return _value(indicator, lines, period, goals.in_force(year).get(indicator.code))


def series(indicator: Indicator, of: Of | None = None) -> list[Value]:
    """The indicator's years, from the first with facts until this one."""
    return [value(indicator, year, of) for year in years() if year >= indicator.first_year]


def years() -> list[int]:
    """Years of which the ledger knows anything, this one included, the latest last."""
    today = timezone.localdate()
    first = first_day() or today
    return list(range(min(first.year, today.year), today.year + 1))


def period_of(year: int) -> Period:
    """The year's days up to today."""
    today = timezone.localdate()
    end = date(year, 12, 31)
    return Period(date(year, 1, 1), min(end, today) if year <= today.year else end)


@dataclass(frozen=True)
class Share:
    """What one waste or town adds to an indicator; grams. Shares of one kind add up to it."""

    key: Any
    numerator_g: int
    denominator_g: int

    @property
    def value(self) -> Decimal | None:
        if self.denominator_g <= 0:
            return None
        return Decimal(100) * self.numerator_g / self.denominator_g


def shares(whole: Value, of: Of, by: By) -> list[Share]:
    """The parts of a value by waste or region, the largest first.

    Drawing from storage counts in the parts as it does in the whole: a part that stored while
    others drew counts negatively there, so that the parts add up.
    """
    lines = one_account(narrow(of, Of(wastes=wastes(whole.indicator))), whole.period, by)
    found = [
        Share(
            line.key,
            _counted(whole.numerator, line),
            _counted(whole.denominator, line),
        )
        for line in (by_town(lines) if by is By.REGION else lines)
    ]
    used = [share for share in found if share.numerator_g or share.denominator_g]
    return sorted(used, key=lambda share: -share.denominator_g)


def wastes(indicator: Indicator) -> list[int]:
    """Ids of the wastes that an indicator counts."""
    rows = WasteType.objects.filter(stream__in=indicator.streams)
    return list(rows.order_by().values_list("pk", flat=True))


def _counted(parts: Iterable[Part], line: Line) -> int:
    return sum(
        COUNTED[part.term.number].of(line, part.term.methods)
        for part in parts
        if part.counts_g == part.mass_g
    )


def _value(
    indicator: Indicator, lines: Mapping[str, Line], period: Period, target: goals.Goal | None
) -> Value:
    own = total(lines[stream] for stream in indicator.streams if stream in lines)

    def parts(terms: Iterable[Term]) -> list[Part]:
        return [Part(term, COUNTED[term.number].of(own, term.methods)) for term in terms]

    return Value(
        indicator, period, parts(indicator.numerator), parts(indicator.denominator), target
    )
