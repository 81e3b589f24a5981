"""What people of the demo did by hand in the last days: so that these pages have something on them.

Each act has a fixed id and is done once; plants keep enough in hand for it (``plants.HABITS``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from wufei.demo.district import known_as
from wufei.demo.entering import Entered
from wufei.demo.history.world import moment
from wufei.demo.models import Load
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue.queries import waste
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import (
    Account,
    AccountKind,
    Booking,
    Lot,
    Movement,
    StockTake,
    Treatment,
)
from wufei.hub.ledger.queries.statements import standing_g
from wufei.hub.ledger.services.treatments import Input, Material, Secondary
from wufei.hub.ledger.units import grams, tonnes

Parts = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Batch:
    """A treatment, ``days`` before the demo was loaded; tonnes."""

    plant: str
    waste: str
    t: float
    method: str
    days: int
    products: Parts = ()
    additives: Parts = ()
    secondary: Parts = ()
    note: str = ""


@dataclass(frozen=True)
class Count:
    """A stock-take that finds ``off_t`` more (or less) than the book."""

    place: str
    waste: str
    off_t: float
    days: int
    reason: str = ""


@dataclass(frozen=True)
class Reserved:
    """A booking for a load that is not yet on the road; ``by_lot`` takes one container."""

    place: str
    waste: str
    t: float = 0
    by_lot: bool = field(default=False)


BATCHES = (
    Batch(
        "jiancai", "LC-coal-ash", 84.6, "building_materials", 3,
        products=(("蒸压砖", 96.2),), additives=(("水泥", 14.0),), note="早班",
    ),
    Batch(
        "jiancai", "LC-desulphurisation-gypsum", 62.0, "building_materials", 2,
        products=(("石膏板", 57.5),), note="二号线",
    ),
    Batch("compost", "LC-manure-pig", 48.0, "compost", 1, products=(("有机肥", 27.3),)),
    Batch(
        "film", "LC-plastics", 12.0, "regranulation", 1,
        products=(("再生颗粒", 10.4),), secondary=(("LC-plastic-scrap", 1.1),),
    ),
    Batch(
        "recycle", "LC-demolition", 180.0, "recycled_aggregate", 2,
        products=(("再生骨料", 172.5),), secondary=(("LC-recycled-residue", 6.4),),
    ),
)  # fmt: skip
COUNTS = (
    Count("power", "LC-coal-ash", -12.4, 2, "含水率变化，过磅复核"),
    Count("alu", "LC-metal-scrap", 0.86, 1, "一批铝屑入库时未登记"),
    Count("steelyard", "LC-scrap-steel", 0, 1),
)
SURPLUS = Count("foundry", "LC-smelting-slag", 6.4, 1, "清理堆场发现建账前的存量")
BOOKINGS = (
    Reserved("power", "LC-coal-ash", 36.0),
    Reserved("paperyard", "LC-paper", 25.5),
    Reserved("machine", "900-249-08", by_lot=True),
)


def enact(record: Load, entered: Entered, by: Actor) -> int:
    """Do what has not been done yet; returns how many acts the book did not allow.

    A history cut short may hold too little for some of them; then they are left out.
    """
    stage = _Stage(record, entered, by)
    acts: list[Callable[[], object]] = []
    for number, batch in enumerate(BATCHES):
        acts.append(lambda n=number, b=batch: stage.treat(n, b))  # type: ignore[misc]
    for number, count in enumerate(COUNTS):
        acts.append(lambda n=number, c=count: stage.count(n, c))  # type: ignore[misc]
    acts.append(stage.find)
    for number, reserved in enumerate(BOOKINGS):
        acts.append(lambda n=number, r=reserved: stage.reserve(n, r))  # type: ignore[misc]
    return sum(not _done(act) for act in acts)


def _done(act: Callable[[], object]) -> bool:
    try:
        act()
    except Refusal:
        return False
    return True


@dataclass(frozen=True)
class _Stage:
    record: Load
    entered: Entered
    by: Actor

    def treat(self, number: int, batch: Batch) -> None:
        uuid = self._id(f"treatment:{number}")
        if Treatment.objects.filter(uuid=uuid).exists():
            return
        services.record_treatment(
            self.entered.sites[batch.plant],
            [Input(waste(batch.waste).pk, tonnes(batch.t), batch.method)],
            id=uuid,
            happened_at=self._ago(batch.days, 15.5),
            by=self.by,
            products=[Material(name, tonnes(t)) for name, t in batch.products],
            additives=[Material(name, tonnes(t)) for name, t in batch.additives],
            secondary=[Secondary(waste(code).pk, tonnes(t)) for code, t in batch.secondary],
            note=batch.note,
        )

    def count(self, number: int, count: Count) -> None:
        uuid, key = self._id(f"count:{number}"), self._stock(count.place, count.waste)
        if StockTake.objects.filter(uuid=uuid).exists():
            return
        counted_g = self._standing_g(key) + round(count.off_t * 1_000_000)
        if counted_g < 0:
            return
        services.record_stocktake(
            key,
            counted_g,
            id=uuid,
            happened_at=self._ago(count.days, 16.25),
            by=self.by,
            reason=count.reason,
        )

    def find(self) -> None:
        uuid = self._id("surplus")
        if Movement.objects.filter(uuid=uuid).exists():
            return
        services.record_surplus(
            self._stock(SURPLUS.place, SURPLUS.waste),
            tonnes(SURPLUS.off_t),
            id=uuid,
            happened_at=self._ago(SURPLUS.days, 10.75),
            by=self.by,
            reason=SURPLUS.reason,
        )

    def reserve(self, number: int, reserved: Reserved) -> None:
        uuid, key = self._id(f"booking:{number}"), self._stock(reserved.place, reserved.waste)
        if Booking.objects.filter(uuid=uuid).exists():
            return
        lot = self._youngest(key) if reserved.by_lot else None
        if reserved.by_lot and lot is None:
            return
        mass = grams(lot.remaining_g) if lot else tonnes(reserved.t)
        cause = f"demo:load:{number + 1}"
        lot_id = lot.uuid if lot else None
        services.book(key, mass, id=uuid, by=self.by, cause=cause, lot=lot_id)

    def _youngest(self, key: AccountKey) -> Lot | None:
        lots = Lot.objects.filter(
            account__holder=key.holder_id,
            account__waste=key.waste_id,
            account__kind=key.kind,
            remaining_g__gt=0,
            booked_g=0,
        )
        return lots.order_by("-arisen_at").first()

    def _standing_g(self, key: AccountKey) -> int:
        account = Account.objects.filter(
            holder=key.holder_id, waste=key.waste_id, kind=key.kind, place=key.place_id
        ).first()
        return standing_g(account) if account else 0

    def _stock(self, place: str, code: str) -> AccountKey:
        site = self.entered.sites[place]
        return AccountKey(AccountKind.STOCK, site.organisation_id, waste(code).pk, site.pk)

    def _ago(self, days: int, hour: float) -> datetime:
        return moment(self.record.anchor - timedelta(days=days), hour)

    def _id(self, what: str) -> UUID:
        return known_as(f"{self.record.seed}:{what}")
