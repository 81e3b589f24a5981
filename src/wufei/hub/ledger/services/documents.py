"""The door for documents: what a manifest has moved is taken back, to be posted anew."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from wufei.hub.base.actor import Actor
from wufei.hub.base.services import clear_finding
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import Account, Movement, MovementKind
from wufei.hub.ledger.services.accounts import accounts, lock
from wufei.hub.ledger.services.posting import Batch, Lack, post_all
from wufei.hub.ledger.services.reversing import reverse_all


def reverse_for(
    causes: Collection[str],
    lines: Collection[UUID],
    *,
    by: Actor,
    reason: str,
    at: datetime | None = None,
    also: Iterable[AccountKey] = (),
) -> list[Movement]:
    """Reverse what was moved on manifest ``lines`` for ``causes``, last first, all or nothing.

    For the document's own service, in the transaction in which it posts what is right instead:
    ``reverse`` refuses such movements, since the document would say other figures than the
    ledger. Shortfalls that were posted with them are taken back too, and their findings closed.
    What was reversed before stays as it is. ``at`` keeps to what happened then. ``also`` names
    accounts that will be posted to afterwards, so that all are locked at once and in one order.

    Raises ``MovedOn`` or ``LotMovedOn``, which say where the mass is by now.
    """
    assert transaction.get_connection().in_atomic_block, "taken back together with what follows"
    limited = {row.id for row in accounts(also).values() if row.limited}
    for movement in _standing(causes, lines, at):
        ends = (movement.source, movement.target)
        limited |= {account.pk for account in ends if account.limited}
    lock(limited)
    # Once more under the locks: a twin may have taken them back meanwhile.
    found = _standing(causes, lines, at)
    if not found:
        return []
    return _take_back(found, by, reason)


@dataclass(frozen=True)
class Replacement:
    """Of one document: movements ``undo`` are reversed, and ``entries`` posted instead."""

    cause: str
    undo: Collection[UUID]
    entries: Sequence[Entry]
    reason: str


def replace_for(
    cause: str, undo: Collection[UUID], entries: Sequence[Entry], *, by: Actor, reason: str
) -> list[Movement]:
    """Reverse the movements ``undo`` of a document, and post ``entries`` instead; all or nothing.

    For the document's own service, in its transaction. What the book lacks is posted as a
    shortfall first, since a document tells what has happened; shortfalls that were posted with
    ``undo`` are taken back with them. Raises ``MovedOn`` or ``LotMovedOn`` as ``reverse_for``.
    """
    return replace_all([Replacement(cause, undo, entries, reason)], by=by)


def replace_all(asked: Sequence[Replacement], *, by: Actor) -> list[Movement]:
    """As ``replace_for`` for several documents, in few statements: all of them or none."""
    assert transaction.get_connection().in_atomic_block, "taken back together with what follows"
    entries = [entry for one in asked for entry in one.entries]
    rows = accounts(key for entry in entries for key in (entry.source, entry.target))
    limited = {row.id for row in rows.values() if row.limited}
    taken_back = []
    for one in asked:
        found = _with_shortfalls(one.undo) if one.undo else []
        taken_back.append((found, one.reason))
        for movement in found:
            ends = (movement.source, movement.target)
            limited |= {account.pk for account in ends if account.limited}
    lock(limited)
    for found, reason in taken_back:
        if found:
            _take_back(found, by, reason)
    batches = [Batch(one.entries, one.cause) for one in asked if one.entries]
    return post_all(batches, by=by, on_lack=Lack.SHORTFALL) if batches else []


def lacking(posted: Iterable[UUID]) -> set[UUID]:
    """Those of the movements for which a shortfall was posted that still stands."""
    rows = Movement.objects.filter(kind=MovementKind.SHORTFALL, reverses=None, reversal=None)
    groups = rows.filter(group_uuid__in=list(posted)).values_list("group_uuid", flat=True)
    return {group for group in groups if group}


def _with_shortfalls(undo: Collection[UUID]) -> list[Movement]:
    """Those movements that stand, and what was lacking for them, the last first."""
    standing = Movement.objects.filter(reverses=None, reversal=None)
    standing = standing.select_related("source", "target")
    found = {one.pk: one for one in standing.filter(uuid__in=undo)}
    groups = {one.group_uuid for one in found.values()} - {None}
    for lacking in standing.filter(kind=MovementKind.SHORTFALL, group_uuid__in=groups):
        found[lacking.pk] = lacking
    return [found[pk] for pk in sorted(found, reverse=True)]


def _take_back(found: Sequence[Movement], by: Actor, reason: str) -> list[Movement]:
    reversals = reverse_all([(one.uuid, uuid5(one.uuid, "reversal")) for one in found], by, reason)
    for movement in found:
        if movement.kind == MovementKind.SHORTFALL:
            subject = f"ledger.account:{movement.target_id}"
            clear_finding("ledger.shortfall", subject, str(movement.uuid))
    return reversals


def _standing(
    causes: Collection[str], lines: Collection[UUID], at: datetime | None
) -> list[Movement]:
    """What moved for ``causes`` and has not been reversed, the last first."""
    custodies = list(Account.objects.filter(line__in=lines).values_list("pk", flat=True))
    mine = Movement.objects.filter(cause__in=causes, reverses=None, reversal=None)
    if at is not None:
        mine = mine.filter(happened_at=at)
    mine = mine.select_related("source", "target")
    found = {one.pk: one for one in mine.filter(Q(source__in=custodies) | Q(target__in=custodies))}
    groups = {one.group_uuid for one in found.values()} - {None}
    for lacking in mine.filter(kind=MovementKind.SHORTFALL, group_uuid__in=groups):
        found[lacking.pk] = lacking
    return [found[pk] for pk in sorted(found, reverse=True)]
