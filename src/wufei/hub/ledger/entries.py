"""What callers say to the ledger: which account, which mass, which lots. Plain data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wufei.hub.ledger.models import LIMITED, AccountKind
from wufei.hub.ledger.units import Mass


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account by what it is; the row is made when mass first moves.

    ``method`` only for ``recovered`` and ``disposed``, ``line`` (manifest line) only for
    ``custody``, ``place_id`` always for ``stock``.
    """

    kind: AccountKind
    holder_id: int
    waste_id: int
    place_id: int | None = None
    method: str = ""
    line: UUID | None = None

    @property
    def limited(self) -> bool:
        return self.kind in LIMITED

    @property
    def order(self) -> tuple[object, ...]:
        """Accounts are made in this order by everyone, so that makers cannot deadlock."""
        return (
            self.holder_id,
            self.waste_id,
            str(self.kind),
            self.place_id or 0,
            self.method,
            str(self.line or ""),
        )


@dataclass(frozen=True, slots=True)
class LotPart:
    """Mass taken from a named lot."""

    lot: UUID
    mass_g: int


@dataclass(frozen=True, slots=True)
class NewLot:
    """The lot or container that receives the mass; ``arisen_at`` defaults to its inputs' oldest."""

    uuid: UUID
    label: str = ""
    arisen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A lot that grouping or splitting makes: its label and what is put into it."""

    label: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement to post. ``id`` is chosen by the caller and is the idempotency key.

    ``lots_out`` names the lots that mass leaves (else first in, first out, marked attributed);
    ``lot_in`` names the one it enters (else a lot is made); both only count where the account is
    tracked by lots. ``booking`` is the reservation that this movement uses up; ``group`` ties
    entries of one event together.
    """

    id: UUID
    source: AccountKey
    target: AccountKey
    mass: Mass
    happened_at: datetime
    lots_out: tuple[LotPart, ...] = ()
    lot_in: NewLot | None = None
    booking: UUID | None = None
    group: UUID | None = None

    @property
    def mass_g(self) -> int:
        return self.mass.grams
