"""What a manifest does to mass: reserve, load, accept. Each step posts to the ledger once.

Ids of bookings and movements follow from the line's uuid, so that nothing is posted twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from wufei.hub.base.actor import Actor
from wufei.hub.base.prepared import Among, Rows
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.declarations import Stream, Tracking
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart
from wufei.hub.ledger.models import AccountKind, Balance, Lot
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Line, LineLot, Manifest, Origin
from wufei.hub.manifests.services.returned import CameBack
from wufei.hub.registry.models import Site

UNBOOKED = (Origin.PAPER, Origin.EMERGENCY, Origin.IMPORTED)
Lots = Mapping[UUID, Sequence[LineLot]]


def cause(manifest: Manifest, step: str) -> str:
    """Why a movement happened, as the ledger keeps it."""
    return f"manifest:{manifest.uuid}:{step}"


def booking_of(booked: UUID, lot: UUID) -> UUID:
    """Key of the booking of one lot of a line."""
    return uuid5(booked, f"lot:{lot}")


# Load.
def load(
    manifest: Manifest,
    lines: Sequence[Line],
    lots: Lots,
    weighed: Mapping[UUID, Mass],
    *,
    at: datetime,
    by: Actor,
    booked: bool,
    again: str = "",
    group: str = "",
) -> None:
    """Post what was weighed out into the carrier's custody.

    ``again`` names the revision for which it is posted anew, ``group`` the stop of a round.
    """
    back = CameBack()
    batch = loading(
        manifest, lines, lots, weighed, back, at=at, booked=booked, again=again, group=group
    )
    ledger.post_all([batch], by=by, on_lack=ledger.Lack.SHORTFALL)


def loading(
    manifest: Manifest,
    lines: Sequence[Line],
    lots: Lots,
    weighed: Mapping[UUID, Mass],
    back: CameBack,
    *,
    at: datetime,
    booked: bool,
    again: str = "",
    group: str = "",
) -> ledger.Batch:
    """What ``load`` posts; ``back`` knows what has been returned and goes first.

    The truck is loaded: what the book lacks is posted as a shortfall. Containers travel with the
    mass that the book has of them; what the weighbridge says more or less is a difference.
    """
    entries: list[Entry] = []
    booked = booked and manifest.origin not in UNBOOKED
    for line in lines:
        parts = lots.get(line.uuid, ())
        if parts:
            mass = weighed[line.uuid]
            entries += _load_lots(manifest, line, parts, mass, at, booked=booked, again=again)
            continue
        if line.follows is not None:
            mass = weighed[line.uuid]
            entries += _load_refused(manifest, line, mass, at, booked=booked, again=again)
            continue
        if not keeps_stock(manifest, line):
            entries += _load_arising(manifest, line, weighed[line.uuid], back, at, again)
            continue
        entries.append(
            Entry(
                _key(line.uuid, "load", again),
                source_of(manifest, line),
                custody_of(manifest, line),
                weighed[line.uuid],
                at,
                booking=booking_of_line(line) if booked else None,
            )
        )
    return _batch(manifest, "load", entries, group=group, again=again)


def _load_arising(
    manifest: Manifest, line: Line, weighed: Mass, back: CameBack, at: datetime, again: str
) -> Iterator[Entry]:
    """What arises when it is loaded; what came back to its site arose before, and goes first."""
    custody = custody_of(manifest, line)
    back_g = back.take(place_of(manifest, line), line.waste_id, weighed.grams)
    if back_g:
        key, mass = _key(line.uuid, "returned", again), grams(back_g)
        yield Entry(key, _stock(manifest, line), custody, mass, at)
        weighed = grams(weighed.grams - back_g)
    if weighed.grams:
        yield Entry(_key(line.uuid, "load", again), source_of(manifest, line), custody, weighed, at)


def _load_lots(
    manifest: Manifest,
    line: Line,
    parts: Sequence[LineLot],
    weighed: Mass,
    at: datetime,
    *,
    booked: bool,
    again: str,
) -> Iterator[Entry]:
    custody = custody_of(manifest, line)
    for part in parts:
        yield Entry(
            _key(part.booking, "load", again),
            source_of(manifest, line),
            custody,
            grams(part.mass_g),
            at,
            lots_out=(LotPart(part.lot.uuid, part.mass_g),),
            booking=part.booking if booked else None,
        )
    known_g = sum(part.mass_g for part in parts)
    # The ledger names the lots that a movement makes after it: ``services.lots``.
    moved = [(uuid5(_key(part.booking, "load", again), "lot:0"), part.mass_g) for part in parts]
    off_g, key = weighed.grams - known_g, _left(manifest, line)
    id = _key(line.uuid, "loading", again)
    yield from _difference(id, custody, key, off_g, moved, at)


def _load_refused(
    manifest: Manifest, line: Line, weighed: Mass, at: datetime, *, booked: bool, again: str
) -> Iterator[Entry]:
    """All that was refused leaves the first custody; what the scale says more or less is posted."""
    custody = custody_of(manifest, line)
    yield Entry(
        _key(line.uuid, "load", again),
        source_of(manifest, line),
        custody,
        grams(line.declared_g),
        at,
        booking=booking_of_line(line) if booked else None,
    )
    off_g, key = weighed.grams - line.declared_g, _left(manifest, line)
    yield from _difference(_key(line.uuid, "loading", again), custody, key, off_g, (), at)


def _left(manifest: Manifest, line: Line) -> AccountKey:
    """Where a difference at loading is booked: whose scale it was."""
    site = place_of(manifest, line)
    if line.follows is not None:
        site = line.follows.manifest.consignee_site
    return AccountKey(AccountKind.VARIANCE, site.organisation_id, line.waste_id, site.pk)


# Accept.
def accept(
    manifest: Manifest,
    lines: Sequence[Line],
    weighed: Mapping[str, Mapping[UUID, Mass]],
    accepted_lots: Mapping[UUID, tuple[LotPart, ...]],
    *,
    at: datetime,
    by: Actor,
    again: str = "",
) -> None:
    """Post what is missing (or more) to ``variance``, and to the consignee what is accepted.

    ``weighed`` has the masses ``weighed_in`` and ``accepted`` by line. What is refused stays in
    custody until a linked manifest takes it.
    """
    batches = accepting(
        manifest, lines, weighed, accepted_lots, on_the_road(lines), at=at, again=again
    )
    ledger.post_all(batches, by=by)


def accepting(
    manifest: Manifest,
    lines: Sequence[Line],
    weighed: Mapping[str, Mapping[UUID, Mass]],
    accepted_lots: Mapping[UUID, tuple[LotPart, ...]],
    road: Mapping[UUID, Sequence[tuple[UUID, int]]],
    *,
    at: datetime,
    again: str = "",
) -> list[ledger.Batch]:
    """What ``accept`` posts, if anything; ``road`` has the lots in custody by line."""
    entries: list[Entry] = []
    for line in lines:
        custody, mass = custody_of(manifest, line), weighed["accepted"][line.uuid]
        variance = AccountKey(
            AccountKind.VARIANCE, manifest.consignee_id, line.waste_id, manifest.consignee_site_id
        )
        more_g = off_g(manifest, line, weighed["weighed_in"][line.uuid])
        lots = road.get(line.uuid, ())
        id = difference_id(manifest, line, again)
        entries += _difference(id, custody, variance, more_g, lots, at)
        if mass.grams:
            parts = accepted_lots.get(line.uuid, ())
            id = turned(manifest, line, "accept", again)
            entries.append(Entry(id, custody, _target(manifest, line), mass, at, lots_out=parts))
    return [_batch(manifest, "accept", entries, again=again)] if entries else []


_ON_THE_ROAD = Rows(
    lambda: (
        Lot.objects.filter(Among("account__line", "lines"), remaining_g__gt=0)
        .select_related("account")
        .order_by("pk")
    )
)


def on_the_road(lines: Iterable[Line]) -> dict[UUID, list[tuple[UUID, int]]]:
    """(lot, grams) in custody by line, the oldest first: those that a loss is shared by."""
    uuids = [line.uuid for line in lines if by_lots(line)]
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    if uuids:
        for lot in _ON_THE_ROAD(lines=uuids):
            assert lot.account.line is not None, "asked for by line"
            found.setdefault(lot.account.line, []).append((lot.uuid, lot.remaining_g))
    return found


def turned(manifest: Manifest, line: Line, what: str, again: str = "") -> UUID:
    """Key of what is posted for a line; at each plant that a load is brought to it is another."""
    return _key(line.uuid, what if manifest.turn == 1 else f"{what}:{manifest.turn}", again)


def difference_id(manifest: Manifest, line: Line, again: str = "") -> UUID:
    return turned(manifest, line, "difference", again)


def off_g(manifest: Manifest, line: Line, weighed_in: Mass) -> int:
    """Grams that came more (or less, negative) than the book has on the road."""
    assert line.weighed_out_g, "what arrives was loaded"
    on_road_g = line.weighed_out_g
    if manifest.turn > 1:
        # The plant before has booked its own difference.
        on_road_g = in_custody_g([line])
    return weighed_in.grams - on_road_g


def in_custody_g(lines: Iterable[Line]) -> int:
    """Grams of these lines that are with a carrier."""
    rows = Balance.objects.filter(account__line__in=[line.uuid for line in lines])
    return sum(in_g - out_g for in_g, out_g in rows.values_list("in_g", "out_g"))


# Hand over.
def hand_over(
    manifest: Manifest,
    lines: Sequence[Line],
    before_id: int,
    *,
    at: datetime,
    by: Actor,
    again: str = "",
) -> None:
    """Post what a carrier (``before_id``) had in custody to the one of the leg that begins."""
    step = f"take_over:{manifest.leg}"
    entries = []
    for line in lines:
        assert line.weighed_out_g, "what is taken over was loaded"
        held = AccountKey(AccountKind.CUSTODY, before_id, line.waste_id, line=line.uuid)
        custody, mass = custody_of(manifest, line), grams(line.weighed_out_g)
        entries.append(Entry(_key(line.uuid, step, again), held, custody, mass, at))
    ledger.post_all([_batch(manifest, "take_over", entries, group=step, again=again)], by=by)


def _target(manifest: Manifest, line: Line) -> AccountKey:
    """Into stock; outside the district straight to what the receipt will say, or out of sight."""

    def key(kind: AccountKind, method: str = "") -> AccountKey:
        return AccountKey(
            kind, manifest.consignee_id, line.waste_id, manifest.consignee_site_id, method
        )

    if manifest.consignee_site.region.within:
        return key(AccountKind.STOCK)
    if not line.method:
        return key(AccountKind.EXPORTED)
    return key(AccountKind(declarations.method(line.method).outcome), line.method)


# What they are made of.
def keeps_stock(manifest: Manifest, line: Line) -> bool:
    """Whether the consignor's book has a stock of this: inside, and of a stream that keeps one."""
    own = line.follows_id is None
    return own and place_of(manifest, line).region.within and _stream(line).storage_ledger


