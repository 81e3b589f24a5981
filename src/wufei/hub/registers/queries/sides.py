"""Which movements stand in a register, seen from the accounts of the organisation that keeps it.

A movement between two of its own accounts may stand there twice: once where it leaves, once where
it arrives. ``side`` is "in" where the own account is the target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any
from uuid import UUID

from wufei.hub.ledger.models import AccountKind as A
from wufei.hub.ledger.queries.facts import Of, Period
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.registers.declarations import Kind


@dataclass(frozen=True)
class Rule:
    """``own`` and ``other`` are kinds of accounts (no ``other``: any). ``across``: only between
    the organisation and another one.
    """

    side: str
    own: tuple[A, ...]
    other: tuple[A, ...] = ()
    across: bool = False


_SINKS = (A.STOCK, A.RECOVERED, A.DISPOSED, A.EXPORTED)
_STOCK_IN, _STOCK_OUT = Rule("in", (A.STOCK,)), Rule("out", (A.STOCK,))
RULES: Mapping[Kind, tuple[Rule, ...]] = {
    Kind.ARISING: (Rule("out", (A.ORIGIN, A.SECONDARY_ORIGIN)),),
    Kind.INCOMING: (
        Rule("in", _SINKS, (A.CUSTODY, A.IMPORTED)),
        Rule("in", _SINKS, (A.STOCK, A.ORIGIN), across=True),
    ),
    Kind.OUTGOING: (
        Rule("out", (A.STOCK, A.ORIGIN, A.IMPORTED), (A.CUSTODY, A.EXPORTED)),
        Rule("out", (A.STOCK, A.ORIGIN), (A.STOCK, A.RECOVERED, A.DISPOSED), across=True),
    ),
    Kind.CARRIED: (Rule("in", (A.CUSTODY,)), Rule("out", (A.CUSTODY,))),
    Kind.STORED: (_STOCK_IN, _STOCK_OUT),
    Kind.STORED_IN: (_STOCK_IN,),
    Kind.STORED_OUT: (_STOCK_OUT,),
    Kind.TREATED: (Rule("in", (A.RECOVERED, A.DISPOSED)),),
    Kind.RECOVERED: (Rule("in", (A.RECOVERED,)),),
    Kind.DISPOSED: (Rule("in", (A.DISPOSED,)),),
}


@dataclass(frozen=True)
class Within:
    """Whose accounts, of which wastes and regions, at which site, on which days."""

    holder: int
    of: Of
    period: Period
    site: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        return self.accounts[1] | {
            "start": day_start(self.period.start),
            "end": day_start(self.period.end, after=1),
        }

    @property
    def accounts(self) -> tuple[str, dict[str, Any]]:
        """Condition on own accounts ``a``, and its parameters."""
        text = "a.holder_id = %(holder)s"
        values: dict[str, Any] = {"holder": self.holder}
        chosen: Sequence[tuple[str, Any]] = (
            ("waste_id", self.of.wastes),
            ("region_id", self.of.regions),
            ("holder_id", self.of.holders),
        )
        for column, ids in chosen:
            if ids is not None:
                text += f" AND a.{column} = ANY(%({column}s)s)"
                values[f"{column}s"] = list(ids)
        if self.site is not None:
            text += " AND a.place_id = %(site)s"
            values["site"] = self.site
        return text, values


@dataclass(frozen=True)
class Filters:
    """What one looks for among the rows; "" means everything."""

    movement: str = ""
    counterparty: str = ""
    manifest: str = ""
    plate: str = ""
    label: str = ""
    standing: bool = False

    @property
    def any(self) -> bool:
        return self.on > 0

    @property
    def on(self) -> int:
        """How many of them are on."""
        return sum(1 for one in astuple(self) if one)


@dataclass(frozen=True)
class Picked:
    """The rows of a register; ``lines`` are the only ones of manifests that they can be of."""

    kind: Kind
    within: Within
    filters: Filters = field(default_factory=Filters)
    lines: tuple[UUID, ...] | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        return RULES[self.kind]

    @property
    def parameters(self) -> dict[str, Any]:
        period = self.within.period
        return self.within.parameters | {
            "first_day": period.start,
            "last_day": period.end,
            "lines": list(self.lines or ()),
        }

    def during(self, period: Period) -> "Picked":
        return replace(self, within=replace(self.within, period=period))


_COLUMNS = {"in": ("m.target_id", "m.source_id"), "out": ("m.source_id", "m.target_id")}
_BRANCH = """
SELECT m.id, m.uuid, m.happened_at, m.day, m.recorded_at, m.kind, m.sign, m.mass_g,
       m.original_value, m.original_unit, m.cause, m.actor, m.reverses_id,
       '{side}' AS side, {ends}
