"""Everything the cockpit shows, from few queries: one statement of facts gives cards, bands, rates.

Cards, bands and indicators are sums of the same lines, so that they cannot disagree; that the
lines agree with the movements is what ``verify`` recounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.cockpit import quality, today
from wufei.hub.indicators import declarations, goals, queries
from wufei.hub.indicators.queries import Value
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import Line, one_account, total
from wufei.hub.ledger.queries.reach import reach

ACT = "cockpit.screen.view"


@dataclass(frozen=True)
class Books:
    """The year's account: lines by domain (all six, in order), and the values they give."""

    period: Period
    of: Of
    domains: list[Line]
    values: list[Value]
    others: list[goals.Goal]

    @property
    def balanced(self) -> bool | None:
        """Whether sources and sinks meet; None where only a part of the district is seen."""
        if self.of.holders is not None or self.of.regions is not None:
            return None
        return all(line.off_g == 0 for line in self.domains)

    @property
    def empty(self) -> bool:
        return not any(line.arisen_g or line.stock_g or line.treated_g for line in self.domains)

    def main(self, domain: str) -> Value | None:
        """The value of the ring on the domain's card."""
        main = declarations.main_of(domain)
        return next((v for v in self.values if main and v.code == main.code), None)


@dataclass(frozen=True)
class Screen:
    books: Books
    quality: quality.Quality
    loads: today.Loads | None
    alarms: today.Alarms | None
    targets: "Targets"
    at: datetime = field(default_factory=timezone.now)


@dataclass(frozen=True)
class Targets:
    """Indicators that have a target, those furthest behind first; ``others`` nobody computes."""

    year: int
    values: list[Value]
    others: list[goals.Goal]

    def count(self, *states: queries.State) -> int:
        return sum(value.state in states for value in self.values)


def screen(actor: Actor) -> Screen:
    found = books(reach(actor, ACT))
    return Screen(
        books=found,
        quality=quality.latest(),
        loads=today.loads(actor) if actor.may(today.MANIFESTS) else None,
        alarms=today.alarms(actor) if actor.may(today.ALARMS) else None,
        targets=_targets(found),
    )


def books(of: Of) -> Books:
    period = queries.period_of(timezone.localdate().year)
    streams = one_account(of, period, By.STREAM)
    targets, others = goals.of_plan(period.end.year)
    values = queries.values_of(streams, period, targets=targets)
    return Books(period, of, _by_domain({line.key: line for line in streams}), values, others)


def _by_domain(streams: Mapping[str, Line]) -> list[Line]:
    """A line of every domain, also where nothing moved."""
    return [
        total((streams[s.code] for s in domain.streams if s.code in streams), domain.code)
        for domain in catalogue.domains()
    ]


def _targets(found: Books) -> Targets:
    aimed = [value for value in found.values if value.target is not None]
    years = [value.target.year for value in aimed if value.target]
    year = max(set(years), key=years.count) if years else found.period.end.year
    return Targets(year, sorted(aimed, key=lambda value: -(value.gap or 0)), found.others)
