"""Temporary storage on the way: the load stands in a yard for a while and goes on.

The truck of "dangerous goods" leaves two tonnes of oil in a transfer yard over night.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.carriages import carriages
from wufei.hub.manifests.declarations import Hours
from wufei.hub.manifests.models import Halt
from wufei.hub.manifests.refusals import (
    BeforeTheStepBefore,
    HaltAtDestination,
    NoHalts,
    NotSetDown,
    SetDownAlready,
    WrongParty,
)
from wufei.hub.manifests.services import NextCarrier, halts
from wufei.hub.manifests.tests.conftest import OIL, t

CARRIER = "dangerous goods"


@pytest.fixture(autouse=True)
def a_day_on_the_way(declared):
    declared("hazardous", halt_within=Hours(24), carriers_max=2)


def on_the_road(district, **more):
    district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2, **more)
    district.load(manifest, 2)
    return manifest


@pytest.fixture
def load(district):
    return on_the_road(district)


def yard(district):
    return district.firm("transfer yard", "station", "transfer").site


def set_down(district, manifest, by=CARRIER, **more):
    signing = more.pop("signing", None) or district.signing()
    site = more.pop("site", None) or yard(district)
    return services.set_down(manifest, site, signing=signing, by=district.firm(by).person)


def pick_up(district, manifest, by=CARRIER, **more):
    signing = more.pop("signing", None) or district.signing()
    return services.pick_up(manifest, signing=signing, by=district.firm(by).person, **more)


def test_a_load_stands_in_a_yard_over_night_and_goes_on(real_district):
    district = real_district
    load = on_the_road(district)
    place = yard(district)
    down = set_down(district, load)
    assert load.halted_at_site == place
    assert load.due_at == down.signed_at + timedelta(hours=24)
    # It stands there, but it is still the carrier's to bring.
    assert district.g("custody", CARRIER, OIL) == t(2)
    assert district.g("stock", "transfer yard", OIL) == 0
    # The truck is free for another load meanwhile.
    assert queries.open_of_vehicle(load.vehicle_id) is None

    other = district.truck(CARRIER, "鲁P20002")
    up = pick_up(district, load, vehicle=other)
    assert load.halted_at_site is None
    assert load.vehicle == other
    assert queries.open_of_vehicle(other.pk) == load
    first, second = carriages(load)
    assert (first.start, first.end) == (load.loaded_at, down.signed_at)
    assert (second.vehicle_id, second.start) == (other.pk, up.signed_at)

    district.arrive(load, 2)
    district.accept(load)
    assert load.status == "closed"
    assert all(queries.signature_holds(one) for one in load.signatures.all())
    assert not FindingRecord.objects.exists()
    assert differences() == []


def test_too_long_is_a_finding_but_no_obstacle(district, load):
    down = set_down(district, load)
    limit = down.signed_at + timedelta(hours=24)
    assert halts.report_too_long(limit) == 0
    assert halts.report_too_long(limit + timedelta(minutes=1)) == 1
    # The clock looks often; it is one thing all the same.
    assert halts.report_too_long(limit + timedelta(minutes=6)) == 0
    (finding,) = FindingRecord.objects.filter(code="manifests.halt_too_long")
    assert finding.values["site"] == "transfer yard site"


def test_picked_up_too_late_is_the_same_finding(district, declared, load):
    declared("hazardous", halt_within=Hours(0))
    down = set_down(district, load)
    halts.report_too_long(down.signed_at + timedelta(minutes=2))
    pick_up(district, load)
    assert FindingRecord.objects.filter(code="manifests.halt_too_long").count() == 1


def test_who_forgets_to_pick_up_has_arrived_all_the_same(district, load):
    set_down(district, load)
    district.arrive(load, 2)
    assert load.halted_at_site is None
    assert Halt.objects.get().until == load.arrived_at


def test_the_next_carrier_takes_over_where_the_load_stands(district):
    second = district.firm("river barge", "carrier", "yard")
    load = on_the_road(district, further_carriers=(NextCarrier(second.organisation),))
    set_down(district, load)
    values = {
        "vehicle": district.truck("river barge", "鲁P20003"),
        "driver": district.driver("river barge"),
    }
    services.take_over(load, signing=district.signing(), by=second.person, **values)
    assert load.halted_at_site is None
    assert Halt.objects.get().until
    assert district.g("custody", "river barge", OIL) == t(2)


def test_only_the_carrier_sets_down_and_picks_up(district, load):
    for stranger in ("works", "refinery", "neighbour"):
        with pytest.raises(WrongParty):
            set_down(district, load, by=stranger)
    set_down(district, load)
    with pytest.raises(WrongParty):
        pick_up(district, load, by="transfer yard")


def test_once_at_a_time_and_not_before_it_stands(district, load):
    with pytest.raises(NotSetDown):
        pick_up(district, load)
    set_down(district, load)
    with pytest.raises(SetDownAlready):
        set_down(district, load)


def test_the_consignees_place_is_the_end_of_the_way(district, load):
    with pytest.raises(HaltAtDestination):
        set_down(district, load, site=district.firm("refinery").site)


def test_some_waste_may_not_stand_on_the_way(district, declared, load):
    declared("hazardous", halt_within=None)
    with pytest.raises(NoHalts):
        set_down(district, load)


def test_not_before_it_was_loaded(district, load):
    early = replace(district.signing(), signed_at=load.loaded_at - timedelta(hours=1))
    with pytest.raises(BeforeTheStepBefore):
        set_down(district, load, signing=early)


def test_setting_down_twice_with_one_id_is_once(district, load):
    signing = district.signing()
    first = set_down(district, load, signing=signing)
    assert set_down(district, load, signing=signing) == first
    assert Halt.objects.count() == 1


def test_it_waits_for_its_carrier_while_it_stands(district, load):
    carrier = district.firm(CARRIER).person
    assert not queries.waiting_for(carrier)
    assert [one.code for one in queries.next_steps(load, carrier)] == ["set_down"]
    set_down(district, load)
    assert list(queries.waiting_for(carrier)) == [load]
    assert [one.code for one in queries.next_steps(load, carrier)] == ["pick_up"]
    assert load.due_at > timezone.now()
