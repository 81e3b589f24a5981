"""A load of each template from issue to closing, with every balance to the gram."""

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.declarations import templates
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.refusals import FieldMissing, FieldSealed
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t


def test_hazardous_drums_go_from_store_to_plant_with_four_signatures(district):
    drums = district.stored("works", OIL, 1.0, 0.8)
    manifest = district.issue(OIL, 1.8, lots=drums)
    assert manifest.local_id.startswith("WF-")
    assert district.booked_g("works", OIL) == t(1.8)

    district.load(manifest, 1.8)
    assert district.booked_g("works", OIL) == 0
    assert district.g("stock", "works", OIL) == 0
    assert district.g("custody", "dangerous goods", OIL) == t(1.8)

    district.arrive(manifest, 1.796)
    assert district.g("custody", "dangerous goods", OIL) == t(1.8)

    district.accept(manifest)
    assert district.g("custody", "dangerous goods", OIL) == 0
    assert district.g("stock", "refinery", OIL) == t(1.796)
    assert district.g("variance", "refinery", OIL) == t(0.004)
    # 2.2 permille is within the tolerance: the run ends when the consignee confirms.
    assert manifest.status == "closed"
    assert [s.step for s in manifest.signatures.all()] == ["issue", "load", "arrive", "accept"]
    assert FindingRecord.objects.count() == 0


def test_two_scans_carry_a_load_of_spoil(district):
    truck = district.truck("muck trucks", "鲁P12345")
    gate, site = district.firm("pit").person, district.firm("spoil ground", "plant").person
    manifest = services.scan_out(
        truck,
        district.new(SPOIL, 30),
        tonnes("29.86"),
        id=uuid7(),
        signing=district.signing(),
        by=gate,
    )
    assert manifest.status == "loaded"
    assert district.g("origin", "pit", SPOIL) == -t(29.86)
    assert district.g("custody", "muck trucks", SPOIL) == t(29.86)
    assert queries.open_of_vehicle(truck.pk) == manifest

    services.scan_in(manifest, tonnes("29.7"), signing=district.signing(), by=site)
    assert manifest.status == "closed"
    assert district.g("custody", "muck trucks", SPOIL) == 0
    assert district.g("stock", "spoil ground", SPOIL) == t(29.7)
    assert district.g("variance", "spoil ground", SPOIL) == t(0.16)
    steps = [s.step for s in manifest.signatures.all()]
    assert steps == ["issue", "load", "arrive", "accept"]
    assert queries.open_of_vehicle(truck.pk) is None
    events = AuditEvent.objects.filter(event__startswith="manifests:").values_list(
        "event", flat=True
    )
    # The closing is signed by nobody: the weights agree.
    assert sorted(event.rsplit(":", 1)[1] for event in events) == sorted([*steps, "close"])


def test_a_difference_beyond_tolerance_is_explained_by_one_side_and_settled_by_the_other(district):
    district.stored("works", BATTERIES, 10)
    manifest = district.issue(BATTERIES, 10)
    district.load(manifest, 10)
    district.arrive(manifest, 9.5)
    with pytest.raises(FieldMissing) as caught:
        district.accept(manifest)
    assert caught.value.field == "difference_reason"
    reason = {"difference_reason": "leaking drum, cleaned up"}
    district.sign(manifest, "accept", "refinery", reason)
    assert manifest.status == "accepted"
    (finding,) = FindingRecord.objects.filter(code="manifests.weight_difference")
    assert finding.subject == f"manifests.manifest:{manifest.uuid}"
    assert finding.values["mass_g"] == t(0.5)
    assert list(queries.waiting_for(district.firm("works").person)) == [manifest]

    with pytest.raises(FieldSealed):
        district.sign(manifest, "close", "works", {"difference_reason": "never"})
    district.sign(manifest, "close", "works", {})
    assert manifest.status == "closed"
    assert Manifest.objects.get().difference_reason == "leaking drum, cleaned up"
    assert all(queries.signature_holds(one) for one in manifest.signatures.all())


def test_a_difference_within_tolerance_may_carry_a_note(district):
    district.stored("works", BATTERIES, 10)
    manifest = district.issue(BATTERIES, 10)
    district.load(manifest, 10)
    district.arrive(manifest, 9.95)
    district.sign(manifest, "accept", "refinery", {"difference_reason": "rain dried off"})
    assert (manifest.status, manifest.difference_reason) == ("closed", "rain dried off")


def test_every_template_lets_the_consignee_explain_and_the_consignor_settle():
    for form in templates():
        accept, close = form.step("accept"), form.step("close")
        assert "difference_reason" in accept.may | accept.needs, form.code
        assert "difference_reason" in accept.seals, form.code
        assert (accept.by, close.by) == ("consignee", "consignor"), form.code
        if form.refusable:
            assert {"accepted", "refused", "refusal_reason"} <= accept.may, form.code


def test_every_signature_still_says_what_was_signed(district):
    district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    services.set_authority_no(manifest, "20253715000001", by=district.firm("works").person)
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert all(queries.signature_holds(one) for one in manifest.signatures.all())
    manifest.lines.update(weighed_out_g=t(1))
    broken = [one.step for one in manifest.signatures.all() if not queries.signature_holds(one)]
    assert broken == ["load"]
