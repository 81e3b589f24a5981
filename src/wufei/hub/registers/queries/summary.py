"""What arose, stands, was treated and was sent away in a period, waste by waste.

A waste has as many lines as it has ways: its own methods of treatment beside those whom it was
sent to. Sums of the waste itself stand on its first line only, so that the columns add up.
"""

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.db import connection

from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.facts import By, Of
from wufei.hub.ledger.queries.one_account import Line, one_account
from wufei.hub.ledger.queries.reach import narrow
from wufei.hub.ledger.tables import method_label
from wufei.hub.registers.declarations import Fact, Kind
from wufei.hub.registers.facts import COUNTERPARTY, COUNTERPARTY_JOINS, joins
from wufei.hub.registers.queries import days
from wufei.hub.registers.queries.sides import ACCOUNTS, Picked, Within, branches

Values = dict[Fact, Any]
_RECOVERED, _DISPOSED = AccountKind.RECOVERED.value, AccountKind.DISPOSED.value


@dataclass(frozen=True)
class Way:
    """Mass that went one way; grams. ``outcome`` is recovered, disposed or "" where unknown."""

    mass_g: int
    method: str
    outcome: str
    to: str = ""
    licence: str = ""
    region: str = ""


@dataclass
class _Ways:
    own: list[Way] = field(default_factory=list)
    sent: list[Way] = field(default_factory=list)


@dataclass(frozen=True)
class WasteFlow:
    """What one waste did at an organisation in a period; grams.

    ``own``: how it was treated there; ``sent``: whom it was sent to, and for what.
    """

    waste: WasteType
    line: Line
    own: tuple[Way, ...] = ()
    sent: tuple[Way, ...] = ()

    @property
    def arisen_g(self) -> int:
        return self.line.arisen_g + self.line.secondary_g

    @property
    def opening_g(self) -> int:
        return self.line.before_stock_g

    @property
    def closing_g(self) -> int:
        return self.line.stock_g

    @property
    def is_nothing(self) -> bool:
        masses_g = (self.arisen_g, self.opening_g, self.closing_g)
        return not any((*masses_g, self.own, self.sent))


def flows(within: Within) -> list[WasteFlow]:
    """By waste code, whatever had some mass in the period or stood there at one of its ends."""
    ways = _sent(within, _own(within))
    lines = {line.key: line for line in _lines(within)}
    wastes = WasteType.objects.in_bulk({*ways, *lines})
    found = []
    for waste in sorted(wastes.values(), key=lambda one: (one.code, one.pk)):
        mine = ways.get(waste.pk, _Ways())
        line = lines.get(waste.pk, Line(waste.pk))
        found.append(WasteFlow(waste, line, tuple(mine.own), tuple(mine.sent)))
    return [one for one in found if not one.is_nothing]


def summary(within: Within, wanted: Set[Fact]) -> list[Values]:
    """Lines of the summary, by waste code, as far as they tell of ``wanted``; masses in grams."""
    found = [line for one in flows(within) for line in _of_waste(one, _pairs(one, wanted))]
    return [{Fact.POSITION: n, **values} for n, values in enumerate(found, start=1)]


def _lines(within: Within) -> list[Line]:
    return one_account(narrow(within.of, Of(holders=[within.holder])), within.period, By.WASTE)


def _of_waste(flow: WasteFlow, pairs: list[Values]) -> Iterator[Values]:
    sums: Values = {
        Fact.ARISEN: flow.arisen_g,
        Fact.OPENING: flow.opening_g,
        Fact.CLOSING: flow.closing_g,
        Fact.STORED: flow.closing_g - flow.opening_g,
    }
    for n, values in enumerate(pairs or [{}]):
        yield {**_names(flow.waste), **(sums if n == 0 else {}), **values}


def _names(waste: WasteType) -> Values:
    return {
        Fact.WASTE: waste.label,
        Fact.WASTE_CODE: waste.code,
        Fact.WASTE_CATEGORY: waste.category or None,
        Fact.WASTE_CATEGORY_NAME: waste.category_label or None,
        Fact.WASTE_OFFICIAL: waste.official_text or None,
        Fact.HAZARD: waste.hazard or None,
        Fact.UNIT: "t",
    }


def _pairs(ways: WasteFlow, wanted: Set[Fact]) -> list[Values]:
    """Own ways beside ways to others, or each split by its outcome, line by line."""
    columns: list[list[Values]] = [
        [{Fact.OWN_METHOD: _label(way), Fact.OWN: way.mass_g} for way in ways.own],
        [_of_sent(way) for way in ways.sent],
    ]
    for found, outcome, method, mass in _SPLIT:
        chosen = [way for way in getattr(ways, found) if way.outcome == outcome]
        columns.append([{method: _label(way), mass: way.mass_g} for way in chosen])
    return [
        {fact: value for part in line if part for fact, value in part.items()}
        for line in zip_longest(*(one for one in columns if one and not wanted.isdisjoint(one[0])))
    ]


_SPLIT = (
    ("own", _RECOVERED, Fact.OWN_RECOVERY_METHOD, Fact.OWN_RECOVERED),
    ("own", _DISPOSED, Fact.OWN_DISPOSAL_METHOD, Fact.OWN_DISPOSED),
    ("sent", _RECOVERED, Fact.SENT_RECOVERY_METHOD, Fact.SENT_RECOVERED),
    ("sent", _DISPOSED, Fact.SENT_DISPOSAL_METHOD, Fact.SENT_DISPOSED),
)


def _label(way: Way) -> str | None:
    return method_label(way.method) if way.method else None


def _of_sent(way: Way) -> Values:
    return {
        Fact.SENT_TO: way.to or None,
        Fact.SENT_LICENCE: way.licence or None,
        Fact.SENT_REGION: way.region or None,
        Fact.SENT_METHOD: _label(way),
        Fact.SENT: way.mass_g,
    }


def _own(within: Within) -> dict[int, _Ways]:
    found: dict[int, _Ways] = defaultdict(_Ways)
    for waste, method, outcome, mass_g in days.treated(within):
        if mass_g:
            found[waste].own.append(Way(mass_g, method, outcome))
    return found


def _sent(within: Within, found: dict[int, _Ways]) -> dict[int, _Ways]:
    """Adds to ``found`` what was sent to others, by receiver and method."""
    known = declarations.methods()
    picked = Picked(Kind.OUTGOING, within)
    statement = f"""
        SELECT a.waste_id, {COUNTERPARTY.format("name")} AS receiver,
               coalesce(nullif(o.method, ''), nullif(l.method, ''), '') AS method,
               coalesce(max(x.number), ''), coalesce(max(pr.name), ''),
               sum(k.sign * k.mass_g)::bigint
        FROM ({branches(picked)}) k {ACCOUNTS}
        {joins([*COUNTERPARTY_JOINS, "x"])}
        LEFT JOIN registry_site ces ON ces.id = f.consignee_site_id
        LEFT JOIN registry_region cer ON cer.id = ces.region_id
        LEFT JOIN registry_region pr ON pr.level = 'province' AND pr.code = ANY(cer.covered_by)
        GROUP BY 1, 2, 3 ORDER BY 6 DESC, 2, 3"""
    with connection.cursor() as cursor:
        cursor.execute(statement, picked.parameters)
        for waste, to, method, licence, region, mass_g in cursor.fetchall():
            outcome = str(known[method].outcome) if method in known else ""
            if mass_g:
                found[waste].sent.append(Way(mass_g, method, outcome, to or "", licence, region))
    return found
