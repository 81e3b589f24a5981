"""Several carriers in order: each takes over from the one before, custody goes with the load.

The works at Huxi sends drums of oil to a refinery. "dangerous goods" brings them to the river,
"river barge" carries them on, "last mile" is to bring them to the gate.
"""

from functools import partial

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.carriages import carriages
from wufei.hub.manifests.models import Leg, Manifest, Signature
from wufei.hub.manifests.refusals import (
    LegTaken,
    NoFurtherCarrier,
    NotAVehicleOfCarrier,
    OutOfOrder,
    TooManyCarriers,
    WrongParty,
)
from wufei.hub.manifests.services import NextCarrier, revisions
from wufei.hub.manifests.tests.conftest import OIL, person, t
from wufei.hub.manifests.tests.test_concurrency import at_once
from wufei.hub.registry.services.refusals import Closed
from wufei.hub.telemetry.audience import of_manifest

FIRST, SECOND, THIRD = "dangerous goods", "river barge", "last mile"


@pytest.fixture(autouse=True)
def three_carriers(declared):
    declared("hazardous", carriers_max=3)


@pytest.fixture
def relay(district):
    return issue(district)


def issue(district, further=(SECOND, THIRD), **more):
    drums = district.stored("works", OIL, 1.0, 0.8)
    carriers = [district.firm(name, "carrier", "yard") for name in further]
    return district.issue(
        OIL,
        1.8,
        lots=drums,
        further_carriers=tuple(NextCarrier(one.organisation) for one in carriers),
        **more,
    )


def means(district, carrier):
    return {
        "vehicle": district.truck(carrier, f"鲁P{len(carrier):05}"),
        "driver": district.driver(carrier),
    }


def take_over(district, manifest, carrier, **more):
    by = more.pop("by", None) or district.firm(carrier, "carrier", "yard").person
    values = means(district, carrier) | more
    signing = values.pop("signing", None) or district.signing()
    return services.take_over(manifest, signing=signing, by=by, **values)


def test_the_load_goes_from_hand_to_hand_and_the_last_leg_is_dropped(real_district):
    district = real_district
    relay = issue(district)
    district.load(relay, 1.8)
    assert district.g("custody", FIRST, OIL) == t(1.8)

    take_over(district, relay, SECOND)
    assert relay.carrier.name == SECOND
    assert relay.leg == 2
    assert district.g("custody", FIRST, OIL) == 0
    assert district.g("custody", SECOND, OIL) == t(1.8)
    # Drum by drum: what is on the barge are the same two, not 1.8 t of something.
    drums = Lot.objects.filter(account__kind="custody", remaining_g__gt=0)
    assert sorted(drum.remaining_g for drum in drums) == [t(0.8), t(1.0)]

    # The refinery lies at the quay: nobody needs the last mile.
    district.arrive(relay, 1.796)
    district.accept(relay)
    assert relay.status == "closed"
    assert district.g("custody", SECOND, OIL) == 0
    assert district.g("stock", "refinery", OIL) == t(1.796)
    first, second, third = relay.legs.all()
    assert first.taken_at == relay.loaded_at
    assert second.taken_at
    assert third.dropped_at == relay.arrived_at
    steps = [one.step for one in relay.signatures.order_by("number")]
    assert steps == ["issue", "load", "take_over", "arrive", "accept"]
    assert all(queries.signature_holds(one) for one in relay.signatures.all())
    fold_all()
    assert differences() == []


def test_the_second_before_the_first_is_refused(district, relay):
    with pytest.raises(OutOfOrder) as refused:
        take_over(district, relay, SECOND)
    assert "Take over" in str(refused.value)
    with pytest.raises(WrongParty):
        district.sign(relay, "load", SECOND, {"weighed_out": 1} | means(district, SECOND))


def test_the_third_before_the_second_is_refused(district, relay):
    district.load(relay, 1.8)
    with pytest.raises(WrongParty) as refused:
        take_over(district, relay, THIRD)
    assert SECOND in str(refused.value)
    assert district.g("custody", FIRST, OIL) == t(1.8)


def test_after_the_last_nobody_takes_over(district):
    manifest = issue(district, further=(SECOND,))
    district.load(manifest, 1.8)
    take_over(district, manifest, SECOND)
    with pytest.raises(NoFurtherCarrier):
        take_over(district, manifest, SECOND)


def test_taking_over_twice_with_one_id_is_once(district, relay):
    district.load(relay, 1.8)
    signing = district.signing()
    by = district.firm(SECOND).person
    first = take_over(district, relay, SECOND, signing=signing, by=by)
    again = take_over(district, relay, SECOND, signing=signing, by=by)
    assert again == first
    assert relay.leg == 2
    assert Signature.objects.filter(step="take_over").count() == 1


def test_a_carrier_changes_its_truck_until_it_takes_over(district, relay):
    by = district.firm(SECOND).person
    district.load(relay, 1.8)
    old, new = district.truck(SECOND, "鲁P10001"), district.truck(SECOND, "鲁P10002")
    for vehicle in (old, new):
        services.prepare(relay, 2, vehicle=vehicle, driver=district.driver(SECOND), by=by)
    services.take_over(relay, signing=district.signing(), by=by)
    assert relay.vehicle == new
    with pytest.raises(LegTaken):
        services.prepare(relay, 2, vehicle=old, driver=None, by=by)


