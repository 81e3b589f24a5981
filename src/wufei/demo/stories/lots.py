"""Containers that are grouped, split, carried on and treated: traces of several hops."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from wufei.demo.stories.stage import Load, Stage
from wufei.hub.catalogue.queries import waste
from wufei.hub.labels import services as labels
from wufei.hub.labels.models import Container as LabelledIn
from wufei.hub.labels.models import State
from wufei.hub.labels.rules import Facts
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Container, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.services.regrouping import lot_of, regroup
from wufei.hub.ledger.services.treatments import Input, Material, Secondary
from wufei.hub.ledger.units import grams, tonnes

_BATTERIES, _ASH, _RESIDUAL = "900-052-31", "772-002-18", "LC-residual"
_RESIDUE = "900-213-08"
_TRUCK = "鲁P0SL43"


def batteries_are_collected_and_sent_on(stage: Stage) -> None:
    """Two garages → collection station → one pallet, cut in two → smelter outside."""
    for key, masses_t in (("garage1", (0.42, 0.38)), ("garage2", (0.4,))):
        boxes = stage.arise(f"lead:{key}", key, _BATTERIES, *masses_t, hours=300)
        load = Load(stage, f"lead:{key}", stage.ago(140 if key == "garage1" else 132))
        load.issue(load.new(key, "danger", "collect", _BATTERIES, boxes, "metal_recovery"))
        load.load(_TRUCK, sum(masses_t)).received(sum(masses_t))
    collected = _standing(stage, "lead:garage1", "lead:garage2")
    pallet = _regroup(stage, "lead:group", "collect", collected, 110)
    one, other = _split(stage, "lead:split", "collect", pallet, 0.75, 108)
    load = Load(stage, "lead:on", stage.ago(100))
    load.issue(load.new("collect", "danger", "leadplant", _BATTERIES, [one], "metal_recovery"))
    load.load(_TRUCK, 0.75).received(0.75)
    assert other.remaining_g, "the rest waits at the station"


def oil_is_refined_and_its_residue_burnt(stage: Stage) -> None:
    """Two works → refinery, one tank → base oil, and a residue that goes on to be burnt."""
    for key, masses_t in (("bearing", (0.95, 0.92)), ("machine", (0.9,))):
        drums = stage.arise(f"oil:{key}", key, "900-249-08", *masses_t, hours=320)
        load = Load(stage, f"oil:{key}", stage.ago(160 if key == "bearing" else 156))
        load.issue(load.new(key, "danger", "oil", "900-249-08", drums, "oil_refining"))
        load.load(_TRUCK, sum(masses_t))
        load.received(sum(masses_t))
    tank = _regroup(stage, "oil:group", "oil", _standing(stage, "oil:bearing", "oil:machine"), 145)
    residue = NewLot(stage.id("oil:residue"), f"SL08-{stage.ago(130):%y%m%d}-残渣")
    _treat(
        stage,
        "oil:refined",
        "oil",
        "900-249-08",
        [tank],
        "oil_refining",
        stage.ago(130),
        products=[Material("再生基础油", tonnes(2.21))],
        secondary=[Secondary(waste(_RESIDUE).pk, tonnes(0.36), residue)],
    )
    load = Load(stage, "oil:on", stage.ago(98))
    lot = Lot.objects.get(uuid=residue.uuid)
    load.issue(load.new("oil", "danger", "incinerator", _RESIDUE, [lot], "incineration"))
    load.load(_TRUCK, 0.36).received(0.36)


def waste_is_burnt_and_its_ash_goes_to_the_kiln(stage: Stage) -> None:
    """A transfer station's load → fire → fly ash in big bags, joined → the kiln."""
    load = Load(stage, "ash:burnt", stage.ago(170))
    new = load.new("transhx", "clean", "burner", _RESIDUAL, 9.4, "power_incineration")
    load.gate("鲁P0SL17", new, 9.4).received(9.38)
    bags = [_bag(stage, number, mass_t) for number, mass_t in enumerate((0.15, 0.13), start=1)]
    _treat(
        stage,
        "ash:fire",
        "burner",
        _RESIDUAL,
        [],
        "power_incineration",
        stage.ago(150),
        mass_t=9.38,
        secondary=[Secondary(waste(_ASH).pk, tonnes(mass_t), bag) for bag, mass_t in bags],
    )
    lots = list(Lot.objects.filter(uuid__in=[bag.uuid for bag, _t in bags]))
    joined = _regroup(stage, "ash:group", "burner", lots, 120)
    load = Load(stage, "ash:on", stage.ago(90))
    load.issue(load.new("burner", "danger", "kiln", _ASH, [joined], "cement_kiln"))
    load.load(_TRUCK, 0.28).received(0.28)


