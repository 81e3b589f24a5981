"""Put lots of one stock into other containers: small ones into a large one, or one into several."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.models import Account, AccountKind, Lot
from wufei.hub.ledger.refusals import (
    GroupedApart,
    GroupingDoesNotAdd,
    LotNotEnough,
    NotInStore,
    ReasonMissing,
    UnknownLot,
    UnknownRegrouping,
)
from wufei.hub.ledger.regroupings import RegroupedPart, Regrouping
from wufei.hub.ledger.services.accounts import lock
from wufei.hub.ledger.services.lots import moved_on, update
from wufei.hub.ledger.units import GRAMS_PER_T


def regroup(
    inputs: Sequence[LotPart],
    outputs: Sequence[Container],
    *,
    id: UUID,
    by: Actor,
    happened_at: datetime,
    note: str = "",
) -> Regrouping:
    """Take ``inputs`` of the lots of one stock and fill ``outputs`` with all of it.

    The new lots are as old as the oldest that went into them, and ``lot_of`` names them. What is
    booked stays where it is. Retrying with the same id and content returns the first result;
    other content raises ``IdReused``.
    """
    in_masses_g = [part.mass_g for part in inputs]
    out_masses_g = [output.mass_g for output in outputs]
    assert min(in_masses_g + out_masses_g) > 0, "lots with a mass become such lots"
    rules.check_time(happened_at, timezone.now())
    in_g, out_g = sum(in_masses_g), sum(out_masses_g)
    if in_g != out_g:
        raise GroupingDoesNotAdd(in_t=_t(in_g), out_t=_t(out_g), field="outputs")
    taken = Counter[UUID]()
    for part in inputs:
        taken[part.lot] += part.mass_g
    new = Regrouping(uuid=id, mass_g=in_g, happened_at=happened_at, note=note[:300], actor=by.id)
    try:
        return _regroup(new, taken, outputs, by)
    except IntegrityError as error:
        # Somebody sent the same id at the same moment: theirs is the first result.
        if "ledger_regrouping_uuid" not in str(error):
            raise
        return _regroup(new, taken, outputs, by)


def lot_of(regrouping: UUID, number: int) -> UUID:
    """Key of the lot that the ``number``-th output of a regrouping became, from 0."""
    return uuid5(regrouping, f"lot:{number}")


def ungroup(regrouping: UUID, *, by: Actor, reason: str) -> Regrouping:
    """Put everything back into the lots it came from; doing it twice is the same as once.

    Refused (``LotMovedOn`` says where the mass is) unless all new lots are whole and unbooked.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        found = Regrouping.objects.filter(uuid=regrouping, undoes=None).first()
        if found is None:
            raise UnknownRegrouping()
        lock([found.account_id])
        if earlier := Regrouping.objects.filter(undoes=found).first():
            return earlier
        update(_taken_back(found))
        undoing = Regrouping.objects.create(
            uuid=uuid5(found.uuid, "undo"),
            account_id=found.account_id,
            mass_g=found.mass_g,
            happened_at=found.happened_at,
            note=reason.strip()[:300],
            actor=by.id,
            undoes=found,
        )
        record(by, "ledger:lot:ungroup", subject=f"ledger.regrouping:{found.uuid}")
        return undoing


def _regroup(
    new: Regrouping, taken: Mapping[UUID, int], outputs: Sequence[Container], by: Actor
) -> Regrouping:
    with transaction.atomic():
        new.account = _one_stock(taken)
        lock([new.account.pk])
        # Looked up under the lock: before it, a concurrent first try might not be seen yet.
        if earlier := Regrouping.objects.filter(uuid=new.uuid).first():
            return _same(earlier, new, taken, outputs)
        lots = list(Lot.objects.filter(uuid__in=taken).order_by("pk"))
        for lot in lots:
            free_g = lot.remaining_g - lot.booked_g
            if free_g < taken[lot.uuid]:
                raise LotNotEnough(lot=lot, free_t=_t(free_g), field="inputs")
            lot.remaining_g -= taken[lot.uuid]
        new.pk = None
        new.save(force_insert=True)
        made = Lot.objects.bulk_create(_new_lots(new, lots, outputs))
        RegroupedPart.objects.bulk_create(_parts(new, lots, made, taken))
        update(lots)
        record(by, "ledger:lot:regroup", subject=f"ledger.regrouping:{new.uuid}")
        return new


