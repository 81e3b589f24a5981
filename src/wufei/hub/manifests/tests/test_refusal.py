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
    RefusedMassStays,
    ReturnNotRefusable,
    SaidTwice,
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
    assert balanced()
