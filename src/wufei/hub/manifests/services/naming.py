"""Lots that a line names: as rows that hold them for it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.refusals import UnknownLot
from wufei.hub.manifests.models import Line, LineLot
from wufei.hub.manifests.services import masses


def known(parts: Iterable[LotPart]) -> dict[UUID, Lot]:
    """Those of the named lots that there are."""
    named = {part.lot for part in parts}
    return {lot.uuid: lot for lot in Lot.objects.filter(uuid__in=named)} if named else {}


def rows(
    line: Line, parts: Sequence[LotPart], lots: Mapping[UUID, Lot], where: object
) -> list[LineLot]:
    """Raises ``UnknownLot``; whether they are there the booking (or posting) finds out."""
    for part in parts:
        if part.lot not in lots:
            raise UnknownLot(lot=part.lot, account=str(where), field="lots")
    return [
        LineLot(
            line=line,
            lot=lots[part.lot],
            mass_g=part.mass_g,
            booking=masses.booking_of(line.uuid, part.lot),
        )
        for part in parts
    ]
