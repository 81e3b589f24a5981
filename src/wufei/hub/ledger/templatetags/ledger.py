"""Template parts of the ledger's pages."""

from collections.abc import Sequence
from typing import Any

from django import template

from wufei.hub.ledger.tables import method_label
from wufei.hub.ledger.units import UNIT_LABELS

register = template.Library()


@register.filter
def at(values: Sequence[Any], position: int) -> Any:
    return values[position]


@register.filter
def method_name(code: str) -> str:
    """A method of recovery or disposal as people call it."""
    return method_label(code)


@register.filter
def unit_name(code: str) -> str:
    return str(UNIT_LABELS.get(code, code))
