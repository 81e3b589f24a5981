"""What a domain declares about its alarms: each rule with its numbers, its source and its sight.

A rule is pure. Over streams it is ``(state, batch, parameters) -> (state, findings)``, over
documents the room that owns the document records the finding itself, when it is signed.
``config`` fills the registry once at start-up from ``domains.DOMAINS``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.alarms.streams.machine import Sight
from wufei.hub.base.findings import Severity

Text = str | Promise
Parameters = Mapping[str, float]


class RuleKind(StrEnum):
    """What a rule looks at."""

    STREAM = "stream"
    DOCUMENT = "document"
    CLOCK = "clock"

    @property
    def label(self) -> Text:
        return {
            "stream": _("Positions"),
            "document": _("Documents"),
            "clock": pgettext_lazy("rule", "Deadlines"),
        }[self.value]


@dataclass(frozen=True)
class Parameter:
    """A number of a rule that a place may set; ``unit`` as people read it, ``least`` and ``most``
    bound what may be set."""

    name: str
    label: Text
    unit: str
    default: float
    least: float
    most: float
    sees: Text = ""


@dataclass(frozen=True)
class Rule:
    """One rule. ``basis`` is the legal clause that it serves, or says that it is local practice.

    ``family`` is the same for rules that see the same thing in several domains ("off_route").
    ``domains`` is empty where the rule serves all. ``sight`` is what a stream rule does with
    positions; rules over documents have none. ``message`` tells a finding (see ``base.texts``);
    what other rooms find, they tell themselves.
    """

    code: str
    family: str
    name: Text
    severity: Severity
    kind: RuleKind
    basis: Text
    sees: Text
    message: str = ""
    domains: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    sight: Sight | None = None

    def __post_init__(self) -> None:
        assert (self.kind is RuleKind.STREAM) == (self.sight is not None), self.code
        for one in self.parameters:
            assert one.least <= one.default <= one.most, f"{self.code}: {one.name}"

    @property
    def defaults(self) -> Parameters:
        return MappingProxyType({one.name: one.default for one in self.parameters})

    def parameter(self, name: str) -> Parameter:
        """Raises ``KeyError`` for a number that this rule does not have."""
        return {one.name: one for one in self.parameters}[name]


_rules: dict[str, Rule] = {}


def fill(declared: Iterable[Rule]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    _rules.clear()
    for rule in declared:
        assert rule.code not in _rules, f"rule {rule.code} is declared twice"
        _rules[rule.code] = rule


def rules() -> tuple[Rule, ...]:
    return tuple(_rules.values())


def rule(code: str) -> Rule | None:
    """None for a code that nobody declares (any more): its alarms stay readable."""
    return _rules.get(code)


def stream_rules() -> tuple[Rule, ...]:
    return tuple(one for one in _rules.values() if one.kind is RuleKind.STREAM)


def codes(kind: RuleKind) -> list[str]:
    return [one.code for one in _rules.values() if one.kind is kind]


def families() -> list[tuple[str, Any]]:
    """(family, name) of every kind of rule, once."""
    return list({one.family: one.name for one in _rules.values()}.items())


def codes_of(family: str) -> list[str]:
    return [one.code for one in _rules.values() if one.family == family]
