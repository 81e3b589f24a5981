"""Manifests of other systems: each record becomes a manifest as if it had been signed here.

The works send waste oil to a refinery that has nobody who works with this platform; the
environment bureau brings in what the national system has on record.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from wufei.hub.base.errors import Refusal
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.tables import Quantity, Taken
from wufei.hub.ledger.models import Booking, Movement
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, t
from wufei.hub.manifests.tests.importing import (
    CARRIER,
    NUMBER,
    REFINERY,
    WORKS,
    line,
    on_the_road,
    take,
)
from wufei.hub.registry.models import Quota


@pytest.fixture
def officer(district, actor):
    return actor("officer")


@pytest.fixture
def works(district):
    """The clerk of the works."""
    return district.firm(WORKS).person


# What a record becomes.
def test_a_record_becomes_a_manifest_with_every_step_signed_in_its_partys_name(district, works):
    district.stored(WORKS, OIL, 10)
    assert take(line(district), by=works) is Taken.NEW
    manifest = Manifest.objects.get()
    assert (manifest.status, manifest.origin, manifest.authority_no) == (
        "closed",
        "imported",
        NUMBER,
    )
    signed = list(manifest.signatures.order_by("number"))
    assert [(one.step, one.organisation.name, one.mode, one.actor) for one in signed] == [
        ("issue", WORKS, "imported", works.id),
        ("load", CARRIER, "imported", works.id),
        ("arrive", REFINERY, "imported", works.id),
        ("accept", REFINERY, "imported", works.id),
    ]
    assert all(queries.signature_holds(one) for one in signed)
    assert district.g("stock", WORKS, OIL) == t(8)
    assert district.g("stock", REFINERY, OIL) == t(2)
    assert (district.booked_g(WORKS, OIL), Booking.objects.count()) == (0, 0)


def test_several_lines_of_one_number_are_the_wastes_of_one_manifest(district, works):
    district.stored(WORKS, OIL, 10)
    district.stored(WORKS, BATTERIES, 3)
    other = line(
        district,
        waste="900-052-31",
        method="metal_recovery",
        weighed_out=1,
        accepted=Decimal("0.9995"),
    )
    take(line(district), other, by=works)
    manifest = Manifest.objects.get()
    lines = manifest.lines.order_by("position")
    assert [(one.waste.code, one.weighed_out_g, one.accepted_g) for one in lines] == [
        ("900-249-08", t(2), t(2)),
        ("900-052-31", t(1), t(0.9995)),
    ]


def test_a_load_still_on_the_road_waits_for_its_receiver_like_any_other(district, works):
    district.stored(WORKS, OIL, 10)
    take(on_the_road(district), by=works)
    manifest = Manifest.objects.get()
    assert manifest.status == "loaded"
    assert district.g("custody", CARRIER, OIL) == t(2)
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert manifest.status == "closed"


def test_a_record_that_has_gone_on_has_its_further_steps_signed(district, works):
    district.stored(WORKS, OIL, 10)
    take(on_the_road(district), by=works)
    assert take(line(district), by=works) is Taken.NEW
    assert Manifest.objects.get().status == "closed"
    assert take(on_the_road(district), by=works) is Taken.KNOWN


def test_part_of_a_load_may_have_been_refused(district, works):
    district.stored(WORKS, OIL, 10)
    told = {"weighed_in": 2, "accepted": Decimal("1.5"), "refused": Decimal("0.5")}
    take(line(district, **told, refusal_reason="water in it"), by=works)
    manifest = Manifest.objects.get()
    assert (manifest.status, manifest.refusal_reason) == ("partly_accepted", "water in it")
    assert district.g("custody", CARRIER, OIL) == t(0.5)


@pytest.mark.parametrize(
    ("told", "weighed_in", "accepted"),
    [
        ({"accepted": 2}, 2, 2),
        ({"accepted": None, "weighed_in": 2}, 2, 2),
        ({"accepted": None, "weighed_in": 2, "refused": Decimal("0.5")}, 2, 1.5),
        ({"accepted": Decimal("1.5"), "refused": Decimal("0.5")}, 2, 1.5),
        ({"accepted": 0, "refused": 2}, 2, 0),
        ({"accepted": None, "weighed_in": 2, "refused": 0}, 2, 2),
    ],
)
def test_what_a_record_leaves_out_of_the_reception_follows_from_the_rest(
    district, works, told, weighed_in, accepted
):
    district.stored(WORKS, OIL, 10)
    reason = "" if weighed_in == accepted else "wet"
    take(line(district, **told, refusal_reason=reason), by=works)
    one = Manifest.objects.get().lines.get()
    assert (one.weighed_in_g, one.accepted_g) == (t(weighed_in), t(accepted))


def test_units_are_kept_as_they_were_written(district, works):
    district.stored(WORKS, OIL, 10)
    told = {"weighed_out": Quantity(Decimal(2000), "kg"), "accepted": 1990, "unit": "kg"}
    take(line(district, **told), by=works)
    one = Manifest.objects.get().lines.get()
    assert (one.weighed_out_g, one.weighed_in_g) == (t(2), t(1.99))
    signed = Signature.objects.get(step="load").values["weighed_out"]
    assert signed[str(one.uuid)] == {"g": t(2), "value": "2000", "unit": "kg"}


def test_a_day_without_its_time_is_that_day(district, works):
    district.stored(WORKS, OIL, 10)
    noon = timezone.localtime(district.at - timedelta(days=3)).replace(hour=12, minute=0)
    midnight = noon.replace(hour=0, minute=0, second=0, microsecond=0)
    take(line(district, issued_at=noon, loaded_at=midnight, accepted_at=midnight), by=works)
    manifest = Manifest.objects.get()
    assert manifest.issued_at == manifest.loaded_at == manifest.accepted_at == noon


def test_what_the_book_lacked_and_no_plan_or_licence_allowed_is_a_finding(district, works):
    cells = line(district)
    district.licence(REFINERY, "hazardous", "HW49")
    Quota.objects.all().delete()
    district.quota(WORKS, OIL, 1)
    take(cells, by=works)
    codes = set(FindingRecord.objects.values_list("code", flat=True))
    assert {"ledger.shortfall", "manifests.no_licence", "manifests.quota_exceeded"} <= codes


def test_an_old_record_neither_expires_nor_is_a_late_paper(district, works):
    district.stored(WORKS, OIL, 10)
    long_ago = timezone.now() - timedelta(days=300)
    told = {"issued_at": long_ago, "loaded_at": long_ago + timedelta(days=40)}
    take(on_the_road(district, **told), by=works)
    assert Manifest.objects.get().expires_at is None
    assert not FindingRecord.objects.filter(code="manifests.paper_late").exists()


def test_the_ledger_recounts_what_was_imported(real_district):
    """Whole, in part, on the road, of two wastes, more than the book had: to the gram."""
    district, works = real_district, real_district.firm(WORKS).person
    district.stored(WORKS, OIL, 3)
    district.stored(WORKS, BATTERIES, 1)
    lead = {"waste": "900-052-31", "method": "metal_recovery", "weighed_out": 1, "accepted": 1}
    part = {"weighed_in": 2, "accepted": Decimal("1.5"), "refusal_reason": "wet"}
    take(line(district), line(district, **lead), by=works)
    take(line(district, number="WB-2", **part), by=works)
    take(on_the_road(district, number="WB-3"), by=works)
    assert district.g("stock", WORKS, OIL) == district.g("stock", WORKS, BATTERIES) == 0
    assert district.g("stock", REFINERY, OIL) == t(3.5)
    assert district.g("custody", CARRIER, OIL) == t(2.5)
    assert district.g("shortfall", WORKS, OIL) == -t(3)
    assert differences() == []


# The same again.
def test_the_same_record_again_changes_nothing_whoever_brings_it(district, works, officer):
    district.stored(WORKS, OIL, 10)
    cells = line(district)
    take(cells, by=works)
    before = Movement.objects.count(), Signature.objects.count()
    colleague = replace(works, id="person:colleague")
    for by in (works, colleague, officer):
        assert take(cells, by=by) is Taken.KNOWN
    assert (Movement.objects.count(), Signature.objects.count()) == before


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"weighed_out": 3, "declared": 2}, "manifest_signed_otherwise", "loaded_at"),
        ({"weighed_out": 3}, "manifest_imported_otherwise", "number"),
        ({"plate": "鲁P00002"}, "manifest_signed_otherwise", "loaded_at"),
        ({"note": "another"}, "manifest_imported_otherwise", "number"),
        ({"accepted": Decimal("1.99")}, "manifest_signed_otherwise", "arrived_at"),
    ],
)
def test_the_same_number_with_other_content_is_refused_and_named(
    district, works, changes, code, column
):
    district.stored(WORKS, OIL, 10)
    cells = line(district)
    take(cells, by=works)
    district.truck(CARRIER, "鲁P00002")
    with pytest.raises(Refusal) as caught:
        take(line(district, **changes), by=works)
    assert (caught.value.code, caught.value.field) == (code, column)
    assert str(Manifest.objects.get()) in str(caught.value)
    assert Manifest.objects.get().lines.get().weighed_out_g == t(2)


def test_what_was_revised_here_stays_so_when_the_file_is_sent_again(district, works):
    """History is kept: the record as it came, and the correction with who agreed to it."""
    district.stored(WORKS, OIL, 10)
    cells = line(district)
    take(cells, by=works)
    manifest = Manifest.objects.get()
    uuid = manifest.lines.get().uuid
    district.at += timedelta(hours=1)
    proposed = revisions.propose(
        manifest,
        {"weighed_in": {uuid: tonnes("1.99")}, "accepted": {uuid: tonnes("1.99")}},
        id=district.signing().id,
        reason="typing mistake",
        by=works,
    )
    for firm in (CARRIER, REFINERY):
        by = district.firm(firm).person
        revisions.decide(proposed, approve=True, signing=district.signing(), by=by)
    manifest.refresh_from_db()
    assert manifest.lines.get().weighed_in_g == t(1.99)
    assert take(cells, by=works) is Taken.KNOWN
    assert manifest.lines.get().weighed_in_g == t(1.99)
    first = manifest.signatures.get(step="arrive").values["weighed_in"][str(uuid)]
    assert first["g"] == t(2)
    assert manifest.signatures.filter(step="revise").exists()


def test_what_the_parties_signed_themselves_meanwhile_is_known_if_it_agrees(district, works):
    district.stored(WORKS, OIL, 10)
    whole, other = line(district), line(district, accepted=Decimal("1.99"))
    take(on_the_road(district), by=works)
    manifest = Manifest.objects.get()
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert take(whole, by=works) is Taken.KNOWN
    with pytest.raises(Refusal) as caught:
        take(other, by=works)
    assert caught.value.code == "manifest_signed_otherwise"


def test_what_was_loaded_is_revised_like_anywhere(district, works):
    district.stored(WORKS, OIL, 10)
    cells = on_the_road(district)
    take(cells, by=works)
    manifest, carrier = Manifest.objects.get(), district.firm(CARRIER).person
    line_uuid = manifest.lines.get().uuid
    changes = {"weighed_out": {line_uuid: tonnes("1.5")}}
    proposed = revisions.propose(
        manifest, changes, id=district.signing().id, reason="wrong ticket", by=works
    )
    revisions.decide(proposed, approve=True, signing=district.signing(), by=carrier)
    assert district.g("stock", WORKS, OIL) == t(8.5)
    assert take(cells, by=works) is Taken.KNOWN
    assert district.g("custody", CARRIER, OIL) == t(1.5)


def test_what_was_imported_wrongly_and_annulled_makes_room_for_what_is_right(district, works):
    district.stored(WORKS, OIL, 10)
    wrong, right = on_the_road(district), on_the_road(district, weighed_out=3)
    take(wrong, by=works)
    manifest, carrier = Manifest.objects.get(), district.firm(CARRIER).person
    annul = revisions.propose_annulment(
        manifest, id=district.signing().id, reason="another load", by=works
    )
    revisions.decide(annul, approve=True, signing=district.signing(), by=carrier)
    assert district.g("stock", WORKS, OIL) == t(10)
    assert take(wrong, by=works) is Taken.KNOWN
    assert take(right, by=works) is Taken.NEW
    assert take(right, by=works) is Taken.KNOWN
    assert take(wrong, by=works) is Taken.KNOWN
    first, second = Manifest.objects.order_by("pk")
    assert (first.status, first.authority_no) == ("cancelled", None)
    assert (second.status, second.authority_no) == ("loaded", NUMBER)
    assert district.g("stock", WORKS, OIL) == t(7)
    assert all(queries.signature_holds(one) for one in first.signatures.all())
