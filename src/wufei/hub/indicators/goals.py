"""The plan's targets that indicators are held against."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from wufei.hub.plans.models import Target
from wufei.hub.plans.queries import targets

_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}
_WORDS = {">=": "≥", "<=": "≤", "=": "="}
BETWEEN = "between"


@dataclass(frozen=True)
class Goal:
    """What the plan asks for in ``year``; ``value`` in the indicator's unit.

    ``name`` and ``domain`` as the plan says them; ``url`` and ``where`` lead to its clause.
    """

    operator: str
    value: Decimal
    year: int
    value_max: Decimal | None = None
    name: str = ""
    unit: str = ""
    domain: str = ""
    url: str = ""
    where: str = ""

    def met_by(self, value: Decimal) -> bool:
        if self.operator == BETWEEN and self.value_max is not None:
            return self.value <= value <= self.value_max
        compare = _OPERATORS.get(self.operator, _OPERATORS[">="])
        return compare(value, self.value)

    @property
    def words(self) -> str:
        """``≥ 75``, without the zeros that the database adds."""
        least = f"{self.value.normalize():f}"
        if self.operator == BETWEEN and self.value_max is not None:
            return f"{least}–{self.value_max.normalize():f}"
        return f"{_WORDS.get(self.operator, '≥')} {least}"


def of_plan(year: int) -> tuple[dict[str, Goal], list[Goal]]:
    """Targets by indicator, and those that no indicator computes (what they need is filed).

    Each is the target of this year, else the next one to come, else the last one.
    """
    found = [(target.indicator, _goal(target)) for target in targets(year)]
    computed = {code: goal for code, goal in found if code}
    return computed, [goal for code, goal in found if not code]


def in_force(year: int) -> dict[str, Goal]:
    """The targets by indicator."""
    return of_plan(year)[0]


def _goal(target: Target) -> Goal:
    return Goal(
        target.operator,
        target.value,
        target.year,
        target.value_max,
        target.name,
        target.unit,
        target.domain or target.clause.domain,
        reverse("plans.clause.detail", args=[target.clause.uuid]),
        str(target.clause),
    )
