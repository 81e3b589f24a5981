"""What a trace starts from: a lot, a movement, a batch, an account, or a document's loads."""

from collections.abc import Callable, Sequence
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.models import Account, AccountKind, Lot, LotEntry, Movement, Treatment
from wufei.hub.ledger.queries.trace import Node, NodeKind, lot_node

# An account is traced from its latest movements; a statement leads to each earlier one.
MOVEMENTS_MAX = 50
LOTS_MAX = 50
# Accounts that mass only ever comes into.
_ENDS = (AccountKind.RECOVERED, AccountKind.DISPOSED, AccountKind.EXPORTED)

# The rooms above know which loads belong to a document: asked with its key and the reader, they
# say the lines of its custody accounts, or None where the reader may not see the document.
_documents: dict[str, Callable[[UUID, Actor], Sequence[UUID] | None]] = {}


def register_document(kind: str, lines: Callable[[UUID, Actor], Sequence[UUID] | None]) -> None:
    """Let traces start from documents of this ``kind``, such as "manifest"."""
    _documents[kind] = lines


def of_lot(lot: Lot) -> list[Node]:
    return [lot_node(lot.pk)]


def of_treatment(treatment: Treatment) -> list[Node]:
    return [Node(NodeKind.TREATMENT, treatment.pk)]


def of_movements(movements: Sequence[Movement]) -> list[Node]:
    """The lots that the movements made; else their mass itself."""
    rows = LotEntry.objects.filter(movement__in=movements, side="in")
    made: dict[int, set[int]] = {}
    for movement_id, lot_id in rows.values_list("movement", "lot"):
        made.setdefault(movement_id, set()).add(lot_id)
    return [
        node
        for movement in movements
        for node in [lot_node(lot) for lot in sorted(made.get(movement.pk, ()))]
        or [Node(NodeKind.FLOW, movement.pk, 0, movement.mass_g)]
    ]


def of_account(account: Account) -> tuple[list[Node], bool]:
    """Its latest lots or movements, and whether there are more."""
    if account.limited and account.tracking == "lots":
        lots = Lot.objects.filter(account=account).order_by("-since", "-pk")
        found = list(lots[: LOTS_MAX + 1])
        return [lot_node(lot.pk) for lot in found[:LOTS_MAX]], len(found) > LOTS_MAX
    side = "target" if account.limited or account.kind in _ENDS else "source"
    rows = Movement.objects.filter(**{side: account}, sign=1, reversal=None)
    if not account.limited and account.kind not in _ENDS:
        # Differences go either way.
        rows |= Movement.objects.filter(target=account, sign=1, reversal=None)
    moved = list(rows.order_by("-happened_at", "-pk")[: MOVEMENTS_MAX + 1])
    return of_movements(moved[:MOVEMENTS_MAX]), len(moved) > MOVEMENTS_MAX


def of_document(kind: str, uuid: UUID, actor: Actor) -> list[Node] | None:
    """Loads that a document put on the road; None where the actor may not see it."""
    lines = _documents[kind](uuid, actor) if kind in _documents else None
    if lines is None:
        return None
    lots = Lot.objects.filter(account__line__in=lines).order_by("pk")
    loads = Movement.objects.filter(
        target__line__in=lines, target__tracking="bulk", sign=1, reversal=None
    )
    return [lot_node(lot.pk) for lot in lots] + of_movements(list(loads.order_by("pk")))
