"""The contract of the API: a program issues, signs and scans, and every error has one shape."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.accounts.services import make_user
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL, SPOIL


class Program:
    """Speaks for a firm's clerk, with a token."""

    def __init__(self, *firms):
        user = make_user(
            uuid4().hex[:12],
            display_name="program",
            role="clerk",
            password="a-good-Passphrase-7",
            check_password=False,
            organisations=[firm.organisation.pk for firm in firms],
        )
        text = f"wufei_{uuid4().hex}"
        ApiToken.objects.create(
            user=user, digest=tokens._digest(text), expires_at=timezone.now() + timedelta(hours=1)
        )
        self.client = Client(
            headers={"authorization": f"Bearer {text}", "accept-language": "en"},
            # Like a real client, and unlike a test: forgery would be noticed.
            enforce_csrf_checks=True,
        )

    def get(self, address, **query):
        return self.client.get(f"/api/v1{address}", query)

    def put(self, address, body):
        return self.client.put(f"/api/v1{address}", body, content_type="application/json")

    def post(self, address, body):
        return self.client.post(f"/api/v1{address}", body, content_type="application/json")


@pytest.fixture
def works(district):
    return Program(district.firm("works"))


@pytest.fixture
def carrier(district):
    return Program(district.firm("dangerous goods", "carrier", "yard"))


@pytest.fixture
def refinery(district):
    return Program(district.firm("refinery", "plant", "treatment"))


def at(district, **more):
    return {"signed_at": district.signing().signed_at.isoformat(), **more}


def t(text):
    return {"value": text, "unit": "t"}


def oil_order(district, lots=(), mass=None):
    return at(
        district,
        consignor_site=str(district.firm("works").site.uuid),
        carrier=str(district.firm("dangerous goods", "carrier", "yard").organisation.uuid),
        consignee_site=str(district.firm("refinery", "plant", "treatment").site.uuid),
        lines=[
            {
                "waste": district.waste(OIL).code,
                "declared": mass or t("2"),
                "method": "oil_refining",
                "lots": [{"lot": str(lot.uuid), "mass": t("1")} for lot in lots],
            }
        ],
    )


def test_a_hazardous_load_by_three_programs(district, works, carrier, refinery):
    drums = district.stored("works", OIL, 1, 1)
    address = f"/manifests/{uuid4()}"
    issued = works.put(address, oil_order(district, drums))
    assert issued.status_code == 200, issued.content
    assert issued.json()["status"] == "issued"
    assert issued.json()["lines"][0]["declared"] == {"value": "2.000000", "unit": "t"}
    # Next is the carrier's step, so nothing for the works.
    assert issued.json()["next"] == []

    truck = district.truck("dangerous goods", "鲁P00001")
    load = at(
        district,
        id=str(uuid4()),
        vehicle=truck.plate,
        driver=str(district.driver("dangerous goods").uuid),
        weighed_out=[{"value": "2003", "unit": "kg"}],
    )
    assert carrier.get(address).json()["next"][0]["step"] == "load"
    loaded = carrier.post(f"{address}/steps/load", load)
    assert loaded.status_code == 200, loaded.content
    assert loaded.json()["status"] == "loaded"
    assert loaded.json()["vehicle"]["plate"] == truck.plate
    on_the_road = carrier.get(f"/vehicles/{truck.plate}/manifest")
    assert on_the_road.json()["id"] == loaded.json()["id"]

    arrive = at(district, id=str(uuid4()), weighed_in=[{"value": "2.001", "unit": "t"}])
    assert refinery.post(f"{address}/steps/arrive", arrive).status_code == 200
    done = refinery.post(f"{address}/steps/accept", at(district, id=str(uuid4())))
    assert done.json()["status"] == "closed"
    assert [one["step"] for one in done.json()["signatures"]] == [
        "issue",
        "load",
        "arrive",
        "accept",
    ]
    assert carrier.get(f"/vehicles/{truck.plate}/manifest").status_code == 404


