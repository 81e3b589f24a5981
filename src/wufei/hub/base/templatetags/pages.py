"""Template parts of the generic pages."""

from typing import Any

from django import template

from wufei.hub.base.pages.resource import Section
from wufei.hub.base.tables import show

register = template.Library()


@register.simple_tag(takes_context=True)
def section_body(context: template.Context, section: Section) -> str:
    """The section's own template, with its context laid over the page's."""
    assert context.template is not None
    body = context.template.engine.get_template(section.template)
    with context.push(section=section):
        context.update(dict(section.context))
        try:
            return body.render(context)
        finally:
            context.pop()


@register.filter
def shown(value: Any, decimals: int | None = None) -> str:
    """A value as tables show it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return show.text(value, decimals)
