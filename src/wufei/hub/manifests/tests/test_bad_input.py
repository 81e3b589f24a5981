"""What is wrong is refused with a stable code, and nothing is written."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Forbidden, IdReused, Refusal
from wufei.hub.ledger.units import Mass, tonnes
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.measures import measure
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, kg, person, t
from wufei.hub.manifests.tests.refusing import refused, written


# Steps.
def test_a_step_is_signed_once(district, issued):
    district.load(issued, 2)
    refused(lambda: district.load(issued, 2), "manifest_already_signed")


def test_the_issue_cannot_be_signed_again(district, issued):
    refused(lambda: district.sign(issued, "issue", "works", {}), "manifest_already_signed")


def test_only_the_party_of_a_step_signs_it(district, issued):
    values = {"weighed_out": tonnes(2)}
    refused(lambda: district.sign(issued, "load", "works", values), "manifest_wrong_party")


def test_who_has_no_such_role_signs_nothing(district, issued):
    officer = person(district.firm("dangerous goods").organisation, role="officer")
    with pytest.raises(Forbidden):
        services.sign(issued, "load", signing=district.signing(), values={}, by=officer)


def test_steps_come_in_their_order(district, issued):
    refused(lambda: district.arrive(issued, 2), "manifest_out_of_order", "step")
    refused(lambda: district.accept(issued), "manifest_out_of_order")


def test_a_step_that_there_is_not(district, issued):
    refused(lambda: district.sign(issued, "refuse", "refinery", {}), "manifest_no_such_step")


def test_a_cancelled_manifest_is_signed_no_more(district, issued):
    services.cancel(issued, reason="wrong carrier", by=district.firm("works").person)
    refused(lambda: district.load(issued, 2), "manifest_overtaken")


# Fields.
def test_loading_needs_a_vehicle_a_driver_and_a_weight(district, issued):
    for field in ("driver", "vehicle", "weighed_out"):
        values = {
            "weighed_out": tonnes(2),
            "vehicle": district.truck("dangerous goods", "鲁P00001"),
            "driver": district.driver("dangerous goods"),
        }
        del values[field]
        refused(
            lambda given=values: district.sign(issued, "load", "dangerous goods", given),
            "manifest_field_missing",
            field,
        )


def test_what_is_sealed_stays(district, issued):
    district.load(issued, 2)
    truck = district.truck("dangerous goods", "鲁P99999")
    refused(
        lambda: district.sign(
            issued, "arrive", "refinery", {"weighed_in": tonnes(2), "vehicle": truck}
        ),
        "manifest_field_sealed",
        "vehicle",
    )


def test_a_step_takes_only_what_it_asks_for(district, issued):
    refused(lambda: district.load(issued, 2, note="hello"), "manifest_field_not_asked", "note")
    refused(lambda: district.load(issued, 2, colour="red"), "manifest_field_not_asked", "colour")


def test_hazardous_waste_says_what_will_become_of_it(district):
    district.stored("works", OIL, 2)
    refused(lambda: district.issue(OIL, 2, method=""), "manifest_field_missing", "method")
    refused(lambda: district.issue(OIL, 2, method="fodder"), "manifest_unknown_method", "method")


# Weights.
def test_kilograms_written_as_tonnes(district, issued):
    refused(lambda: district.load(issued, 2000), "manifest_too_heavy", "weighed_out")
    values = {"weighed_out": kg(2)}
    refused(lambda: district.load(issued, 2, **values), "manifest_wrong_unit", "weighed_out")
    district.load(issued, 2)
    refused(
        lambda: district.sign(issued, "arrive", "refinery", {"weighed_in": kg(2)}),
        "manifest_wrong_unit",
        "weighed_in",
    )


def test_more_than_a_lorry_carries(district):
    district.stored("works", BATTERIES, 90, 90)
    refused(lambda: district.issue(BATTERIES, 120), "manifest_too_heavy", "declared")


def test_cubic_metres_of_what_has_no_density(district):
    waste = district.waste(OIL)
    with pytest.raises(Refusal) as caught:
        measure(waste, "3", "m3")
    assert caught.value.code == "density_missing"
    assert measure(district.waste(SPOIL), "3", "m3").grams == t(4.8)


def test_weights_of_lines_that_there_are_not(district, issued):
    values = {"weighed_out": {uuid4(): tonnes(2)}}
    refused(lambda: district.load(issued, 2, **values), "manifest_unknown_line", "weighed_out")


def test_more_than_stands_in_the_store(district):
    district.stored("works", OIL, 1)
    refused(lambda: district.issue(OIL, 2), "not_enough", "mass")


def test_lots_that_do_not_add_up(district):
    lots = district.stored("works", OIL, 1, 1)
    refused(lambda: district.issue(OIL, 1.5, lots=lots), "lots_do_not_add", "lots")


def test_a_lot_of_somebody_else(district):
    lots = district.stored("neighbour", OIL, 1)
    district.stored("works", OIL, 1)
    refused(lambda: district.issue(OIL, 1, lots=lots), "unknown_lot")


def test_a_drum_is_promised_once(district):
    lots = district.stored("works", OIL, 1, 1)
    district.issue(OIL, 1, lots=lots[:1])
    refused(lambda: district.issue(OIL, 1, lots=lots[:1]), "lot_not_enough")


# Times.
def test_nothing_happens_tomorrow(district, issued):
    district.at = timezone.now() + timedelta(minutes=6)
    refused(lambda: district.load(issued, 2), "in_the_future", "signed_at")


def test_a_clock_that_runs_ahead_a_little_is_let_through(district, issued):
    district.at = timezone.now() + timedelta(minutes=2)
    district.load(issued, 2)


def test_a_step_does_not_happen_before_the_one_before(district, issued):
    district.at -= timedelta(hours=1)
    refused(lambda: district.load(issued, 2), "manifest_before_the_step_before", "signed_at")


# Keys.
def test_a_signature_is_sent_again_and_stays_one(district, issued):
    signing = district.signing()
    values = {
        "weighed_out": tonnes(2),
        "vehicle": district.truck("dangerous goods", "鲁P00001"),
        "driver": district.driver("dangerous goods"),
    }
    by = district.firm("dangerous goods").person

    def load(**changed):
        return services.sign(issued, "load", signing=signing, values=values | changed, by=by)

    first, before = load(), written()
    assert load() == first
    assert written() == before
    refused(lambda: load(weighed_out=tonnes(1.9)), "id_reused")
    other = district.issue(OIL, 1)
    before = written()
    with pytest.raises(IdReused):
        services.sign(other, "load", signing=signing, values=values, by=by)
    assert written() == before


def test_an_id_means_one_manifest(district):
    district.stored("works", OIL, 10)
    id, signing, by = uuid7(), district.signing(), district.firm("works").person
    new = district.new(OIL, 2)
    first = services.issue(new, id=id, signing=signing, by=by)
    assert services.issue(new, id=id, signing=signing, by=by) == first
    assert district.booked_g("works", OIL) == t(2)
    other = replace(new, note="another")
    refused(lambda: services.issue(other, id=id, signing=signing, by=by), "id_reused")
    # The key of a signature that was used for another manifest.
    refused(lambda: services.issue(new, id=uuid7(), signing=signing, by=by), "id_reused")


# Numbers.
def test_a_number_of_the_authority_stands_on_one_manifest(district):
    district.stored("works", OIL, 5)
    by = district.firm("works").person
    first = district.issue(OIL, 1, authority_no="20253715000001")
    assert str(first) == "20253715000001"
    refused(
        lambda: district.issue(OIL, 1, authority_no="20253715000001"),
        "manifest_authority_no_taken",
        "authority_no",
    )
    second = district.issue(OIL, 1)
    for number, code in (
        ("20253715000001", "manifest_authority_no_taken"),
        ("12", "manifest_bad_authority_no"),
    ):
        refused(lambda n=number: services.set_authority_no(second, n, by=by), code)


def test_a_number_comes_after_the_closing_and_then_stays(district, issued):
    district.load(issued, 2)
    district.arrive(issued, 2)
    district.accept(issued)
    by = district.firm("works").person
    services.set_authority_no(issued, "20253715000007", by=by)
    assert Manifest.objects.get(pk=issued.pk).authority_no == "20253715000007"
    refused(
        lambda: services.set_authority_no(issued, "20253715000008", by=by), "manifest_number_stands"
    )
    assert all(queries.signature_holds(one) for one in issued.signatures.all())


# Cancelling.
def test_cancelling_gives_the_stock_back_and_twice_is_once(district, issued):
    by = district.firm("works").person
    refused(lambda: services.cancel(issued, reason=" ", by=by), "manifest_reason_missing")
    services.cancel(issued, reason="truck broke down", by=by)
    assert issued.status == "cancelled"
    assert district.booked_g("works", OIL) == 0
    before = written()
    services.cancel(issued, reason="truck broke down", by=by)
    assert written() == before


def test_cancelling_gives_each_drum_back(district):
    lots = district.stored("works", OIL, 1, 1)
    manifest = district.issue(OIL, 2, lots=lots)
    services.cancel(manifest, reason="wrong plant", by=district.firm("works").person)
    district.issue(OIL, 2, lots=lots)


def test_nobody_cancels_what_another_party_has_signed(district, issued):
    by = district.firm("works").person
    refused(
        lambda: services.cancel(issued, reason="x", by=district.firm("refinery").person),
        "manifest_wrong_party",
    )
    district.load(issued, 2)
    refused(lambda: services.cancel(issued, reason="x", by=by), "manifest_not_cancellable")


# Scans.
@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/m/123/",
        "6901234567892",
        "",
        "/m/00000000-0000-0000-0000-000000000001/",
        "/t/00000000-0000-0000-0000-000000000001/",
        "/m/------------------------------------/",
        "x" * 5000,
    ],
)
def test_a_code_of_something_else(db, text):
    with pytest.raises(Refusal) as caught:
        queries.scanned(text)
    assert caught.value.code == "manifest_unknown_qr"


def test_codes_mean_their_manifest_or_truck(district, issued):
    truck = district.truck("dangerous goods", "鲁P00001")
    assert queries.scanned(f"http://10.0.0.5:8000/m/{issued.uuid}/") == issued
    assert queries.scanned(f"/t/{truck.uuid}/?from=gate") == truck


def scan_out(district, truck, mass: Mass | None = None):
    gate, mass = district.firm("pit").person, mass or tonnes(20)
    return services.scan_out(
        truck, district.new(SPOIL, 20), mass, id=uuid7(), signing=district.signing(), by=gate
    )


def test_a_truck_carries_one_load_at_a_time(district):
    truck = district.truck("muck trucks", "鲁P12345")
    first = scan_out(district, truck)
    refused(lambda: scan_out(district, truck), "manifest_vehicle_on_the_road", "vehicle")
    site = district.firm("spoil ground").person
    services.scan_in(first, tonnes(20), signing=district.signing(), by=site)
    scan_out(district, truck)


def test_hazardous_waste_is_not_sent_by_one_scan(district, issued):
    truck = district.truck("dangerous goods", "鲁P00001")
    new, by = district.new(OIL, 1), district.firm("works").person
    refused(
        lambda: services.scan_out(
            truck, new, tonnes(1), id=uuid7(), signing=district.signing(), by=by
        ),
        "manifest_no_scan",
    )
    refinery = district.firm("refinery").person
    refused(
        lambda: services.scan_in(issued, tonnes(1), signing=district.signing(), by=refinery),
        "manifest_no_scan",
    )


def test_a_scan_at_the_wrong_site(district):
    manifest = scan_out(district, district.truck("muck trucks", "鲁P12345"))
    other = district.firm("other ground", "plant").person
    refused(
        lambda: services.scan_in(manifest, tonnes(20), signing=district.signing(), by=other),
        "manifest_wrong_party",
    )


def test_kilograms_at_the_gate(district):
    truck = district.truck("muck trucks", "鲁P12345")
    refused(lambda: scan_out(district, truck, kg(20)), "manifest_wrong_unit", "weighed_out")


def test_a_load_that_lost_weight_is_taken_with_its_reason_and_settled_by_the_consignor(district):
    site = district.firm("spoil ground", "plant").person
    truck = district.truck("muck trucks", "鲁P12345")
    manifest = scan_out(district, truck)
    refused(
        lambda: services.scan_in(manifest, tonnes(18), signing=district.signing(), by=site),
        "manifest_field_missing",
        "difference_reason",
    )
    assert queries.open_of_vehicle(truck.pk) == manifest
    signing = district.signing()
    services.scan_in(manifest, tonnes(18), signing=signing, difference_reason="rain", by=site)
    assert (manifest.status, manifest.difference_reason) == ("accepted", "rain")
    assert queries.open_of_vehicle(truck.pk) is None
    refused(
        lambda: district.sign(manifest, "close", "spoil ground", {}), "manifest_wrong_party", ""
    )
    district.sign(manifest, "close", "pit", {})
    assert manifest.status == "closed"
