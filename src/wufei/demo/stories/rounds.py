"""Rounds: medical waste with a manifest for each hospital, kitchen waste on one record."""

from datetime import datetime, timedelta

from wufei.demo.stories.stage import Load, Stage, kilos
from wufei.hub.catalogue.queries import waste
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Round, RoundStop
from wufei.hub.manifests.services import Collected, NewRound

_INFECTIOUS, _STEAM = "841-001-01", "steam_sterilisation"
_HOSPITALS = ("hospital", "clinicyj", "cliniczl")
# What stood ready at each place: tonnes of each box.
_BOXES = {"hospital": (0.062, 0.058, 0.049), "clinicyj": (0.031,), "cliniczl": (0.027, 0.024)}
# A van takes two tonnes; a box of the history holds less than 0.7.
_BOXES_MAX = 1
# Whoever looks round drives this one.
GUESTS_TRUCK = "鲁P0SL38"


def a_medical_round(stage: Stage) -> None:
    """Three hospitals, a manifest each, boxes by their labels, one weight at the plant."""
    begun = _medical(stage, "medical", "鲁P0SL37", hours=30)
    for number, key in enumerate(_HOSPITALS):
        _boxes(stage, begun, key, "medical", hours=29.4 - number * 0.6)
    services.finish_round(begun, at=stage.ago(27.5), by=stage.at_wheel("鲁P0SL37"))
    services.arrive_round(
        begun,
        kilos(251),
        signing=stage.signing("medical:arrive", stage.ago(27), "medcentre"),
        by=stage.person("medcentre"),
        accept=True,
    )


def todays_medical_round(stage: Stage) -> None:
    """Every day: what stands ready at the three, a manifest each; who has nothing is skipped."""
    name, plate = f"medical:{stage.today}", "鲁P0SL37"
    ready = {key: _ready(stage, key) for key in _HOSPITALS}
    if not any(ready.values()):
        # Fetched this morning: the history has a round of its own every second day.
        return
    begun = _medical(stage, name, plate, hours=2.4)
    for number, (key, boxes) in enumerate(ready.items()):
        if boxes:
            _collect(stage, begun, key, boxes, name, stage.ago(2.2 - number * 0.5))
        else:
            stop, by = _stop(begun, stage, key), stage.at_wheel(plate)
            services.skip_stop(stop, reason="当日无待收医废", by=by)
    services.finish_round(begun, at=stage.ago(0.9), by=stage.at_wheel(plate))
    services.arrive_round(
        begun,
        grams(sum(box.remaining_g for boxes in ready.values() for box in boxes)),
        signing=stage.signing(f"{name}:arrive", stage.ago(0.6), "medcentre"),
        by=stage.person("medcentre"),
        accept=True,
    )


def _ready(stage: Stage, key: str) -> list[Lot]:
    """Boxes that stand there free, the oldest first; not those that wait for another round."""
    lots = Lot.objects.filter(
        account__place=stage.site(key),
        account__waste=waste(_INFECTIOUS).pk,
        account__kind=AccountKind.STOCK,
        remaining_g__gt=0,
        booked_g=0,
        arisen_at__lt=stage.ago(3),
    )
    return list(lots.order_by("arisen_at", "pk")[:_BOXES_MAX])


def a_medical_round_is_under_way(stage: Stage) -> None:
    """One stop is done; at two more the clerks have issued what the driver will load."""
    begun = _medical(stage, "medical-now", GUESTS_TRUCK, hours=1.2)
    _boxes(stage, begun, "hospital", "medical-now", hours=0.8)
    for key in _HOSPITALS[1:]:
        boxes = stage.arise(f"medical-now:{key}", key, _INFECTIOUS, *_BOXES[key], hours=20)
        load = Load(stage, f"medical-now:{key}:ready", stage.ago(1))
        load.issue(load.new(key, "medtrans", "medcentre", _INFECTIOUS, boxes, _STEAM))


