"""Collection rounds: a truck calls at three restaurants, and at three hospitals.

Kitchen waste travels on one record, a line for each restaurant; medical waste on a manifest for
each hospital, all of one round. The plant weighs the truck once.
"""

from dataclasses import replace

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.accounts.permissions import acts_of
from wufei.hub.base.errors import IdReused
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.declarations import Rounds
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop
from wufei.hub.manifests.refusals import WrongParty
from wufei.hub.manifests.round_refusals import (
    NoRounds,
    NotAtStop,
    NothingCollected,
    OfOneManifest,
    OnlyLine,
    RoundEnded,
    RoundUnderWay,
    SkipReasonMissing,
    StopDone,
    StopNotDone,
    StopsOpen,
)
from wufei.hub.manifests.services import Collected, NewRound, collecting, revisions
from wufei.hub.manifests.tests.conftest import BATTERIES, t
from wufei.hub.manifests.tests.test_concurrency import at_once
from wufei.hub.registry.validity import period

KITCHEN = "catering_kitchen"
TRUCK, PLANT = "kitchen trucks", "biogas"
RESTAURANTS = ("Lotus", "Old Bridge", "Three Cups")


def kitchen_waste():
    from datetime import date

    found = WasteType.objects.filter(stream=KITCHEN).first()
    return found or WasteType.objects.create(
        code="T-kitchen",
        edition="test",
        name="kitchen waste",
        pinyin="kw",
        domain="household",
        stream=KITCHEN,
        validity=period(date(2020, 1, 1)),
    )


def restaurant(district, name):
    return district.firm(name, "enterprise", "storage")


@pytest.fixture(autouse=True)
def on_one_record(declared):
    declared("kitchen_waste", rounds=Rounds.LINES, licence_kinds=())
    declared("hazardous", rounds=Rounds.SET)


def begin(district, template="kitchen_waste", stops=RESTAURANTS, **more):
    carrier = district.firm(TRUCK, "carrier", "yard")
    new = NewRound(
        template,
        carrier.organisation,
        more.pop("vehicle", None) or district.truck(TRUCK, "鲁P60001"),
        district.firm(more.pop("to", PLANT), "plant", "treatment").site,
        tuple(restaurant(district, name).site for name in stops),
        district.driver(TRUCK),
    )
    at = district.signing().signed_at
    by = more.pop("by", None) or driver(district)
    return services.start_round(new, id=more.pop("id", None) or uuid7(), at=at, by=by)


def driver(district):
    clerk = district.firm(TRUCK, "carrier", "yard").person
    return replace(clerk, role="driver", acts=acts_of("driver"))


def stop_at(begun, name):
    return begun.stops.get(site__organisation__name=name)


def collect(district, begun, name, mass_t, **more):
    load = Collected(kitchen_waste(), tonnes(mass_t or 1))
    signing = more.pop("signing", None) or district.signing()
    by = more.pop("by", None) or driver(district)
    loads = more.pop("loads", [load])
    return services.collect(stop_at(begun, name), loads, signing=signing, by=by, **more)


def plant(district):
    return district.firm(PLANT).person


def g(district, kind, name):
    district.wastes[KITCHEN] = kitchen_waste()
    return district.g(kind, name, KITCHEN)


# One record.
def test_three_restaurants_on_one_record(real_district):
    district = real_district
    begun = begin(district)
    assert begun.number.startswith("R-")
    collect(district, begun, "Lotus", 0.2)
    record = collect(district, begun, "Old Bridge", 0.3)
    assert record.status == "loaded"
    # Each restaurant's waste arose with it, and is in the truck now.
    assert g(district, "origin", "Lotus") == -t(0.2)
    assert g(district, "origin", "Old Bridge") == -t(0.3)
    assert g(district, "custody", TRUCK) == t(0.5)

    services.skip_stop(stop_at(begun, "Three Cups"), reason="closed today", by=driver(district))
    services.finish_round(begun, at=district.signing().signed_at, by=driver(district))

    signing = district.signing()
    services.arrive_round(begun, tonnes("0.495"), signing=signing, by=plant(district), accept=True)
    record.refresh_from_db()
    assert record.status == "closed"
    assert [line.weighed_in_g for line in record.lines.all()] == [t(0.198), t(0.297)]
    assert g(district, "stock", PLANT) == t(0.495)
    assert g(district, "custody", TRUCK) == 0
    steps = [one.step for one in record.signatures.order_by("number")]
    assert steps == ["issue", "load", "collect", "collect", "arrive", "accept"]
    assert all(queries.signature_holds(one) for one in record.signatures.all())
    assert differences() == []


