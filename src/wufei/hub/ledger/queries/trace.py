"""Where mass came from and where it went: exact along lots, attributed along bulk stock.

The hops are made in the database (``sql/tracing.sql``), all of them by one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from django.db import connection

from wufei.hub.ledger.models import Movement

HOPS_MAX = 100
NODES_MAX = 400


class NodeKind(StrEnum):
    LOT = "lot"
    # Mass that entered a bulk stock by one movement.
    FLOW = "flow"
    TREATMENT = "treatment"
    # An unlimited account: where mass began, or ended.
    END = "end"


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """What is followed; ``id`` is the key of a lot, a movement, a treatment or an account.

    Bulk mass is followed gram by gram: a flow is ``mass_g`` of its movement, from ``from_g`` on.
    """

    kind: NodeKind
    id: int
    from_g: int = 0
    mass_g: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """Mass that went from ``tail`` to ``head``, by a movement or a regrouping; grams.

    ``exact`` says that somebody told this mass apart. ``certain`` says so of every step between
    the start and here: it is False from the first attributed edge on.
    """

    hop: int
    tail: Node
    head: Node
    via: str
    via_id: int
    mass_g: int
    exact: bool
    certain: bool = False


@dataclass(frozen=True)
class Trace:
    """Edges, nearest first; ``cut`` are the nodes where it was not followed further."""

    starts: tuple[Node, ...]
    edges: list[Edge]
    cut: list[Node] = field(default_factory=list)


_TRACE = """
SELECT hop, tail_kind, tail_id, tail_from_g, tail_mass_g, head_kind, head_id, head_from_g,
       head_mass_g, via, via_id, mass_g, exact
FROM ledger_trace(%s, ARRAY(
    SELECT ROW(k, i, f, m)::ledger_node
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) AS n(k, i, f, m)), %s, %s)"""


def forward(starts: Iterable[Node], *, hops: int = HOPS_MAX, nodes: int = NODES_MAX) -> Trace:
    """Where the mass of ``starts`` went, in at most ``hops`` steps over at most ``nodes``."""
    return _trace(True, starts, hops, nodes)


def back(starts: Iterable[Node], *, hops: int = HOPS_MAX, nodes: int = NODES_MAX) -> Trace:
    """Where the mass of ``starts`` came from."""
    return _trace(False, starts, hops, nodes)


def lot_node(lot_id: int) -> Node:
    return Node(NodeKind.LOT, lot_id)


def _trace(onward: bool, starts: Iterable[Node], hops: int, nodes: int) -> Trace:
    first = tuple(sorted(set(starts)))
    columns = [[getattr(node, name) for node in first] for name in Node.__slots__]
    edges, cut = [], []
    with connection.cursor() as cursor:
        cursor.execute(_TRACE, [onward, *columns, hops, nodes])
        for row in cursor.fetchall():
            tail = Node(NodeKind(row[1]), *row[2:5])
            if row[9] == "cut":
                cut.append(tail)
            else:
                head = Node(NodeKind(row[5]), *row[6:9])
                edges.append(Edge(row[0], tail, head, *row[9:13]))
    return Trace(first, _with_certainty(first, edges, onward), cut)


def _with_certainty(starts: Sequence[Node], edges: Sequence[Edge], onward: bool) -> list[Edge]:
    """Certain is what a start reaches over exact edges alone, by whichever way."""
    exact: dict[Node, list[Node]] = {}
    for edge in edges:
        if edge.exact:
            near, far = (edge.tail, edge.head) if onward else (edge.head, edge.tail)
            exact.setdefault(near, []).append(far)
    reached, waiting = set(starts), list(starts)
    while waiting:
        for far in exact.get(waiting.pop(), ()):
            if far not in reached:
                reached.add(far)
                waiting.append(far)
    return [
        replace(edge, certain=edge.exact and (edge.tail if onward else edge.head) in reached)
        for edge in edges
    ]


@dataclass(frozen=True)
class Part:
    """Grams of bulk stock that first in, first out attributes to ``movement`` at the other end."""

    movement: UUID
    mass_g: int


_ATTRIBUTED = """
SELECT m.uuid, f.part_g
FROM ledger_inflows(%s, 0, %s) WITH ORDINALITY AS f(movement_id, inside_g, part_g, n)
JOIN ledger_movement m ON m.id = f.movement_id ORDER BY f.n"""


def attributed(outflow: Movement) -> list[Part]:
    """Inflows that a movement out of bulk stock is attributed to, oldest first."""
    if outflow.source_from_g is None or outflow.sign < 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTED, [outflow.pk, outflow.mass_g])
        return [Part(uuid, part_g) for uuid, part_g in cursor.fetchall()]


_TAKEN = """
SELECT m.uuid, f.part_g
FROM ledger_outflows(%s, 0, %s) WITH ORDINALITY AS f(movement_id, inside_g, part_g, n)
JOIN ledger_movement m ON m.id = f.movement_id ORDER BY f.n"""


def taken(inflow: Movement) -> list[Part]:
    """Outflows that took what a movement brought into bulk stock, first gram first.

    The other way round than ``attributed``; what still stands there, or was taken by movements
    that were reversed, is in no part.
    """
    if inflow.target_from_g is None or inflow.sign < 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [inflow.pk, inflow.mass_g])
        return [Part(uuid, part_g) for uuid, part_g in cursor.fetchall()]
