"""Undo a movement by a reversal: nothing is edited, the day it happened on counts it back."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.ledger import rules
from wufei.hub.ledger.models import Balance, Movement
from wufei.hub.ledger.queries.whereabouts import where
from wufei.hub.ledger.refusals import (
    AlreadyReversed,
    IsReversal,
    MovedOn,
    ReasonMissing,
    UnknownMovement,
)
from wufei.hub.ledger.services.accounts import lock, write_balances
from wufei.hub.ledger.services.lots import LotBook
from wufei.hub.ledger.units import GRAMS_PER_T


def reverse(movement: UUID, *, id: UUID, by: Actor, reason: str) -> Movement:
    """Reverse one movement; ``id`` is the reversal's own key, and retrying returns the first.

    Refused where the mass has moved on (``MovedOn`` says where it went), and for parts of a
    treatment batch (``reverse_group`` undoes it as a whole) or of a manifest.
    """
    causes = Movement.objects.filter(uuid=movement).values_list("cause", flat=True)
    for cause in causes:
        rules.check_stands_alone(cause)
    return reverse_all([(movement, id)], by, reason)[0]


def reverse_group(group: UUID, *, by: Actor, reason: str) -> list[Movement]:
    """Reverse every movement of a group, last first, together or not at all.

    What was reversed before stays as it is: doing it twice is the same as once.
    """
    movements = Movement.objects.filter(group_uuid=group, reverses=None, reversal=None)
    uuids = list(movements.order_by("-pk").values_list("uuid", flat=True))
    if not uuids:
        if earlier := list(Movement.objects.filter(group_uuid=group, sign=-1).order_by("pk")):
            return earlier
        raise UnknownMovement()
    return reverse_all([(uuid, uuid5(uuid, "reversal")) for uuid in uuids], by, reason)


def reverse_all(pairs: Sequence[tuple[UUID, UUID]], by: Actor, reason: str) -> list[Movement]:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    try:
        return _reverse_once(pairs, by, reason)
    except IntegrityError as error:
        if not any(key in str(error) for key in ("ledger_movement_uuid", "reverses_id")):
            raise
        return _reverse_once(pairs, by, reason)


def _reverse_once(pairs: Sequence[tuple[UUID, UUID]], by: Actor, reason: str) -> list[Movement]:
    with transaction.atomic():
        rows = Movement.objects.select_related("source", "target").filter(
            uuid__in=[uuid for uuid, _ in pairs]
        )
        originals = {row.uuid: row for row in rows}
        limited = {
            account.pk
            for row in originals.values()
            for account in (row.source, row.target)
            if account.limited
        }
        balances = lock(limited)
        lots = LotBook()
        reversals = []
        for uuid, reversal_id in pairs:
            original = originals.get(uuid)
            if original is None:
                raise UnknownMovement()
            if earlier := _find_earlier(original, reversal_id):
                return [earlier] if len(pairs) == 1 else _earlier_group(pairs)
            reversal = _reversal(original, reversal_id, balances, by, reason)
            lots.undo(original, reversal, str(original.target))
            reversals.append(reversal)
        Movement.objects.bulk_create(reversals)
        lots.write()
        write_balances(balances.values())
        for uuid, _ in pairs:
            record(by, "ledger:movement:reverse", subject=f"ledger.movement:{uuid}")
        return reversals


def _find_earlier(original: Movement, reversal_id: UUID) -> Movement | None:
    """The same reversal made before, looked up under the locks."""
    if original.reverses_id is not None:
        raise IsReversal()
    same_id = Movement.objects.filter(uuid=reversal_id).first()
    if same_id is not None:
        if same_id.reverses_id != original.pk:
            raise IdReused(id=reversal_id)
        return same_id
    if Movement.objects.filter(reverses=original.pk).exists():
        raise AlreadyReversed()
    return None


def _earlier_group(pairs: Sequence[tuple[UUID, UUID]]) -> list[Movement]:
    ids = [reversal_id for _, reversal_id in pairs]
    return list(Movement.objects.filter(uuid__in=ids).order_by("pk"))


def _reversal(
    original: Movement, uuid: UUID, balances: dict[int, Balance], by: Actor, reason: str
) -> Movement:
    reversal = Movement(
        uuid=uuid,
        group_uuid=original.group_uuid,
        kind=original.kind,
        source=original.source,
        target=original.target,
        mass_g=original.mass_g,
        sign=-1,
        happened_at=original.happened_at,
        cause=f"reversal:{reason.strip()}"[:120],
        actor=by.id,
        reverses=original,
    )
    if balance := balances.get(original.target_id):
        _take_back(original, balance)
        reversal.target_from_g = balance.out_g
        balance.out_g += original.mass_g
    if balance := balances.get(original.source_id):
        reversal.source_from_g = balance.in_g
        balance.in_g += original.mass_g
    return reversal


def _take_back(original: Movement, balance: Balance) -> None:
    free_g = balance.in_g - balance.out_g - balance.booked_g
    if free_g >= original.mass_g:
        return
    later = Movement.objects.select_related("target__place", "target__holder").filter(
        source=original.target_id, sign=1, pk__gt=original.pk, reversal=None
    )
    raise MovedOn(
        free_t=f"{free_g / GRAMS_PER_T:,.3f}",
        account=original.target,
        later="; ".join(where(movement) for movement in later.order_by("-pk")[:3]) or "-",
    )