def gangue_becomes_bricks(stage: Stage) -> None:
    """A power station's gangue by a batch record to the brickworks; bricks are a product."""
    code, site = "LC-coal-gangue", stage.site("power")
    origin, stock = (
        AccountKey(kind, site.organisation_id, waste(code).pk, site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    entry = Entry(stage.id("bricks:arising"), origin, stock, tonnes(24), stage.ago(260))
    ledger.post([entry], by=stage.by, cause="desk:demo")
    load = Load(stage, "bricks", stage.ago(80))
    new = load.new("power", "logistics", "jiancai", code, 22.4, "building_materials")
    load.gate("鲁P0SL23", new, 22.4).received(22.36)
    _treat(
        stage,
        "bricks:pressed",
        "jiancai",
        code,
        [],
        "building_materials",
        stage.ago(40),
        mass_t=20,
        products=[Material("蒸压砖", tonnes(23.1))],
        additives=[Material("水泥", tonnes(3.4))],
    )


def drums_have_their_labels(stage: Stage) -> None:
    """Some containers carry a label, the others are ready to get one."""
    drums = stage.arise("labels", "parts", "900-252-12", 0.18, 0.17, 0.19, 0.16, hours=90)
    facts = Facts(
        volume_l=Decimal(200),
        container=LabelledIn.DRUM,
        form=State.SOLID,
        components="漆渣、树脂、少量溶剂",
        harmful="苯系物",
        precautions="远离火源，密闭贮存，轻装轻卸",
        contact="金示例",
        phone="0000-0000008",
    )
    labels.make([drum.uuid for drum in drums[:2]], facts, by=stage.person("parts"))
    boxes = stage.arise("labels:boxes", "hospital", "841-002-01", 0.012, 0.011, 0.013, hours=9)
    labels.make([boxes[0].uuid], Facts(container=LabelledIn.BOX), by=stage.person("hospital"))


# How it is done.
def _standing(stage: Stage, *loads: str) -> list[Lot]:
    """Containers that these loads brought and that stand there still."""
    rows = Lot.objects.filter(
        entries__movement__cause__in=[
            f"manifest:{stage.id(name)}:{step}" for name in loads for step in ("accept", "arrive")
        ],
        entries__side="in",
        account__kind=AccountKind.STOCK,
        remaining_g__gt=0,
    )
    return list(rows.distinct().order_by("pk"))


def _regroup(stage: Stage, what: str, place: str, lots: list[Lot], hours: float) -> Lot:
    """All of them in one container."""
    parts = [LotPart(lot.uuid, lot.remaining_g) for lot in lots]
    total_g = sum(part.mass_g for part in parts)
    made = regroup(
        parts,
        [Container(f"并桶-{stage.ago(hours):%m%d}", total_g)],
        id=stage.id(what),
        by=stage.person(place),
        happened_at=stage.ago(hours),
        note="同类小包装并装",
    )
    return Lot.objects.get(uuid=lot_of(made.uuid, 0))


def _split(
    stage: Stage, what: str, place: str, lot: Lot, first_t: float, hours: float
) -> list[Lot]:
    """In two: ``first_t`` and the rest."""
    first_g = tonnes(first_t).grams
    masses_g = (first_g, lot.remaining_g - first_g)
    made = regroup(
        [LotPart(lot.uuid, lot.remaining_g)],
        [Container(f"{lot.label}-{n}", mass_g) for n, mass_g in enumerate(masses_g, start=1)],
        id=stage.id(what),
        by=stage.person(place),
        happened_at=stage.ago(hours),
        note="按接受单位单次可收量分装",
    )
    return [Lot.objects.get(uuid=lot_of(made.uuid, number)) for number in (0, 1)]


def _bag(stage: Stage, number: int, mass_t: float) -> tuple[NewLot, float]:
    id = stage.id(f"ash:bag:{number}")
    return NewLot(id, f"SL18-{stage.ago(150):%y%m}-{number:05d}"), mass_t


def _treat(
    stage: Stage,
    what: str,
    place: str,
    code: str,
    lots: list[Lot],
    method: str,
    at: datetime,
    *,
    mass_t: float = 0,
    products: Sequence[Material] = (),
    additives: Sequence[Material] = (),
    secondary: Sequence[Secondary] = (),
) -> None:
    """A batch of these containers, or of so many tonnes."""
    parts = tuple(LotPart(lot.uuid, lot.remaining_g) for lot in lots)
    mass = grams(sum(part.mass_g for part in parts)) if parts else tonnes(mass_t)
    ledger.record_treatment(
        stage.site(place),
        [Input(waste(code).pk, mass, method, parts)],
        id=stage.id(what),
        happened_at=at,
        by=stage.person(place),
        products=products,
        additives=additives,
        secondary=secondary,
    )


STORIES = (
    batteries_are_collected_and_sent_on,
    oil_is_refined_and_its_residue_burnt,
    waste_is_burnt_and_its_ash_goes_to_the_kiln,
    gangue_becomes_bricks,
    drums_have_their_labels,
)
