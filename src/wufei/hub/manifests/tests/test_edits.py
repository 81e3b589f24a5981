"""What only its issuer has signed is edited by the issuer alone, and its reservations follow."""

from dataclasses import replace
from functools import partial

from uuid_utils.compat import uuid7

from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.models import Booking, Lot
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services import NewLine, NextCarrier
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, t
from wufei.hub.manifests.tests.refusing import refused
from wufei.hub.manifests.tests.test_concurrency import at_once, loading
from wufei.hub.registry.models import Headroom

WORKS, CARRIER = "works", "dangerous goods"


def edit(district, manifest, firm=WORKS, *, id=None, **changes):
    by, signing = district.firm(firm).person, district.signing(id)
    return services.edit(manifest, changes, signing=signing, by=by)


def holds(manifest):
    signatures = Signature.objects.filter(manifest=manifest.pk).select_related("manifest")
    return all(queries.signature_holds(one) for one in signatures)


def test_the_issuer_sends_more_after_all_and_more_is_reserved(district, issued):
    signature = edit(district, issued, declared=tonnes(3), note="three drums")
    assert district.booked_g(WORKS, OIL) == t(3)
    now = Manifest.objects.get()
    assert (now.lines.get().declared_g, now.note) == (t(3), "three drums")
    assert (signature.step, signature.party, signature.number) == ("revise", "consignor", 2)
    assert signature.values["note"] == "three drums"
    assert holds(now)

    district.load(now, 3)
    assert district.booked_g(WORKS, OIL) == 0
    assert district.g("custody", CARRIER, OIL) == t(3)
    assert holds(now)


def test_more_than_is_free_is_refused_and_the_first_reservation_stays(district, issued):
    refused(partial(edit, district, issued, declared=tonnes(11)), "not_enough")
    assert district.booked_g(WORKS, OIL) == t(2)


def test_other_containers_are_sent_and_the_first_ones_are_free_again(district):
    one, two, three = district.stored(WORKS, OIL, 1.0, 0.8, 0.6)
    manifest = district.issue(OIL, 1.8, lots=[one, two])
    lots = [LotPart(lot.uuid, lot.remaining_g) for lot in (two, three)]
    signature = edit(district, manifest, lots=lots, declared=tonnes("1.4"), containers=2)
    assert {lot.booked_g for lot in Lot.objects.filter(pk=one.pk)} == {0}
    assert sorted(Lot.objects.values_list("booked_g", flat=True)) == [0, t(0.6), t(0.8)]
    # The issue had sealed the lots: they are sealed anew.
    assert signature.fields.keys() == {"lots"}
    assert holds(Manifest.objects.get())

    # And back again: what was released is reserved once more.
    back = [LotPart(lot.uuid, lot.remaining_g) for lot in (one, two)]
    edit(district, manifest, lots=back, declared=tonnes("1.8"))
    assert district.booked_g(WORKS, OIL) == t(1.8)
    assert Booking.objects.count() == 3
    district.load(manifest, 1.8)
    assert district.g("stock", WORKS, OIL) == t(0.6)
    assert holds(Manifest.objects.get())


def test_containers_add_up_to_what_is_declared(district):
    lots = district.stored(WORKS, OIL, 1.0, 0.8)
    manifest = district.issue(OIL, 1.8, lots=lots)
    refused(partial(edit, district, manifest, declared=tonnes(1)), "lots_do_not_add")


def test_another_carrier_comes_without_the_first_ones_truck(district, issued):
    edit(district, issued, vehicle=district.truck(CARRIER, "鲁P00001"))
    other = district.firm("other carrier", "carrier", "yard").organisation
    edit(district, issued, carrier=other)
    now = Manifest.objects.get()
    assert (now.carrier, now.vehicle) == (other, None)
    truck = district.truck(CARRIER, "鲁P00001")
    refused(partial(edit, district, now, vehicle=truck), "manifest_not_a_vehicle_of_carrier")


def test_another_plant_takes_from_its_own_licence(district, issued):
    district.licence("refinery", "hazardous")
    district.licence("smelter", "hazardous")
    plant = district.firm("smelter", "plant", "treatment")
    edit(district, issued, consignee_site=plant.site)
    now = Manifest.objects.get()
    assert (now.consignee, now.consignee_site) == (plant.organisation, plant.site)
    assert queries.waiting_for(district.firm(CARRIER).person).get() == now


