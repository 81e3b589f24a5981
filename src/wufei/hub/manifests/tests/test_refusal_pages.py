"""Pages of those who receive: accept, refuse part of it, send it back or on."""

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import grams, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL, SPOIL, t
from wufei.hub.manifests.tests.test_phone_pages import code_of, leaving, qr, text_of
from wufei.hub.registry.models import Site


@pytest.fixture
def people(district, sign_in):
    """``people("refinery")``: the browser of that firm's keeper."""

    def enter(firm, role="keeper"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


@pytest.fixture
def arrived(district):
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10)
    district.load(load, 10)
    district.arrive(load, 10)
    return load


def accepting(**more):
    return {"step": "accept", "submission": str(uuid7()), **more}


def sending(**more):
    return {"submission": str(uuid7()), "way": "back", "truck": "stays", **more}


def refused_url(load):
    return reverse("manifests.manifest.refused", args=[load.uuid])


def test_a_keeper_refuses_part_and_sends_it_back_with_two_taps(district, people, arrived):
    keeper = people("refinery")
    text = text_of(keeper.get(qr(arrived)))
    assert "Refuse part or all of it" in text
    assert "10.000" in text
    answer = keeper.post(
        qr(arrived),
        accepting(refuse_kind="quality", refuse_value_0="4", refuse_unit_0="t", refuse_text="wet"),
    )
    assert answer.status_code == 302
    arrived.refresh_from_db()
    assert arrived.status == "partly_accepted"
    assert arrived.refusal_reason == "Too wet, mixed or otherwise unfit；wet"
    text = text_of(keeper.get(qr(arrived)))
    assert "Send back with this truck" in text

    answer = keeper.post(refused_url(arrived), sending(where="phone"))
    back = Manifest.objects.exclude(pk=arrived.pk).get()
    assert answer.headers["Location"] == qr(back)
    assert (back.relation, back.status) == ("return", "loaded")
    text = text_of(keeper.get(qr(arrived)))
    assert back.local_id in text
    assert "Finished" in text


def test_accepting_all_is_one_tap(district, people, arrived):
    people("refinery").post(qr(arrived), accepting())
    arrived.refresh_from_db()
    assert arrived.status == "closed"


def test_refusing_all_is_one_box(district, people, arrived):
    people("refinery").post(qr(arrived), accepting(refuse_kind="full", refuse_all="on"))
    arrived.refresh_from_db()
    assert arrived.status == "refused"
    assert arrived.lines.get().accepted_g == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"refuse_value_0": "4", "refuse_unit_0": "t"}, "Choose why it is refused"),
        ({"refuse_kind": "full"}, "Say how much is refused"),
        ({"refuse_kind": "full", "refuse_value_0": "11", "refuse_unit_0": "t"}, "of the 10.000 t"),
        ({"refuse_kind": "full", "refuse_value_0": "much"}, "is not a number"),
    ],
)
def test_what_is_wrong_with_a_refusal_is_told_beside_it(district, people, arrived, said, words):
    answer = people("refinery").post(qr(arrived), accepting(**said))
    assert answer.status_code == 422
    text = text_of(answer)
    assert words in text
    # What was filled in is shown open, not hidden behind the button.
    assert "<details" in text
    assert "open>" in text[text.index("<details") :][:200]
    arrived.refresh_from_db()
    assert arrived.status == "arrived"


def test_the_drum_that_leaks_is_ticked(district, people):
    drums = district.stored("works", OIL, 1, 2)
    Lot.objects.filter(pk=drums[0].pk).update(label="drum 1")
    load = district.issue(OIL, 3, lots=drums)
    district.load(load, 3)
    district.arrive(load, 3)
    keeper = people("refinery")
    assert "drum 1" in text_of(keeper.get(qr(load)))
    road = Lot.objects.get(account__line=load.lines.get().uuid, mass_g=t(1))
    keeper.post(qr(load), accepting(refuse_kind="packing", **{f"refuse_lot_{road.uuid}": "on"}))
    assert load.lines.get().refused_g == t(1)


def test_a_difference_beyond_the_tolerance_asks_for_its_reason(district, people):
    district.stored("works", BATTERIES, 10)
    load = district.issue(BATTERIES, 10)
    district.load(load, 10)
    district.arrive(load, 9)
    keeper = people("refinery")
    assert "difference_reason" in text_of(keeper.get(qr(load)))
    assert keeper.post(qr(load), accepting()).status_code == 422
    keeper.post(qr(load), accepting(difference_reason="leaked"))
    load.refresh_from_db()
    assert load.status == "accepted"
    text = text_of(people("works", "clerk").get(detail(load)))
    assert "leaked" in text
    assert 'value="close"' in text


