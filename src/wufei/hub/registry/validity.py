"""Periods of whole days: people write the last day, the database keeps the day after it."""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Expression, Q
from django.utils import timezone

DAY = timedelta(days=1)


def today() -> date:
    """The day in Asia/Shanghai."""
    return timezone.localdate()


def period(first: date | None = None, last: date | None = None) -> DateRange:
    """From ``first`` (today if not given) to ``last`` inclusive; without end if there is none."""
    return DateRange(first or today(), last + DAY if last else None)


def first_day(validity: DateRange) -> date | None:
    lower: date | None = validity.lower
    return lower


def last_day(validity: DateRange) -> date | None:
    """The last day inclusive, None while it lasts; the day before the first if it was empty."""
    upper: date | None = validity.upper
    return upper - DAY if upper else None


def valid_on(day: date | Expression | None = None, field: str = "validity") -> Q:
    """Condition on rows that are valid on ``day`` (today if not given)."""
    return Q(**{f"{field}__contains": day or today()})


def in_words(validity: DateRange) -> str:
    """``2025-01-01 – 2025-12-31``, or ``2025-01-01 –`` while it lasts."""
    first, last = first_day(validity), last_day(validity)
    return f"{first or ''} – {last or ''}".strip()
