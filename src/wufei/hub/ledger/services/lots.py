"""Lots of locked accounts while one posting is being worked out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, connection

from wufei.hub.base import rows
from wufei.hub.base.prepared import Among, Rows, Statement, none_of, together
from wufei.hub.ledger.entries import Entry, LotPart, NewLot
from wufei.hub.ledger.models import Lot, LotEntry, Movement
from wufei.hub.ledger.queries.whereabouts import whereabouts
from wufei.hub.ledger.refusals import LotMovedOn, LotNotEnough, LotTaken, UnknownLot
from wufei.hub.ledger.services.accounts import AccountRow
from wufei.hub.ledger.units import GRAMS_PER_T


@dataclass(frozen=True, slots=True)
class Taken:
    """Mass that left a lot; ``attributed`` when first in, first out chose it."""

    lot: Lot
    mass_g: int
    attributed: bool


@dataclass(slots=True)
class _Draft:
    movement: Movement
    lot: Lot
    side: str
    mass_g: int
    parent: Lot | None = None
    attributed: bool = False


_NAMED = Rows(lambda: Lot.objects.filter(Among("uuid", "lots")))
# Until the mass is covered and one more, which tells whether there was a choice: an account may
# have thousands open.
_OLDEST = """
SELECT {columns} FROM (
    SELECT lot.*, asked.mass_g AS asked_g, coalesce(sum(lot.remaining_g - lot.booked_g) OVER (
        PARTITION BY lot.account_id ORDER BY lot.since, lot.id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING), 0) AS before_g
    FROM unnest(%(accounts)s::bigint[], %(masses)s::bigint[]) AS asked(account_id, mass_g)
    JOIN ledger_lot lot ON lot.account_id = asked.account_id
    WHERE lot.remaining_g > 0 AND lot.remaining_g > lot.booked_g) AS open
