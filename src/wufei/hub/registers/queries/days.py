"""Registers from the ledger's facts of days: counts and sums without reading movements.

Days know the two kinds of account that mass moved between, the place, and whether the other end is
somebody else's; that is all that a register's rules and its commonest filters ask for. What is
not folded yet is read with them, so that the sums are exact at every moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from wufei.hub.ledger.models import AccountKind, MovementKind
from wufei.hub.ledger.queries.facts import Period
from wufei.hub.ledger.rules import FLOWS
from wufei.hub.registers.queries.sides import Filters, Picked, Rule, Within, kinds_in

_READ = (
    "day, waste_id, kind, method, place_id, other_kind, across, in_g, out_g, in_count, out_count"
)
_DAYS = f"""days AS (
    SELECT {_READ} FROM ledger_flowday a WHERE {{accounts}}
    UNION ALL SELECT {_READ} FROM ledger_unfolded a WHERE {{accounts}})"""


@dataclass(frozen=True)
class Moved:
    """What moved one way between two kinds of account; grams. ``own`` is the register's end."""

    side: str
    own: AccountKind
    other: AccountKind
    count: int
    mass_g: int

    @property
    def kind(self) -> MovementKind:
        ends = (self.other, self.own) if self.side == "in" else (self.own, self.other)
        return FLOWS[ends]


def countable(filters: Filters) -> bool:
    """Whether days know all that these filters ask for."""
    return replace(filters, movement="") == Filters()


def moved(picked: Picked) -> list[Moved]:
    """What the rows of a register add up to; its filters must be ``countable``."""
    statement = f"""
        WITH {_days(picked.within)}, rows AS ({_branches(picked)})
        SELECT side, kind, other_kind, sum(count)::bigint, sum(mass_g)::bigint
        FROM rows GROUP BY 1, 2, 3"""
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(picked))
        return [
            Moved(side, AccountKind(own), AccountKind(other), count, mass_g)
            for side, own, other, count, mass_g in cursor.fetchall()
        ]


@dataclass(frozen=True)
class Window:
    """Days that hold a page of rows; ``skip`` rows of them come before it."""

    period: Period
    skip: int


def window(picked: Picked, *, offset: int, limit: int) -> Window | None:
    """Where the rows from ``offset`` on are, so that no page reads those before; None: nowhere."""
    statement = f"""
        WITH {_days(picked.within)}, rows AS ({_branches(picked)}), upto AS (
            SELECT day, sum(count) AS count, sum(sum(count)) OVER (ORDER BY day) AS upto
            FROM rows GROUP BY day)
        SELECT min(day), max(day), (%(offset)s - min(upto - count))::bigint
        FROM upto WHERE upto > %(offset)s AND upto - count < %(offset)s + %(limit)s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(picked) | {"offset": offset, "limit": limit})
        first, last, skip = cursor.fetchone()
    return None if first is None else Window(Period(first, last), skip)


def spans(picked: Picked, *, rows: int) -> list[Period]:
    """The period cut into days in a row that hold about so many rows of the register each."""
    statement = f"""
        WITH {_days(picked.within)}, rows AS ({_branches(picked)})
        SELECT day, sum(count)::bigint FROM rows GROUP BY day ORDER BY day"""
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(picked))
        counts = cursor.fetchall()
    found, start, held = [], None, 0
    for day, count in counts:
        start, held = start or day, held + count
        if held >= rows or day == counts[-1][0]:
            found.append(Period(start, day))
            start, held = None, 0
    return found


@dataclass(frozen=True)
class Store:
    """All accounts of one limited kind over a period; grams."""

    before_g: int
    after_g: int
    moved: list[Moved]


def store(within: Within, kind: AccountKind) -> Store:
    """What stood there before the period, what moved in it, and net what moved after it."""
    during = "FILTER (WHERE day BETWEEN %(first)s AND %(last)s)"
    statement = f"""
        WITH {_days(within)}
        SELECT other_kind, {_sum("in_g - out_g", "FILTER (WHERE day < %(first)s)")},
            {_sum("in_g - out_g", "FILTER (WHERE day > %(last)s)")},
            {_sum("in_count", during)}, {_sum("in_g", during)},
            {_sum("out_count", during)}, {_sum("out_g", during)}
        FROM days WHERE kind = %(kind)s GROUP BY 1"""
    parameters = within.accounts[1] | {
        "first": within.period.start,
        "last": within.period.end,
        "kind": kind.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    return Store(
        sum(row[1] for row in rows),
        sum(row[2] for row in rows),
        [
            Moved(side, kind, AccountKind(other), count, mass_g)
            for other, _before, _after, *sums in rows
            for side, count, mass_g in (("in", *sums[:2]), ("out", *sums[2:]))
            if count
        ],
    )


def _sum(expression: str, filtered: str) -> str:
    return f"coalesce(sum({expression}) {filtered}, 0)::bigint"


def below_zero(within: Within, *, limit: int) -> Sequence[tuple[int, date, int]]:
    """Account, day and grams of stocks that were below zero at the end of a day, of all time.

    One stock is one holder, waste and place, which is what days tell apart.
    """
    statement = f"""
        WITH {_days(within)}, running AS (
            SELECT waste_id, place_id, day, sum(sum(in_g - out_g)) OVER (
                PARTITION BY waste_id, place_id ORDER BY day)::bigint AS running_g
            FROM days WHERE kind = 'stock' GROUP BY 1, 2, 3)
        SELECT a.id, r.day, r.running_g FROM running r
        JOIN ledger_account a ON a.holder_id = %(holder)s AND a.kind = 'stock'
            AND a.waste_id = r.waste_id AND a.place_id = r.place_id
        WHERE r.running_g < 0 ORDER BY r.day, a.id LIMIT %(limit)s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, within.accounts[1] | {"limit": limit})
        found: list[tuple[int, date, int]] = cursor.fetchall()
        return found


