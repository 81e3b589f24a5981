"""How spans of time look in the telemetry's pages."""

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def span(length: timedelta) -> str:
    """``1:05:09`` (hours, minutes, seconds), or ``5:09`` below an hour."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def moment_of(ms: int) -> str:
    """Time of day in Asia/Shanghai of milliseconds since 1970."""
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC)).strftime("%H:%M:%S")
