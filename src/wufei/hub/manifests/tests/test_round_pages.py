"""A round on the driver's phone, from the first page to the plant's one weight."""

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.manifests.declarations import Rounds
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop
from wufei.hub.manifests.tests.conftest import t
from wufei.hub.manifests.tests.test_rounds import (
    PLANT,
    RESTAURANTS,
    TRUCK,
    begin,
    collect,
    hospital_set,
    issued_by,
    kitchen_waste,
    restaurant,
    stop_at,
)

NEW, LIST = reverse("manifests.round.new"), reverse("manifests.round.list")


def text_of(answer):
    return answer.content.decode()


@pytest.fixture(autouse=True)
def on_one_record(declared):
    declared("kitchen_waste", rounds=Rounds.LINES, licence_kinds=())
    declared("hazardous", rounds=Rounds.SET)


@pytest.fixture
def town(district):
    """Three restaurants, a biogas plant and a carrier, all of the household domain."""
    kitchen_waste()
    for name in RESTAURANTS:
        restaurant(district, name)
    district.firm(PLANT, "plant", "treatment")
    district.truck(TRUCK, "鲁P60001")
    for name in (*RESTAURANTS, PLANT, TRUCK):
        owner = district.firm(name).organisation
        owner.domains = ["household"]
        owner.save()
    return district


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="driver"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


def page_of(begun):
    return reverse("manifests.round", args=[begun.uuid])


def at(stop):
    return reverse("manifests.stop", args=[stop.pk])


def test_a_driver_goes_round_and_the_plant_receives_all_with_one_weight(town, people):
    driver = people(TRUCK)
    assert "No round is under way" in text_of(driver.get(LIST))
    page = text_of(driver.get(NEW, {"template": "kitchen_waste"}))
    assert all(name in page for name in RESTAURANTS)
    values = {
        "template": "kitchen_waste",
        "submission": str(uuid7()),
        "vehicle": str(town.truck(TRUCK, "鲁P60001").uuid),
        "destination": str(town.firm(PLANT).site.uuid),
        "stops": [str(restaurant(town, name).site.uuid) for name in RESTAURANTS],
    }
    answer = driver.post(NEW, values)
    begun = Round.objects.get()
    assert answer.headers["Location"] == page_of(begun)
    # The big button leads to the next stop; drivers see the round on their own page.
    assert at(begun.stops.first()) in text_of(driver.get(page_of(begun)))
    assert begun.number in text_of(driver.get(reverse("manifests.phone")))

    for stop, kg in zip(begun.stops.all()[:2], ("200", "300"), strict=True):
        assert 'name="value_0"' in text_of(driver.get(at(stop)))
        load = {
            "submission": str(uuid7()),
            "waste_0": kitchen_waste().slug,
            "value_0": kg,
            "unit_0": "kg",
        }
        assert driver.post(at(stop), load).headers["Location"] == page_of(begun)
    last = begun.stops.last()
    assert last is not None
    driver.post(reverse("manifests.stop.skip", args=[last.pk]), {"reason": "closed"})
    assert "closed" in text_of(driver.get(page_of(begun)))
    driver.post(reverse("manifests.round.finish", args=[begun.uuid]), {})
    begun.refresh_from_db()
    assert begun.ended_at

    plant = people(PLANT, "keeper")
    assert "Receive and accept all" in text_of(plant.get(page_of(begun)))
    weight = {"submission": str(uuid7()), "value_0": "0.5", "unit_0": "t"}
    plant.post(reverse("manifests.round.receive", args=[begun.uuid]), weight)
    assert Manifest.objects.get().status == "closed"
    assert list(Line.objects.values_list("weighed_in_g", flat=True)) == [t(0.2), t(0.3)]


def test_a_wrong_entry_is_mended_on_the_same_page(town, people):
    begun = begin(town)
    collect(town, begun, "Lotus", 2)
    driver, stop = people(TRUCK), stop_at(begun, "Lotus")
    page = text_of(driver.get(at(stop)))
    assert "Mend the entry" in page
    assert "2000" in page
    driver.post(at(stop), {"submission": str(uuid7()), "value_0": "0.2", "unit_0": "t"})
    assert Line.objects.get().weighed_out_g == t(0.2)


def test_a_weight_that_is_missing_is_asked_for(town, people):
    begun = begin(town)
    values = {"submission": str(uuid7()), "waste_0": kitchen_waste().slug, "unit_0": "kg"}
    answer = people(TRUCK).post(at(stop_at(begun, "Lotus")), values)
    assert answer.status_code == 422
    assert not Manifest.objects.exists()


def test_what_is_left_needs_a_reason_to_finish(town, people):
    begun = begin(town)
    driver, address = people(TRUCK), reverse("manifests.round.finish", args=[begun.uuid])
    assert "3 stops are still open" in text_of(driver.get(address))
    assert driver.post(address, {}).status_code == 422
    driver.post(address, {"reason": "the truck broke down"})
    assert RoundStop.objects.filter(skipped="the truck broke down").count() == 3


def test_one_more_place_is_added(town, people):
    begun = begin(town, stops=("Lotus",))
    address = reverse("manifests.round.add", args=[begun.uuid])
    people(TRUCK).post(address, {"site": str(restaurant(town, "Old Bridge").site.uuid)})
    assert begun.stops.count() == 2


def test_the_next_round_begins_as_the_last_one(town, people):
    begin(town, stops=("Three Cups", "Lotus"))
    page = people(TRUCK).get(NEW, {"template": "kitchen_waste"})
    form = page.context["form"]
    chosen = [str(restaurant(town, name).site.uuid) for name in ("Three Cups", "Lotus")]
    assert [str(one) for one in form["stops"].value()] == chosen
    assert [str(uuid) for uuid, _name in form.fields["stops"].choices][:2] == chosen


def test_nobody_else_opens_a_round(town, people):
    begun = begin(town)
    stop = begun.stops.first()
    for name in ("Lotus", "neighbour"):
        stranger = people(name, "clerk")
        assert begun.number not in text_of(stranger.get(LIST))
        assert stranger.get(page_of(begun)).status_code == 404
        assert stranger.get(at(stop)).status_code == 404
    # The plant sees the round, but does not drive it.
    plant = people(PLANT, "keeper")
    assert plant.get(page_of(begun)).status_code == 200
    assert plant.get(at(stop)).status_code == 404


def test_at_a_clinic_the_manifest_that_waits_is_loaded(district, people):
    begun = hospital_set(district)
    stop = stop_at(begun, "North clinic")
    driver = people(TRUCK)
    assert "No manifest waits here" in text_of(driver.get(at(stop)))
    north = issued_by(district, "North clinic", 0.5)
    page = text_of(driver.get(at(stop)))
    assert north.local_id in page
    values = {"submission": str(uuid7()), "value_0": "500", "unit_0": "kg"}
    driver.post(at(stop), values | {"manifest": str(north.uuid)})
    north.refresh_from_db()
    assert (north.status, north.round) == ("loaded", begun)
    assert north.local_id in text_of(driver.get(at(stop)))


def test_the_plant_scans_the_truck_and_receives_the_whole_round(town, people):
    begun = begin(town)
    collect(town, begun, "Lotus", 0.2)
    truck = reverse("manifests.truck", args=[begun.vehicle.uuid])
    answer = people(PLANT, "keeper").get(truck)
    assert answer.headers["Location"] == page_of(begun)
