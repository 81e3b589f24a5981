"""Erase the salts of personal fields: their hashes mean nothing any more, the tree still verifies.

The leaf is made of the personal hashes, so these are kept in place of the salt: without it nobody
can try out whom they might be of.
"""

from collections.abc import Sequence

from django.db import transaction

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.evidence import reading
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.models import Erased, Leaf, Salt
from wufei.hub.evidence.refusals import AlreadyErased
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import Signature

_BLOCK = 2_000


def erase(kind: Kind, rows: Sequence[int], *, reason: str, by: Actor) -> int:
    """Erase the salts of these records; returns how many. Records without a leaf are left.

    Raises ``AlreadyErased`` where none of them has one any more.
    """
    return _some(_erase_all(kind, rows, reason, by))


def _erase_all(kind: Kind, rows: Sequence[int], reason: str, by: Actor) -> int:
    starts = range(0, len(rows), _BLOCK)
    return sum(_erase(kind, rows[start : start + _BLOCK], reason, by) for start in starts)


def _some(erased: int) -> int:
    if not erased:
        raise AlreadyErased()
    return erased


def erase_person(actor: str, *, reason: str, by: Actor) -> int:
    """Erase the salts of everything that one actor ("person:<uuid>") recorded or signed."""
    erased = 0
    theirs = {
        Kind.MOVEMENT: Movement.objects.filter(actor=actor),
        Kind.SIGNATURE: Signature.objects.filter(actor=actor),
    }
    for kind, records in theirs.items():
        rows = list(records.order_by("pk").values_list("pk", flat=True))
        erased += _erase_all(kind, rows, reason, by)
    return _some(erased)


@transaction.atomic
def _erase(kind: Kind, rows: Sequence[int], reason: str, by: Actor) -> int:
    numbered = Leaf.objects.filter(kind=kind, row__in=rows).values("row")
    salts = {
        one.row: bytes(one.salt)
        for one in Salt.objects.select_for_update().filter(kind=kind, row__in=numbered)
    }
    found = reading.entries(kind, list(salts))
    Erased.objects.bulk_create(
        Erased(
            kind=kind,
            row=row,
            sealed=entry.sealed(salts[row]),
            reason=reason,
            actor=by.id,
        )
        for row, entry in found.items()
    )
    Salt.objects.filter(kind=kind, row__in=list(found)).delete()
    if found:
        audit.record(
            by,
            "evidence:salt:erase",
            subject=f"evidence.{kind.word}",
            values={"count": len(found), "reason": reason},
        )
    return len(found)