def place_of(manifest: Manifest, line: Line) -> Site:
    """Where a line comes from: its own stop of a round, or the manifest's place."""
    return line.site or manifest.consignor_site


def is_booked(manifest: Manifest, line: Line) -> bool:
    """Whether issuing reserves its mass: in the consignor's stock, or of what was refused.

    Nothing is reserved for what has left already when it is written down.
    """
    if manifest.origin in UNBOOKED:
        return False
    return line.follows_id is not None or keeps_stock(manifest, line)


def _stream(line: Line) -> Stream:
    return declarations.stream(line.waste.stream)


def by_lots(line: Line) -> bool:
    return _stream(line).tracking is Tracking.LOTS


def _stock(manifest: Manifest, line: Line) -> AccountKey:
    place = place_of(manifest, line)
    return AccountKey(AccountKind.STOCK, place.organisation_id, line.waste_id, place.pk)


def source_of(manifest: Manifest, line: Line) -> AccountKey:
    if line.follows is not None:
        return custody_of(line.follows.manifest, line.follows)
    if keeps_stock(manifest, line):
        return _stock(manifest, line)
    place = place_of(manifest, line)
    kind = AccountKind.ORIGIN if place.region.within else AccountKind.IMPORTED
    return AccountKey(kind, place.organisation_id, line.waste_id, place.pk)


