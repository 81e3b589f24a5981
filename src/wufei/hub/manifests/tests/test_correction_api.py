"""Programs correct, edit, complete and enter papers as people do."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL
from wufei.hub.manifests.tests.conftest import t as grams
from wufei.hub.manifests.tests.test_api import Program, at, oil_order, t


@pytest.fixture
def works(district):
    return Program(district.firm("works"))


@pytest.fixture
def carrier(district):
    return Program(district.firm("dangerous goods", "carrier", "yard"))


@pytest.fixture
def issued_there(district, works):
    """The address of two tonnes that a program has issued."""
    district.stored("works", OIL, 9)
    address = f"/manifests/{uuid4()}"
    assert works.put(address, oil_order(district)).status_code == 200
    return address


@pytest.fixture
def loaded_there(district, issued_there):
    district.load(Manifest.objects.get(), 2)
    return issued_there


def test_a_weight_is_corrected_by_two_programs(district, works, carrier, loaded_there):
    asked = {
        "id": str(uuid4()),
        "reason": "the wrong ticket",
        "changes": {"weighed_out": [{"value": "2500", "unit": "kg"}]},
    }
    made = works.post(f"{loaded_there}/revisions", asked)
    assert made.status_code == 200, made.content
    assert (made.json()["state"], made.json()["approvals"][0]["decision"]) == ("pending", "open")
    assert works.post(f"{loaded_there}/revisions", asked).json() == made.json()

    (waiting,) = carrier.get("/revisions").json()
    assert waiting["id"] == made.json()["id"]
    address = f"/revisions/{waiting['id']}"
    decision = at(district, id=str(uuid4()), decision="approve")
    decided = carrier.post(f"{address}/decision", decision)
    assert decided.status_code == 200, decided.content
    assert decided.json()["state"] == "approved"
    assert carrier.get("/revisions").json() == []
    shown = works.get(loaded_there).json()
    assert shown["lines"][0]["weighed_out"]["value"] == "2.500000"
    assert shown["revisions"] == [{"id": waiting["id"], "kind": "correct", "state": "approved"}]
    assert works.get(address).json()["changes"].keys() == {"weighed_out"}


def test_a_load_is_annulled_and_a_proposal_is_taken_back(district, works, carrier, loaded_there):
    asked = {"id": str(uuid4()), "reason": "it never left"}
    one = works.post(f"{loaded_there}/annulment", asked).json()
    assert works.post(f"/revisions/{one['id']}/withdraw", {}).json()["state"] == "withdrawn"
    asked = {"id": str(uuid4()), "reason": "it never left"}
    other = works.post(f"{loaded_there}/annulment", asked).json()
    decision = at(district, id=str(uuid4()), decision="approve")
    carrier.post(f"/revisions/{other['id']}/decision", decision)
    assert works.get(loaded_there).json()["status"] == "cancelled"


def test_strangers_see_no_revision(district, works, loaded_there):
    asked = {"id": str(uuid4()), "reason": "x", "changes": {"note": "y"}}
    made = works.post(f"{loaded_there}/revisions", asked).json()
    stranger = Program(district.firm("neighbour"))
    assert stranger.get(f"/revisions/{made['id']}").status_code == 404
    assert stranger.get("/revisions").json() == []


def test_an_issued_manifest_is_edited(district, works, issued_there):
    asked = at(
        district,
        id=str(uuid4()),
        declared=[t("3")],
        method=[{"method": "fuel"}],
        note="three drums",
    )
    edited = works.post(f"{issued_there}/edit", asked)
    assert edited.status_code == 200, edited.content
    assert edited.json()["lines"][0]["declared"]["value"] == "3.000000"
    assert edited.json()["lines"][0]["method"] == "fuel"
    assert district.booked_g("works", OIL) == grams(3)


def test_an_emergency_is_issued_and_completed(district, works):
    order = oil_order(district) | {"left_open": ["method", "driver"], "reason": "a tank burst"}
    order["lines"][0]["method"] = ""
    address = f"/manifests/{uuid4()}"
    issued = works.put(f"{address}/emergency", order)
    assert issued.status_code == 200, issued.content
    assert (issued.json()["origin"], issued.json()["left_open"]) == (
        "emergency",
        ["driver", "method"],
    )
    asked = at(district, id=str(uuid4()), values={"method": [{"method": "oil_refining"}]})
    completed = works.post(f"{address}/complete", asked)
    assert completed.status_code == 200, completed.content
    assert completed.json()["left_open"] == ["driver"]


def test_a_paper_is_entered_with_its_scan(district, works, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    district.stored("works", OIL, 9)
    picture = BytesIO()
    Image.new("L", (40, 60), 255).save(picture, "PNG")
    file = SimpleUploadedFile("paper.png", picture.getvalue(), "image/png")
    stored = works.client.post("/api/v1/files", {"file": file})
    assert stored.status_code == 200, stored.content
    words = SimpleUploadedFile("paper.png", b"only words", "image/png")
    assert works.client.post("/api/v1/files", {"file": words}).status_code == 415

    began = district.at
    order = oil_order(district) | {
        "signed_at": began.isoformat(),
        "scan": stored.json()["id"],
        "load": {
            "signed_at": (began + timedelta(minutes=5)).isoformat(),
            "weighed_out": [t("2")],
            "vehicle": district.truck("dangerous goods", "鲁P00001").plate,
            "driver": str(district.driver("dangerous goods").uuid),
        },
        "arrive": {
            "signed_at": (began + timedelta(minutes=50)).isoformat(),
            "weighed_in": [t("1.99")],
        },
        "accept": {"signed_at": (began + timedelta(minutes=60)).isoformat()},
    }
    entered = works.put(f"/manifests/{uuid4()}/paper", order)
    assert entered.status_code == 200, entered.content
    assert (entered.json()["origin"], entered.json()["status"]) == ("paper", "closed")
    assert district.g("stock", "refinery", OIL) == grams(1.99)
