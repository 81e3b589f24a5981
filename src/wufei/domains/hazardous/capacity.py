"""Whether what arises can be treated 能力匹配: by category, against licensed and real capacity.

Arising and what was really treated come from the facts of the ledger; what is licensed from the
licence lines that hold on the last day. "Around" is whoever of the register lies outside the
district. A licence for any waste, or for codes of several categories at once, stands in no single
category: its tonnes are told beside and fill no gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from wufei.domains.hazardous.filings.classes import LICENCES
from wufei.hub.base.actor import Actor
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import Line, one_account
from wufei.hub.ledger.queries.reach import narrow, reach
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.registry.models import LicenceLine, Region
from wufei.hub.registry.validity import valid_on

ANY = ""


@dataclass
class Match:
    """One category; grams. ``unlimited``: some licence of the district names no quantity."""

    category: str
    name: str
    arisen_g: int = 0
    licensed_g: int = 0
    treated_g: int = 0
    around_g: int = 0
    around_treated_g: int = 0
    unlimited: bool = False
    around_unlimited: bool = False
    holders: set[str] = field(default_factory=set)

    @property
    def gap_g(self) -> int:
        """What arises beyond what the district is licensed for; 0 where it suffices."""
        return 0 if self.unlimited else max(0, self.arisen_g - self.licensed_g)

    @property
    def gap_around_g(self) -> int:
        """What is left of the gap beyond what is licensed around."""
        return 0 if self.around_unlimited else max(0, self.gap_g - self.around_g)

    @property
    def used_permille(self) -> int | None:
        """What was really treated, of what is licensed in the district."""
        return self.treated_g * 1000 // self.licensed_g if self.licensed_g else None


@dataclass(frozen=True)
class Capacity:
    """All categories with anything, the largest gap first; ``shared`` is of no single category."""

    matches: Sequence[Match]
    shared: Match
    period: Period

    @property
    def has_shared(self) -> bool:
        """Whether anybody is licensed for any waste."""
        return _has_anything(self.shared)


def match(actor: Actor, act: str, period: Period) -> Capacity:
    """What the actor's reach lets arise, against what the whole register is licensed for."""
    found = {ANY: Match(ANY, "")}
    for category, name in _names().items():
        found[category] = Match(category, name)
    within = set(Region.objects.filter(within=True).values_list("pk", flat=True))
    _count_mass(found, reach(actor, act), period, within)
    _count_licences(found, period.end, within)
    shared = found.pop(ANY)
    some = [one for one in found.values() if _has_anything(one)]
    ordered = sorted(some, key=lambda one: (-one.gap_g, -one.arisen_g, one.category))
    return Capacity(ordered, shared, period)


def _has_anything(one: Match) -> bool:
    masses = (one.arisen_g, one.licensed_g, one.treated_g, one.around_g)
    return any(masses) or one.unlimited or one.around_unlimited


def _names() -> dict[str, str]:
    rows = WasteType.objects.filter(domain="hazardous").exclude(category="")
    first = rows.order_by("category", "code").distinct("category")
    return {one.category: one.category_label for one in first}


def _count_mass(found: dict[str, Match], of: Of, period: Period, within: set[int]) -> None:
    wastes = dict(WasteType.objects.filter(domain="hazardous").values_list("pk", "category"))
    outside = Region.objects.exclude(pk__in=within).values_list("pk", flat=True)
    hazardous = Of(wastes=list(wastes))
    arising = narrow(narrow(of, hazardous), Of(regions=sorted(within)))
    for line in one_account(arising, period, By.WASTE):
        one = found.get(wastes[line.key])
        if one is not None:
            one.arisen_g += max(0, line.arisen_g + line.secondary_g)
    for regions, name in ((sorted(within), "treated_g"), (list(outside), "around_treated_g")):
        for line in one_account(narrow(hazardous, Of(regions=regions)), period, By.WASTE):
            _add_treated(found.get(wastes[line.key]), name, line)


def _add_treated(one: Match | None, name: str, line: Line) -> None:
    if one is not None:
        setattr(one, name, getattr(one, name) + max(0, line.treated_g))


def _count_licences(found: dict[str, Match], day: date, within: set[int]) -> None:
    lines = LicenceLine.objects.filter(valid_on(day), kind__in=LICENCES)
    named = lines.values_list(
        "code", "limit_t", "organisation__region", "organisation__name"
    ).order_by("pk")
    for code, limit_t, region, holder in named:
        one = found.get(category_of(code), found[ANY])
        here = region in within
        if here:
            one.holders.add(holder)
        if limit_t is None:
            one.unlimited |= here
            one.around_unlimited |= not here
            continue
        name = "licensed_g" if here else "around_g"
        setattr(one, name, getattr(one, name) + int(limit_t * GRAMS_PER_T))


def category_of(code: str) -> str:
    """HW08 of ``HW08`` and of ``900-249-08``; nothing of what names several categories."""
    if code.startswith("HW") and len(code) == 4:
        return code
    parts = code.split("-")
    return f"HW{parts[2]}" if len(parts) == 3 and len(parts[2]) == 2 else ANY
