"""What a domain declares about its indicators 指标: a rate over facts of the ledger.

``config`` fills the registry once at start-up from ``domains.DOMAINS``. A term names a number of
the one account (``ledger.queries.numbers.COUNTED``), so that whatever is computed can be listed
as movements with the same words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Direction(StrEnum):
    """Which way is better."""

    MORE = "more"
    LESS = "less"

    @property
    def label(self) -> Text:
        return _("the more the better") if self is Direction.MORE else _("the less the better")


class Grade(StrEnum):
    """How sure we are of an official definition: A text read, B second source, C from memory."""

    A = "A"
    B = "B"
    C = "C"

    @property
    def label(self) -> Text:
        return {
            "A": _("official text read"),
            "B": _("second source, to be checked"),
            "C": _("from memory, not official until checked"),
        }[self.value]


@dataclass(frozen=True)
class Source:
    """Where a definition comes from; without a grade it is no official one."""

    title: Text
    clause: str = ""
    grade: Grade | None = None


OWN = Source(_("this platform's own figure"))
# The national list of 2021 is at hand as a draft written from memory: no name or definition of
# it counts as official until somebody has compared it with the published text.
ZERO_WASTE_2021 = Source("《“无废城市”建设指标体系（2021年版）》", grade=Grade.C)


@dataclass(frozen=True)
class Term:
    """One sum of facts: a number of the account, by some methods (none: by all).

    ``at_least_zero``: counts nothing where the sum is below zero.
    """

    number: str
    methods: tuple[str, ...] = ()
    at_least_zero: bool = False


@dataclass(frozen=True)
class Indicator:
    """``numerator`` ÷ ``denominator`` of ``streams`` in ``unit``; needs a denominator above 0.

    ``differs`` says where the official definition counts what the ledger does not know.
    ``main``: stands on its domain's card.
    """

    code: str
    name: Text
    domain: str
    definition: Text
    streams: tuple[str, ...]
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    source: Source = OWN
    differs: Text = ""
    unit: str = "%"
    direction: Direction = Direction.MORE
    first_year: int = 2021
    main: bool = False


RECOVERED = (Term("recovered"),)
TREATED = (Term("recovered"), Term("disposed"))
# What arose, was brought in and came out of treatment.
ARISING = (Term("arisen"), Term("imported"), Term("secondary"))
# The same and what was taken from earlier years' storage, net, as the definitions of
# comprehensive utilisation ask for; where storage grew it counts nothing.
ARISING_AND_DRAWN = (*ARISING, Term("drawn", at_least_zero=True))


_indicators: dict[str, Indicator] = {}


def fill(declared: Iterable[Indicator]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up).

    No domain has two ``main`` ones: there is one ring on its card.
    """
    _indicators.clear()
    mains: set[str] = set()
    for indicator in declared:
        assert indicator.code not in _indicators, f"indicator {indicator.code} is declared twice"
        assert not (indicator.main and indicator.domain in mains), f"two mains: {indicator.code}"
        mains |= {indicator.domain} if indicator.main else set()
        _indicators[indicator.code] = indicator


def indicators() -> Mapping[str, Indicator]:
    return MappingProxyType(_indicators)


def indicator(code: str) -> Indicator:
    """Raises ``KeyError`` for a code that no domain declares."""
    return _indicators[code]


def main_of(domain: str) -> Indicator | None:
    """The one indicator on the domain's card."""
    return next((one for one in _indicators.values() if one.main and one.domain == domain), None)
