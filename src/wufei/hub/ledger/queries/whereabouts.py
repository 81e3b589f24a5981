"""Where mass is that is no longer where somebody looks for it."""

from django.utils import timezone

from wufei.hub.ledger.models import Account, Booking, Lot, LotEntry, Movement
from wufei.hub.ledger.queries.people import cause_of
from wufei.hub.ledger.regroupings import RegroupedPart
from wufei.hub.ledger.units import GRAMS_PER_T

SHOWN_MAX = 3


def where(movement: Movement) -> str:
    """Where a movement brought its mass, on which day."""
    account: Account = movement.target
    place = f" {account.place}" if account.place_id else ""
    kind = account.get_kind_display()
    return f"{movement.day} {_t(movement.mass_g)} t → {account.holder}{place} ({kind})"


def whereabouts(lot: Lot) -> list[str]:
    """Where mass of ``lot`` went or for what it is reserved, latest first."""
    return [*_reserved(lot), *_regrouped(lot), *_left(lot)][:SHOWN_MAX]


def _reserved(lot: Lot) -> list[str]:
    rows = Booking.objects.filter(lot=lot, state=Booking.State.OPEN).order_by("-pk")
    return [f"{_t(row.mass_g)} t → {cause_of(row.cause).words}" for row in rows[:SHOWN_MAX]]


def _regrouped(lot: Lot) -> list[str]:
    parts = RegroupedPart.objects.filter(parent=lot, regrouping__undoing=None)
    rows = parts.select_related("lot", "regrouping").order_by("-pk")[:SHOWN_MAX]
    days = [timezone.localdate(row.regrouping.happened_at) for row in rows]
    return [f"{day} {_t(row.mass_g)} t → {row.lot}" for day, row in zip(days, rows, strict=True)]


def _left(lot: Lot) -> list[str]:
    entries = LotEntry.objects.filter(
        lot=lot, side="out", movement__sign=1, movement__reversal=None
    ).select_related("movement__target__place", "movement__target__holder")
    return [where(entry.movement) for entry in entries.order_by("-pk")[:SHOWN_MAX]]


def _t(mass_g: int) -> str:
    return f"{mass_g / GRAMS_PER_T:,.3f}"
