from datetime import timedelta

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import IdReused
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import NewLot
from wufei.hub.ledger.models import Lot, Movement, StockTake
from wufei.hub.ledger.refusals import (
    NotEnough,
    OutOfBalance,
    PartOfManifest,
    PartOfTreatment,
    ReasonMissing,
    UnknownMethod,
)
from wufei.hub.ledger.services.treatments import Input, Material, Secondary
from wufei.hub.ledger.units import GRAMS_PER_T, grams, tonnes
from wufei.hub.ledger.verify import differences

LOTS = "hazardous_industrial"


def treat(district, t=8, method="building_materials", **more):
    more.setdefault("id", uuid7())
    more.setdefault("happened_at", timezone.now() - timedelta(minutes=5))
    inputs = [Input(district.waste().pk, tonnes(t), method)]
    return services.record_treatment(district.place("brickworks"), inputs, by=district.by, **more)


def test_a_batch_recovers_its_inputs_and_makes_wastes_of_its_own(real_district):
    real_district.arise("brickworks", 10)
    dust = real_district.waste("boiler_slag")
    batch = treat(
        real_district,
        products=[Material("bricks", tonnes(9))],
        additives=[Material("cement", tonnes(2))],
        secondary=[Secondary(dust.pk, tonnes("0.5"))],
    )
    assert batch.loss_g == t(0.5)
    assert real_district.stock_t("brickworks") == 2
    assert real_district.stock_t("brickworks", waste="boiler_slag") == 0.5
    assert differences() == []


def t(tonnes_):
    return int(tonnes_ * GRAMS_PER_T)


def test_a_retry_without_the_waste_that_came_out_is_another_batch(district):
    district.arise("brickworks", 10)
    dust, id, at = district.waste("boiler_slag"), uuid7(), timezone.now() - timedelta(minutes=5)
    slag = [Secondary(dust.pk, tonnes("0.5"))]
    first = treat(district, id=id, happened_at=at, secondary=slag)
    assert treat(district, id=id, happened_at=at, secondary=slag) == first
    with pytest.raises(IdReused):
        treat(district, id=id, happened_at=at)


def test_more_out_than_in_is_refused(district):
    district.arise("brickworks", 10)
    with pytest.raises(OutOfBalance):
        treat(district, products=[Material("bricks", tonnes(9))])


def test_more_than_stands_there_is_refused_and_nothing_stays(district):
    district.arise("brickworks", 5)
    with pytest.raises(NotEnough):
        treat(district)
    assert Movement.objects.count() == 1


def test_a_method_of_another_waste_is_refused(district):
    district.arise("brickworks", 10)
    with pytest.raises(UnknownMethod):
        treat(district, method="dismantling")


def test_a_batch_sent_twice_is_recorded_once(district):
    district.arise("brickworks", 10)
    same = {"id": uuid7(), "happened_at": timezone.now() - timedelta(hours=1)}
    first = treat(district, **same)
    assert treat(district, **same).pk == first.pk
    with pytest.raises(IdReused):
        treat(district, products=[Material("bricks", tonnes(1))], **same)
    assert district.stock_t("brickworks") == 2


def test_a_batch_is_undone_as_a_whole(real_district):
    real_district.arise("brickworks", 10)
    dust = real_district.waste("boiler_slag")
    batch = treat(real_district, secondary=[Secondary(dust.pk, tonnes(1))])
    services.reverse_group(batch.uuid, by=real_district.by, reason="wrong plant")
    assert real_district.stock_t("brickworks") == 10
    assert real_district.stock_t("brickworks", waste="boiler_slag") == 0
    assert differences() == []


def test_a_part_of_a_batch_is_not_undone_by_itself(district):
    district.arise("brickworks", 10)
    batch = treat(district)
    part = Movement.objects.filter(group_uuid=batch.uuid)[0]
    with pytest.raises(PartOfTreatment):
        services.reverse(part.uuid, id=uuid7(), by=district.by, reason="wrong")
    assert district.stock_t("brickworks") == 2


def test_a_movement_of_a_manifest_is_not_undone_by_itself(district):
    district.arise("brickworks", 10)
    road = district.key("custody", "brickworks", line=uuid7())
    cause = f"manifest:{uuid7()}:load"
    loaded = district.move(district.key("stock", "brickworks"), road, 3, cause=cause)
    with pytest.raises(PartOfManifest):
        services.reverse(loaded.uuid, id=uuid7(), by=district.by, reason="wrong")


def count(district, tonnes_, **more):
    return services.record_stocktake(
        district.key("stock", "yard", waste=more.pop("waste", "coal_ash")),
        t(tonnes_),
        id=more.pop("id", None) or uuid7(),
        happened_at=timezone.now(),
        by=district.by,
        **more,
    )


@pytest.mark.parametrize(("counted", "kind"), [(4, "loss"), (6, "surplus")])
def test_what_was_counted_becomes_the_book_and_the_difference_a_finding(district, counted, kind):
    district.arise("yard", 5)
    count(district, counted, reason="scales checked")
    assert district.stock_t("yard") == counted
    assert Movement.objects.filter(kind=kind, mass_g=t(1)).exists()
    assert FindingRecord.objects.get(code="ledger.stocktake").values["mass_g"] == t(counted - 5)


def test_a_difference_needs_a_reason_and_no_difference_none(district):
    district.arise("yard", 5)
    with pytest.raises(ReasonMissing):
        count(district, 4)
    count(district, 5)
    assert StockTake.objects.get().book_g == t(5)


def test_a_stocktake_sent_twice_is_recorded_once(district):
    district.arise("yard", 5)
    id = uuid7()
    first = count(district, 4, id=id, reason="wind")
    assert count(district, 4, id=id, reason="wind").pk == first.pk
    with pytest.raises(IdReused):
        count(district, 3, id=id, reason="wind")


def test_drums_are_counted_one_by_one(real_district):
    drums = [uuid7() for _ in range(3)]
    for drum in drums:
        real_district.arise("yard", 1, waste=LOTS, lot_in=NewLot(drum))
    count(
        real_district,
        2.5,
        waste=LOTS,
        reason="one is missing, one is fuller",
        lots={drums[0]: t(1), drums[1]: t(1.5)},
    )
    assert real_district.stock_t("yard", waste=LOTS) == 2.5
    assert Lot.objects.get(uuid=drums[2]).remaining_g == 0
    assert differences() == []


def test_a_surplus_is_reasoned_and_reported(district):
    with pytest.raises(ReasonMissing):
        surplus(district, "")
    surplus(district, "stood behind the hall since before the book began")
    assert district.stock_t("yard") == 1
    assert FindingRecord.objects.filter(code="ledger.surplus").exists()


def surplus(district, reason):
    return services.record_surplus(
        district.key("stock", "yard"),
        grams(t(1)),
        id=uuid7(),
        happened_at=timezone.now(),
        by=district.by,
        reason=reason,
    )
