"""Template parts of the registers' pages."""

from django import template

from wufei.hub.base.tables import Column
from wufei.hub.registers.layout import is_number as _is_number

register = template.Library()


@register.filter
def is_number(column: Column) -> bool:
    """Whether the column is set to the right."""
    return _is_number(column)
