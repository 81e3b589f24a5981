"""Small words of the plans' templates."""

from django import template

from wufei.hub.plans.models import Target, Task
from wufei.hub.plans.pages import targets, tasks

register = template.Library()


@register.filter
def goal(target: Target) -> str:
    """ "≥ 75 %" """
    return targets.goal(target)


@register.filter
def is_overdue(task: Task) -> bool:
    return tasks.overdue(task)


@register.filter
def state_tone(task: Task) -> str:
    return tasks.state_tone(task) or "plain"