def test_the_first_carrier_changes_its_truck_until_it_loads(district, relay):
    by, truck = district.firm(FIRST).person, district.truck(FIRST, "鲁P10003")
    services.prepare(relay, 1, vehicle=truck, driver=district.driver(FIRST), by=by)
    assert Manifest.objects.get().vehicle == truck
    with pytest.raises(WrongParty):
        services.prepare(relay, 1, vehicle=None, driver=None, by=district.firm(SECOND).person)


def test_the_truck_is_one_of_the_carrier_that_takes_over(district, relay):
    district.load(relay, 1.8)
    others = district.truck(THIRD, "鲁P10004")
    with pytest.raises(NotAVehicleOfCarrier):
        take_over(district, relay, SECOND, vehicle=others)


def test_a_closed_carrier_takes_nothing_over(district, relay):
    district.load(relay, 1.8)
    closed = district.firm(SECOND).organisation
    closed.validity = (closed.validity.lower, district.at.date())
    closed.save()
    with pytest.raises(Closed):
        take_over(district, relay, SECOND)


def test_every_carrier_sees_the_manifest_and_nobody_else_does(district, relay):
    district.load(relay, 1.8)
    take_over(district, relay, SECOND)
    for name in (FIRST, SECOND, THIRD, "works", "refinery"):
        assert queries.visible(district.firm(name).person).count() == 1, name
        assert district.firm(name).organisation.pk in of_manifest(relay).organisations, name
    stranger = district.firm("neighbour").person
    assert not queries.visible(stranger)
    assert not queries.waiting_for(stranger)
    assert not queries.next_steps(relay, stranger)


def test_it_waits_for_the_next_carrier_once_it_is_on_the_road(district, relay):
    second, third = district.firm(SECOND).person, district.firm(THIRD).person
    assert not queries.waiting_for(second)
    district.load(relay, 1.8)
    assert list(queries.waiting_for(second)) == [relay]
    assert [step.code for step in queries.next_steps(relay, second)] == ["take_over"]
    assert not queries.waiting_for(third)
    take_over(district, relay, SECOND)
    assert not queries.waiting_for(second)
    assert list(queries.waiting_for(third)) == [relay]
    district.arrive(relay, 1.8)
    assert not queries.waiting_for(third)
    assert not queries.next_steps(relay, third)


def test_the_load_was_on_each_truck_for_its_own_time(district, relay):
    district.load(relay, 1.8)
    take_over(district, relay, SECOND)
    district.arrive(relay, 1.8)
    first, second = carriages(relay)
    taken_at = relay.legs.get(number=2).taken_at
    assert (first.start, first.end) == (relay.loaded_at, taken_at)
    assert (second.start, second.end) == (taken_at, relay.arrived_at)
    assert first.vehicle_id != second.vehicle_id


def test_no_more_carriers_than_the_template_has(district):
    with pytest.raises(TooManyCarriers):
        issue(district, further=(SECOND, THIRD, "one more"))


def test_issuing_again_with_other_carriers_is_another_manifest(district):
    from wufei.hub.base.errors import IdReused

    district.stored("works", OIL, 5)
    second = district.firm(SECOND, "carrier", "yard").organisation
    new = district.new(OIL, 1, further_carriers=(NextCarrier(second),))
    id, signing, by = uuid7(), district.signing(), district.firm("works").person
    first = services.issue(new, id=id, signing=signing, by=by)
    assert services.issue(new, id=id, signing=signing, by=by) == first
    assert Leg.objects.count() == 2
    with pytest.raises(IdReused):
        services.issue(district.new(OIL, 1), id=id, signing=signing, by=by)


def test_of_eight_who_take_over_at_once_one_wins(real_district):
    manifest = issue(real_district)
    real_district.load(manifest, 1.8)
    by, values = real_district.firm(SECOND).person, means(real_district, SECOND)
    deeds = [
        partial(
            services.take_over,
            Manifest.objects.get(pk=manifest.pk),
            signing=real_district.signing(),
            by=by,
            **values,
        )
        for _n in range(8)
    ]
    outcomes = at_once(deeds)
    assert outcomes["Signature"] == 1
    assert sum(outcomes.values()) == 8
    assert real_district.g("custody", SECOND, OIL) == t(1.8)
    assert differences() == []


def test_a_reader_of_both_carriers_takes_over_for_the_second(district, relay):
    """Somebody who drives for two carriers signs for the one whose turn it is."""
    district.load(relay, 1.8)
    both = person(district.firm(FIRST).organisation, district.firm(SECOND).organisation)
    signature = take_over(district, relay, SECOND, by=both)
    assert signature.organisation.name == SECOND


def test_a_plate_that_is_corrected_is_that_of_the_leg_and_of_its_track(district, relay):
    district.load(relay, 1.8)
    first = relay.vehicle
    take_over(district, relay, SECOND)
    other, by = district.truck(SECOND, "鲁P88888"), district.firm("works").person
    changes = {"vehicle": other}
    revision = revisions.propose(relay, changes, id=uuid7(), reason="typed wrongly", by=by)
    for name in (FIRST, SECOND):
        signing = district.signing()
        revisions.decide(revision, True, signing=signing, by=district.firm(name).person)
    relay.refresh_from_db()
    assert [leg.vehicle for leg in relay.legs.order_by("number")] == [first, other, None]
    assert [one.vehicle_id for one in carriages(relay)] == [first.pk, other.pk]