def test_the_plants_one_scan_is_enough(district):
    begun = begin(district)
    collect(district, begun, "Lotus", 0.2)
    record = collect(district, begun, "Old Bridge", 0.3)
    services.scan_in(record, tonnes("0.5"), signing=district.signing(), by=plant(district))
    assert record.status == "closed"
    assert [line.weighed_in_g for line in record.lines.all()] == [t(0.2), t(0.3)]


def test_what_is_accepted_of_a_round_is_no_gram_more_at_any_stop_than_came(district):
    begun = begin(district)
    for name, mass_t in zip(RESTAURANTS, ("0.0003", "2.644", "2.386"), strict=True):
        load = Collected(kitchen_waste(), tonnes(mass_t))
        record = collect(district, begun, name, 0, loads=[load])
    district.sign(record, "arrive", PLANT, {"weighed_in": tonnes("5.024")})
    # By what was weighed out the first stop would have accepted 300 g, and 299 g came of it.
    values = {"accepted": tonnes("5.023"), "refusal_reason": "plastic"}
    district.sign(record, "accept", PLANT, values)
    lines = list(record.lines.order_by("position"))
    assert sum(line.accepted_g for line in lines) == t(5.023)
    assert all(line.accepted_g <= line.weighed_in_g for line in lines)


def test_sending_a_stop_again_adds_nothing(district):
    begun = begin(district)
    for name in ("Lotus", "Old Bridge"):
        signing = district.signing()
        first = collect(district, begun, name, 0.2, signing=signing)
        assert collect(district, begun, name, 0.2, signing=signing) == first
    assert Line.objects.count() == 2
    with pytest.raises(StopDone):
        collect(district, begun, "Lotus", 0.2)


def test_one_signature_is_not_taken_for_two_stops(district):
    begun, signing = begin(district), district.signing()
    collect(district, begun, "Lotus", 0.2, signing=signing)
    with pytest.raises(IdReused):
        collect(district, begun, "Old Bridge", 0.2, signing=signing)
    assert stop_at(begun, "Old Bridge").done_at is None


def test_a_wrong_mass_is_mended_before_the_plant(real_district):
    district = real_district
    begun = begin(district)
    collect(district, begun, "Lotus", 0.2)
    record = collect(district, begun, "Old Bridge", 3)
    line = record.lines.get(site__organisation__name="Old Bridge")
    stop, signing, by = stop_at(begun, "Old Bridge"), district.signing(), driver(district)
    for _twice in range(2):
        services.correct_stop(
            stop, {line.uuid: tonnes("0.3")}, signing=signing, by=by, reason="typo"
        )
    assert g(district, "origin", "Old Bridge") == -t(0.3)
    assert g(district, "custody", TRUCK) == t(0.5)
    assert all(queries.signature_holds(one) for one in record.signatures.all())
    assert differences() == []


def test_what_was_never_loaded_is_taken_off_and_can_be_collected_anew(real_district):
    district = real_district
    begun = begin(district)
    collect(district, begun, "Lotus", 0.2)
    record = collect(district, begun, "Old Bridge", 0.3)
    stop = stop_at(begun, "Old Bridge")
    services.correct_stop(stop, {}, signing=district.signing(), by=driver(district))
    assert record.lines.count() == 1
    assert g(district, "origin", "Old Bridge") == 0
    assert stop_at(begun, "Old Bridge").done_at is None
    collect(district, begun, "Old Bridge", 0.4)
    assert g(district, "custody", TRUCK) == t(0.6)
    assert all(queries.signature_holds(one) for one in record.signatures.all())
    assert differences() == []


def test_the_only_line_stays(district):
    begun = begin(district)
    with pytest.raises(StopNotDone):
        services.correct_stop(
            stop_at(begun, "Lotus"), {}, signing=district.signing(), by=driver(district)
        )
    collect(district, begun, "Lotus", 0.2)
    with pytest.raises(OnlyLine):
        services.correct_stop(
            stop_at(begun, "Lotus"), {}, signing=district.signing(), by=driver(district)
        )


