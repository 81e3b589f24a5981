"""Programs go the same ways as people: legs, halts, rounds and drafts through the API."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.manifests.declarations import Hours, Rounds
from wufei.hub.manifests.models import Draft, Manifest
from wufei.hub.manifests.tests.conftest import OIL, t
from wufei.hub.manifests.tests.test_api import Program
from wufei.hub.manifests.tests.test_rounds import (
    PLANT,
    RESTAURANTS,
    TRUCK,
    g,
    kitchen_waste,
    restaurant,
)

FIRST, SECOND = "dangerous goods", "river barge"


@pytest.fixture(autouse=True)
def long_way(declared):
    declared("hazardous", carriers_max=2, halt_within=Hours(24))
    declared("kitchen_waste", rounds=Rounds.LINES, licence_kinds=())


def at(district):
    district.at += timedelta(minutes=1)
    return district.at.isoformat()


def test_a_load_is_issued_set_down_picked_up_and_taken_over(district):
    district.stored("works", OIL, 5)
    works, first = Program(district.firm("works")), Program(district.firm(FIRST, "carrier", "yard"))
    second = Program(district.firm(SECOND, "carrier", "yard"))
    barge = district.truck(SECOND, "鲁P80001")
    body = {
        "signed_at": at(district),
        "consignor_site": str(district.firm("works").site.uuid),
        "carrier": str(district.firm(FIRST).organisation.uuid),
        "consignee_site": str(district.firm("refinery", "plant", "treatment").site.uuid),
        "further_carriers": [{"carrier": str(district.firm(SECOND).organisation.uuid)}],
        "lines": [
            {
                "waste": district.waste(OIL).code,
                "method": "oil_refining",
                "declared": {"value": "2", "unit": "t"},
            }
        ],
    }
    address = f"/manifests/{uuid7()}"
    told = works.put(address, body).json()
    assert [leg["carrier"]["name"] for leg in told["legs"]] == [FIRST, SECOND]
    manifest = Manifest.objects.get()
    district.load(manifest, 2)

    yard = district.firm("transfer yard", "station", "transfer").site
    down = {"id": str(uuid7()), "signed_at": at(district), "site": str(yard.uuid)}
    told = first.post(f"{address}/set-down", down).json()
    assert told["halts"][0]["site"]["name"] == yard.name
    assert [one["step"] for one in told["next"]] == ["pick_up"]
    up = {"id": str(uuid7()), "signed_at": at(district)}
    assert first.post(f"{address}/pick-up", up).json()["halts"][0]["until"]

    leg = {"vehicle": barge.plate, "driver": str(district.driver(SECOND).uuid)}
    assert second.put(f"{address}/legs/2", leg).status_code == 200
    taking = {"id": str(uuid7()), "signed_at": at(district)}
    assert second.post(f"{address}/take-over", taking).json()["carrier"]["name"] == SECOND
    assert second.post(f"{address}/take-over", taking).status_code == 200
    assert district.g("custody", SECOND, OIL) == t(2)
    assert (
        Program(district.firm("neighbour")).post(f"{address}/take-over", taking).status_code == 404
    )


def test_a_round_through_the_api(district):
    for name in RESTAURANTS:
        restaurant(district, name)
    truck, waste = district.truck(TRUCK, "鲁P80002"), kitchen_waste()
    carrier = Program(district.firm(TRUCK))
    plant = Program(district.firm(PLANT, "plant", "treatment"))
    address = f"/rounds/{uuid7()}"
    body = {
        "template": "kitchen_waste",
        "carrier": str(district.firm(TRUCK).organisation.uuid),
        "vehicle": truck.plate,
        "destination": str(district.firm(PLANT).site.uuid),
        "stops": [str(restaurant(district, name).site.uuid) for name in RESTAURANTS[:2]],
        "started_at": at(district),
    }
    assert carrier.put(address, body | {"template": "no such"}).status_code == 422
    assert len(carrier.put(address, body).json()["stops"]) == 2
    assert carrier.put(address, body).status_code == 200
    more = {"site": str(restaurant(district, "Three Cups").site.uuid)}
    assert len(carrier.post(f"{address}/stops", more).json()["stops"]) == 3

    load = {"waste": waste.code, "weighed": {"value": "2", "unit": "t"}}
    collected = {"id": str(uuid7()), "signed_at": at(district), "loads": [load]}
    for _twice in range(2):
        told = carrier.post(f"{address}/stops/1/collect", collected).json()
    assert told["stops"][0]["done_at"]
    manifest = Manifest.objects.get()
    line = manifest.lines.get()
    right = {
        "id": str(uuid7()),
        "signed_at": at(district),
        "weighed": [{"line": str(line.uuid), "value": "200", "unit": "kg"}],
        "reason": "typo",
    }
    assert carrier.post(f"{address}/stops/1/correct", right).status_code == 200
    assert g(district, "custody", TRUCK) == t(0.2)
    skipped = carrier.post(f"{address}/stops/2/skip", {"reason": "closed"}).json()
    assert skipped["stops"][1]["skipped"] == "closed"
    end = {"ended_at": at(district), "reason": "truck full"}
    assert carrier.post(f"{address}/finish", end).json()["ended_at"]
    received = {
        "id": str(uuid7()),
        "signed_at": at(district),
        "weighed_in": {"value": "0.2", "unit": "t"},
        "accept": True,
    }
    assert plant.post(f"{address}/receive", received).status_code == 200
    manifest.refresh_from_db()
    assert manifest.status == "closed"
    stranger = Program(district.firm("neighbour"))
    assert stranger.get(address).status_code == 404
    assert stranger.get("/rounds").json() == []


def test_drafts_of_ones_own(district):
    works, stranger = Program(district.firm("works")), Program(district.firm("neighbour"))
    body = {"site": str(district.firm("works").site.uuid), "content": {"note": "half"}}
    address = f"/drafts/{uuid7()}"
    assert works.put(address, body).json()["content"]["note"] == "half"
    assert [one["name"] for one in works.get("/drafts").json()] == ["—"]
    assert stranger.get("/drafts").json() == []
    assert stranger.put(address, body).status_code == 404
    assert stranger.client.delete(f"/api/v1{address}").status_code == 404
    assert works.client.delete(f"/api/v1{address}").status_code == 204
    assert not Draft.objects.exists()
