"""Template parts of the indicators' pages."""

from decimal import ROUND_HALF_EVEN, Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wufei.hub.indicators.queries import State, Value

register = template.Library()
_WIDTH, _HEIGHT = 120, 12


@register.filter
def percent(value: Decimal | None, decimals: int = 1) -> str:
    """``{{ value.value|percent }}``: 80.2, rounded half-even, without the sign."""
    if value is None:
        return "—"
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):,f}"


@register.filter
def points(value: Value, before: Value | None) -> str:
    """The change since the year before, in percentage points with its sign."""
    if before is None or value.value is None or before.value is None:
        return "—"
    change = percent(value.value - before.value)
    return change.replace("-", "−") if change.startswith("-") else f"+{change}"


@register.simple_tag
def gauge(value: Value) -> SafeString:
    """A bar up to 100 % with the target as a tick; the figures beside it say the same."""
    if value.value is None:
        return SafeString("")
    width = _at(value.value)
    tick = _at(value.target.value) if value.target else None
    mark = (
        format_html('<rect class="tick" x="{}" y="0" width="2" height="12"/>', tick - 1)
        if tick is not None
        else ""
    )
    return format_html(
        '<svg class="gauge {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" x="0" y="2" width="{}" height="8" rx="2"/>'
        '<rect class="bar" x="0" y="2" width="{}" height="8" rx="2"/>{}</svg>',
        value.state.tone or "plain",
        _WIDTH,
        _HEIGHT,
        _WIDTH,
        width,
        mark,
    )


@register.simple_tag
def state_mark(state: State) -> SafeString:
    """The state in a word, with its colour."""
    return format_html('<span class="mark {}">{}</span>', state.tone or "plain", state.label)


def _at(value: Decimal) -> float:
    return round(min(max(float(value), 0), 100) * _WIDTH / 100, 1)
