"""Rules with the numbers by which they judge now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wufei.hub.alarms import declarations
from wufei.hub.alarms.declarations import Parameters, Rule
from wufei.hub.alarms.models import RuleSetting


@dataclass(frozen=True)
class InForce:
    """A rule as it is set; ``since`` is None where nobody has ever set it."""

    rule: Rule
    enabled: bool
    numbers: Parameters
    since: datetime | None = None
    actor: str = ""


def in_force() -> Mapping[str, InForce]:
    """Every declared rule by its code."""
    latest = RuleSetting.objects.order_by("rule", "-pk").distinct("rule")
    settings = {setting.rule: setting for setting in latest}
    return {rule.code: _as_set(rule, settings.get(rule.code)) for rule in declarations.rules()}


def _as_set(rule: Rule, setting: RuleSetting | None) -> InForce:
    if setting is None:
        return InForce(rule, True, rule.defaults)
    # A number that the declaration no longer knows is of no use to it.
    known = {name: value for name, value in setting.numbers.items() if name in rule.defaults}
    return InForce(
        rule, setting.enabled, {**rule.defaults, **known}, setting.recorded_at, setting.actor
    )
