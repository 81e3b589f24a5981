"""Sums of mass by what one asks for, from facts and what is not yet folded, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

FIRST_DAY = date(1996, 1, 1)


@dataclass(frozen=True)
class Period:
    """Days from ``start`` to ``end``, both counted (Asia/Shanghai)."""

    start: date
    end: date

    @property
    def whole_months(self) -> tuple[date, date]:
        """First day of the first whole month, and first day after the last one."""
        first = self.start if self.start.day == 1 else _next_month(self.start)
        after = self.end + timedelta(days=1)
        return first, after.replace(day=1)


@dataclass(frozen=True)
class Of:
    """Which facts: ids of wastes, regions and holders; None means all."""

    wastes: Sequence[int] | None = None
    regions: Sequence[int] | None = None
    holders: Sequence[int] | None = None


class By(StrEnum):
    """What the sums are grouped by."""

    ALL = "all"
    DOMAIN = "domain"
    STREAM = "stream"
    WASTE = "waste"
    REGION = "region"
    HOLDER = "holder"
    MONTH = "month"


@dataclass(frozen=True)
class Sum:
    """Grams into and out of one kind of account; ``before_g`` is what stood there before."""

    key: Any
    kind: str
    method: str
    in_g: int
    out_g: int
    before_g: int


_KEYS = {
    By.ALL: "''",
    By.DOMAIN: "w.domain",
    By.STREAM: "w.stream",
    By.WASTE: "f.waste_id",
    By.REGION: "f.region_id",
    By.HOLDER: "f.holder_id",
    By.MONTH: "date_trunc('month', coalesce(f.day, %(start)s))::date",
}
_DURING = "day, waste_id, region_id, holder_id, kind, method, in_g, out_g, 0::bigint AS before_g"
_BEFORE = (
    "NULL::date, waste_id, region_id, holder_id, kind, method, 0::bigint, 0::bigint, in_g - out_g"
)
_LIMITED = "kind IN ('stock', 'custody')"


def sums(of: Of, period: Period, by: By) -> list[Sum]:
    """Sums for ``period``; exact at the moment of the statement, whatever is being recorded."""
    filters, parameters = _filters(of)
    first, after = period.whole_months
    whole = first < after
    parameters |= {
        "start": period.start,
        "end": period.end,
        "first": first if whole else period.end + timedelta(days=1),
        "after": after if whole else period.end + timedelta(days=1),
        "start_month": period.start.replace(day=1),
    }
    month = _DURING.replace("day,", "month,", 1)
    parts = (
        f"{month} FROM ledger_flowmonth WHERE month >= %(first)s AND month < %(after)s",
        f"{_DURING} FROM ledger_flowday WHERE day >= %(start)s AND day < %(first)s",
        f"{_DURING} FROM ledger_flowday WHERE day >= %(after)s AND day <= %(end)s",
        f"{_DURING} FROM ledger_unfolded WHERE day >= %(start)s AND day <= %(end)s",
        f"{_BEFORE} FROM ledger_flowmonth WHERE month < %(start_month)s AND {_LIMITED}",
        f"{_BEFORE} FROM ledger_flowday "
        f"WHERE day >= %(start_month)s AND day < %(start)s AND {_LIMITED}",
        f"{_BEFORE} FROM ledger_unfolded WHERE day < %(start)s AND {_LIMITED}",
    )
    union = " UNION ALL ".join(f"SELECT {part}{filters}" for part in parts)
    join = "JOIN catalogue_wastetype w ON w.id = f.waste_id" if by in (By.DOMAIN, By.STREAM) else ""
    statement = f"""
        SELECT {_KEYS[by]} AS key, f.kind, f.method,
               sum(f.in_g)::bigint, sum(f.out_g)::bigint, sum(f.before_g)::bigint
        FROM ({union}) f(day, waste_id, region_id, holder_id, kind, method, in_g, out_g, before_g)
        {join} GROUP BY 1, 2, 3"""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Sum(*row) for row in cursor.fetchall()]


def first_day() -> date | None:
    """The first day of which the ledger knows anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least((SELECT min(day) FROM ledger_flowday),"
            " (SELECT min(day) FROM ledger_unfolded))"
        )
        (found,) = cursor.fetchone()
    assert found is None or isinstance(found, date)
    return found


def _filters(of: Of) -> tuple[str, dict[str, Any]]:
    text, parameters = "", {}
    for column, ids in (
        ("waste_id", of.wastes),
        ("region_id", of.regions),
        ("holder_id", of.holders),
    ):
        if ids is not None:
            text += f" AND {column} = ANY(%({column})s)"
            parameters[column] = list(ids)
    return text, parameters


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
