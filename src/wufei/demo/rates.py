"""What the demo's history is meant to show: rates that rise towards the plan's targets.

Percentages; the targets are those of the district's plan for 2025, with some of them missed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import AccountKind

Counted = Callable[[AccountKey], bool]


def recovered(key: AccountKey) -> bool:
    return key.kind is AccountKind.RECOVERED


def treated(key: AccountKey) -> bool:
    return key.kind in (AccountKind.RECOVERED, AccountKind.DISPOSED)


def without(method: str) -> Counted:
    """Treated in any other way than ``method``."""
    return lambda key: treated(key) and key.method != method


@dataclass(frozen=True)
class Rate:
    """``counted`` mass of ``streams`` in per cent of what arose or came in.

    ``shown`` is what the history shows in some years, ``target`` what the plan asks for by 2025.
    """

    code: str
    streams: frozenset[str]
    counted: Counted
    shown: Mapping[int, float]
    target: float | None = None


def _streams(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_FOUR_CLASSES = _streams(
    "household_residual",
    "household_kitchen",
    "household_recyclable",
    "household_harmful",
    "catering_kitchen",
    "bulky",
)
RATES = (
    Rate("straw", _streams("straw"), recovered, {2021: 91.5, 2025: 95.4}, 95),
    Rate("manure", _streams("livestock_manure"), recovered, {2021: 84.5, 2025: 91.4}, 90),
    Rate("film", _streams("mulch_film"), recovered, {2021: 85, 2025: 92.3}, 92),
    Rate(
        "pesticide_packaging",
        _streams("pesticide_packaging"),
        without("power_incineration"),
        {2021: 56.5, 2025: 76.8},
        80,
    ),
    Rate(
        "dead_livestock",
        _streams("dead_livestock"),
        without("deep_burial"),
        {2021: 89.5, 2025: 95.3},
        95,
    ),
    Rate("household_recovered", _FOUR_CLASSES, recovered, {2021: 22, 2025: 35.6}, 35),
    Rate(
        "hazardous_recovered",
        _streams("hazardous_industrial"),
        recovered,
        {2021: 52.5, 2025: 63.2},
        60,
    ),
    Rate(
        "hazardous_treated", _streams("hazardous_industrial"), treated, {2021: 97.5, 2025: 98}, 100
    ),
    Rate("medical", _streams("medical"), treated, {2021: 100, 2025: 100}, 100),
)
BY_DOMAIN: Mapping[str, Mapping[int, float]] = {
    "industrial": {2021: 70, 2025: 80.2},
    "construction": {2021: 45, 2025: 66.1},
    "renewable": {2021: 88, 2025: 94},
}