def test_two_scans_by_two_programs(district):
    gate = Program(district.firm("pit", "construction", "construction"))
    site = Program(district.firm("spoil ground", "plant", "landfill"))
    truck = district.truck("muck trucks", "鲁P77777")
    out = at(
        district,
        id=str(uuid4()),
        truck=f"http://localhost:8000/t/{truck.uuid}/",
        consignor_site=str(district.firm("pit").site.uuid),
        consignee_site=str(district.firm("spoil ground").site.uuid),
        waste=district.waste(SPOIL).code,
        weighed_out={"value": "15", "unit": "m3"},
    )
    left = gate.post("/scans/out", out)
    assert left.status_code == 200, left.content
    # 15 m³ at the stream's 1,600 kg/m³.
    assert left.json()["lines"][0]["weighed_out"]["value"] == "24.000000"
    arrival = at(district, id=str(uuid4()), code=f"/t/{truck.uuid}/", weighed_in=t("23.9"))
    arrived = site.post("/scans/in", arrival)
    assert arrived.status_code == 200, arrived.content
    assert arrived.json()["status"] == "closed"
    # Sent again by a phone that did not hear the answer.
    assert gate.post("/scans/out", out).json()["id"] == left.json()["id"]
    assert site.post("/scans/in", arrival).json() == arrived.json()
    assert Manifest.objects.count() == 1


def test_sending_again_changes_nothing_and_other_content_is_refused(district, works):
    district.stored("works", OIL, 5)
    address, order = f"/manifests/{uuid4()}", oil_order(district)
    first = works.put(address, order).json()
    assert works.put(address, order).json() == first
    other = works.put(address, order | {"note": "another"})
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


def test_every_error_has_one_shape(district, works, carrier):
    district.stored("works", OIL, 1)
    address = f"/manifests/{uuid4()}"
    answers = [
        works.get(address),
        works.put(address, oil_order(district)),  # only a tonne is there
        works.put(address, oil_order(district, mass={"value": "two", "unit": "t"})),
        works.put(address, oil_order(district, mass={"value": "2", "unit": "barrels"})),
        works.put(address, oil_order(district, mass={"value": 2, "unit": "t"})),
        works.put(address, oil_order(district) | {"colour": "red"}),
        works.put(address, {}),
        works.put("/manifests/no-uuid", oil_order(district)),
        carrier.put(address, oil_order(district)),
        works.post("/scans/in", at(district, id=str(uuid4()), code="/x/1/", weighed_in=t("1"))),
        works.get("/manifests", status="lost"),
        works.get("/manifests", after="oops"),
        works.get("/manifests", limit=100_000),
    ]
    seen = []
    for answer in answers:
        error = answer.json()
        assert set(error) == {"code", "message", "field", "values"}, error
        assert error["message"]
        seen.append((answer.status_code, error["code"], error["field"]))
    assert seen == [
        (404, "not_found", ""),
        (409, "not_enough", "mass"),
        (422, "mass_not_a_number", "mass"),
        (422, "unknown_unit", "unit"),
        (422, "invalid", "lines.0.declared.value"),
        (422, "invalid", "colour"),
        (422, "invalid", "signed_at"),
        (422, "invalid", "uuid"),
        (403, "manifest_wrong_party", ""),
        (404, "manifest_unknown_qr", "code"),
        (422, "invalid", "status"),
        (422, "invalid", "after"),
        (422, "invalid", "limit"),
    ]


def test_the_list_turns_its_pages_without_gap_or_double(district, works):
    district.stored("works", OIL, 50)
    made = {str(district.issue(OIL, 1).uuid) for _n in range(7)}
    seen, after = [], ""
    while True:
        page = works.get("/manifests", limit=3, after=after).json()
        seen += [one["id"] for one in page["items"]]
        if not (after := page["next"]):
            break
    assert len(seen) == len(made)
    assert set(seen) == made
    later = works.get("/manifests", changed_since=page["as_of"]).json()["items"]
    assert {one["id"] for one in later} == made  # all within the overlap of a minute


def test_a_longer_list_asks_the_database_no_more_often(district, works):
    district.stored("works", OIL, 50)
    counts = []
    for _round in range(2):
        for _n in range(3):
            district.issue(OIL, 1)
        with CaptureQueriesContext(connection) as queries:
            assert works.get("/manifests").status_code == 200
        counts.append(len(queries))
    # The first request also writes when the token was last used.
    assert counts[1] <= counts[0]


