"""Whether a test's values are within the limits, and which lots a claim reaches. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeVar

# What laboratories write for less than they can see: <0.001, ＜0.001.
_BELOW = re.compile(r"[<＜]\s*")
_VALUE_MAX = Decimal(10) ** 7


@dataclass(frozen=True)
class Reading:
    """A measured value; ``below`` where it is less than what the laboratory can see."""

    value: Decimal
    below: bool = False

    def __str__(self) -> str:
        return f"{'<' if self.below else ''}{self.value:f}"


class Limited(Protocol):
    """What the rules ask of a criterion (``models.Criterion`` has it)."""

    code: str
    limit: Decimal


AnyLimited = TypeVar("AnyLimited", bound=Limited)


def read(text: str) -> Reading | None:
    """A value as laboratories write it: ``0.02``, ``<0.0002``; None for what is none."""
    told = text.strip().replace("，", ",")
    bare = _BELOW.sub("", told, count=1)
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < _VALUE_MAX or len(bare) > 20:
        return None
    return Reading(value, below=bare != told)


def within(reading: Reading, limit: Decimal) -> bool:
    """Below the limit: a value that is only known to be less than ``value`` may reach it."""
    return reading.value <= limit if reading.below else reading.value < limit


def missing(
    criteria: Iterable[AnyLimited], readings: Mapping[str, Reading]
) -> Iterator[AnyLimited]:
    """Criteria that nothing was measured for."""
    return (one for one in criteria if one.code not in readings)


def over(criteria: Iterable[AnyLimited], readings: Mapping[str, Reading]) -> Iterator[AnyLimited]:
    """Criteria whose value is not below the limit."""
    return (one for one in criteria if not within(readings[one.code], one.limit))


Parents = Mapping[int, Collection[int]]


def covering(
    lot: int, parents: Parents, claims: Mapping[int, Collection[int]]
) -> tuple[set[int], set[int]]:
    """Claims under which ``lot`` is exempt, and the lots of its mass that none reaches.

    A lot that no claim names is what its parents are: exempt only if every one of them is. Where
    the second set is not empty, the lot is not exempt.
    """
    found, bare, waiting, seen = set[int](), set[int](), [lot], set[int]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if mine := claims.get(one):
            found.update(mine)
        elif before := parents.get(one):
            waiting.extend(before)
        else:
            bare.add(one)
    return found, bare
