"""Account statement: what stood before, each movement with the running balance, what stands now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from wufei.hub.ledger.models import Account, Balance, Movement
from wufei.hub.ledger.queries.facts import Period
from wufei.hub.ledger.queries.movements import day_start, with_names


@dataclass(frozen=True)
class StatementLine:
    """``change_g`` is signed as this account sees it."""

    movement: Movement
    change_g: int
    running_g: int


@dataclass(frozen=True)
class Statement:
    """Grams; ``lines`` are in the order in which things happened, one page of them."""

    account: Account
    before_g: int
    in_g: int
    out_g: int
    lines: list[StatementLine]
    count: int
    negative_days: list[tuple[date, int]]

    @property
    def end_g(self) -> int:
        return self.before_g + self.in_g - self.out_g


_SIDES = """
    SELECT id, happened_at, sign * mass_g AS change_g FROM ledger_movement WHERE target_id = %(id)s
    UNION ALL
    SELECT id, happened_at, -sign * mass_g FROM ledger_movement WHERE source_id = %(id)s"""
_TOTALS = f"""
SELECT coalesce(sum(change_g) FILTER (WHERE happened_at < %(start)s), 0)::bigint,
       coalesce(sum(change_g) FILTER (WHERE happened_at >= %(start)s AND change_g > 0), 0)::bigint,
       coalesce(-sum(change_g) FILTER (WHERE happened_at >= %(start)s AND change_g < 0), 0)::bigint,
       count(*) FILTER (WHERE happened_at >= %(start)s)
FROM ({_SIDES}) s WHERE happened_at < %(end)s"""
_LINES = f"""
SELECT id, change_g, (%(before)s + sum(change_g) OVER (ORDER BY happened_at, id))::bigint
FROM ({_SIDES}) s WHERE happened_at >= %(start)s AND happened_at < %(end)s
ORDER BY happened_at, id OFFSET %(offset)s LIMIT %(limit)s"""
_NEGATIVE = """
SELECT day, running_g FROM (
    SELECT day, sum(sum(change_g)) OVER (ORDER BY day) AS running_g FROM (
        SELECT day, sign * mass_g AS change_g FROM ledger_movement WHERE target_id = %(id)s
        UNION ALL
        SELECT day, -sign * mass_g FROM ledger_movement WHERE source_id = %(id)s) s
    GROUP BY day) d
WHERE running_g < 0 ORDER BY day"""


def statement(account: Account, period: Period, *, offset: int = 0, limit: int = 100) -> Statement:
    """Statement of ``account``; a day below zero is listed, never clamped (limited accounts)."""
    parameters: dict[str, Any] = {
        "id": account.pk,
        "start": day_start(period.start),
        "end": day_start(period.end, after=1),
        "offset": offset,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, parameters)
        before_g, in_g, out_g, count = cursor.fetchone()
        cursor.execute(_LINES, parameters | {"before": before_g})
        rows = cursor.fetchall()
    found = with_names(Movement.objects.filter(pk__in=[pk for pk, _, _ in rows])).in_bulk()
    lines = [StatementLine(found[pk], change_g, running_g) for pk, change_g, running_g in rows]
    return Statement(account, before_g, in_g, out_g, lines, count, negative_days(account))


def negative_days(account: Account) -> list[tuple[date, int]]:
    """Days at whose end the account was below zero in the order of happening; grams."""
    if not account.limited:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEGATIVE, {"id": account.pk})
        return [(day, int(running_g)) for day, running_g in cursor.fetchall()]


def standing_g(account: Account) -> int:
    """What stands in a limited account now."""
    balance = Balance.objects.filter(pk=account.pk).first()
    return balance.in_g - balance.out_g if balance else 0