def test_a_body_that_is_too_large_is_refused(district, works):
    answer = works.put(f"/manifests/{uuid4()}", oil_order(district) | {"note": "x" * 3_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_list_is_filtered(district, works):
    district.stored("works", OIL, 5)
    manifest = district.issue(OIL, 1)
    assert works.get("/manifests", status="issued", domain="hazardous").json()["items"]
    assert not works.get("/manifests", status="closed").json()["items"]
    assert not works.get("/manifests", domain="construction").json()["items"]
    tomorrow = timezone.now() + timedelta(days=1)
    assert not works.get("/manifests", changed_since=tomorrow.isoformat()).json()["items"]
    assert (
        works.post(f"/manifests/{manifest.uuid}/cancel", {"reason": "wrong carrier"}).json()[
            "status"
        ]
        == "cancelled"
    )


def test_what_one_needs_to_issue_can_be_looked_up(district, works, carrier):
    district.firm("refinery", "plant", "treatment")
    district.truck("dangerous goods", "鲁P00001")
    district.waste(OIL)
    names = [one["name"] for one in works.get("/sites").json()]
    assert names == ["works site"]
    receivers = [one["name"] for one in works.get("/sites", role="consignee").json()]
    assert "refinery site" in receivers
    assert [one["name"] for one in works.get("/carriers").json()] == ["dangerous goods"]
    assert works.get("/vehicles").json() == []
    assert [one["plate"] for one in carrier.get("/vehicles").json()] == ["鲁P00001"]
    (oil,) = works.get("/wastes", q="900-249-08").json()
    assert (oil["template"], oil["unit"]) == ("hazardous", "t")


def test_lots_that_stand_free_can_be_looked_up_by_their_owner_alone(district, works, carrier):
    first, second = district.stored("works", OIL, 1, 2)
    site = str(district.firm("works").site.uuid)
    free = works.get("/lots", site=site, waste="900-249-08").json()
    assert [one["lot"] for one in free] == [str(first.uuid), str(second.uuid)]
    assert free[0]["free"] == t("1.000000")
    address = f"/manifests/{uuid4()}"
    assert works.put(address, oil_order(district, [first], t("1"))).status_code == 200
    assert [one["lot"] for one in works.get("/lots", site=site).json()] == [str(second.uuid)]
    assert works.get("/lots", site=site, waste="900-052-31").json() == []
    assert carrier.get("/lots", site=site).json() == []
    assert works.get("/lots", site="no-uuid").status_code == 422


def test_the_documentation_says_every_operation_in_both_languages(db):
    schema = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/manifests/{uuid}/steps/{step}" in schema["paths"]
    page = Client(headers={"accept-language": "en"}).get("/api/v1/").content.decode()
    assert "PUT" in page
    assert "A truck leaves the gate" in page
    chinese = Client(headers={"accept-language": "zh-hans"}).get("/api/v1/").content.decode()
    assert "A truck leaves the gate" not in chinese


@pytest.mark.parametrize(
    "address",
    [
        "/wastes?q=%00",
        "/wastes?domain=%00",
        "/sites?role=consignee&domain=%00",
        "/carriers?domain=a%00",
        "/vehicles/%00/manifest",
        "/manifests?domain=%00",
    ],
)
def test_a_nul_is_refused_like_any_other_mistake(works, address):
    answer = works.client.get(f"/api/v1{address}")
    assert answer.status_code in (400, 404, 422)
    assert answer.json()["message"]


def test_a_nul_in_a_body_is_refused_too(district, works):
    body = {
        "id": str(uuid4()),
        "signed_at": timezone.now().isoformat(),
        "truck": "鲁\0P12345",
        "consignor_site": str(uuid4()),
        "consignee_site": str(uuid4()),
        "waste": "T-spoil",
        "weighed_out": {"value": "1", "unit": "t"},
    }
    assert works.post("/scans/out", body).status_code == 422
    assert works.post("/scans/out", body | {"truck": "鲁P12345", "note": "a\0"}).status_code == 422
    assert works.post("/token", {"username": "a\0", "password": "b"}).status_code == 422
