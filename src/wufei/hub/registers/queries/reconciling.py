"""Whether a register is the ledger: opening + in − out = closing, each from another source.

Opening, in and out come from the facts, the closing from the balances that posting keeps: they have
to meet to the gram. A page stops there, so that its time does not grow with the movements; a file
counts the parts, and what moved after the period, from the movements: a third source.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from wufei.hub.ledger.models import AccountKind, MovementKind
from wufei.hub.ledger.queries.facts import By, Of, Sum, sums
from wufei.hub.ledger.queries.reach import narrow
from wufei.hub.ledger.services.scanning import sunk_accounts
from wufei.hub.registers.declarations import Kind
from wufei.hub.registers.queries import days
from wufei.hub.registers.queries.sides import Picked, Within, branches


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
    """Grams."""

    before_g: int
    in_g: int
    out_g: int
    end_g: int
    parts: list[Part]

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


def reconcile(
    within: Within, kind: AccountKind = AccountKind.STOCK, *, recount: bool = False
) -> Reconciliation:
    """Of the limited accounts of this kind: what stands in storage, or is on the road.

    ``recount``: read every movement of the period and after it.
    """
    found = days.store(within, kind)
    in_g, out_g = _mass(found.moved, "in"), _mass(found.moved, "out")
    parts = _recounted(within, kind) if recount else _parts(found.moved)
    after_g = _after_g(within, kind) if recount else found.after_g
    return Reconciliation(found.before_g, in_g, out_g, _standing_g(within, kind) - after_g, parts)


def _mass(moved: Iterable[days.Moved], side: str) -> int:
    return sum(one.mass_g for one in moved if one.side == side)


def _parts(moved: Iterable[days.Moved]) -> list[Part]:
    masses: Counter[tuple[str, str]] = Counter()
    for one in moved:
        masses[one.side, one.kind.value] += one.mass_g
    ordered = sorted(masses.items(), key=lambda part: (part[0][0], -part[1], part[0][1]))
    return [Part(side, kind, mass_g) for (side, kind), mass_g in ordered if mass_g]


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


def _recounted(within: Within, kind: AccountKind) -> list[Part]:
    stored = kind is AccountKind.STOCK
    picked = Picked(Kind.STORED if stored else Kind.CARRIED, within)
    statement = f"""
        SELECT k.side, k.kind, sum(k.sign * k.mass_g)::bigint
        FROM ({branches(picked)}) k GROUP BY 1, 2 ORDER BY 1, 3 DESC"""
    with connection.cursor() as cursor:
        cursor.execute(statement, picked.parameters)
        return [Part(*row) for row in cursor.fetchall() if row[2]]


_STANDING = """
SELECT coalesce(sum(b.in_g - b.out_g), 0)::bigint FROM ledger_account a
JOIN ledger_balance b ON b.account_id = a.id WHERE {accounts} AND a.kind = %(kind)s"""
_AFTER = """
SELECT (coalesce((SELECT sum(m.sign * m.mass_g) FROM ledger_account a
    JOIN ledger_movement m ON m.target_id = a.id
    WHERE {accounts} AND a.kind = %(kind)s AND m.happened_at >= %(end)s), 0)
  - coalesce((SELECT sum(m.sign * m.mass_g) FROM ledger_account a
    JOIN ledger_movement m ON m.source_id = a.id
    WHERE {accounts} AND a.kind = %(kind)s AND m.happened_at >= %(end)s), 0))::bigint"""


def _standing_g(within: Within, kind: AccountKind) -> int:
    """What the balances say stands there now."""
    return _asked(_STANDING, within, kind)


def _after_g(within: Within, kind: AccountKind) -> int:
    """What the movements after the period brought, net."""
    return _asked(_AFTER, within, kind)


def _asked(statement: str, within: Within, kind: AccountKind) -> int:
    parameters: dict[str, Any] = within.parameters | {"kind": kind.value}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(accounts=within.accounts[0]), parameters)
        return int(cursor.fetchone()[0])


# Days below zero, of all accounts of a kind at once. On the road each load has an account of its
# own, which days do not tell apart.
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


def below_zero(
    within: Within, kind: AccountKind = AccountKind.STOCK, *, recount: bool = False
) -> list[BelowZero]:
    """Such days of all time, the first ones first, at most ``IMPOSSIBLE_MAX``.

    Of loads on the road, those that the nightly scan found; ``recount``: all of them.
    """
    if kind is AccountKind.STOCK:
        return [BelowZero(*row) for row in days.below_zero(within, limit=IMPOSSIBLE_MAX)]
    text, parameters = within.accounts
    parameters |= {"kind": kind.value, "limit": IMPOSSIBLE_MAX}
    if not recount:
        text += " AND a.id = ANY(%(known)s)"
        parameters["known"] = sunk_accounts()
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
