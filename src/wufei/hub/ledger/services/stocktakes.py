"""Stock-take 盘点 and surplus 盘盈: where the yard differs from the book, the yard is right."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.base.findings import Finding
from wufei.hub.base.services import record_findings
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind, Lot, Movement, StockTake
from wufei.hub.ledger.refusals import LotsDoNotAdd, NotLimited, ReasonMissing, UnknownLot
from wufei.hub.ledger.services.accounts import accounts, lock
from wufei.hub.ledger.services.posting import post
from wufei.hub.ledger.units import Mass, grams


def record_surplus(
    key: AccountKey, mass: Mass, *, id: UUID, happened_at: datetime, by: Actor, reason: str
) -> Movement:
    """Enter mass that stands in the yard and not in the book; posted and reported as a finding."""
    if not key.limited:
        raise NotLimited()
    if not reason.strip():
        raise ReasonMissing(field="reason")
    entry = Entry(id, _variance(key), key, mass, happened_at)
    with transaction.atomic():
        (movement,) = post([entry], by=by, cause=f"surplus:{reason.strip()}"[:120])
        record_findings([_finding("ledger.surplus", movement.target_id, mass.grams, id)], by)
        record(by, "ledger:surplus:record", subject=f"ledger.movement:{id}")
        return movement


def record_stocktake(
    key: AccountKey,
    counted_g: int,
    *,
    id: UUID,
    happened_at: datetime,
    by: Actor,
    reason: str = "",
    lots: Mapping[UUID, int] | None = None,
) -> StockTake:
    """Record what was counted (grams); a difference is posted to ``variance``.

    A difference takes a reason. Where the account is tracked by lots, ``lots`` says what each
    lot was counted at (unnamed ones count as gone); they add up to ``counted_g``.
    """
    if key.kind is not AccountKind.STOCK:
        raise NotLimited()
    if lots is not None and sum(lots.values()) != counted_g:
        raise LotsDoNotAdd(lots_g=sum(lots.values()), mass_g=counted_g, field="counted")
    try:
        return _record(key, counted_g, id, happened_at, by, reason.strip()[:300], lots)
    except IntegrityError as error:
        if "ledger_stocktake_uuid" not in str(error):
            raise
        return _record(key, counted_g, id, happened_at, by, reason.strip()[:300], lots)


def _record(
    key: AccountKey,
    counted_g: int,
    uuid: UUID,
    happened_at: datetime,
    by: Actor,
    reason: str,
    lots: Mapping[UUID, int] | None,
) -> StockTake:
    with transaction.atomic():
        # Both accounts before any lock: a poster of surplus makes and locks in this order too.
        row = accounts([key, _variance(key)])[key]
        balance = lock([row.id])[row.id]
        if earlier := StockTake.objects.filter(uuid=uuid).first():
            if (earlier.account_id, earlier.counted_g) != (row.id, counted_g):
                raise IdReused(id=uuid)
            return earlier
        book_g = balance.in_g - balance.out_g
        if row.by_lots:
            if lots is None and counted_g:
                raise LotsDoNotAdd(lots_g=0, mass_g=counted_g, field="counted")
            entries = _lot_entries(key, row.id, lots or {}, uuid, happened_at)
        else:
            entries = _difference(key, counted_g - book_g, uuid, happened_at)
        if entries and not reason:
            raise ReasonMissing(field="reason")
        if entries:
            post(entries, by=by, cause=f"stocktake:{uuid}", group=uuid)
            off_g = counted_g - book_g
            record_findings([_finding("ledger.stocktake", row.id, off_g, uuid)], by)
        record(by, "ledger:stocktake:record", subject=f"ledger.stocktake:{uuid}")
        return StockTake.objects.create(
            uuid=uuid,
            account_id=row.id,
            happened_at=happened_at,
            book_g=book_g,
            counted_g=counted_g,
            reason=reason,
            actor=by.id,
        )


def _difference(key: AccountKey, off_g: int, uuid: UUID, happened_at: datetime) -> list[Entry]:
    if off_g == 0:
        return []
    ends = (_variance(key), key) if off_g > 0 else (key, _variance(key))
    return [Entry(uuid5(uuid, "difference"), *ends, grams(abs(off_g)), happened_at)]


def _lot_entries(
    key: AccountKey, account_id: int, counted: Mapping[UUID, int], uuid: UUID, at: datetime
) -> list[Entry]:
    """One movement a lot that differs: less is lost, more is found as a lot beside it."""
    known = {lot.uuid: lot for lot in Lot.objects.filter(account=account_id, remaining_g__gt=0)}
    if strange := set(counted) - set(known):
        raise UnknownLot(lot=strange.pop(), account=key.kind.label, field="lots")
    entries = []
    for lot in sorted(known.values(), key=lambda lot: lot.pk):
        off_g = counted.get(lot.uuid, 0) - lot.remaining_g
        entry_id = uuid5(uuid, str(lot.uuid))
        if off_g < 0:
            lost = (LotPart(lot.uuid, -off_g),)
            entries.append(Entry(entry_id, key, _variance(key), grams(-off_g), at, lots_out=lost))
        elif off_g > 0:
            found = NewLot(uuid5(entry_id, "lot"), lot.label, lot.arisen_at)
            entries.append(Entry(entry_id, _variance(key), key, grams(off_g), at, lot_in=found))
    return entries


def _variance(key: AccountKey) -> AccountKey:
    return AccountKey(AccountKind.VARIANCE, key.holder_id, key.waste_id, key.place_id)


def _finding(code: str, account_id: int, mass_g: int, episode: UUID) -> Finding:
    return Finding(
        code,
        subject=f"ledger.account:{account_id}",
        values={"mass_g": mass_g},
        episode=str(episode),
    )
