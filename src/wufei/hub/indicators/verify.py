"""Recount every indicator straight from the movements. Trusts no fact and no query of the pages."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

from wufei.hub.indicators.queries import Part, Value, values, years
from wufei.hub.ledger.verify import Difference

_RECOUNT = """
    SELECT w.domain, w.stream, a.kind, a.method,
           coalesce(sum(s.change_g) FILTER (WHERE s.day >= %(start)s), 0)::bigint,
           coalesce(sum(s.change_g) FILTER (WHERE s.day < %(start)s), 0)::bigint
    FROM (
        SELECT day, target_id AS account_id, sign * mass_g AS change_g FROM ledger_movement
        WHERE day <= %(end)s
        UNION ALL
        SELECT day, source_id, -sign * mass_g FROM ledger_movement WHERE day <= %(end)s) s
    JOIN ledger_account a ON a.id = s.account_id
    JOIN catalogue_wastetype w ON w.id = a.waste_id
    GROUP BY 1, 2, 3, 4"""
# Which accounts a term's number counts, and which way: written again, not taken from the pages.
_COUNTS = {
    "arisen": ("origin", -1),
    "imported": ("imported", -1),
    "secondary": ("secondary_origin", -1),
    "drawn": ("stock", -1),
    "recovered": ("recovered", 1),
    "disposed": ("disposed", 1),
}


@dataclass(frozen=True)
class Counted:
    """Net grams into one kind of account of a stream: in the period, and before it."""

    domain: str
    stream: str
    kind: str
    method: str
    during_g: int
    before_g: int


def recount(start: date, end: date) -> list[Counted]:
    """Everything that moved until ``end``, summed from the movements themselves."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"start": start, "end": end})
        return [Counted(*row) for row in cursor.fetchall()]


def differences() -> Iterator[Difference]:
    """Sums of indicators that the recount does not give, over all years.

    The caller holds one snapshot (``REPEATABLE READ``), or nothing is being recorded.
    """
    for year in years():
        found = values(year)
        if found:
            yield from _of_year(year, found)


def _of_year(year: int, found: list[Value]) -> Iterator[Difference]:
    period = found[0].period
    counted = recount(period.start, period.end)
    for value in found:
        for name in ("numerator", "denominator"):
            parts = getattr(value, name)
            expected_g = sum(_expected(value, part, counted) for part in parts)
            seen_g = getattr(value, f"{name}_g")
            if seen_g != expected_g:
                yield Difference(
                    "indicators",
                    f"{value.code} {year}, {name}",
                    f"shown {seen_g} g, recount {expected_g} g",
                )


def _expected(value: Value, part: Part, counted: list[Counted]) -> int:
    kind, way = _COUNTS[part.term.number]
    sums: Counter[str] = Counter()
    for one in counted:
        if one.stream in value.indicator.streams and one.kind == kind:
            sums[one.method] += way * one.during_g
    methods = part.term.methods or tuple(sums)
    mass_g = sum(sums[method] for method in methods)
    return max(0, mass_g) if part.term.at_least_zero else mass_g
