"""The movements behind a number, page by page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Prefetch, QuerySet

from wufei.hub.ledger.models import Account, Movement
from wufei.hub.ledger.queries.facts import Of, Period

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Cell:
    """One number of the one account: which accounts, which side, which days."""

    of: Of
    period: Period
    kind: str = ""
    methods: tuple[str, ...] = ()  # any of them; none means all
    side: str = ""  # "in", "out" or both
    place: int | None = None
    account: int | None = None
    # Only movements between these accounts and others.
    crossing: bool = False


@dataclass(frozen=True)
class Page:
    movements: list[Movement]
    after: tuple[datetime, int] | None


_PAGE = """
SELECT m.id, m.happened_at FROM unnest(%(ids)s::bigint[]) AS a(id)
CROSS JOIN LATERAL (
    SELECT id, happened_at FROM ledger_movement
    WHERE {column} = a.id AND happened_at >= %(start)s AND happened_at < %(end)s
      AND happened_at <= %(after_at)s AND (happened_at, id) < (%(after_at)s, %(after_id)s)
      {crossing}
    ORDER BY happened_at DESC, id DESC LIMIT %(limit)s) m"""


def movements(cell: Cell, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> Page:
    """Movements of ``cell``, latest first; ``after`` is the last one of the page before.

    Each account gives its own latest ``limit`` through its index, so that the time does not
    grow with the history.
    """
    ids = account_ids(cell)
    sides = {"in": ["target_id"], "out": ["source_id"]}.get(cell.side, ["target_id", "source_id"])
    start, end = _moments(cell.period)
    parameters: dict[str, Any] = {
        "ids": ids,
        "start": start,
        "end": end,
        "after_at": after[0] if after else end,
        "after_id": after[1] if after else 0,
        "limit": limit + 1,
    }
    union = " UNION ".join(
        _PAGE.format(column=column, crossing=_CROSSING[column] if cell.crossing else "")
        for column in sides
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({union}) f ORDER BY happened_at DESC, id DESC LIMIT %(limit)s",
            parameters,
        )
        found = [pk for (pk,) in cursor.fetchall()]
    rows = list(with_names(Movement.objects.filter(pk__in=found[:limit])))
    rows.sort(key=lambda row: (row.happened_at, row.pk), reverse=True)
    more = len(found) > limit
    return Page(rows, (rows[-1].happened_at, rows[-1].pk) if more else None)


_CROSSING = {
    "target_id": "AND NOT source_id = ANY(%(ids)s::bigint[])",
    "source_id": "AND NOT target_id = ANY(%(ids)s::bigint[])",
}
_HANDED = """
SELECT coalesce(sum(mass_g), 0)::bigint FROM (
    SELECT sum(m.sign * m.mass_g) FROM unnest(%(ids)s::bigint[]) a(id)
    JOIN ledger_movement m ON m.source_id = a.id
    WHERE m.happened_at >= %(start)s AND m.happened_at < %(end)s
      AND NOT m.target_id = ANY(%(ids)s::bigint[])
    UNION ALL
    SELECT -sum(m.sign * m.mass_g) FROM unnest(%(ids)s::bigint[]) a(id)
    JOIN ledger_movement m ON m.target_id = a.id
    WHERE m.happened_at >= %(start)s AND m.happened_at < %(end)s
      AND NOT m.source_id = ANY(%(ids)s::bigint[])) s(mass_g)"""


def handed_g(of: Of, period: Period) -> int:
    """Net mass that the accounts of ``of`` handed to others in ``period``, from the movements."""
    start, end = _moments(period)
    ids = account_ids(Cell(of, period))
    with connection.cursor() as cursor:
        cursor.execute(_HANDED, {"ids": ids, "start": start, "end": end})
        return int(cursor.fetchone()[0])


def account_ids(cell: Cell) -> list[int]:
    """Accounts that the number of ``cell`` is a sum of."""
    accounts = Account.objects.all()
    if cell.account is not None:
        accounts = accounts.filter(pk=cell.account)
    for field, values in (
        ("waste", cell.of.wastes),
        ("region", cell.of.regions),
        ("holder", cell.of.holders),
    ):
        if values is not None:
            accounts = accounts.filter(**{f"{field}__in": values})
    for field, value in (("kind", cell.kind), ("place", cell.place)):
        if value:
            accounts = accounts.filter(**{field: value})
    if cell.methods:
        accounts = accounts.filter(method__in=cell.methods)
    return list(accounts.values_list("pk", flat=True))


def with_names(rows: QuerySet[Movement]) -> QuerySet[Movement]:
    """Everything a list of movements shows.

    Accounts come by queries of their own: few accounts stand behind many movements, and one join
    of a dozen tables takes longer to plan than to run.
    """
    accounts = Account.objects.select_related("holder", "place", "waste")
    return rows.select_related("reverses", "reversal").prefetch_related(
        Prefetch("source", accounts), Prefetch("target", accounts)
    )


def _moments(period: Period) -> tuple[datetime, datetime]:
    return day_start(period.start), day_start(period.end, after=1)


def day_start(day: date, *, after: int = 0) -> datetime:
    """First moment of a statutory day (Asia/Shanghai), or of the ``after``-th day after it."""
    return datetime.combine(day + timedelta(days=after), time(), SHANGHAI)