def test_a_skipped_stop_may_be_collected_after_all(district):
    begun = begin(district)
    stop = stop_at(begun, "Lotus")
    with pytest.raises(SkipReasonMissing):
        services.skip_stop(stop, reason=" ", by=driver(district))
    services.skip_stop(stop, reason="gate shut", by=driver(district))
    collect(district, begun, "Lotus", 0.2)
    stop.refresh_from_db()
    assert (stop.skipped, stop.done_at is None) == ("", False)
    with pytest.raises(StopDone):
        services.skip_stop(stop, reason="late", by=driver(district))


def test_one_more_place_on_the_way(district):
    begun = begin(district)
    site = restaurant(district, "New Moon").site
    stop = services.add_stop(begun, site, by=driver(district))
    assert services.add_stop(begun, site, by=driver(district)) == stop
    assert stop.position == 4
    collect(district, begun, "New Moon", 0.1)


def test_a_round_ends_when_every_stop_is_done_or_skipped(district):
    begun = begin(district)
    collect(district, begun, "Lotus", 0.2)
    at, by = district.signing().signed_at, driver(district)
    with pytest.raises(StopsOpen) as refused:
        services.finish_round(begun, at=at, by=by)
    assert "Old Bridge" in str(refused.value)
    services.finish_round(begun, at=at, by=by, reason="truck full")
    assert stop_at(begun, "Old Bridge").skipped == "truck full"
    ended = services.finish_round(begun, at=timezone.now(), by=by)
    assert ended.ended_at == at
    for deed in (
        lambda: collect(district, begun, "Old Bridge", 0.2),
        lambda: services.add_stop(begun, restaurant(district, "New Moon").site, by=by),
        lambda: services.skip_stop(stop_at(begun, "Three Cups"), reason="late", by=by),
    ):
        with pytest.raises(RoundEnded):
            deed()


def test_one_round_at_a_time_on_a_truck(district):
    id = uuid7()
    begun = begin(district, id=id)
    assert begin(district, id=id) == begun
    with pytest.raises(IdReused):
        begin(district, id=id, stops=("Three Cups",))
    with pytest.raises(RoundUnderWay):
        begin(district)
    services.finish_round(begun, at=timezone.now(), by=driver(district), reason="no")
    begin(district)


def test_not_every_waste_is_collected_in_rounds(district, declared):
    declared("hazardous", rounds=Rounds.NONE)
    with pytest.raises(NoRounds):
        begin(district, template="hazardous")


def test_only_the_carriers_people_drive_a_round(district):
    stranger = district.firm("neighbour").person
    with pytest.raises(WrongParty):
        begin(district, by=stranger)
    begun = begin(district)
    stop = stop_at(begun, "Lotus")
    for by in (stranger, restaurant(district, "Lotus").person, plant(district)):
        with pytest.raises(WrongParty):
            collect(district, begun, "Lotus", 0.2, by=by)
        with pytest.raises(WrongParty):
            services.skip_stop(stop, reason="no", by=by)
    with pytest.raises(NothingCollected):
        collect(district, begun, "Lotus", 0.2, loads=[])


def test_restaurants_do_not_see_what_others_gave(district):
    begun = begin(district)
    record = collect(district, begun, "Lotus", 0.2)
    assert not queries.visible(restaurant(district, "Old Bridge").person)
    assert not queries.visible(restaurant(district, "Lotus").person)
    for name in (TRUCK, PLANT):
        assert list(queries.visible(district.firm(name).person)) == [record]


def test_two_phones_at_two_stops_take_turns(real_district):
    district = real_district
    begun = begin(district, stops=tuple(f"Shop {n}" for n in range(6)))
    signings = {stop: district.signing() for stop in begun.stops.all()}
    load, by = Collected(kitchen_waste(), tonnes("0.1")), driver(district)
    collect_first, *rest = [
        lambda stop=stop, signing=signing: services.collect(
            stop, [load], signing=replace(signing, signed_at=district.at), by=by
        )
        for stop, signing in signings.items()
    ]
    collect_first()
    outcomes = at_once(rest + rest)
    assert outcomes == {"Manifest": 10}
    assert Line.objects.count() == 6
    assert g(district, "custody", TRUCK) == t(0.6)
    assert differences() == []


