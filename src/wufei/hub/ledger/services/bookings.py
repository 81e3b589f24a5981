"""Reserve free stock for a load that is issued but not yet on the road."""

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import Account, Balance, Booking, Lot, MovementKind
from wufei.hub.ledger.refusals import (
    BookingClosed,
    LotNotEnough,
    NotEnough,
    NotLimited,
    UnknownBooking,
    UnknownLot,
)
from wufei.hub.ledger.services.accounts import accounts
from wufei.hub.ledger.units import GRAMS_PER_T, Mass


def book(
    key: AccountKey, mass: Mass, *, id: UUID, by: Actor, cause: str, lot: UUID | None = None
) -> Booking:
    """Reserve ``mass`` of ``key`` (of one ``lot`` if named); the same id returns the first one."""
    if not key.limited:
        raise NotLimited()
    rules.check_mass(
        mass.grams,
        MovementKind.TRANSFER,
        load_t_max=settings.LOAD_T_MAX,
        movement_t_max=settings.MOVEMENT_T_MAX,
    )
    try:
        return _book(key, mass, id, by, cause, lot)
    except IntegrityError as error:
        if "ledger_booking_uuid" not in str(error):
            raise
        return _book(key, mass, id, by, cause, lot)


def _book(
    key: AccountKey, mass: Mass, uuid: UUID, by: Actor, cause: str, lot_uuid: UUID | None
) -> Booking:
    with transaction.atomic():
        account_id = accounts([key])[key].id
        reserved = _reserve(account_id, mass.grams)
        if earlier := Booking.objects.select_related("lot").filter(uuid=uuid).first():
            if reserved:
                _give_back(account_id, mass.grams)
            return _same(earlier, account_id, mass.grams, lot_uuid)
        if not reserved:
            raise _not_enough(account_id, mass.grams)
        lot = _reserve_lot(account_id, lot_uuid, mass.grams) if lot_uuid else None
        return Booking.objects.create(
            uuid=uuid,
            account_id=account_id,
            lot=lot,
            mass_g=mass.grams,
            cause=cause,
            actor=by.id,
        )


def release(uuid: UUID, *, by: Actor) -> Booking:
    """Free a reservation that will not be loaded; releasing twice is the same as once."""
    with transaction.atomic():
        booking = Booking.objects.filter(uuid=uuid).first()
        if booking is None:
            raise UnknownBooking()
        # Balance first, then booking: the order in which posting takes them.
        Balance.objects.select_for_update().get(pk=booking.account_id)
        booking = Booking.objects.select_for_update().get(pk=booking.pk)
        if booking.state == Booking.State.RELEASED:
            return booking
        if booking.state == Booking.State.POSTED:
            raise BookingClosed(state=booking.get_state_display())
        _give_back(booking.account_id, booking.mass_g)
        if booking.lot_id:
            Lot.objects.filter(pk=booking.lot_id).update(booked_g=F("booked_g") - booking.mass_g)
        booking.state, booking.closed_at = Booking.State.RELEASED, timezone.now()
        booking.save(update_fields=["state", "closed_at"])
        return booking


def rebook(
    key: AccountKey, mass: Mass, *, id: UUID, by: Actor, cause: str, lot: UUID | None = None
) -> Booking:
    """Let reservation ``id`` hold ``mass`` from now on, whatever it held before, even nothing.

    Raises ``BookingClosed`` where it was posted, and what ``book`` raises where ``mass`` is not
    free.
    """
    with transaction.atomic():
        earlier = Booking.objects.filter(uuid=id).first()
        if earlier is None:
            return book(key, mass, id=id, by=by, cause=cause, lot=lot)
        release(id, by=by)
        account_id = accounts([key])[key].id
        if earlier.account_id != account_id:
            raise IdReused(id=id)
        if not _reserve(account_id, mass.grams):
            raise _not_enough(account_id, mass.grams)
        if lot:
            _reserve_lot(account_id, lot, mass.grams)
        Booking.objects.filter(pk=earlier.pk).update(
            state=Booking.State.OPEN, closed_at=None, mass_g=mass.grams, cause=cause, actor=by.id
        )
        return Booking.objects.get(pk=earlier.pk)


def _reserve(account_id: int, mass_g: int) -> bool:
    # The WHERE clause is the lock: no interleaving reserves the same gram twice.
    free = Balance.objects.filter(pk=account_id, in_g__gte=F("out_g") + F("booked_g") + mass_g)
    return free.update(booked_g=F("booked_g") + mass_g) == 1


def _give_back(account_id: int, mass_g: int) -> None:
    Balance.objects.filter(pk=account_id).update(booked_g=F("booked_g") - mass_g)


def _reserve_lot(account_id: int, uuid: UUID, mass_g: int) -> Lot:
    lot = Lot.objects.filter(uuid=uuid, account=account_id).first()
    if lot is None:
        raise UnknownLot(lot=uuid, account=Account.objects.get(pk=account_id), field="lot")
    free = Lot.objects.filter(pk=lot.pk, remaining_g__gte=F("booked_g") + mass_g)
    if free.update(booked_g=F("booked_g") + mass_g) != 1:
        free_t = f"{(lot.remaining_g - lot.booked_g) / GRAMS_PER_T:,.3f}"
        raise LotNotEnough(lot=lot, free_t=free_t, field="lot")
    lot.refresh_from_db()
    return lot


def _same(booking: Booking, account_id: int, mass_g: int, lot: UUID | None) -> Booking:
    known = booking.lot.uuid if booking.lot else None
    if (booking.account_id, booking.mass_g, known) != (account_id, mass_g, lot):
        raise IdReused(id=booking.uuid)
    return booking


def _not_enough(account_id: int, mass_g: int) -> NotEnough:
    balance = Balance.objects.select_related("account").get(pk=account_id)
    free_g = balance.in_g - balance.out_g - balance.booked_g
    return NotEnough(
        free_t=f"{free_g / GRAMS_PER_T:,.3f}",
        lack_t=f"{(mass_g - free_g) / GRAMS_PER_T:,.3f}",
        lack_g=mass_g - free_g,
        account=balance.account,
        field="mass",
    )
