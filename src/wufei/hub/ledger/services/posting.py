"""Post movements: the only door to mass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.base.findings import Finding
from wufei.hub.base.prepared import Among, Rows, none_of, together
from wufei.hub.base.rows import change, insertion
from wufei.hub.base.services import record_findings
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import (
    Account,
    AccountKind,
    Balance,
    Booking,
    Lot,
    LotEntry,
    Movement,
    MovementKind,
)
from wufei.hub.ledger.refusals import BookingClosed, NotEnough, UnknownBooking
from wufei.hub.ledger.services.accounts import AccountRow, accounts, locking, writing_balances
from wufei.hub.ledger.services.lots import LotBook
from wufei.hub.ledger.units import GRAMS_PER_T, grams

_POSTED = Rows(lambda: Movement.objects.filter(Among("uuid", "ids")))
_RESERVED = Rows(
    lambda: (
        Booking.objects.select_for_update(of=("self",))
        .select_related("lot")
        .filter(Among("uuid", "ids"))
        .order_by("pk")
    )
)


class Lack(Enum):
    """What to do when the book holds less than reality moved."""

    REFUSE = "refuse"
    SHORTFALL = "shortfall"


@dataclass(frozen=True)
class Batch:
    """Entries of one event: why they are posted, and the group that ties them together."""

    entries: Sequence[Entry]
    cause: str
    group: UUID | None = None

    def grouped(self) -> "Batch":
        """Its entries say the group themselves."""
        if self.group is None:
            return self
        return replace(self, entries=[replace(one, group=self.group) for one in self.entries])


def post(
    entries: Sequence[Entry],
    *,
    by: Actor,
    cause: str,
    group: UUID | None = None,
    on_lack: Lack = Lack.REFUSE,
) -> list[Movement]:
    """Post ``entries`` together or not at all; returns their movements in order.

    Retrying with the same ids and content returns the first result; other content raises
    ``IdReused``. ``on_lack``: a form is refused (``NotEnough``), a truck that is physically
    loaded and an imported fact post the lacking mass from ``shortfall`` first, as a finding, and
    in one group with their movement. Whoever posts more than once in one transaction may meet
    another who does so in the other order: gather the entries and post them at once.
    """
    batches = _checked([Batch(entries, cause, group)])
    try:
        with transaction.atomic():
            return _post(batches, by, on_lack)
    except IntegrityError as error:
        # Somebody posted the same id at the same moment: theirs is the first result.
        if "ledger_movement_uuid" not in str(error):
            raise
        with transaction.atomic():
            return _post(batches, by, on_lack)


def post_all(batches: Sequence[Batch], *, by: Actor, on_lack: Lack = Lack.REFUSE) -> list[Movement]:
    """Post what several events moved as ``post`` does, all or nothing, one event after the other.

    For documents that are locked by their own service, in its transaction: nobody else can be
    posting the same ids meanwhile.
    """
    assert transaction.get_connection().in_atomic_block, "posted together with its document"
    return _post(_checked(batches), by, on_lack)


def _checked(batches: Sequence[Batch]) -> list[Batch]:
    """With their groups; raises what is wrong with an entry, ``IdReused`` for an id said twice."""
    now, seen = timezone.now(), set[UUID]()
    checked = [batch.grouped() for batch in batches]
    for batch in checked:
        assert batch.entries, "nothing to post"
        for entry in batch.entries:
            check(entry, now)
            if entry.id in seen:
                raise IdReused(id=entry.id)
            seen.add(entry.id)
    return checked


def check(entry: Entry, now: datetime) -> MovementKind:
    """Check one entry alone, under the configured limits."""
    return rules.check(
        entry,
        now=now,
        load_t_max=settings.LOAD_T_MAX,
        movement_t_max=settings.MOVEMENT_T_MAX,
    )


def _post(batches: Sequence[Batch], by: Actor, on_lack: Lack) -> list[Movement]:
    entries = [entry for batch in batches for entry in batch.entries]
    rows = accounts(key for entry in entries for key in keys_of(entry, on_lack))
    booked = [entry.booking for entry in entries if entry.booking]
    # Looked up under the locks: before them, a concurrent first try might not be seen yet.
    balances, posted_before, reserved = together(
        locking(row.id for row in rows.values() if row.key.limited),
        _POSTED.of(ids=[entry.id for entry in entries]),
        _RESERVED.of(ids=booked) if booked else none_of(),
    )
    known = {one.uuid: one for one in posted_before}
    posting = _Posting(rows, balances, reserved, by, on_lack)
    posting.read([entry for entry in entries if entry.id not in known])
    posted: list[Movement] = []
    for batch in batches:
        earlier = find_earlier(batch.entries, known, rows, batch.cause)
        posted += earlier or [posting.add(entry, batch.cause) for entry in batch.entries]
    posting.write()
    return posted


def keys_of(entry: Entry, on_lack: Lack) -> list[AccountKey]:
    keys = [entry.source, entry.target]
    if on_lack is Lack.SHORTFALL and entry.source.limited:
        keys.append(shortfall_of(entry.source))
    return keys


def shortfall_of(key: AccountKey) -> AccountKey:
    return AccountKey(AccountKind.SHORTFALL, key.holder_id, key.waste_id, key.place_id)


def find_earlier(
    entries: Sequence[Entry],
    posted: Mapping[UUID, Movement],
    rows: Mapping[AccountKey, AccountRow],
    cause: str,
) -> list[Movement]:
    """Movements ``posted`` before under these ids; raises ``IdReused`` unless all say the same."""
    known = {entry.id: posted[entry.id] for entry in entries if entry.id in posted}
    if not known:
        return []
    for entry in entries:
        movement = known.get(entry.id)
        if movement is None or not same_content(movement, entry, rows, cause):
            used = movement.uuid if movement else next(iter(known))
            raise IdReused(id=used)
    _same_lots([entry for entry in entries if entry.lots_out or entry.lot_in], known)
    return [known[entry.id] for entry in entries]


def _same_lots(entries: Sequence[Entry], known: Mapping[UUID, Movement]) -> None:
    """Named lots are content too; raises ``IdReused`` where others were named the first time."""
    if not entries:
        return
    parts: dict[tuple[UUID, str], dict[UUID, int]] = {}
    mine = [known[entry.id].pk for entry in entries]
    rows = LotEntry.objects.filter(movement__in=mine)
    for uuid, side, lot, mass_g in rows.values_list(
        "movement__uuid", "side", "lot__uuid", "mass_g"
    ):
        sums = parts.setdefault((uuid, side), {})
        sums[lot] = sums.get(lot, 0) + mass_g
    for entry in entries:
        left, entered = parts.get((entry.id, "out")), parts.get((entry.id, "in"))
        named: dict[UUID, int] = {}
        for part in entry.lots_out:
            named[part.lot] = named.get(part.lot, 0) + part.mass_g
        other_lots = entry.lots_out and left is not None and left != named
        if other_lots or (entry.lot_in and entered and entry.lot_in.uuid not in entered):
            raise IdReused(id=entry.id)


def same_content(
    movement: Movement, entry: Entry, rows: Mapping[AccountKey, AccountRow], cause: str
) -> bool:
    return (
        movement.source_id == rows[entry.source].id
        and movement.target_id == rows[entry.target].id
        and movement.mass_g == entry.mass_g
        and movement.happened_at == entry.happened_at
        and movement.cause == cause
        and (movement.group_uuid == entry.group or _own_group(movement, entry))
        and movement.reverses_id is None
    )


def _own_group(movement: Movement, entry: Entry) -> bool:
    """An entry without a group that lacked mass is tied to its shortfall by its own id."""
    return entry.group is None and movement.group_uuid == entry.id


class _Posting:
    """One posting being worked out on locked balances: rows are added, then written at once."""

    def __init__(
        self,
        rows: dict[AccountKey, AccountRow],
        balances: dict[int, Balance],
        reserved: Sequence[Booking],
        by: Actor,
        on_lack: Lack,
    ) -> None:
        self.rows, self.balances = rows, balances
        self.by, self.on_lack = by, on_lack
        self.lots = LotBook()
        self.reserved = {booking.uuid: booking for booking in reserved}
        self.movements: list[Movement] = []
        self.bookings: list[Booking] = []
        self.findings: list[Finding] = []

    def read(self, entries: Sequence[Entry]) -> None:
        """Fetch what the entries name or will ask for: lots, and the oldest open ones."""
        self.lots.know(one.lot for one in self.reserved.values() if one.lot)
        oldest_first = {
            source.id
            for entry in entries
            if (source := self.rows[entry.source]).by_lots and source.key.limited
            if not entry.lots_out and not self._lot_of(entry)
        }
        leaving_g = dict.fromkeys(oldest_first, 0)
        for entry in entries:
            if (source := self.rows[entry.source]).id in leaving_g:
                leaving_g[source.id] += entry.mass_g
        self.lots.read([part.lot for entry in entries for part in entry.lots_out], leaving_g)

    def add(self, entry: Entry, cause: str) -> Movement:
        source, target = self.rows[entry.source], self.rows[entry.target]
        reserved = self._use_booking(entry)
        if source.key.limited and (lack_g := self._lack_g(entry, source)) > 0:
            entry = replace(entry, group=entry.group or entry.id)
            self._cover_lack(entry, source, lack_g, cause)
        movement = self._movement(entry.id, source, target, entry, cause)
        self.lots.move(movement, entry, source, target, reserved.lot if reserved else None)
        return movement

    def write(self) -> None:
        self.lots.write(
            insertion(self.movements),
            writing_balances(self.balances.values()),
            change(self.bookings, ("state", "closed_at")),
        )
        record_findings(self.findings, self.by)

    def _lot_of(self, entry: Entry) -> Lot | None:
        """The lot that its reservation holds for it."""
        booking = self.reserved.get(entry.booking) if entry.booking else None
        return booking.lot if booking else None

    def _movement(
        self, uuid: UUID, source: AccountRow, target: AccountRow, entry: Entry, cause: str
    ) -> Movement:
        movement = Movement(
            uuid=uuid,
            group_uuid=entry.group,
            kind=rules.kind_of(source.key, target.key),
            source_id=source.id,
            target_id=target.id,
            mass_g=entry.mass_g,
            happened_at=entry.happened_at,
            original_value=entry.mass.value,
            original_unit=entry.mass.unit,
            density_kg_m3=entry.mass.density_kg,
            cause=cause,
            actor=self.by.id,
        )
        if balance := self.balances.get(source.id):
            movement.source_from_g = balance.out_g
            balance.out_g += entry.mass_g
        if balance := self.balances.get(target.id):
            movement.target_from_g = balance.in_g
            balance.in_g += entry.mass_g
        self.movements.append(movement)
        return movement

    def _lack_g(self, entry: Entry, source: AccountRow) -> int:
        balance = self.balances[source.id]
        return entry.mass_g - (balance.in_g - balance.out_g - balance.booked_g)

    def _cover_lack(self, entry: Entry, source: AccountRow, lack_g: int, cause: str) -> None:
        if self.on_lack is Lack.REFUSE:
            raise NotEnough(
                free_t=f"{(entry.mass_g - lack_g) / GRAMS_PER_T:,.3f}",
                lack_t=f"{lack_g / GRAMS_PER_T:,.3f}",
                lack_g=lack_g,
                account=Account.objects.get(pk=source.id),
                field="mass",
            )
        missing = Entry(
            id=uuid5(entry.id, "shortfall"),
            source=shortfall_of(source.key),
            target=source.key,
            mass=grams(lack_g),
            happened_at=entry.happened_at,
            group=entry.group,
        )
        movement = self._movement(missing.id, self.rows[missing.source], source, missing, cause)
        if source.by_lots:
            self.lots.shortfall(movement, source, lack_g)
        self.findings.append(shortfall_finding(source.id, lack_g, str(movement.uuid)))

    def _use_booking(self, entry: Entry) -> Booking | None:
        """The reservation becomes free stock for this entry alone."""
        if entry.booking is None:
            return None
        account_id = self.rows[entry.source].id
        booking = self.reserved.get(entry.booking)
        if booking is None or booking.account_id != account_id:
            raise UnknownBooking(field="booking")
        if booking.state != Booking.State.OPEN:
            raise BookingClosed(state=booking.get_state_display())
        self.balances[account_id].booked_g -= booking.mass_g
        if booking.lot is not None:
            booking.lot = self.lots.unbook(booking.lot, booking.mass_g)
        booking.state, booking.closed_at = Booking.State.POSTED, timezone.now()
        self.bookings.append(booking)
        return booking


def shortfall_finding(account_id: int, mass_g: int, episode: str) -> Finding:
    return Finding(
        "ledger.shortfall",
        subject=f"ledger.account:{account_id}",
        values={"mass_g": mass_g},
        episode=episode,
    )
