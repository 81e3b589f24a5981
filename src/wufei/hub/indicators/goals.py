"""The plan's targets that indicators are held against."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
    "~": operator.ge,
}


_WORDS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "=", "==": "=", "~": "≈"}


@dataclass(frozen=True)
class Goal:
    """What the plan asks for in ``year``; ``value`` in the indicator's unit.

    ``url`` and ``where`` lead to the clause that says so.
    """

    operator: str
    value: Decimal
    year: int
    url: str = ""
    where: str = ""

    def met_by(self, value: Decimal) -> bool:
        compare = _OPERATORS.get(self.operator, _OPERATORS[">="])
        return compare(value, self.value)

    @property
    def words(self) -> str:
        """``≥ 75``, without the zeros that the database adds."""
        return f"{_WORDS.get(self.operator, '≥')} {self.value.normalize():f}"


def in_force(year: int) -> dict[str, Goal]:
    """By indicator: the target of this year, else the next one to come, else the last one."""
    return {}
