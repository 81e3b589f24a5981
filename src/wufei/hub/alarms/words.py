"""Rules, severities and numbers of alarms in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.alarms import declarations
from wufei.hub.alarms.declarations import Parameters, Rule, Text
from wufei.hub.alarms.models import Alarm, State
from wufei.hub.base import texts
from wufei.hub.base.desk import ATTENTION, BAD, GOOD, INFO
from wufei.hub.base.findings import Severity
from wufei.ui.templatetags.wufei import amount

TONES: Mapping[str, str] = {Severity.ERROR: BAD, Severity.WARNING: ATTENTION, Severity.NOTE: INFO}
# Findings speak of errors in data; alarms of how bad something is.
SEVERITIES: tuple[tuple[str, Text], ...] = (
    (Severity.ERROR, pgettext_lazy("alarm", "Serious")),
    (Severity.WARNING, pgettext_lazy("alarm", "Moderate")),
    (Severity.NOTE, pgettext_lazy("alarm", "Minor")),
)
STATE_TONES: Mapping[str, str] = {
    State.OPEN: BAD,
    State.ACKNOWLEDGED: ATTENTION,
    State.CLOSED: GOOD,
    State.FALSE: "",
}
_G_PER_T = 1_000_000
# What rules see, in the order in which people read it: name, label, unit, decimals.
_SEEN: tuple[tuple[str, Text, str, int], ...] = (
    ("distance_max_m", _("Farthest from the route"), "m", 0),
    ("corridor_m", _("Half width of the route"), "m", 0),
    ("lasted_s", _("Lasted"), "s", 0),
    ("weighed_out_g", _("Weighed out"), "t", 3),
    ("weighed_in_g", _("Weighed in"), "t", 3),
    ("mass_g", _("Difference"), "t", 3),
    ("permille", _("Difference in proportion"), "‰", 1),
    ("tolerance_permille", _("Tolerance without a reason"), "‰", 1),
)


@dataclass(frozen=True)
class Figure:
    """A number for people; ``note`` stands below it, ``usual`` is what the declaration says."""

    label: Text
    text: str
    unit: str
    note: Text = ""
    usual: str = ""


def rule_name(code: str) -> Text:
    known = declarations.rule(code)
    return known.name if known else code


def told(alarm: Alarm) -> str:
    """What the rule saw, in one sentence."""
    return texts.tell(alarm.rule, alarm.finding.values)


def seen(values: Mapping[str, Any]) -> Iterator[Figure]:
    """The numbers that the rule saw."""
    for name, label, unit, decimals in _SEEN:
        value = values.get(name)
        if value is not None:
            number = Decimal(str(value)) / (_G_PER_T if name.endswith("_g") else 1)
            yield Figure(label, amount(number, decimals), unit)


def judged_by(rule: Rule, numbers: Parameters) -> Iterator[Figure]:
    """A rule's numbers, each with its default where it differs."""
    for one in rule.parameters:
        value = numbers.get(one.name, one.default)
        usual = "" if value == one.default else plain(one.default)
        yield Figure(one.label, plain(value), one.unit, one.sees, usual)


def plain(value: float) -> str:
    """A number without needless decimals."""
    number = Decimal(str(value))
    return amount(number, 0 if number == number.to_integral_value() else 1)