WHERE before_g <= asked_g"""


class LotBook:
    """Working copy of lots: read, changed in memory, written once.

    The accounts' balance rows are locked before, and every change of a lot happens under its
    account's lock; so the lots need no locks of their own.
    """

    def __init__(self) -> None:
        self._by_uuid: dict[UUID, Lot] = {}
        self._of_account: dict[int, list[Lot]] = {}
        self._changed: dict[UUID, Lot] = {}
        self._new: list[Lot] = []
        self._drafts: list[_Draft] = []

    def move(
        self,
        movement: Movement,
        entry: Entry,
        source: AccountRow,
        target: AccountRow,
        reserved: Lot | None = None,
    ) -> None:
        """Take the mass from the source's lots and put it into the target's."""
        taken: list[Taken] = []
        if source.by_lots and source.key.limited:
            parts = entry.lots_out
            if not parts and reserved is not None:
                parts = (LotPart(reserved.uuid, entry.mass_g),)
            taken = self._take(source, entry.mass_g, parts)
            for part in taken:
                self._drafts.append(
                    _Draft(movement, part.lot, "out", part.mass_g, attributed=part.attributed)
                )
        if target.by_lots and target.key.limited:
            self._put(movement, entry, target, taken)

    def unbook(self, lot: Lot, mass_g: int) -> Lot:
        """Give back what a booking reserved of ``lot``; returns the working copy."""
        mine = self._keep(lot)
        mine.booked_g -= mass_g
        self._changed[mine.uuid] = mine
        return mine

    def shortfall(self, movement: Movement, account: AccountRow, mass_g: int) -> None:
        """A lot for mass that the book lacked."""
        lot = self._lot(account, uuid5(movement.uuid, "lot"), mass_g, movement.happened_at)
        self._drafts.append(_Draft(movement, lot, "in", mass_g))

    def undo(self, original: Movement, reversal: Movement, account_name: str) -> None:
        """Take back what ``original`` did to lots."""
        for entry in original.lot_entries.select_related("lot").order_by("pk"):
            lot = self._keep(entry.lot)
            if entry.side == "in" and lot.remaining_g - lot.booked_g < entry.mass_g:
                raise moved_on(lot)
            lot.remaining_g += entry.mass_g if entry.side == "out" else -entry.mass_g
            self._changed[lot.uuid] = lot
            self._drafts.append(
                _Draft(reversal, lot, entry.side, entry.mass_g, entry.parent, entry.attributed)
            )

    def write(self, *with_them: Statement[Any]) -> None:
        """Write lots, then entries; the movements must be there, or written ``with_them``."""
        made = {lot.uuid for lot in self._new}
        changed = [lot for lot in self._changed.values() if lot.uuid not in made]
        try:
            together(*with_them, rows.insertion(self._new), _writing(changed))
        except IntegrityError as error:
            if "ledger_lot_uuid" not in str(error):
                raise
            raise LotTaken(lot=self._new[0], field="lots") from error
        rows.insert(
            [
                LotEntry(
                    movement=draft.movement,
                    lot=draft.lot,
                    parent=draft.parent,
                    side=draft.side,
                    mass_g=draft.mass_g,
                    attributed=draft.attributed,
                )
                for draft in self._drafts
            ]
        )

    def _take(self, account: AccountRow, mass_g: int, parts: Sequence[LotPart]) -> list[Taken]:
        if parts:
            self.read([part.lot for part in parts], {})
            return [self._take_named(account, part) for part in parts]
        return self._take_oldest(account, mass_g)

    def _take_named(self, account: AccountRow, part: LotPart) -> Taken:
        lot = self._by_uuid.get(part.lot)
        if lot is None or lot.account_id != account.id:
            raise UnknownLot(lot=part.lot, account=account.key.kind.label, field="lots")
        free_g = lot.remaining_g - lot.booked_g
        if free_g < part.mass_g:
            raise LotNotEnough(lot=lot, free_t=_t(free_g), field="lots")
        return self._use(lot, part.mass_g, attributed=False)

    def _take_oldest(self, account: AccountRow, mass_g: int) -> list[Taken]:
        """First in, first out; exact only where no other choice was possible."""
        mine = self._of_account.get(account.id, [])
        open_lots = [lot for lot in mine if lot.remaining_g > lot.booked_g]
        open_lots.sort(key=lambda lot: (lot.since, lot.pk or 1 << 62))
        free_g = sum(lot.remaining_g - lot.booked_g for lot in open_lots)
        if free_g < mass_g:
            raise LotNotEnough(lot=account.key.kind.label, free_t=_t(free_g))
        exact = len(open_lots) == 1 or free_g == mass_g
        taken = []
        for lot in open_lots:
            part_g = min(mass_g, lot.remaining_g - lot.booked_g)
            taken.append(self._use(lot, part_g, attributed=not exact))
            mass_g -= part_g
            if not mass_g:
                break
        return taken

    def _put(
        self, movement: Movement, entry: Entry, account: AccountRow, taken: Sequence[Taken]
    ) -> None:
        """Into the named lot; else each container that left arrives as one of its own."""
        if entry.lot_in is not None or not taken:
            new = entry.lot_in or NewLot(uuid5(entry.id, "lot"))
            oldest = min((part.lot.arisen_at for part in taken), default=entry.happened_at)
            lot = self._lot(
                account,
                new.uuid,
                entry.mass_g,
                entry.happened_at,
                label=new.label,
                arisen_at=new.arisen_at or oldest,
            )
            parents: list[Taken | None] = [*taken] or [None]
            for part in parents:
                self._draft_in(movement, lot, part, entry.mass_g)
            return
        for number, part in enumerate(taken):
            lot = self._lot(
                account,
                uuid5(entry.id, f"lot:{number}"),
                part.mass_g,
                entry.happened_at,
                label=part.lot.label,
                arisen_at=part.lot.arisen_at,
            )
            self._draft_in(movement, lot, part, part.mass_g)

    def _draft_in(self, movement: Movement, lot: Lot, part: Taken | None, mass_g: int) -> None:
        if part is None:
            self._drafts.append(_Draft(movement, lot, "in", mass_g))
        else:
            self._drafts.append(_Draft(movement, lot, "in", part.mass_g, part.lot, part.attributed))

    def _lot(
        self,
        account: AccountRow,
        uuid: UUID,
        mass_g: int,
        since: datetime,
        *,
        label: str = "",
        arisen_at: datetime | None = None,
    ) -> Lot:
        if uuid in self._by_uuid:
            raise LotTaken(lot=label or uuid, field="lots")
        lot = Lot(
            uuid=uuid,
            account_id=account.id,
            label=label,
            mass_g=mass_g,
            remaining_g=mass_g,
            arisen_at=arisen_at or since,
            since=since,
        )
        self._new.append(self._keep(lot))
        return lot

    def _use(self, lot: Lot, mass_g: int, *, attributed: bool) -> Taken:
        lot.remaining_g -= mass_g
        self._changed[lot.uuid] = lot
        return Taken(lot, mass_g, attributed)

    def know(self, lots: Iterable[Lot]) -> None:
        """Lots that somebody has read already."""
        for lot in lots:
            self._keep(lot)

    def read(self, uuids: Iterable[UUID], oldest_g: Mapping[int, int]) -> None:
        """Read named lots, and the oldest open ones of accounts.

        ``oldest_g`` has, for each account of which the oldest are to be taken, the grams that will
        leave it in all.
        """
        missing = [uuid for uuid in uuids if uuid not in self._by_uuid]
        named = _NAMED.of(lots=missing) if missing else none_of()
        found: list[list[Lot]] = together(named, _oldest(oldest_g) if oldest_g else none_of())
        self.know(lot for lots in found for lot in lots)

    def _keep(self, lot: Lot) -> Lot:
        """The working copy of a lot: the one that was seen first."""
        if lot.uuid not in self._by_uuid:
            self._by_uuid[lot.uuid] = lot
            self._of_account.setdefault(lot.account_id, []).append(lot)
        return self._by_uuid[lot.uuid]


def _oldest(masses_g: Mapping[int, int]) -> Statement[list[Lot]]:
    fields = Lot._meta.concrete_fields
    text = _OLDEST.format(columns=", ".join(str(field.column) for field in fields))
    names = [field.attname for field in fields]
    values = {"accounts": [*masses_g], "masses": [*masses_g.values()]}
    asked = Statement(text, values, list)
    return asked.then(lambda found: [Lot.from_db(connection.alias, names, row) for row in found])


def moved_on(lot: Lot) -> LotMovedOn:
    """The refusal to take back what is no longer in ``lot``: it says where that is."""
    free_t = _t(lot.remaining_g - lot.booked_g)
    return LotMovedOn(lot=lot, free_t=free_t, later="; ".join(whereabouts(lot)) or "-")


def update(lots: Iterable[Lot]) -> None:
    """Write what remains in lots of locked accounts, and what of it is booked."""
    _writing(lots).run()


def _writing(lots: Iterable[Lot]) -> Statement[set[int]]:
    return rows.change(list(lots), ("remaining_g", "booked_g"))


def _t(mass_g: int) -> str:
    return f"{mass_g / GRAMS_PER_T:,.3f}"
