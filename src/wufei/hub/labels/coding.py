"""Digital identification codes 数字识别码: segments that a place sets, with the day they begin.

HJ 1276-2022 has a code of 37 places in four segments: who, which waste, when, which one. That they
are 18 + 8 + 8 + 3 long is our reckoning (it is the sum that fits), not the standard's text as we
have it; hence a setting, and never shown as the official form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

LENGTH_MAX = 60
SERIAL, PRODUCER, WASTE, DAY = "serial", "producer", "waste", "day"
_KINDS = (PRODUCER, WASTE, DAY, SERIAL)
_DAYS = {8: "%Y%m%d", 6: "%y%m%d"}
_SEGMENT = re.compile(r"(?P<kind>[a-z]+):(?P<length>\d{1,2})")


@dataclass(frozen=True)
class Segment:
    """``kind`` is producer (credit code), waste (code without hyphens), day or serial."""

    kind: str
    length: int


@dataclass(frozen=True)
class CodeRule:
    """The segments of a code that is given from ``since`` on; the serial comes last."""

    since: date
    segments: tuple[Segment, ...]

    @property
    def length(self) -> int:
        return sum(segment.length for segment in self.segments)

    @property
    def serial_length(self) -> int:
        return self.segments[-1].length

    @property
    def serial_max(self) -> int:
        return int("9" * self.serial_length)

    def beginning(self, parts: Mapping[str, str], day: date) -> str:
        """All but the serial; raises ``Unfit`` for a part that does not fill its segment."""
        return "".join(self._part(segment, parts, day) for segment in self.segments[:-1])

    def _part(self, segment: Segment, parts: Mapping[str, str], day: date) -> str:
        if segment.kind == DAY:
            return day.strftime(_DAYS[segment.length])
        text = re.sub(r"[\s-]", "", parts[segment.kind]).upper()
        digits_only = segment.kind == WASTE
        if len(text) != segment.length or not text.isascii() or not text.isalnum():
            raise Unfit(segment, text)
        if digits_only and not text.isdigit():
            raise Unfit(segment, text)
        return text

    def whole(self, beginning: str, serial: int) -> str:
        """The code of one container; ``serial`` from 1 to ``serial_max``."""
        assert 0 < serial <= self.serial_max
        return f"{beginning}{serial:0{self.serial_length}d}"

    def parts(self, code: str) -> list[str]:
        """The code cut into its segments, as people read it; whole where it is of another rule."""
        if len(code) != self.length:
            return [code]
        cut, start = [], 0
        for segment in self.segments:
            cut.append(code[start : start + segment.length])
            start += segment.length
        return cut


class Unfit(ValueError):
    """A part that does not fill its segment."""

    def __init__(self, segment: Segment, text: str) -> None:
        super().__init__(segment, text)
        self.segment, self.text = segment, text


@lru_cache(maxsize=8)
def parse(text: str) -> tuple[CodeRule, ...]:
    """``2023-07-01 producer:18 waste:8 day:8 serial:3``, one after the other with ``;`` between.

    Raises ``ValueError`` that says what to write.
    """
    rules = tuple(_rule(part) for part in text.split(";") if part.strip())
    if not rules:
        raise ValueError("write a day and its segments, as 2023-07-01 producer:18 … serial:3")
    if len({rule.since for rule in rules}) < len(rules):
        raise ValueError("two rules begin on the same day")
    return tuple(sorted(rules, key=lambda rule: rule.since))


def _rule(text: str) -> CodeRule:
    first, *rest = text.split()
    segments = tuple(_segment(part) for part in rest)
    kinds = [segment.kind for segment in segments]
    if kinds[-1:] != [SERIAL] or len(set(kinds)) < len(kinds):
        raise ValueError("each segment stands once, and the serial is the last")
    rule = CodeRule(date.fromisoformat(first), segments)
    if rule.length > LENGTH_MAX:
        raise ValueError(f"a code has at most {LENGTH_MAX} places")
    return rule


def _segment(text: str) -> Segment:
    found = _SEGMENT.fullmatch(text)
    if found is None or found["kind"] not in _KINDS:
        raise ValueError(f"{text!r} is no segment: write one of {', '.join(_KINDS)} and its length")
    segment = Segment(found["kind"], int(found["length"]))
    if segment.length < 1 or (segment.kind == DAY and segment.length not in _DAYS):
        raise ValueError("a segment has a length from 1 on, a day one of 8 or 6")
    return segment


def rule_on(rules: Sequence[CodeRule], day: date) -> CodeRule | None:
    """The rule that codes follow that are given on ``day``; None before the first."""
    begun = [rule for rule in rules if rule.since <= day]
    return begun[-1] if begun else None
