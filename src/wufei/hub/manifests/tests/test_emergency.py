"""After an accident waste leaves at once; what nobody knew then is completed afterwards."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Booking
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.declarations import templates
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.emergency import completable, scan_emergencies
from wufei.hub.manifests.services.expiry import CLOCK
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
from wufei.hub.manifests.tests.refusing import refused

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"
OPEN = frozenset({"method", "driver"})
LATE = "manifests.emergency_open"


def send(district, *, left_open=OPEN, reason="a tank burst", stream=OIL, **more):
    by = district.firm(WORKS).person
    return services.issue_emergency(
        district.new(stream, 2, **({"method": ""} | more)),
        left_open=left_open,
        reason=reason,
        id=uuid7(),
        signing=district.signing(),
        by=by,
    )


def leave(district, manifest):
    values = {"weighed_out": tonnes(2), "vehicle": district.truck(CARRIER, "鲁P00001")}
    return district.sign(manifest, "load", CARRIER, values)


def complete(district, manifest, firm=WORKS, **values):
    by = district.firm(firm).person
    return services.complete(manifest, values, signing=district.signing(), by=by)


def holds(manifest):
    now = Manifest.objects.get(pk=manifest.pk)
    return all(queries.signature_holds(one) for one in now.signatures.all())


@pytest.fixture
def gone(district):
    """The truck has left without a driver's name and a method."""
    manifest = send(district)
    leave(district, manifest)
    return manifest


def test_the_load_leaves_with_fields_open_and_without_a_book(district, gone):
    assert (gone.status, gone.origin, gone.left_open) == ("loaded", "emergency", sorted(OPEN))
    assert gone.signatures.order_by("number")[0].values["reason"] == "a tank burst"
    assert not Booking.objects.exists()
    assert district.g("custody", CARRIER, OIL) == t(2)
    assert FindingRecord.objects.get(code="ledger.shortfall").values["mass_g"] == t(2)


def test_it_is_not_closed_while_something_is_open(district, gone):
    district.arrive(gone, 2)
    district.accept(gone)
    assert gone.status == "accepted"
    refused(partial(district.sign, gone, "close", WORKS, {}), "manifest_still_open")


def test_completing_it_seals_what_was_open_and_closes_what_is_settled(district, gone):
    district.arrive(gone, 2)
    district.accept(gone)
    complete(district, gone, method="oil_refining")
    assert (gone.status, gone.left_open) == ("accepted", ["driver"])
    signature = complete(district, gone, driver=district.driver(CARRIER))
    assert (signature.step, signature.party) == ("complete", "consignor")
    assert (gone.status, gone.left_open) == ("closed", [])
    assert gone.lines.get().method == "oil_refining"
    assert holds(gone)
    scan_emergencies(CLOCK)
    assert not FindingRecord.objects.filter(code=LATE).exists()


def test_what_the_carrier_says_when_loading_is_open_no_longer(district):
    manifest = send(district)
    district.load(manifest, 2)
    assert manifest.left_open == ["method"]
    assert holds(manifest)


def test_what_the_issuer_edits_before_it_leaves_is_open_no_longer(district):
    manifest = send(district)
    by = district.firm(WORKS).person
    services.edit(manifest, {"note": "a drum"}, signing=district.signing(), by=by)
    assert manifest.left_open == ["driver", "method"]
    services.edit(manifest, {"method": "fuel"}, signing=district.signing(), by=by)
    assert manifest.left_open == ["driver"]
    leave(district, manifest)
    assert holds(manifest)


def test_a_method_told_late_moves_what_a_plant_elsewhere_has_taken(district):
    manifest = send(district, receiver="far refinery", left_open=frozenset({"method"}))
    district.load(manifest, 2)
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert district.g("exported", "far refinery", OIL) == t(2)
    complete(district, manifest, method="oil_refining")
    assert district.g("exported", "far refinery", OIL) == 0
    assert district.g("recovered", "far refinery", OIL) == t(2)
    assert holds(manifest)


def test_what_is_open_past_its_deadline_is_a_finding(district):
    district.at = timezone.now() - timedelta(days=5)
    manifest = send(district)
    leave(district, manifest)
    assert scan_emergencies(CLOCK) == 1
    assert scan_emergencies(CLOCK) == 0
    (late,) = FindingRecord.objects.filter(code=LATE)
    assert late.values["fields"] == "driver, method"


def test_what_is_completed_after_its_deadline_too(district):
    district.at = timezone.now() - timedelta(days=5)
    manifest = send(district)
    leave(district, manifest)
    district.at = timezone.now() - timedelta(hours=1)
    complete(district, manifest, method="oil_refining", driver=district.driver(CARRIER))
    (late,) = FindingRecord.objects.filter(code=LATE)
    assert late.values["fields"] == "driver, method"


def test_only_what_the_template_names_is_left_open(district):
    refused(partial(send, district, left_open=frozenset({"declared"})), "manifest_not_left_open")
    refused(partial(send, district, left_open=frozenset({"singing"})), "manifest_not_left_open")
    refused(partial(send, district, left_open=frozenset()), "manifest_field_missing", "method")
    refused(partial(send, district, reason=" "), "manifest_reason_missing", "reason")
    refused(partial(send, district, stream=SPOIL), "manifest_no_emergency")


def test_only_what_is_open_is_completed_and_only_by_the_consignor(district, gone):
    refused(partial(complete, district, gone, note="x"), "manifest_field_not_asked", "note")
    refused(partial(complete, district, gone), "manifest_field_missing")
    refused(partial(complete, district, gone, method="singing"), "manifest_unknown_method")
    asked = partial(complete, district, gone, CARRIER, method="oil_refining")
    refused(asked, "manifest_wrong_party")
    truck_driver = district.driver("muck trucks")
    refused(
        partial(complete, district, gone, driver=truck_driver), "manifest_not_a_driver_of_carrier"
    )
    complete(district, gone, method="oil_refining", driver=district.driver(CARRIER))
    refused(partial(complete, district, gone, method="fuel"), "manifest_nothing_open")


def test_an_emergency_that_never_left_is_cancelled(district):
    manifest = send(district)
    services.cancel(manifest, reason="it was water", by=district.firm(WORKS).person)
    assert manifest.status == "cancelled"


@pytest.mark.parametrize("form", templates(), ids=lambda form: form.code)
def test_what_an_emergency_may_lack_can_be_completed(form):
    assert completable(form.emergency_lacks)
    assert not form.emergency_lacks or form.emergency_within
