"""A plant refuses (part of) a load: the refused mass goes back on a manifest of its own."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.base.errors import Forbidden, IdReused
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Lot, LotEntry
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.refusals import (
    FieldMissing,
    MoreThanArrived,
    NothingRefused,
    OtherTruck,
    Overtaken,
    RefusedMassStays,
    ReturnNotRefusable,
    SaidTwice,
    SamePlace,
    UnknownContainer,
    WrongParty,
)
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t

WET = {"refusal_reason": "wet"}


def arrived(district, mass_t=10.0, stream=BATTERIES, lots=()):
    """A load that stands on the scale of the refinery with the weight that it left with."""
    if not lots:
        district.stored("works", stream, mass_t)
    manifest = district.issue(stream, mass_t, lots=lots)
    district.load(manifest, mass_t)
    district.arrive(manifest, mass_t)
    return manifest


def accept(district, manifest, accepted=None, **more):
    values = more if accepted is None else {"accepted": tonnes(accepted) if accepted else grams(0)}
    return district.sign(manifest, "accept", manifest.consignee.name, values | WET | more)


def send_back(district, manifest, firm="refinery", **more):
    id, signing = more.pop("id", None) or uuid7(), more.pop("signing", None) or district.signing()
    by = district.firm(firm).person
    return services.send_back(manifest, id=id, signing=signing, by=by, **more)


def balanced():
    fold_all()
    return differences() == []


def test_of_ten_tonnes_four_are_refused_and_everything_closes_at_ten(real_district):
    district = real_district
    load = arrived(district)
    accept(district, load, 6)
    assert load.status == "partly_accepted"
    assert district.g("stock", "refinery", BATTERIES) == t(6)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(4)

    back = send_back(district, load)
    assert (back.relation, back.follows, back.consignee.name) == ("return", load, "works")
    assert back.status == "loaded"
    (line,) = back.lines.all()
    assert (line.declared_g, line.weighed_out_g) == (t(4), t(4))
    assert district.g("custody", "dangerous goods", BATTERIES) == t(4)
    load.refresh_from_db()
    assert load.status == "closed"

    district.arrive(back, 4)
    district.accept(back)
    assert back.status == "closed"
    assert district.g("custody", "dangerous goods", BATTERIES) == 0
    assert district.g("stock", "works", BATTERIES) == t(4)
    assert district.g("stock", "works", BATTERIES) + district.g("stock", "refinery", BATTERIES) == (
        t(10)
    )
    assert all(queries.signature_holds(s) for m in (load, back) for s in m.signatures.all())
    assert balanced()


def test_a_refusal_is_a_finding_with_its_reason(district):
    load = arrived(district)
    accept(district, load, 6)
    (finding,) = FindingRecord.objects.filter(code="manifests.refused")
    assert finding.subject == f"manifests.manifest:{load.uuid}"
    assert finding.values["refused_g"] == t(4)
    assert finding.values["reason"] == "wet"


def test_everything_may_be_refused(real_district):
    district = real_district
    load = arrived(district)
    accept(district, load, 0)
    assert load.status == "refused"
    assert district.g("stock", "refinery", BATTERIES) == 0
    assert district.g("custody", "dangerous goods", BATTERIES) == t(10)
    back = send_back(district, load)
    district.arrive(back, 10)
    district.accept(back)
    assert district.g("stock", "works", BATTERIES) == t(10)
    assert {m.status for m in Manifest.objects.all()} == {"closed"}
    assert balanced()


def test_whoever_refuses_says_why(district):
    load = arrived(district)
    with pytest.raises(FieldMissing) as caught:
        district.sign(load, "accept", "refinery", {"accepted": tonnes(6)})
    assert caught.value.field == "refusal_reason"


def test_no_more_is_accepted_than_arrived(district):
    load = arrived(district)
    with pytest.raises(MoreThanArrived):
        accept(district, load, 11)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(10)


def test_a_return_is_not_refused_again(district):
    load = arrived(district)
    accept(district, load, 6)
    back = send_back(district, load)
    district.arrive(back, 4)
    with pytest.raises(ReturnNotRefusable):
        accept(district, back, 1)


def test_what_was_refused_goes_back_once(district):
    load = arrived(district)
    accept(district, load, 6)
    id, signing = uuid7(), district.signing()
    back = send_back(district, load, id=id, signing=signing)
    assert send_back(district, load, id=id, signing=signing) == back
    with pytest.raises(IdReused):
        send_back(district, load, id=id)
    with pytest.raises(NothingRefused):
        send_back(district, load)
    assert Manifest.objects.count() == 2


def test_before_acceptance_nothing_goes_back(district):
    load = arrived(district)
    with pytest.raises(NothingRefused):
        send_back(district, load)
    accept(district, load)
    with pytest.raises(NothingRefused):
        send_back(district, load)


def test_only_the_plant_that_refused_sends_back(district):
    load = arrived(district)
    accept(district, load, 6)
    for firm in ("works", "dangerous goods", "neighbour"):
        with pytest.raises((WrongParty, Forbidden)):
            send_back(district, load, firm)


def test_the_manifest_waits_while_refused_mass_is_with_the_carrier(district):
    load = arrived(district)
    accept(district, load, 6)
    with pytest.raises(RefusedMassStays):
        district.sign(load, "close", "works", {})


def test_unloaded_at_the_plant_another_carrier_fetches_it(real_district):
    district = real_district
    load = arrived(district)
    accept(district, load, 6)
    other = district.firm("careful hauliers", "carrier", "yard").organisation
    back = send_back(district, load, carrier=other, truck_stays=False)
    assert (back.status, back.carrier, back.vehicle) == ("issued", other, None)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(4)
    load.refresh_from_db()
    assert load.status == "partly_accepted"
    with pytest.raises(NothingRefused):
        send_back(district, load)

    # Its own scale finds a little less.
    district.load(back, 3.98)
    load.refresh_from_db()
    assert load.status == "closed"
    assert district.g("custody", "dangerous goods", BATTERIES) == 0
    assert district.g("custody", "careful hauliers", BATTERIES) == t(3.98)
    assert district.g("variance", "refinery", BATTERIES) == t(0.02)
    district.arrive(back, 3.98)
    district.accept(back)
    assert district.g("stock", "works", BATTERIES) == t(3.98)
    assert balanced()


def test_a_cancelled_return_may_be_sent_anew(real_district):
    district = real_district
    load = arrived(district)
    accept(district, load, 6)
    back = send_back(district, load, truck_stays=False)
    services.cancel(back, reason="the truck is here after all", by=district.firm("refinery").person)
    again = send_back(district, load)
    assert again.status == "loaded"
    assert balanced()


def test_a_load_that_never_left_its_truck_goes_back_with_it(district):
    load = arrived(district)
    accept(district, load, 6)
    other = district.firm("careful hauliers", "carrier", "yard").organisation
    with pytest.raises(OtherTruck):
        send_back(district, load, carrier=other)


# Containers.
def drums(district):
    """Three labelled drums on the scale of the refinery: 1, 2 and 3 t."""
    lots = district.stored("works", OIL, 1, 2, 3)
    for n, lot in enumerate(lots, start=1):
        Lot.objects.filter(pk=lot.pk).update(
            label=f"drum {n}", arisen_at=district.at - timedelta(days=30 + n)
        )
    return arrived(district, 6, OIL, lots), lots


def standing(kind, **where):
    rows = Lot.objects.filter(account__kind=kind, remaining_g__gt=0, **where)
    return {lot.label: lot.remaining_g for lot in rows}


def test_the_drum_that_leaks_goes_back_as_itself(real_district):
    district = real_district
    load, lots = drums(district)
    accept(district, load, refused=[lots[1].uuid])
    assert standing("stock") == {"drum 1": t(1), "drum 3": t(3)}
    assert standing("custody") == {"drum 2": t(2)}
    back = send_back(district, load)
    (line,) = back.lines.all()
    assert [part.lot.label for part in line.lots.all()] == ["drum 2"]
    district.arrive(back, 2)
    district.accept(back)
    home = Lot.objects.get(label="drum 2", remaining_g__gt=0)
    assert home.account.holder.name == "works"
    assert home.arisen_at == Lot.objects.get(pk=lots[1].pk).arisen_at
    # Every hop names its lot: a trace from here is exact.
    assert not LotEntry.objects.filter(attributed=True).exists()
    assert balanced()


def test_where_only_a_mass_is_said_each_drum_is_refused_in_proportion(real_district):
    district = real_district
    load, _lots = drums(district)
    accept(district, load, 4)
    assert standing("custody") == {"drum 1": 333_333, "drum 2": 666_667, "drum 3": t(1)}
    back = send_back(district, load)
    assert {p.lot.label: p.mass_g for p in back.lines.get().lots.all()} == {
        "drum 1": 333_333,
        "drum 2": 666_667,
        "drum 3": t(1),
    }
    assert not LotEntry.objects.filter(attributed=True).exists()
    assert balanced()


def test_a_refused_drum_bears_its_share_of_what_was_lost_on_the_way(real_district):
    district = real_district
    lots = district.stored("works", OIL, 1, 1)
    load = district.issue(OIL, 2, lots=lots)
    district.load(load, 2)
    district.arrive(load, 1.99)
    accept(district, load, refused=[lots[0].uuid])
    assert load.lines.get().refused_g == t(0.995)
    assert district.g("stock", "refinery", OIL) == t(0.995)
    assert balanced()


def test_a_drum_of_another_load_is_not_refused(district):
    load, _lots = drums(district)
    (other,) = district.stored("works", OIL, 1)
    with pytest.raises(UnknownContainer):
        accept(district, load, refused=[other.uuid])


def test_containers_or_a_mass_not_both(district):
    load, lots = drums(district)
    with pytest.raises(SaidTwice):
        accept(district, load, 4, refused=[lots[0].uuid])


def test_a_truck_of_spoil_that_is_refused_brings_it_back(real_district):
    district = real_district
    district.firm("spoil ground", "plant", "treatment")
    load = district.issue(SPOIL, 20)
    truck = district.truck("muck trucks", "鲁P12345")
    district.sign(load, "load", "pit", {"weighed_out": tonnes(20), "vehicle": truck})
    district.arrive(load, 20)
    accept(district, load, 0)
    back = send_back(district, load, "spoil ground")
    district.arrive(back, 20)
    district.accept(back)
    assert district.g("stock", "pit", SPOIL) == t(20)
    assert {m.status for m in Manifest.objects.all()} == {"closed"}

    # It arose before: the next load takes it along, and only the rest arises.
    again = district.issue(SPOIL, 25)
    district.sign(again, "load", "pit", {"weighed_out": tonnes(25), "vehicle": truck})
    assert district.g("stock", "pit", SPOIL) == 0
    assert district.g("origin", "pit", SPOIL) == -t(25)
    assert balanced()


# On to another plant.
def redirect(district, manifest, site, firm="works"):
    by = district.firm(firm).person
    return services.redirect(manifest, site, signing=district.signing(), by=by)


def other_plant(district, name="second refinery"):
    return district.firm(name, "plant", "treatment").site


def test_a_load_refused_whole_goes_on_under_the_same_manifest(real_district):
    district = real_district
    load = arrived(district, 10)
    accept(district, load, 0)
    redirect(district, load, other_plant(district))
    assert (load.status, load.turn, load.consignee.name) == ("loaded", 2, "second refinery")
    line = load.lines.get()
    assert (line.weighed_in_g, line.accepted_g, line.refused_g) == (None, None, None)
    assert district.g("custody", "dangerous goods", BATTERIES) == t(10)

    district.arrive(load, 9.96)
    accept(district, load)
    assert load.status == "closed"
    assert district.g("stock", "second refinery", BATTERIES) == t(9.96)
    assert district.g("variance", "second refinery", BATTERIES) == t(0.04)
    assert district.g("stock", "refinery", BATTERIES) == 0
    steps = [s.step for s in load.signatures.order_by("number")]
    assert steps == ["issue", "load", "arrive", "accept", "redirect", "arrive", "accept"]
    assert all(queries.signature_holds(one) for one in load.signatures.all())
    assert balanced()


def test_each_plant_books_the_difference_of_its_own_scale(real_district):
    district = real_district
    district.stored("works", BATTERIES, 5)
    load = district.issue(BATTERIES, 5)
    district.load(load, 5)
    district.arrive(load, 4.97)
    accept(district, load, 0)
    redirect(district, load, other_plant(district))
    district.arrive(load, 4.96)
    accept(district, load)
    assert district.g("variance", "refinery", BATTERIES) == t(0.03)
    assert district.g("variance", "second refinery", BATTERIES) == t(0.01)
    assert district.g("stock", "second refinery", BATTERIES) == t(4.96)
    assert balanced()


def test_the_consignor_decides_where_its_waste_goes(district):
    load = arrived(district)
    accept(district, load, 0)
    for firm in ("refinery", "dangerous goods", "neighbour"):
        with pytest.raises((WrongParty, Forbidden)):
            redirect(district, load, other_plant(district), firm)
    assert load.status == "refused"


def test_the_plant_sends_on_to_where_the_consignor_named_beforehand(district):
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10, alternate_site=other_plant(district))
    district.load(load, 10)
    district.arrive(load, 10)
    accept(district, load, 0)
    with pytest.raises(WrongParty):
        redirect(district, load, other_plant(district, "third refinery"), "refinery")
    redirect(district, load, other_plant(district), "refinery")
    assert load.consignee.name == "second refinery"


def test_only_what_was_refused_whole_goes_on_under_the_same_manifest(district):
    load = arrived(district)
    accept(district, load, 6)
    with pytest.raises(Overtaken):
        redirect(district, load, other_plant(district))


def test_what_a_return_carries_already_does_not_go_on_as_well(district):
    load = arrived(district)
    accept(district, load, 0)
    send_back(district, load, truck_stays=False)
    with pytest.raises(NothingRefused):
        redirect(district, load, other_plant(district))


def test_a_load_does_not_go_on_to_where_it_stands_or_came_from(district):
    load = arrived(district)
    accept(district, load, 0)
    for firm in ("refinery", "works"):
        with pytest.raises(SamePlace):
            redirect(district, load, district.firm(firm).site)


def test_refused_twice_it_may_still_go_home(real_district):
    district = real_district
    lots = district.stored("works", OIL, 1, 2)
    load = arrived(district, 3, OIL, lots)
    accept(district, load, 0)
    redirect(district, load, other_plant(district))
    district.arrive(load, 3)
    accept(district, load, refused=[lots[0].uuid])
    back = send_back(district, load, "second refinery")
    district.arrive(back, 1)
    district.accept(back)
    assert district.g("stock", "works", OIL) == t(1)
    assert district.g("stock", "second refinery", OIL) == t(2)
    assert {m.status for m in Manifest.objects.all()} == {"closed"}
    assert balanced()


def test_part_of_a_load_goes_on_to_another_plant_on_a_manifest_of_its_own(real_district):
    district = real_district
    load = arrived(district)
    accept(district, load, 6)
    by, site = district.firm("works").person, other_plant(district)
    on = services.send_on(load, site, id=uuid7(), signing=district.signing(), by=by)
    assert (on.relation, on.consignor.name, on.consignor_site.name) == (
        "redirect",
        "works",
        "refinery site",
    )
    district.arrive(on, 4)
    accept(district, on, 3)
    # That plant refuses some of it too: it goes back to where it all began.
    back = send_back(district, on, "second refinery")
    assert back.consignee_site == district.firm("works").site
    district.arrive(back, 1)
    district.accept(back)
    stocks = [district.g("stock", firm, BATTERIES) for firm in ("refinery", "second refinery")]
    assert stocks == [t(6), t(3)]
    assert district.g("stock", "works", BATTERIES) == t(1)
    assert {m.status for m in Manifest.objects.all()} == {"closed"}
    assert balanced()
