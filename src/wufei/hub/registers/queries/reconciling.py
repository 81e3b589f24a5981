"""Whether a register is the ledger: opening + in − out = closing, each from another source.

Opening, in and out come from the facts, the parts from the movements, the closing from the
balances that posting keeps: three counts of the same mass that have to meet to the gram.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from wufei.hub.ledger.models import AccountKind, MovementKind
from wufei.hub.ledger.queries.facts import FIRST_DAY, By, Of, Period, Sum, sums
from wufei.hub.ledger.queries.reach import narrow
from wufei.hub.registers.queries.sides import Rule, Within, branches


@dataclass(frozen=True)
class Part:
    """One kind of movement into (``side`` "in") or out of the accounts; grams."""

    side: str
    kind: str
    mass_g: int

    @property
    def label(self) -> str:
        return str(MovementKind(self.kind).label)


@dataclass(frozen=True)
class Reconciliation:
    """Grams. Facts know no site: where one is chosen (``from_facts`` is False) opening and sums
    are counted from the movements.
    """

    before_g: int
    in_g: int
    out_g: int
    end_g: int
    parts: list[Part]
    from_facts: bool

    @property
    def off_g(self) -> int:
        """What does not meet; anything but 0 is a defect of the ledger."""
        return self.before_g + self.in_g - self.out_g - self.end_g

    @property
    def holds(self) -> bool:
        return (
            self.off_g == 0
            and self.in_g == _sum(self.parts, "in")
            and self.out_g == _sum(self.parts, "out")
        )

    @property
    def ins(self) -> list[Part]:
        return [part for part in self.parts if part.side == "in"]

    @property
    def outs(self) -> list[Part]:
        return [part for part in self.parts if part.side == "out"]


def _sum(parts: Iterable[Part], side: str) -> int:
    return sum(part.mass_g for part in parts if part.side == side)


def reconcile(within: Within, kind: AccountKind = AccountKind.STOCK) -> Reconciliation:
    """Of the limited accounts of this kind: what stands in storage, or is on the road."""
    rules = (Rule("in", (kind,)), Rule("out", (kind,)))
    parts = _parts(within, rules)
    if within.site is None:
        fact = _fact(within, (kind,))
        before_g, in_g, out_g = fact.before_g, fact.in_g, fact.out_g
    else:
        before = replace(within, period=_before(within.period))
        earlier = _parts(before, rules)
        before_g = _sum(earlier, "in") - _sum(earlier, "out")
        in_g, out_g = _sum(parts, "in"), _sum(parts, "out")
    end_g = _end_g(within, kind)
    return Reconciliation(before_g, in_g, out_g, end_g, parts, within.site is None)


def fact_g(within: Within, kinds: tuple[AccountKind, ...], side: str) -> int:
    """What the facts say went into or out of accounts of these kinds; grams."""
    found = _fact(within, kinds)
    return found.in_g if side == "in" else found.out_g


def _fact(within: Within, kinds: tuple[AccountKind, ...]) -> Sum:
    of = narrow(within.of, Of(holders=[within.holder]))
    rows = [row for row in sums(of, within.period, By.ALL) if row.kind in kinds]
    return Sum(
        "",
        "",
        "",
        sum(row.in_g for row in rows),
        sum(row.out_g for row in rows),
        sum(row.before_g for row in rows),
    )


def _before(period: Period) -> Period:
    return Period(FIRST_DAY, date.fromordinal(period.start.toordinal() - 1))


def _parts(within: Within, rules: tuple[Rule, ...]) -> list[Part]:
    statement = f"""
        SELECT k.side, k.kind, sum(k.sign * k.mass_g)::bigint
        FROM ({branches(rules, within)}) k GROUP BY 1, 2 ORDER BY 1, 3 DESC"""
    with connection.cursor() as cursor:
        cursor.execute(statement, within.parameters)
        return [Part(*row) for row in cursor.fetchall() if row[2]]


# What stands now, less all that moved after the period: counted from the other end of time.
_END = """
SELECT (coalesce((SELECT sum(b.in_g - b.out_g) FROM ledger_account a
    JOIN ledger_balance b ON b.account_id = a.id WHERE {accounts} AND a.kind = %(kind)s), 0)
  - coalesce((SELECT sum(m.sign * m.mass_g) FROM ledger_account a
    JOIN ledger_movement m ON m.target_id = a.id
    WHERE {accounts} AND a.kind = %(kind)s AND m.happened_at >= %(end)s), 0)
  + coalesce((SELECT sum(m.sign * m.mass_g) FROM ledger_account a
    JOIN ledger_movement m ON m.source_id = a.id
    WHERE {accounts} AND a.kind = %(kind)s AND m.happened_at >= %(end)s), 0))::bigint"""


def _end_g(within: Within, kind: AccountKind) -> int:
    parameters: dict[str, Any] = within.parameters | {"kind": kind.value}
    with connection.cursor() as cursor:
        cursor.execute(_END.format(accounts=within.accounts[0]), parameters)
        return int(cursor.fetchone()[0])


# Days below zero, of all accounts of a kind at once.
_NEGATIVE = """
SELECT account_id, day, running_g::bigint FROM (
    SELECT account_id, day, sum(sum(change_g)) OVER (PARTITION BY account_id ORDER BY day)
        AS running_g
    FROM (
        SELECT a.id AS account_id, m.day, m.sign * m.mass_g AS change_g FROM ledger_account a
        JOIN ledger_movement m ON m.target_id = a.id
        WHERE {accounts} AND a.kind = %(kind)s
        UNION ALL
        SELECT a.id, m.day, -m.sign * m.mass_g FROM ledger_account a
        JOIN ledger_movement m ON m.source_id = a.id
        WHERE {accounts} AND a.kind = %(kind)s) s
    GROUP BY account_id, day) d
WHERE running_g < 0 ORDER BY day, account_id LIMIT %(limit)s"""
IMPOSSIBLE_MAX = 200


@dataclass(frozen=True)
class BelowZero:
    """A day at whose end more had left an account than had come; grams, below zero."""

    account_id: int
    day: date
    running_g: int


def below_zero(within: Within, kind: AccountKind = AccountKind.STOCK) -> list[BelowZero]:
    """Such days of all time, the first ones first, at most ``IMPOSSIBLE_MAX``."""
    text, parameters = within.accounts
    parameters |= {"kind": kind.value, "limit": IMPOSSIBLE_MAX}
    with connection.cursor() as cursor:
        cursor.execute(_NEGATIVE.format(accounts=text), parameters)
        return [BelowZero(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class OverFull:
    """A site where more stands than it is registered to hold; grams."""

    site_id: int
    name: str
    mass_g: int
    capacity_g: int


_OVER_FULL = """
SELECT p.id, p.name, sum(b.in_g - b.out_g)::bigint, (p.capacity_t * 1000000)::bigint
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
JOIN registry_site p ON p.id = a.place_id
WHERE {accounts} AND a.kind = 'stock' AND p.capacity_t IS NOT NULL
GROUP BY p.id HAVING sum(b.in_g - b.out_g) > p.capacity_t * 1000000 ORDER BY p.name"""


def over_full(within: Within) -> list[OverFull]:
    """Sites that hold more of these wastes alone than they can hold of all."""
    text, parameters = within.accounts
    with connection.cursor() as cursor:
        cursor.execute(_OVER_FULL.format(accounts=text), parameters)
        return [OverFull(*row) for row in cursor.fetchall()]