FROM {movements}
WHERE {accounts} AND a.kind IN ({own_kinds}){more}"""
# The moments lead into an account's own index, the days into that of all movements.
_MOVED = (
    "m.happened_at >= %(start)s AND m.happened_at < %(end)s"
    " AND m.day BETWEEN %(first_day)s AND %(last_day)s"
)
_ALL = """ledger_account a JOIN ledger_movement m ON {own} = a.id AND {moved}
JOIN ledger_account o ON o.id = {other}"""
# Each account gives its own first ones through its index: a page does not read all of them.
_FIRST = """ledger_account a CROSS JOIN LATERAL (
    SELECT m.* FROM ledger_movement m WHERE {own} = a.id AND {moved}
    ORDER BY m.happened_at, m.id LIMIT %(first)s) m
JOIN ledger_account o ON o.id = {other}"""
# From a few loads: the planner knows only how many movements an account has on average, and a
# store has all of them. OFFSET 0 keeps it from beginning with the store.
_FROM_LINES = """ledger_account o CROSS JOIN LATERAL (
    SELECT m.* FROM ledger_movement m WHERE {other} = o.id AND {moved} OFFSET 0) m
JOIN ledger_account a ON a.id = {own}"""

_OF_ACCOUNT = ("id", "kind", "holder_id", "place_id", "waste_id", "method", "line", "tracking")
_ENDS = ", ".join(
    f"{alias}.{name} AS {end}_{name}"
    for alias, end in (("a", "own"), ("o", "other"))
    for name in _OF_ACCOUNT
)


def _account(alias: str, end: str) -> str:
    names = ", ".join(f"k.{end}_{name} AS {name}" for name in _OF_ACCOUNT)
    return f"CROSS JOIN LATERAL (SELECT {names}) {alias}"


# The two accounts of a picked movement ``k`` under short names, without looking them up again.
ACCOUNTS = f"\n{_account('a', 'own')}\n{_account('o', 'other')}\n"


def branches(picked: Picked, *, first: bool = False) -> str:
    """Own sides of all movements of a register; parameters are ``picked.parameters``.

    ``first``: at least the ``%(first)s`` earliest ones, where every movement of an account counts.
    """
    return "\nUNION ALL".join(_branch(rule, picked, first=first) for rule in picked.rules)


def _branch(rule: Rule, picked: Picked, *, first: bool) -> str:
    own, other = _COLUMNS[rule.side]
    # On the road every load has an account of its own: there the day leads to the movements.
    on_the_road = A.CUSTODY in rule.own
    movements = _FIRST if first and not rule.other and not on_the_road else _ALL
    if picked.lines is not None and not on_the_road:
        movements = _FROM_LINES
    more = f" AND o.kind IN ({kinds_in(rule.other)})" if rule.other else ""
    if rule.across:
        more += " AND o.holder_id <> a.holder_id"
    if picked.lines is not None:
        more += f" AND {'a' if on_the_road else 'o'}.line = ANY(%(lines)s)"
    return _BRANCH.format(
        side=rule.side,
        ends=_ENDS,
        movements=movements.format(own=own, other=other, moved=_MOVED),
        accounts=picked.within.accounts[0],
        own_kinds=kinds_in(rule.own),
        more=more,
    )


def kinds_in(kinds: Sequence[A]) -> str:
    """Kinds of account as SQL has them in a list."""
    return ", ".join(f"'{kind.value}'" for kind in kinds)
