"""Two drums of waste oil on their way: fetched, poured together, refined, the residue buried."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import Container, LotPart, NewLot
from wufei.hub.ledger.models import Lot, Treatment
from wufei.hub.ledger.services.regrouping import lot_of
from wufei.hub.ledger.services.treatments import Input, Material, Secondary
from wufei.hub.ledger.tests.conftest import LOTS, t
from wufei.hub.ledger.units import grams
from wufei.hub.registry.validity import period

OIL, RESIDUE = LOTS, "residue"


@dataclass(frozen=True)
class Names:
    """Invented places; the first two garages' drums are poured together."""

    garages: tuple[str, str, str] = ("Garage North", "Garage South", "Garage West")
    haulier: str = "Haulier"
    collector: str = "Collection site"
    refinery: str = "Refinery"
    landfill: str = "Landfill"
    residue: str = "refining residue"
    product: str = "base oil"


@dataclass(frozen=True)
class OilStory:
    district: Any
    drums: list[Lot]
    other: Lot
    tank: Lot
    batch: Treatment
    residue: Lot
    landfilled: Lot


def drum(district: Any, place: str, tonnes: float, label: str) -> Lot:
    lot = NewLot(uuid7(), label)
    district.arise(place, tonnes, waste=OIL, lot_in=lot)
    return Lot.objects.get(uuid=lot.uuid)


def carry(district: Any, haulier: str, lot: Lot, place: str, *, waste: str = OIL) -> Lot:
    """By road, under a manifest line, to the store of ``place``."""
    home = lot.account.place
    assert home is not None
    road = district.key("custody", haulier, waste=waste, line=uuid7())
    part = (LotPart(lot.uuid, lot.remaining_g),)
    tonnes = lot.remaining_g / 1_000_000
    district.move(district.key("stock", home.name, waste=waste), road, tonnes, lots_out=part)
    arrived = district.move(road, district.key("stock", place, waste=waste), tonnes)
    return Lot.objects.get(entries__movement=arrived, entries__side="in")


def oil_story(district: Any, names: Names | None = None) -> OilStory:
    names = names or Names()
    district.wastes[RESIDUE] = WasteType.objects.create(
        code="test-residue",
        edition="test",
        name=names.residue,
        pinyin="r",
        domain="hazardous",
        stream="hazardous_industrial",
        validity=period(),
    )
    *drums, other = [drum(district, name, 0.2, f"D{n}") for n, name in enumerate(names.garages)]
    carry(district, names.haulier, other, names.collector)
    tank = _poured_together(district, names, drums)
    carry(district, names.haulier, tank, names.refinery)
    batch = _refined(district, names)
    residue = Lot.objects.get(label="R1")
    landfilled = carry(district, names.haulier, residue, names.landfill, waste=RESIDUE)
    district.move(
        district.key("stock", names.landfill, waste=RESIDUE),
        district.key("disposed", names.landfill, waste=RESIDUE),
        0.06,
        lots_out=(LotPart(landfilled.uuid, t(0.06)),),
    )
    return OilStory(district, drums, other, tank, batch, residue, landfilled)


def _poured_together(district: Any, names: Names, drums: list[Lot]) -> Lot:
    fetched = [carry(district, names.haulier, one, names.collector) for one in drums]
    grouped = services.regroup(
        [LotPart(one.uuid, t(0.2)) for one in fetched],
        [Container("T1", t(0.4))],
        id=uuid7(),
        by=district.by,
        happened_at=timezone.now(),
    )
    return Lot.objects.get(uuid=lot_of(grouped.uuid, 0))


def _refined(district: Any, names: Names) -> Treatment:
    return services.record_treatment(
        district.place(names.refinery),
        [Input(district.waste(OIL).pk, grams(t(0.4)), "oil_refining")],
        id=uuid7(),
        happened_at=timezone.now(),
        by=district.by,
        products=[Material(names.product, grams(t(0.3)))],
        secondary=[Secondary(district.waste(RESIDUE).pk, grams(t(0.06)), NewLot(uuid7(), "R1"))],
    )
