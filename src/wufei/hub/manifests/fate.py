"""What became of a load at its consignee: treated, passed on, or still in stock.

Exact where containers are followed; attributed, first in first out, where stock is bulk.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue.declarations import methods
from wufei.hub.ledger.models import LIMITED, AccountKind, Lot, LotEntry, Movement
from wufei.hub.ledger.regroupings import RegroupedPart
from wufei.hub.manifests.declarations import Text
from wufei.hub.manifests.models import Line, Manifest, StepCode
from wufei.hub.manifests.services.masses import by_lots, cause

TREATED = (AccountKind.RECOVERED, AccountKind.DISPOSED)


@dataclass(frozen=True)
class Part:
    """Grams that went one way: recovered or disposed of by a method, passed on, lost."""

    kind: str
    method: str
    mass_g: int

    @property
    def treated(self) -> bool:
        return self.kind in TREATED

    @property
    def words(self) -> Text:
        if self.kind == AccountKind.STOCK:
            return _("In storage elsewhere")
        known = methods()
        return known[self.method].name if self.method in known else AccountKind(self.kind).label


@dataclass(frozen=True)
class Fate:
    """Of one line; grams. ``exact`` is False where first in, first out attributes it."""

    line: Line
    accepted_g: int
    exact: bool
    parts: list[Part] = field(default_factory=list)

    @property
    def treated_g(self) -> int:
        return sum(part.mass_g for part in self.parts if part.treated)

    @property
    def gone_g(self) -> int:
        return sum(part.mass_g for part in self.parts)

    @property
    def in_stock_g(self) -> int:
        return self.accepted_g - self.gone_g


def fates(manifest: Manifest) -> list[Fate]:
    """One for each line of which something was accepted."""
    return [_fate(manifest, line) for line in manifest.lines.all() if line.accepted_g]


def _fate(manifest: Manifest, line: Line) -> Fate:
    assert line.accepted_g
    # A revision posts the acceptance anew.
    rows = Movement.objects.filter(
        cause=cause(manifest, StepCode.ACCEPT), source__line=line.uuid, reverses=None, reversal=None
    )
    rows = rows.exclude(target__kind=AccountKind.VARIANCE).select_related("target")
    accepted = rows.order_by("-pk").first()
    if accepted is None:
        return Fate(line, line.accepted_g, exact=True)
    if accepted.target.kind != AccountKind.STOCK:
        # Outside the district the receipt says at once what becomes of it.
        end = accepted.target
        return Fate(line, line.accepted_g, True, [Part(end.kind, end.method, accepted.mass_g)])
    if by_lots(line):
        return _of_lots(line, accepted)
    return _of_bulk(line, accepted)


# Containers.
def _of_lots(line: Line, accepted: Movement) -> Fate:
    """Out of the lots that the acceptance made, and of all that their mass came into later.

    What was grouped, passed on under another manifest, refused there and brought back is followed
    to where it ended: processing the whole ends its parts.
    """
    made = accepted.lot_entries.filter(side="in").values_list("lot", flat=True)
    shares = dict.fromkeys(made, Fraction(1))
    gone: Counter[tuple[str, str]] = Counter()
    exact = True
    while shares:
        for lot, sign, kind, method, mass_g, attributed in _out_of(shares):
            gone[kind, method] += round(shares[lot] * mass_g * sign)
            # Towards another hand nothing has ended yet.
            exact = exact and (kind in LIMITED or not (attributed or shares[lot] != 1))
        for kind, mass_g in _elsewhere(shares, accepted.target.holder_id):
            gone[kind, ""] += mass_g
        further, followed = _handed_on(shares)
        gone.subtract(followed)
        shares = _grouped(shares) | further
    parts = [Part(kind, method, mass_g) for (kind, method), mass_g in gone.items() if mass_g > 0]
    return Fate(line, line.accepted_g or 0, exact, parts)


def _out_of(lots: Mapping[int, Fraction]) -> Iterable[tuple[int, int, str, str, int, bool]]:
    """(lot, sign, kind and method of the target, grams, attributed) of what was taken."""
    rows = LotEntry.objects.filter(lot__in=lots, side="out").order_by("pk")
    return rows.values_list(
        "lot",
        "movement__sign",
        "movement__target__kind",
        "movement__target__method",
        "mass_g",
        "attributed",
    )


def _elsewhere(shares: Mapping[int, Fraction], holder_id: int) -> Iterator[tuple[str, int]]:
    """(kind, grams) of what stands in these lots and not in the store of ``holder_id``."""
    rows = Lot.objects.filter(pk__in=shares, remaining_g__gt=0)
    rows = rows.exclude(account__kind=AccountKind.STOCK, account__holder=holder_id)
    for lot, kind, mass_g in rows.values_list("pk", "account__kind", "remaining_g"):
        yield kind, round(shares[lot] * mass_g)


def _handed_on(
    shares: Mapping[int, Fraction],
) -> tuple[dict[int, Fraction], Counter[tuple[str, str]]]:
    """Lots in other hands that these came into, with the part of each; and grams by account."""
    rows = LotEntry.objects.filter(
        parent__in=shares, side="in", movement__reverses=None, movement__reversal=None
    )
    told = rows.values_list(
        "parent", "lot", "mass_g", "lot__mass_g", "lot__account__kind", "lot__account__method"
    )
    into: dict[int, Fraction] = {}
    followed: Counter[tuple[str, str]] = Counter()
    for parent, lot, mass_g, whole_g, kind, method in told:
        into[lot] = into.get(lot, Fraction(0)) + shares[parent] * Fraction(mass_g, whole_g)
        followed[kind, method] += round(shares[parent] * mass_g)
    return into, followed


def _grouped(shares: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Lots that these were put into, with the part of each that is theirs."""
    parts = RegroupedPart.objects.filter(parent__in=shares, regrouping__undoing__isnull=True)
    into: dict[int, Fraction] = {}
    for parent, lot, mass_g, whole_g in parts.values_list("parent", "lot", "mass_g", "lot__mass_g"):
        share = shares[parent] * Fraction(mass_g, whole_g)
        into[lot] = into.get(lot, Fraction(0)) + share
    return into


# Bulk.
def _of_bulk(line: Line, accepted: Movement) -> Fate:
    assert accepted.target_from_g is not None
    values = {
        "account": accepted.target_id,
        "start": accepted.target_from_g,
        "end": accepted.target_from_g + accepted.mass_g,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BULK, values)
        parts = [Part(kind, method, int(mass_g)) for kind, method, mass_g in cursor.fetchall()]
    return Fate(line, line.accepted_g or 0, False, parts)


# Positions in the stream of the stock: what left at the place where this came in.
_BULK = """
SELECT a.kind, a.method,
       sum(least(m.source_from_g + m.mass_g, %(end)s) - greatest(m.source_from_g, %(start)s))
FROM ledger_movement m JOIN ledger_account a ON a.id = m.target_id
WHERE m.source_id = %(account)s AND m.sign = 1
  AND m.source_from_g < %(end)s AND m.source_from_g + m.mass_g > %(start)s
  AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id)
GROUP BY a.kind, a.method ORDER BY a.kind, a.method"""