def custody_of(manifest: Manifest, line: Line) -> AccountKey:
    return AccountKey(AccountKind.CUSTODY, manifest.carrier_id, line.waste_id, line=line.uuid)


def booking_of_line(line: Line) -> UUID:
    return uuid5(line.uuid, "booking")


def _key(uuid: UUID, step: str, again: str) -> UUID:
    """Key of a movement of ``step``; posted anew for a revision it is another one."""
    return uuid5(uuid, f"{step}:{again}" if again else step)


def _difference(
    id: UUID,
    custody: AccountKey,
    variance: AccountKey,
    off_g: int,
    lots: Sequence[tuple[UUID, int]],
    at: datetime,
) -> Iterator[Entry]:
    """``off_g`` more in custody (or less: out of its lots, each in proportion)."""
    if off_g > 0:
        yield Entry(id, variance, custody, grams(off_g), at)
    elif off_g < 0:
        shares = rules.shares_g(-off_g, [mass_g for _lot, mass_g in lots]) if lots else []
        pairs = zip(lots, shares, strict=True)
        parts = tuple(LotPart(lot, share_g) for (lot, _g), share_g in pairs if share_g)
        yield Entry(id, custody, variance, grams(-off_g), at, lots_out=parts)


def _batch(
    manifest: Manifest, step: str, entries: Sequence[Entry], *, group: str = "", again: str = ""
) -> ledger.Batch:
    """``group`` names what is posted together where a step is signed more than once."""
    turn = step if manifest.turn == 1 else f"{step}:{manifest.turn}"
    together = _key(manifest.uuid, group or turn, again) if len(entries) > 1 else None
    return ledger.Batch(entries, cause(manifest, step), together)