def detail(load):
    return reverse("manifests.manifest.detail", args=[load.uuid])


def test_a_return_offers_no_refusal(district, people, arrived):
    refuse(district, arrived)
    back = Manifest.objects.exclude(pk=arrived.pk).get()
    district.arrive(back, 4)
    assert "Refuse part" not in text_of(people("works").get(qr(back)))


def refuse(district, load, accepted_t=6, send=True):
    kept = tonnes(accepted_t) if accepted_t else grams(0)
    district.accept(load, accepted=kept, refusal_reason="wet")
    if send:
        by = district.firm("refinery").person
        services.send_back(load, id=uuid7(), signing=district.signing(), by=by)


def test_documents_lead_to_each_other(district, people, arrived):
    refuse(district, arrived)
    back = Manifest.objects.exclude(pk=arrived.pk).get()
    clerk = people("works", "clerk")
    text = text_of(clerk.get(detail(arrived)))
    assert detail(back) in text
    assert "wet" in text
    assert "Still in stock" in text
    text = text_of(clerk.get(detail(back)))
    assert detail(arrived) in text
    assert "takes along what was refused of" in text


def test_the_consignor_sends_its_waste_on(district, people, arrived):
    district.licence("second refinery", "hazardous")
    place = district.firm("second refinery", "plant", "treatment").site
    refuse(district, arrived, send=False)
    clerk = people("works", "clerk")
    text = text_of(clerk.get(refused_url(arrived)))
    assert "On to another plant, on a new manifest" in text
    assert "Back to where it came from" not in text
    answer = clerk.post(refused_url(arrived), sending(way="on"))
    assert answer.status_code == 422
    answer = clerk.post(refused_url(arrived), sending(way="on", site=str(place.uuid)))
    on = Manifest.objects.exclude(pk=arrived.pk).get()
    assert answer.headers["Location"] == detail(on)
    assert (on.relation, on.consignee.name) == ("redirect", "second refinery")


def test_refused_whole_it_goes_on_under_the_same_manifest(district, people, arrived):
    place = district.firm("second refinery", "plant", "treatment").site
    refuse(district, arrived, 0, send=False)
    clerk = people("works", "clerk")
    clerk.post(refused_url(arrived), sending(way="same", site=str(place.uuid)))
    arrived.refresh_from_db()
    assert (arrived.status, arrived.turn) == ("loaded", 2)
    text = text_of(clerk.get(detail(arrived)))
    assert "Refused whole by refinery, sent on" in text


def test_sending_twice_sends_once_and_then_says_where_it_is(district, people, arrived):
    refuse(district, arrived, send=False)
    keeper, said = people("refinery"), sending()
    first = keeper.post(refused_url(arrived), said)
    assert keeper.post(refused_url(arrived), said).headers["Location"] == first.headers["Location"]
    answer = keeper.get(refused_url(arrived))
    assert answer.status_code == 409
    assert Manifest.objects.get(follows=arrived).local_id in text_of(answer)


def test_the_inbox_says_that_refused_mass_waits(district, people, arrived):
    refuse(district, arrived, send=False)
    for firm in ("refinery", "works"):
        text = text_of(people(firm, "clerk").get(reverse("manifests.inbox")))
        assert "Send back or on what was refused" in text


def test_a_site_refuses_part_of_a_truck_by_its_scan(district, people):
    pit = district.firm("pit").site
    Site.objects.filter(pk=pit.pk).update(kind="construction")
    district.firm("spoil ground", "plant", "landfill")
    district.licence("spoil ground", "construction")
    district.waste(SPOIL)
    truck = district.truck("muck trucks", "鲁P12345")
    people("pit").post(code_of(truck), leaving(district))
    load = Manifest.objects.get()
    site = people("spoil ground")
    assert "Refuse part or all of it" in text_of(site.get(code_of(truck)))
    arrival = {
        "submission": str(uuid7()),
        "value_0": "18.42",
        "unit_0": "t",
        "refuse_kind": "waste",
        "refuse_value_0": "3",
        "refuse_unit_0": "t",
    }
    answer = site.post(code_of(truck), arrival)
    assert answer.status_code == 302, text_of(answer)
    load.refresh_from_db()
    assert load.status == "partly_accepted"
    assert load.lines.get().refused_g == t(3)
