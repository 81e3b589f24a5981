"""Where the mass goes: containers, outside plants, differences, what the book lacked."""

from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.actor import system
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Account, Lot, LotEntry, Movement
from wufei.hub.ledger.queries.people import cause_of
from wufei.hub.ledger.refusals import PartOfManifest
from wufei.hub.ledger.services import reverse
from wufei.hub.ledger.units import mass, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.services import NewLine
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t


def test_each_drum_arrives_as_itself_with_its_share_of_the_loss(district):
    drums = district.stored("works", OIL, 1.0, 0.5)
    manifest = district.issue(OIL, 1.5, lots=drums)
    district.load(manifest, 1.5)
    district.arrive(manifest, 1.491)
    district.accept(manifest)
    arrived = Lot.objects.filter(account__kind="stock", remaining_g__gt=0).order_by("-mass_g")
    assert [lot.remaining_g for lot in arrived] == [t(0.994), t(0.497)]
    # Every hop names its lot: a trace from here is exact.
    assert not LotEntry.objects.filter(attributed=True).exists()


def test_the_weighbridge_and_the_labels_differ_when_loading(district):
    drums = district.stored("works", OIL, 1.0, 1.0)
    manifest = district.issue(OIL, 2.0, lots=drums)
    district.load(manifest, 1.99)
    assert district.g("stock", "works", OIL) == 0
    assert district.g("custody", "dangerous goods", OIL) == t(1.99)
    assert district.g("variance", "works", OIL) == t(0.01)
    assert FindingRecord.objects.count() == 0

    more = district.stored("works", OIL, 1.0)
    manifest = district.issue(OIL, 1.0, lots=more)
    district.load(manifest, 1.2)
    assert district.g("custody", "dangerous goods", OIL) == t(1.99 + 1.2)
    assert district.g("variance", "works", OIL) == t(0.01 - 0.2)
    (finding,) = FindingRecord.objects.all()
    assert finding.code == "manifests.loading_difference"


def test_a_truck_that_carries_more_than_the_book_has_is_a_shortfall(district):
    district.stored("works", BATTERIES, 2)
    manifest = district.issue(BATTERIES, 2)
    district.load(manifest, 2.5)
    assert district.g("stock", "works", BATTERIES) == 0
    assert district.g("shortfall", "works", BATTERIES) == -t(0.5)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(2.5)
    assert FindingRecord.objects.get().code == "ledger.shortfall"


def test_loading_less_leaves_the_rest_in_the_store(district):
    district.stored("works", BATTERIES, 2)
    manifest = district.issue(BATTERIES, 2)
    district.load(manifest, 1.5)
    assert district.g("stock", "works", BATTERIES) == t(0.5)
    assert district.booked_g("works", BATTERIES) == 0


def test_a_plant_outside_the_district_treats_what_it_receives(district):
    district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2, receiver="far plant")
    district.load(manifest, 2)
    district.arrive(manifest, 1.99)
    district.accept(manifest)
    assert district.g("stock", "far plant", OIL) == 0
    account = Account.objects.get(kind="recovered", holder__name="far plant")
    assert account.method == "oil_refining"
    assert district.g("recovered", "far plant", OIL) == t(1.99)


def test_without_a_method_waste_leaves_the_district(district):
    truck = district.truck("muck trucks", "鲁P12345")
    new = district.new(SPOIL, 20, receiver="far earthworks")
    gate = district.firm("pit").person
    manifest = services.scan_out(
        truck, new, tonnes(20), id=uuid7(), signing=district.signing(), by=gate
    )
    there = district.firm("far earthworks").person
    services.scan_in(manifest, tonnes(20.2), signing=district.signing(), by=there)
    assert district.g("exported", "far earthworks", SPOIL) == t(20.2)
    assert district.g("variance", "far earthworks", SPOIL) == -t(0.2)
    assert manifest.status == "closed"


def test_waste_from_outside_comes_in_as_such(district):
    new = replace(district.new(OIL, 3), consignor_site=district.firm("far works").site)
    by = district.firm("far works").person
    manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=by)
    district.load(manifest, 3)
    assert district.g("imported", "far works", OIL) == -t(3)
    district.arrive(manifest, 3)
    district.accept(manifest)
    assert district.g("stock", "refinery", OIL) == t(3)


def test_several_wastes_travel_on_one_manifest(district):
    district.stored("works", OIL, 1)
    district.stored("works", BATTERIES, 2)
    new = district.new(OIL, 1)
    second = NewLine(district.waste(BATTERIES), tonnes(2), method="metal_recovery")
    new = replace(new, lines=(*new.lines, second))
    by = district.firm("works").person
    manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=by)
    oil, batteries = (line.uuid for line in manifest.lines.all())
    district.load(manifest, {oil: tonnes(1), batteries: tonnes(2)})
    assert district.g("custody", "dangerous goods", OIL) == t(1)
    values = {"weighed_in": {oil: tonnes("0.995"), batteries: tonnes("1.9")}}
    district.sign(manifest, "arrive", "refinery", values)
    district.accept(manifest, difference_reason="one box was short")
    assert manifest.status == "accepted"
    (finding,) = FindingRecord.objects.filter(code="manifests.weight_difference")
    assert finding.episode == "2"
    assert district.g("stock", "refinery", BATTERIES) == t(1.9)


def test_what_was_written_on_the_scale_stays_on_the_movement(district):
    district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2)
    district.load(manifest, mass("2003", "kg"))
    district.sign(manifest, "arrive", "refinery", {"weighed_in": mass("2001.5", "kg")})
    district.accept(manifest)
    moved = Movement.objects.filter(cause__startswith=f"manifest:{manifest.uuid}")
    told = {(m.kind, m.original_value and str(m.original_value), m.original_unit) for m in moved}
    assert ("loading", "2003.000000", "kg") in told
    assert ("reception", "2001.500000", "kg") in told


def test_what_a_manifest_moved_is_not_undone_behind_its_back(district):
    district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    moved = Movement.objects.get(kind="loading")
    with pytest.raises(PartOfManifest):
        reverse(moved.uuid, id=uuid7(), by=system("test"), reason="wrong")
    assert district.g("custody", "dangerous goods", OIL) == t(2)
    assert cause_of(moved.cause).words == "Manifest: Take over"