def test_after_reception_a_wrong_mass_is_revised_at_the_time_of_its_stop(real_district):
    district = real_district
    begun = begin(district)
    collect(district, begun, "Lotus", 0.2)
    record = collect(district, begun, "Old Bridge", 3)
    line = record.lines.get(site__organisation__name="Old Bridge")
    services.arrive_round(begun, tonnes("0.5"), signing=district.signing(), by=plant(district))
    changes = {"weighed_out": {line.uuid: tonnes("0.3")}}
    by = district.firm(TRUCK).person
    revision = revisions.propose(record, changes, id=uuid7(), reason="typo", by=by)
    revisions.decide(revision, True, signing=district.signing(), by=plant(district))
    assert g(district, "origin", "Old Bridge") == -t(0.3)
    assert g(district, "custody", TRUCK) == t(0.5)
    moved = Movement.objects.filter(target__line=line.uuid, reverses=None, reversal=None).get()
    assert moved.happened_at == stop_at(begun, "Old Bridge").done_at
    assert differences() == []


# A manifest for each.
def hospital_set(district, stops=("North clinic", "South clinic")):
    for name in stops:
        restaurant(district, name)
        district.stored(name, BATTERIES, 1)
    district.licence(PLANT, "hazardous")
    district.firm(PLANT, "plant", "treatment")
    return begin(district, template="hazardous", stops=stops)


def issued_by(district, name, mass_t):
    """The clinic has issued its manifest before the truck comes."""
    new = replace(
        district.new(BATTERIES, mass_t, sender=name, receiver=PLANT),
        carrier=district.firm(TRUCK).organisation,
    )
    by = district.firm(name).person
    return services.issue(new, id=uuid7(), signing=district.signing(), by=by)


def loads_of(district, mass_t):
    return [Collected(district.waste(BATTERIES), tonnes(mass_t), "metal_recovery")]


def test_each_clinic_has_a_manifest_of_its_own(real_district):
    district = real_district
    begun = hospital_set(district)
    north = issued_by(district, "North clinic", 0.5)
    collect(district, begun, "North clinic", 0, loads=loads_of(district, 0.5), manifest=north)
    # The other one's clerk signs on the spot.
    clerk = district.firm("South clinic").person
    south = collect(district, begun, "South clinic", 0, loads=loads_of(district, 0.4), issuer=clerk)
    assert {one.pk for one in begun.manifests.all()} == {north.pk, south.pk}
    services.finish_round(begun, at=district.signing().signed_at, by=driver(district))

    signing = district.signing()
    for _twice in range(2):
        received = services.arrive_round(begun, tonnes("0.9"), signing=signing, by=plant(district))
    assert [one.status for one in received] == ["arrived", "arrived"]
    assert Line.objects.get(manifest=south).weighed_in_g == t(0.4)
    for one in received:
        district.sign(one, "accept", PLANT, {})
        assert one.status == "closed"
        assert [s.step for s in one.signatures.all()] == ["issue", "load", "arrive", "accept"]
    assert district.g("stock", PLANT, BATTERIES) == t(0.9)
    # Each clinic sees its own.
    assert list(queries.visible(clerk)) == [south]
    assert differences() == []


def test_a_driver_does_not_issue_for_a_clinic(district):
    begun = hospital_set(district)
    from wufei.hub.base.errors import Forbidden

    with pytest.raises(Forbidden):
        collect(district, begun, "North clinic", 0, loads=loads_of(district, 0.5))
    assert not Manifest.objects.exists()
    assert RoundStop.objects.filter(done_at=None).count() == 2


def test_a_manifest_of_another_clinic_is_refused_at_this_stop(district):
    begun = hospital_set(district)
    other = issued_by(district, "South clinic", 0.5)
    with pytest.raises(NotAtStop):
        collect(district, begun, "North clinic", 0, loads=loads_of(district, 0.5), manifest=other)


def test_a_wrong_entry_of_a_clinic_is_a_revision_of_its_manifest(district):
    begun = hospital_set(district)
    north = issued_by(district, "North clinic", 0.5)
    collect(district, begun, "North clinic", 0, loads=loads_of(district, 0.5), manifest=north)
    with pytest.raises(OfOneManifest) as refused:
        services.correct_stop(
            stop_at(begun, "North clinic"), {}, signing=district.signing(), by=driver(district)
        )
    assert north.local_id in str(refused.value)


def test_who_arrives_before_finishing_has_finished(district):
    begun = hospital_set(district)
    north = issued_by(district, "North clinic", 0.5)
    collect(district, begun, "North clinic", 0, loads=loads_of(district, 0.5), manifest=north)
    services.arrive_round(begun, tonnes("0.5"), signing=district.signing(), by=plant(district))
    assert Round.objects.get().ended_at
    assert not RoundStop.objects.filter(done_at=None, skipped="").exists()
    assert collecting.record_of(begun) is None