def treated(within: Within) -> Sequence[tuple[int, str, str, int]]:
    """Waste, method, outcome and grams of what the organisation treated itself, most first."""
    statement = f"""
        WITH {_days(within)}
        SELECT waste_id, method, kind, sum(in_g)::bigint FROM days
        WHERE kind IN ('recovered', 'disposed') AND day BETWEEN %(first)s AND %(last)s
        GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2"""
    period = within.period
    parameters = within.accounts[1] | {"first": period.start, "last": period.end}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[int, str, str, int]] = cursor.fetchall()
        return found


def carried(within: Within) -> Sequence[tuple[int, int, int]]:
    """Waste, loads and grams that came onto the organisation's vehicles; not from its own ones."""
    statement = f"""
        WITH {_days(within)}
        SELECT waste_id, sum(in_count)::bigint, sum(in_g)::bigint FROM days
        WHERE kind = 'custody' AND (other_kind <> 'custody' OR across)
            AND in_count > 0 AND day BETWEEN %(first)s AND %(last)s
        GROUP BY 1 ORDER BY 1"""
    period = within.period
    parameters = within.accounts[1] | {"first": period.start, "last": period.end}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[int, int, int]] = cursor.fetchall()
        return found


def daily(picked: Picked) -> dict[date, int]:
    """Grams of the rows of a register by day; its filters must be ``countable``."""
    statement = f"""
        WITH {_days(picked.within)}, rows AS ({_branches(picked)})
        SELECT day, sum(mass_g)::bigint FROM rows GROUP BY day ORDER BY day"""
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(picked))
        return dict(cursor.fetchall())


def _days(within: Within) -> str:
    return _DAYS.format(accounts=within.accounts[0])


def _parameters(picked: Picked) -> dict[str, Any]:
    period = picked.within.period
    return picked.within.accounts[1] | {"first": period.start, "last": period.end}


def _branches(picked: Picked) -> str:
    return " UNION ALL ".join(_branch(rule, picked.filters.movement) for rule in picked.rules)


def _branch(rule: Rule, movement: str) -> str:
    text = f"""SELECT '{rule.side}' AS side, day, kind, other_kind,
            {rule.side}_count AS count, {rule.side}_g AS mass_g
        FROM days WHERE day BETWEEN %(first)s AND %(last)s AND {rule.side}_count > 0
            AND kind IN ({kinds_in(rule.own)})"""
    if rule.other:
        text += f" AND other_kind IN ({kinds_in(rule.other)})"
    if rule.across:
        text += " AND across"
    if movement:
        text += f" AND (kind, other_kind) IN ({_pairs(rule.side, movement)})"
    return text


def _pairs(side: str, movement: str) -> str:
    """Own and other kinds of account of a kind of movement, as SQL."""
    ends = [ends for ends, kind in FLOWS.items() if kind == movement]
    pairs: Iterable[tuple[AccountKind, AccountKind]] = (
        ((target, source) if side == "in" else (source, target)) for source, target in ends
    )
    return ", ".join(f"('{own.value}', '{other.value}')" for own, other in pairs)