def test_the_plan_counts_what_is_declared_now(district):
    district.stored(WORKS, OIL, 20)
    district.quota(WORKS, OIL, 10)
    district.planned = False
    manifest = district.issue(OIL, 1)
    edit(district, manifest, declared=tonnes(4))
    assert [row.taken_g for row in Headroom.objects.all()] == [t(4)]
    refused(
        partial(edit, district, manifest, declared=tonnes("10.5")),
        "registry_quota_exceeded",
        "declared",
    )


def test_further_carriers_are_named_later(district, issued, declared):
    declared("hazardous", carriers_max=3)
    second = district.firm("second carrier", "carrier", "yard").organisation
    edit(district, issued, further_carriers=(NextCarrier(second),))
    assert [leg.carrier.name for leg in issued.legs.all()] == [CARRIER, "second carrier"]
    edit(district, issued, further_carriers=())
    assert Manifest.objects.get().leg_last == 1
    assert not issued.legs.exists()


def test_nobody_else_edits_and_what_it_stands_for_stays(district, issued):
    refused(partial(edit, district, issued, CARRIER, note="x"), "manifest_wrong_party")
    change = partial(edit, district, issued, waste=district.waste(BATTERIES))
    refused(change, "manifest_field_not_asked", "waste")
    refused(partial(edit, district, issued, note=""), "manifest_nothing_changed")
    refused(partial(edit, district, issued, declared=tonnes(2000)), "manifest_too_heavy")
    refused(partial(edit, district, issued, method="singing"), "manifest_unknown_method")


def test_of_several_wastes_each_says_its_own_mass(district):
    district.stored(WORKS, OIL, 5)
    district.stored(WORKS, BATTERIES, 5)
    district.plan(WORKS, BATTERIES)
    batteries = NewLine(district.waste(BATTERIES), tonnes(1), method="metal_recovery")
    new = district.new(OIL, 2)
    new, by = replace(new, lines=(*new.lines, batteries)), district.firm(WORKS).person
    manifest = services.issue(new, id=uuid7(), signing=district.signing(), by=by)
    refused(lambda: edit(district, manifest, declared=tonnes(3)), "manifest_unknown_line")
    first, second = manifest.lines.order_by("position")
    edit(district, manifest, declared={first.uuid: tonnes(3)})
    declared = manifest.lines.order_by("position").values_list("declared_g", flat=True)
    assert list(declared) == [t(3), second.declared_g]


def test_the_authoritys_number_is_filled_in_and_not_edited(district, issued):
    number = "20263715000001"
    refused(lambda: edit(district, issued, authority_no=number), "manifest_field_not_asked")
    assert issued.signatures.count() == 1


def test_once_the_carrier_has_signed_nothing_is_edited(district, issued):
    district.load(issued, 2)
    refused(partial(edit, district, issued, note="x"), "manifest_not_editable")
    cancelled = district.issue(OIL, 1)
    services.cancel(cancelled, reason="changed plans", by=district.firm(WORKS).person)
    refused(partial(edit, district, cancelled, note="x"), "manifest_not_editable")


def test_the_same_edit_sent_twice_is_one(district, issued):
    id, by = uuid7(), district.firm(WORKS).person
    signing = district.signing(id)
    for _time in range(2):
        services.edit(issued, {"declared": tonnes(4)}, signing=signing, by=by)
    assert Signature.objects.count() == 2
    refused(
        partial(services.edit, issued, {"declared": tonnes(5)}, signing=signing, by=by), "id_reused"
    )


def test_editing_and_loading_at_once_is_one_after_the_other(real_district):
    real_district.stored(WORKS, OIL, 20)
    for _round in range(4):
        manifest = real_district.issue(OIL, 2)
        # The edit is signed before the truck is loaded, whichever arrives first.
        by, signing = real_district.firm(WORKS).person, real_district.signing()
        copy = Manifest.objects.get(pk=manifest.pk)
        changing = partial(services.edit, copy, {"declared": tonnes(3)}, signing=signing, by=by)
        outcomes = at_once([loading(real_district, manifest), changing])
        now = Manifest.objects.get(pk=manifest.pk)
        assert now.status == "loaded"
        assert outcomes["Signature"] == now.signed - 1
        assert sum(outcomes.values()) == 2
        assert set(outcomes) <= {"Signature", "manifest_not_editable", "manifest_overtaken"}
        assert holds(now)
        real_district.arrive(now, 2)
    assert real_district.booked_g(WORKS, OIL) == 0
    assert differences() == []
