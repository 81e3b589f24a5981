"""A clause's text cut into pieces, so that the names in it can be shown as they were resolved."""

from collections.abc import Iterator
from dataclasses import dataclass

from wufei.hub.plans.models import Assignment, Attribution, Clause

_TONES = {"exact": "", "hand": "", "alias": "info", "similar": "attention", "unknown": "bad"}


@dataclass(frozen=True)
class Piece:
    """``bracket`` numbers the attribution that the piece stands in, from 1; 0 outside of all."""

    text: str
    bracket: int = 0
    assignment: Assignment | None = None

    @property
    def tone(self) -> str:
        return _TONES[self.assignment.how] if self.assignment else ""

    @property
    def differs(self) -> bool:
        """Whether what stands there is not what the register calls the unit."""
        one = self.assignment
        return one is not None and (one.unit is None or one.unit.name != one.raw)


def pieces(clause: Clause) -> list[Piece]:
    """The text in order; needs ``clause.attributions`` with their ``named`` assignments."""
    text, place = clause.text, 0
    found: list[Piece] = []
    for number, attribution in enumerate(_attributions(clause), start=1):
        found.append(Piece(text[place : attribution.start]))
        found += _bracket(text, attribution, number)
        place = attribution.end
    found.append(Piece(text[place:]))
    return [piece for piece in found if piece.text]


def _attributions(clause: Clause) -> list[Attribution]:
    return [one for one in clause.attributions.all() if one.end]


def _bracket(text: str, attribution: Attribution, number: int) -> Iterator[Piece]:
    place = attribution.start
    for one in attribution.assignments.all():
        if one.start < place:
            continue
        yield Piece(text[place : one.start], number)
        yield Piece(text[one.start : one.end], number, one)
        place = one.end
    yield Piece(text[place : attribution.end], number)
