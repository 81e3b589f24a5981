"""What a manifest that is issued holds of its consignor's stock, until it is loaded or ends."""

from collections.abc import Sequence
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.models import Account, AccountKind
from wufei.hub.ledger.services.accounts import accounts, lock
from wufei.hub.ledger.units import grams
from wufei.hub.manifests.models import Line, Manifest
from wufei.hub.manifests.services import masses
from wufei.hub.manifests.services.masses import Lots, booking_of_line, is_booked, source_of


def reserve(manifest: Manifest, lines: Sequence[Line], lots: Lots, by: Actor) -> None:
    """Book the declared masses of the consignor's stock, lot by lot where lots are named.

    On a linked manifest: of what was refused and is still in the custody of the first one.
    """
    ledger.book_all(bookings(manifest, lines, lots), by=by)


def bookings(manifest: Manifest, lines: Sequence[Line], lots: Lots) -> list[ledger.NewBooking]:
    """What ``reserve`` books."""
    why, asked = masses.cause(manifest, "issue"), list[ledger.NewBooking]()
    for line in lines:
        if not is_booked(manifest, line):
            continue
        key = source_of(manifest, line)
        for part in lots.get(line.uuid, ()):
            mass, lot = grams(part.mass_g), part.lot.uuid
            asked.append(ledger.NewBooking(key, mass, part.booking, why, lot))
        if not lots.get(line.uuid):
            asked.append(ledger.NewBooking(key, grams(line.declared_g), booking_of_line(line), why))
    return asked


def hold_stores(loads: Sequence[tuple[Manifest, Sequence[Line]]]) -> None:
    """Lock the stocks at both ends of what is written down with all its steps at once.

    Its number is taken before its mass moves, and who issues at a desk locks the stock first.
    """
    places = {manifest.consignee_site_id for manifest, _lines in loads}
    places |= {masses.place_of(manifest, line).pk for manifest, lines in loads for line in lines}
    wastes = {line.waste_id for _manifest, lines in loads for line in lines}
    if places:
        stocks = Account.objects.filter(kind=AccountKind.STOCK, place__in=places, waste__in=wastes)
        lock(stocks.values_list("pk", flat=True))


def release(manifest: Manifest, by: Actor) -> None:
    """Free what was booked for a manifest that is cancelled."""
    bookings: list[UUID] = []
    for line in manifest.lines.select_related("waste"):
        if is_booked(manifest, line):
            bookings += line.lots.values_list("booking", flat=True) or [booking_of_line(line)]
    for booking in bookings:
        ledger.release(booking, by=by)


def rebook(manifest: Manifest, lines: Sequence[Line], before: Lots, after: Lots, by: Actor) -> None:
    """Let the reservations of an edited manifest hold what its lines say now."""
    booked = [line for line in lines if is_booked(manifest, line)]
    lock(row.id for row in accounts({source_of(manifest, line) for line in booked}).values())
    for line in booked:
        held = [part.booking for part in before.get(line.uuid, ())] or [booking_of_line(line)]
        for booking in held:
            ledger.release(booking, by=by)
    why = masses.cause(manifest, "issue")
    for line in booked:
        key = source_of(manifest, line)
        for part in after.get(line.uuid, ()):
            mass, lot = grams(part.mass_g), part.lot.uuid
            ledger.rebook(key, mass, id=part.booking, by=by, cause=why, lot=lot)
        if not after.get(line.uuid):
            mass = grams(line.declared_g)
            ledger.rebook(key, mass, id=booking_of_line(line), by=by, cause=why)
