"""Where mass came from and where it went: exact along lots, attributed along bulk stock."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from wufei.hub.ledger.models import Account, Movement

HOPS_MAX = 50


@dataclass(frozen=True)
class Hop:
    """One edge of a trace between lots; ``exact`` is False from the first attributed edge on."""

    depth: int
    lot_id: int
    parent_id: int
    movement_id: int
    mass_g: int
    exact: bool


# An edge counts unless its movement was reversed. Treatment ties its inputs to its outputs.
_EDGES = """
SELECT e.lot_id, e.parent_id, e.movement_id, e.mass_g, NOT e.attributed AS exact
FROM ledger_lotentry e JOIN ledger_movement m ON m.id = e.movement_id
WHERE e.side = 'in' AND e.parent_id IS NOT NULL AND m.sign = 1 AND {here}
  AND NOT EXISTS (SELECT 1 FROM ledger_movement r WHERE r.reverses_id = m.id)
UNION ALL
SELECT o.lot_id, i.lot_id, om.id, i.mass_g, false
FROM ledger_lotentry {start} JOIN ledger_movement {start_m} ON {start_m}.id = {start}.movement_id
JOIN ledger_movement {end_m} ON {end_m}.group_uuid = {start_m}.group_uuid
JOIN ledger_lotentry {end} ON {end}.movement_id = {end_m}.id
WHERE om.kind = 'secondary' AND im.kind = 'treatment' AND o.side = 'in' AND i.side = 'out'
  AND om.sign = 1 AND im.sign = 1 AND {there}"""
# UNION, not UNION ALL: where many ways lead to one lot, it is followed once.
_TRACE = """
WITH RECURSIVE trace AS (
    SELECT 0 AS depth, %(lot)s::bigint AS at, NULL::bigint AS lot_id, NULL::bigint AS parent_id,
           NULL::bigint AS movement_id, NULL::bigint AS mass_g, true AS exact
    UNION
    SELECT t.depth + 1, e.{next}, e.lot_id, e.parent_id, e.movement_id, e.mass_g,
           t.exact AND e.exact
    FROM trace t CROSS JOIN LATERAL ({edges}) e WHERE t.depth < %(hops)s
)
SELECT DISTINCT depth, lot_id, parent_id, movement_id, mass_g, exact
FROM trace WHERE depth > 0 ORDER BY depth, movement_id, lot_id LIMIT 2000"""


def origins(lot_id: int, *, hops: int = HOPS_MAX) -> list[Hop]:
    """Edges back to where the mass of a lot came from, nearest first."""
    edges = _EDGES.format(
        here="e.lot_id = t.at",
        start="o",
        start_m="om",
        end="i",
        end_m="im",
        there="o.lot_id = t.at",
    )
    return _trace(lot_id, edges, "parent_id", hops)


def destinations(lot_id: int, *, hops: int = HOPS_MAX) -> list[Hop]:
    """Edges forward to where the mass of a lot went, nearest first."""
    edges = _EDGES.format(
        here="e.parent_id = t.at",
        start="i",
        start_m="im",
        end="o",
        end_m="om",
        there="i.lot_id = t.at",
    )
    return _trace(lot_id, edges, "lot_id", hops)


def _trace(lot_id: int, edges: str, onward: str, hops: int) -> list[Hop]:
    with connection.cursor() as cursor:
        cursor.execute(_TRACE.format(edges=edges, next=onward), {"lot": lot_id, "hops": hops})
        return [Hop(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Part:
    """Grams of an outflow that first in, first out attributes to ``inflow``."""

    inflow: UUID
    mass_g: int


def attributed(outflow: Movement) -> list[Part]:
    """Inflows that a movement out of bulk stock is attributed to, oldest first."""
    if outflow.source_from_g is None or outflow.sign < 0:
        return []
    return list(_parts(outflow.source, outflow.source_from_g, outflow.mass_g, outflow.pk))


def _parts(account: Account, place_g: int, mass_g: int, before: int) -> Iterator[Part]:
    while mass_g > 0:
        inflow, part_g = _inflow_at(account.pk, place_g, before)
        part_g = min(part_g, mass_g)
        yield Part(inflow, part_g)
        place_g, mass_g = place_g + part_g, mass_g - part_g


def _inflow_at(account_id: int, place_g: int, before: int) -> tuple[UUID, int]:
    """The inflow at a position, and for how many grams the stream stays with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.uuid, f.room_g FROM ledger_inflow_at(%s, %s, %s) f "
            "JOIN ledger_movement m ON m.id = f.inflow_id",
            [account_id, place_g, before],
        )
        uuid, room_g = cursor.fetchone()
        return uuid, int(room_g)