def _one_stock(taken: Mapping[UUID, int]) -> Account:
    """The account of all lots; a lot never changes it."""
    accounts = Account.objects.select_related("holder", "place", "waste")
    lots = {lot.uuid: lot for lot in Lot.objects.filter(uuid__in=taken)}
    for uuid in taken:
        if uuid not in lots:
            raise UnknownLot(lot=uuid, account=AccountKind.STOCK.label, field="inputs")
    found = list(accounts.filter(pk__in={lot.account_id for lot in lots.values()}).order_by("pk"))
    if len(found) > 1:
        raise GroupedApart(one=_name(found[0]), other=_name(found[1]), field="inputs")
    if found[0].kind != AccountKind.STOCK:
        raise NotInStore(lot=next(iter(lots.values())), field="inputs")
    return found[0]


def _new_lots(new: Regrouping, lots: Sequence[Lot], outputs: Sequence[Container]) -> list[Lot]:
    """Mass that changes its container grows no younger: storage limits run on."""
    return [
        Lot(
            uuid=lot_of(new.uuid, number),
            account=new.account,
            label=output.label.strip()[:60],
            mass_g=output.mass_g,
            remaining_g=output.mass_g,
            arisen_at=min(lot.arisen_at for lot in lots),
            since=min(lot.since for lot in lots),
        )
        for number, output in enumerate(outputs)
    ]


def _parts(
    new: Regrouping, lots: Sequence[Lot], made: Sequence[Lot], taken: Mapping[UUID, int]
) -> list[RegroupedPart]:
    mixed = len(lots) > 1 and len(made) > 1
    shares = rules.proportions_g([taken[lot.uuid] for lot in lots], [lot.mass_g for lot in made])
    return [
        RegroupedPart(regrouping=new, parent=parent, lot=lot, mass_g=share_g, attributed=mixed)
        for lot, row in zip(made, shares, strict=True)
        for parent, share_g in zip(lots, row, strict=True)
        if share_g
    ]


def _taken_back(found: Regrouping) -> list[Lot]:
    """The lots as they were before ``found``."""
    parts = found.parts.select_related("lot", "parent").order_by("pk")
    made = {part.lot.pk: part.lot for part in parts}
    for lot in made.values():
        if lot.remaining_g - lot.booked_g < lot.mass_g:
            raise moved_on(lot)
        lot.remaining_g = 0
    parents: dict[int, Lot] = {}
    for part in parts:
        parents.setdefault(part.parent.pk, part.parent).remaining_g += part.mass_g
    return [*made.values(), *parents.values()]


def _same(
    earlier: Regrouping, new: Regrouping, taken: Mapping[UUID, int], outputs: Sequence[Container]
) -> Regrouping:
    parts = list(earlier.parts.select_related("lot", "parent"))
    went_in = Counter[UUID]()
    for part in parts:
        went_in[part.parent.uuid] += part.mass_g
    made = {part.lot.uuid: (part.lot.label, part.lot.mass_g) for part in parts}
    asked = {
        lot_of(new.uuid, number): (output.label.strip()[:60], output.mass_g)
        for number, output in enumerate(outputs)
    }
    if _content(earlier) != _content(new) or went_in != taken or made != asked:
        raise IdReused(id=new.uuid)
    return earlier


def _content(one: Regrouping) -> tuple[Any, ...]:
    return one.account_id, one.mass_g, one.happened_at, one.note, one.undoes_id


def _name(account: Account) -> str:
    return (
        f"{account.waste.label} · {account.holder} · {account.place or account.get_kind_display()}"
    )


def _t(mass_g: int) -> str:
    return f"{mass_g / GRAMS_PER_T:,.3f}"
