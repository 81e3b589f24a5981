"""A rule's numbers, as a place sets them."""

from collections.abc import Mapping

from django.db import transaction

from wufei.hub.alarms.declarations import Rule
from wufei.hub.alarms.models import RuleSetting
from wufei.hub.alarms.refusals import OutOfBounds
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor

EDIT = "alarms.rule.edit"


def set_rule(
    rule: Rule, *, numbers: Mapping[str, float], enabled: bool, reason: str = "", by: Actor
) -> RuleSetting:
    """Let ``rule`` judge by these numbers from now on; what is not given takes its default.

    Raises ``OutOfBounds`` for a number that the declaration does not allow, ``KeyError`` for one
    that the rule does not have. Alarms that were raised keep the numbers they were judged by.
    """
    by.require(EDIT)
    changed = {}
    for name, value in numbers.items():
        one = rule.parameter(name)
        if not one.least <= value <= one.most:
            raise OutOfBounds(
                name=one.label, least=one.least, most=one.most, unit=one.unit, field=name
            )
        if value != one.default:
            changed[name] = value
    with transaction.atomic():
        setting = RuleSetting.objects.create(
            rule=rule.code, enabled=enabled, numbers=changed, actor=by.id, reason=reason.strip()
        )
        values = {"enabled": enabled, **changed}
        audit.record(by, "alarms:rule:set", subject=f"alarms.rule:{rule.code}", values=values)
    return setting
