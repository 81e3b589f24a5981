"""Template parts of the generic pages."""

from typing import Any

from django import template

from wufei.hub.base.tables import show

register = template.Library()


@register.filter
def shown(value: Any, decimals: int | None = None) -> str:
    """A value as tables show it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return show.text(value, decimals)
