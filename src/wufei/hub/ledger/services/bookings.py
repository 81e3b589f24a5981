"""Reserve free stock for a load that is issued but not yet on the road."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.base.prepared import Among, Rows, Statement, together
from wufei.hub.base.rows import change, insertion
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
from wufei.hub.ledger.services.accounts import accounts, lock, locking, writing_balances
from wufei.hub.ledger.units import GRAMS_PER_T, Mass

_KNOWN = Rows(lambda: Booking.objects.select_related("lot").filter(Among("uuid", "ids")))


@dataclass(frozen=True)
class NewBooking:
    """Mass to reserve of an account, of one ``lot`` if named; ``id`` is the idempotency key."""

    key: AccountKey
    mass: Mass
    id: UUID
    cause: str
    lot: UUID | None = None


def book(
    key: AccountKey, mass: Mass, *, id: UUID, by: Actor, cause: str, lot: UUID | None = None
) -> Booking:
    """Reserve ``mass`` of ``key`` (of one ``lot`` if named); the same id returns the first one."""
    asked = [NewBooking(key, mass, id, cause, lot)]
    try:
        with transaction.atomic():
            return book_all(asked, by=by)[0]
    except IntegrityError as error:
        if "ledger_booking_uuid" not in str(error):
            raise
        with transaction.atomic():
            return book_all(asked, by=by)[0]


def book_all(asked: Sequence[NewBooking], *, by: Actor) -> list[Booking]:
    """Reserve all or nothing; bookings in order, each the first one where its id is known.

    Raises ``NotEnough``, ``LotNotEnough`` or ``UnknownLot`` for the first that does not fit, and
    ``IdReused``. Whoever books more than once in one transaction may meet another who does so in
    the other order: ask for all at once. In the caller's transaction.
    """
    assert transaction.get_connection().in_atomic_block, "reserved together with its document"
    assert len({one.id for one in asked}) == len(asked), "each is asked for once"
    for one in asked:
        if not one.key.limited:
            raise NotLimited()
        rules.check_mass(
            one.mass.grams,
            MovementKind.TRANSFER,
            load_t_max=settings.LOAD_T_MAX,
            movement_t_max=settings.MOVEMENT_T_MAX,
        )
    rows = accounts(one.key for one in asked)
    # Looked up under the locks, so that a twin has either finished or not begun.
    balances, earlier = together(
        locking(row.id for row in rows.values()), _KNOWN.of(ids=[one.id for one in asked])
    )
    held, known = _Held(balances), {one.uuid: one for one in earlier}
    new = [one for one in asked if one.id not in known]
    held.read(one.lot for one in new if one.lot)
    booked = known | {one.id: _new(one, rows[one.key].id, held, by) for one in new}
    for one in asked:
        _check_same(booked[one.id], rows[one.key].id, one)
    if new:
        held.write(insertion([booked[one.id] for one in new]))
    return [booked[one.id] for one in asked]


def _new(asked: NewBooking, account_id: int, held: "_Held", by: Actor) -> Booking:
    lot = held.hold(account_id, asked.mass.grams, asked.lot)
    return Booking(
        uuid=asked.id,
        account_id=account_id,
        lot=lot,
        mass_g=asked.mass.grams,
        cause=asked.cause,
        actor=by.id,
    )


def _check_same(booking: Booking, account_id: int, asked: NewBooking) -> None:
    lot = booking.lot.uuid if booking.lot else None
    if (booking.account_id, booking.mass_g, lot) != (account_id, asked.mass.grams, asked.lot):
        raise IdReused(id=booking.uuid)


class _Held:
    """What is reserved on locked balances, worked out in memory and then written at once.

    A lot changes only under the lock of its account, so that it needs none of its own.
    """

    def __init__(self, balances: dict[int, Balance]) -> None:
        self.balances, self.lots = balances, dict[UUID, Lot]()

    def read(self, uuids: Iterable[UUID]) -> None:
        if named := [*uuids]:
            self.lots = {one.uuid: one for one in Lot.objects.filter(uuid__in=named)}

    def hold(self, account_id: int, mass_g: int, uuid: UUID | None) -> Lot | None:
        """Reserve grams that are free; returns the lot that they are of, if one is named."""
        balance = self.balances[account_id]
        free_g = balance.in_g - balance.out_g - balance.booked_g
        if free_g < mass_g:
            raise _not_enough(account_id, free_g, mass_g)
        balance.booked_g += mass_g
        return self._hold_lot(uuid, account_id, mass_g) if uuid else None

    def _hold_lot(self, uuid: UUID, account_id: int, mass_g: int) -> Lot:
        lot = self.lots.get(uuid)
        if lot is None or lot.account_id != account_id:
            raise UnknownLot(lot=uuid, account=Account.objects.get(pk=account_id), field="lot")
        free_g = lot.remaining_g - lot.booked_g
        if free_g < mass_g:
            raise LotNotEnough(lot=lot, free_t=f"{free_g / GRAMS_PER_T:,.3f}", field="lot")
        lot.booked_g += mass_g
        return lot

    def write(self, *with_them: Statement[Any]) -> None:
        balances = writing_balances(self.balances.values())
        together(*with_them, balances, change(list(self.lots.values()), ("booked_g",)))


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
        held = _Held(lock([account_id]))
        held.read([lot] if lot else [])
        held.hold(account_id, mass.grams, lot)
        held.write()
        Booking.objects.filter(pk=earlier.pk).update(
            state=Booking.State.OPEN, closed_at=None, mass_g=mass.grams, cause=cause, actor=by.id
        )
        return Booking.objects.get(pk=earlier.pk)


def _give_back(account_id: int, mass_g: int) -> None:
    Balance.objects.filter(pk=account_id).update(booked_g=F("booked_g") - mass_g)


def _not_enough(account_id: int, free_g: int, mass_g: int) -> NotEnough:
    return NotEnough(
        free_t=f"{free_g / GRAMS_PER_T:,.3f}",
        lack_t=f"{(mass_g - free_g) / GRAMS_PER_T:,.3f}",
        lack_g=mass_g - free_g,
        account=Account.objects.get(pk=account_id),
        field="mass",
    )