def _medical(stage: Stage, name: str, plate: str, *, hours: float) -> Round:
    new = NewRound(
        "medical",
        stage.firm("medtrans"),
        stage.truck(plate),
        stage.site("medcentre"),
        tuple(stage.site(key) for key in _HOSPITALS),
        stage.driver(plate),
    )
    return services.start_round(
        new, id=stage.id(f"round:{name}"), at=stage.ago(hours), by=stage.at_wheel(plate)
    )


def _boxes(stage: Stage, begun: Round, key: str, name: str, *, hours: float) -> None:
    boxes = stage.arise(f"{name}:{key}", key, _INFECTIOUS, *_BOXES[key], hours=hours + 18)
    _collect(stage, begun, key, boxes, name, stage.ago(hours))


def _collect(
    stage: Stage, begun: Round, key: str, boxes: list[Lot], name: str, at: datetime
) -> None:
    services.collect(
        _stop(begun, stage, key),
        [_collected(boxes)],
        signing=stage.signing(f"{name}:{key}", at, key),
        by=stage.at_wheel(begun.vehicle.plate),
        issuer=stage.person(key),
    )


def _collected(boxes: list[Lot]) -> Collected:
    parts = tuple(LotPart(box.uuid, box.remaining_g) for box in boxes)
    mass = grams(sum(part.mass_g for part in parts))
    return Collected(waste(_INFECTIOUS), mass, _STEAM, parts, len(parts))


def a_kitchen_round(stage: Stage) -> None:
    """A hotel, a market and an estate on one record; a wrong bin is mended before the plant."""
    plate, hours = "鲁P0SL20", 20.0
    begun = services.start_round(
        NewRound(
            "kitchen_waste",
            stage.firm("clean"),
            stage.truck(plate),
            stage.site("kitchen"),
            tuple(stage.site(key) for key in ("hotel", "market", "lakeview", "water")),
            stage.driver(plate),
        ),
        id=stage.id("round:kitchen"),
        at=stage.ago(hours),
        by=stage.at_wheel(plate),
    )
    for number, (key, code, mass_t) in enumerate(
        (("hotel", "LC-catering", 2.36), ("market", "LC-market-organic", 1.18)), start=1
    ):
        services.collect(
            _stop(begun, stage, key),
            [Collected(waste(code), tonnes(mass_t), "biogas", containers=number * 6)],
            signing=stage.signing(f"kitchen:{key}", stage.ago(hours - number * 0.5), key),
            by=stage.at_wheel(plate),
        )
    lines = begun.manifests.get().lines.order_by("position")
    services.correct_stop(
        _stop(begun, stage, "market"),
        {lines[1].uuid: tonnes(1.08)},
        signing=stage.signing("kitchen:mended", stage.ago(hours - 1.2), "market"),
        by=stage.at_wheel(plate),
        reason="误计一桶",
    )
    services.collect(
        _stop(begun, stage, "lakeview"),
        [Collected(waste("LC-kitchen"), tonnes(0.84), "biogas", containers=8)],
        signing=stage.signing("kitchen:lakeview", stage.ago(hours - 1.6), "lakeview"),
        by=stage.at_wheel(plate),
    )
    services.skip_stop(
        _stop(begun, stage, "water"), reason="小区道路施工，改夜间收运", by=stage.at_wheel(plate)
    )
    end = stage.ago(hours) + timedelta(hours=2.2)
    services.finish_round(begun, at=end, by=stage.at_wheel(plate))
    services.arrive_round(
        begun,
        tonnes(4.26),
        signing=stage.signing("kitchen:arrive", end + timedelta(minutes=35), "kitchen"),
        by=stage.person("kitchen"),
        accept=True,
    )


def _stop(begun: Round, stage: Stage, key: str) -> RoundStop:
    return begun.stops.get(site=stage.site(key))


STORIES = (a_medical_round, a_medical_round_is_under_way, a_kitchen_round)
EVERY_DAY = (todays_medical_round,)
