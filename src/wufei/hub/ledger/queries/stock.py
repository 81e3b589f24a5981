"""What stands where, since when, and how much of it is still free."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from wufei.hub.ledger.models import Account
from wufei.hub.ledger.queries.facts import Of


@dataclass(frozen=True)
class Standing:
    """One stock; grams. ``oldest_at`` is when its oldest mass came here.

    ``exact`` is False where first in, first out says so and not a lot.
    """

    account: Account
    mass_g: int
    booked_g: int
    oldest_at: datetime | None
    exact: bool
    lots: int

    @property
    def free_g(self) -> int:
        return self.mass_g - self.booked_g

    @property
    def age_days(self) -> int | None:
        return (timezone.now() - self.oldest_at).days if self.oldest_at else None


@dataclass(frozen=True)
class Total:
    """All stocks that a filter lets through; grams."""

    count: int
    mass_g: int
    booked_g: int


_TOTAL = """
SELECT count(*), coalesce(sum(b.in_g - b.out_g), 0)::bigint, coalesce(sum(b.booked_g), 0)::bigint
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
JOIN catalogue_wastetype w ON w.id = a.waste_id
WHERE a.kind = %(kind)s AND b.in_g > b.out_g {filters}"""
_STOCK = """
SELECT a.id, b.in_g - b.out_g, b.booked_g, a.tracking = 'lots',
       CASE WHEN a.tracking = 'lots' THEN l.oldest ELSE m.happened_at END AS oldest,
       coalesce(l.count, 0)
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
JOIN catalogue_wastetype w ON w.id = a.waste_id
LEFT JOIN LATERAL (
    SELECT min(since) AS oldest, count(*) AS count FROM ledger_lot
    WHERE account_id = a.id AND remaining_g > 0 AND a.tracking = 'lots') l ON true
LEFT JOIN LATERAL ledger_inflow_at(a.id, b.out_g, NULL) f ON a.tracking = 'bulk'
LEFT JOIN ledger_movement m ON m.id = f.inflow_id
WHERE a.kind = %(kind)s AND b.in_g > b.out_g {filters}
ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"""
_ORDERS = {"age": "oldest ASC NULLS LAST, a.id", "mass": "b.in_g - b.out_g DESC, a.id"}


def stock(
    of: Of,
    *,
    domain: str = "",
    kind: str = "stock",
    place: int | None = None,
    order: str = "age",
    limit: int = 100,
    offset: int = 0,
) -> list[Standing]:
    """Stocks that hold something, oldest (``age``) or largest (``mass``) first."""
    filters, parameters = _filters(of, domain, kind, place)
    parameters |= {"limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(_STOCK.format(filters=filters, order=_ORDERS[order]), parameters)
        rows: list[Any] = cursor.fetchall()
    accounts = Account.objects.select_related("holder", "place", "waste", "region").in_bulk(
        [row[0] for row in rows]
    )
    return [
        Standing(accounts[pk], mass_g, booked_g, oldest, exact, lots)
        for pk, mass_g, booked_g, exact, oldest, lots in rows
    ]


def stock_total(
    of: Of, *, domain: str = "", kind: str = "stock", place: int | None = None
) -> Total:
    """How many stocks ``stock`` would list, and what stands in them."""
    filters, parameters = _filters(of, domain, kind, place)
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL.format(filters=filters), parameters)
        return Total(*cursor.fetchone())


def _filters(of: Of, domain: str, kind: str, place: int | None) -> tuple[str, dict[str, Any]]:
    filters = ""
    parameters: dict[str, Any] = {"kind": kind}
    for column, ids in (
        ("a.waste_id", of.wastes),
        ("a.region_id", of.regions),
        ("a.holder_id", of.holders),
    ):
        if ids is not None:
            filters += f" AND {column} = ANY(%({column})s)"
            parameters[column] = list(ids)
    if domain:
        filters += " AND w.domain = %(domain)s"
        parameters["domain"] = domain
    if place is not None:
        filters += " AND a.place_id = %(place)s"
        parameters["place"] = place
    return filters, parameters
