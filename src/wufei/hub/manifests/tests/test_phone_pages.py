"""What a phone opens: the page behind a manifest's code, a truck's code, the driver's page."""

import re

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t
from wufei.hub.registry.models import Driver

UNKNOWN = "0190a1b2-0000-7000-8000-00000000ffff"


def text_of(answer):
    return answer.content.decode()


def qr(manifest):
    return reverse("manifests.qr", args=[manifest.uuid])


def code_of(truck):
    return reverse("manifests.truck", args=[truck.uuid])


@pytest.fixture
def load(district):
    """Two tonnes of oil, issued to the refinery."""
    district.licence("refinery", "hazardous")
    return district.issue(OIL, 2, lots=district.stored("works", OIL, 2))


@pytest.fixture
def people(district, sign_in):
    """``people("refinery")``: a keeper of that firm, signed in."""

    def enter(firm, role="keeper", **more):
        return sign_in(role, organisations=[district.firm(firm).organisation], **more)

    return enter


def taking_over(district, **more):
    """What a driver sends from the page behind the code."""
    values = {
        "step": "load",
        "submission": str(uuid7()),
        "value_0": "2",
        "unit_0": "t",
        "vehicle": str(district.truck("dangerous goods", "鲁P00009").uuid),
        "driver": str(district.driver("dangerous goods").uuid),
        "longitude": "115.98",
        "latitude": "36.44",
        "device": "phone-1",
    }
    return values | more


# The page behind the code.
def test_the_page_asks_for_the_one_step_that_is_ones_own(district, load, people):
    driver, receiver = people("dangerous goods", "driver"), people("refinery")
    assert 'name="step" value="load"' in text_of(driver.get(qr(load)))
    text = text_of(receiver.get(qr(load)))
    assert 'name="step"' not in text
    assert "Waits for “Take over” by dangerous goods" in text


def test_who_is_not_signed_in_is_told_that_it_is_genuine_and_led_back_to_the_code(
    district, load, client
):
    answer = client.get(qr(load))
    assert answer.status_code == 200
    assert f'href="/accounts/login/?next={qr(load)}"' in text_of(answer)
    sent = client.post(qr(load), {"step": "load"})
    assert sent.headers["Location"] == f"/accounts/login/?next={qr(load)}"


def test_a_stranger_learns_kind_state_and_month_and_nothing_else(district, load, client):
    text = text_of(client.get(qr(load), headers={"accept-language": "en"}))
    for said in ("Hazardous waste manifest", "Issued", f"{load.issued_at:%Y-%m}"):
        assert said in text
    assert f"…{str(load)[-4:]}" in text
    line = load.lines.get()
    private = (
        load.consignor.name,
        load.carrier.name,
        load.consignee.name,
        str(load),
        line.waste.label,
        line.waste.code,
    )
    for secret in private:
        assert secret not in text, secret


def test_a_stranger_learns_of_a_truck_only_that_it_is_one(district, client):
    truck = district.truck("muck trucks", "鲁P00042")
    text = text_of(client.get(code_of(truck), headers={"accept-language": "en"}))
    assert "Code of a vehicle" in text
    assert truck.plate not in text
    assert truck.carrier.name not in text


def test_a_stranger_is_told_that_a_code_is_not_here(db, client):
    for path in ("m", "t", "c"):
        answer = client.get(f"/{path}/{UNKNOWN}/", headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "Nothing here has this code" in text_of(answer)


def test_a_driver_signs_with_weight_truck_place_and_device(district, load, people):
    driver = people("dangerous goods", "driver")
    answer = driver.post(qr(load), taking_over(district))
    assert answer.headers["Location"] == qr(load)
    load.refresh_from_db()
    assert load.status == Status.LOADED
    signature = load.signatures.get(step="load")
    assert (float(signature.longitude), signature.device) == (115.98, "phone-1")
    assert district.g("custody", "dangerous goods", OIL) == t(2)


def test_a_script_is_told_where_to_go(district, load, people):
    driver = people("dangerous goods", "driver")
    answer = driver.post(qr(load), taking_over(district), HTTP_ACCEPT="application/json")
    assert answer.json() == {"url": qr(load)}


@pytest.mark.parametrize("place", [("here", "there"), ("999", "36"), ("115", ""), ("NaN", "36")])
def test_a_position_that_cannot_be_keeps_nobody_from_signing(district, load, people, place):
    longitude, latitude = place
    values = taking_over(district, longitude=longitude, latitude=latitude)
    people("dangerous goods", "driver").post(qr(load), values)
    assert load.signatures.get(step="load").longitude is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit_0": "kg"}, "Check the unit"),
        ({"value_0": "2000"}, "Check the unit"),
        ({"value_0": "two"}, "is not a number"),
        ({"value_0": "-2"}, "must be more than zero"),
        ({"value_0": ""}, "required"),
        ({"vehicle": ""}, "required"),
        ({"vehicle": UNKNOWN}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_signed(district, load, people, change, said):
    driver = people("dangerous goods", "driver")
    answer = driver.post(qr(load), taking_over(district, **change))
    assert answer.status_code == 422
    assert said in text_of(answer)
    load.refresh_from_db()
    assert load.status == Status.ISSUED


def test_sent_twice_is_signed_once(district, load, people):
    driver, values = people("dangerous goods", "driver"), taking_over(district)
    first, second = (driver.post(qr(load), values) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert load.signatures.count() == 2


def test_signed_already_by_a_colleague_is_told(district, load, people):
    people("dangerous goods", "driver").post(qr(load), taking_over(district))
    answer = people("dangerous goods", "driver").post(qr(load), taking_over(district))
    assert answer.status_code == 409
    assert "was already signed" in text_of(answer)
    assert load.signatures.count() == 2


def test_the_wrong_party_is_told_whose_step_it_is(district, load, people):
    answer = people("refinery").post(qr(load), taking_over(district))
    assert answer.status_code == 409
    assert "is signed by the carrier, dangerous goods" in text_of(answer).lower()
    load.refresh_from_db()
    assert load.status == Status.ISSUED


def test_a_step_out_of_order_is_told(district, load, people):
    values = taking_over(district, step="arrive")
    answer = people("refinery").post(qr(load), values)
    assert answer.status_code == 409
    assert "has to be signed first" in text_of(answer)


def test_a_resident_signs_nothing(load, sign_in):
    assert sign_in("resident").get(qr(load)).status_code == 403


def test_an_officer_sees_how_it_stands_and_signs_nothing(district, load, sign_in):
    officer = sign_in("officer")
    assert "Waits for" in text_of(officer.get(qr(load)))
    assert officer.post(qr(load), taking_over(district)).status_code == 403


# Codes of something else.
def test_a_manifest_of_others_is_said_to_be_one(load, people):
    answer = people("pit").get(qr(load))
    assert answer.status_code == 404
    assert "A manifest of others" in text_of(answer)


def test_a_code_that_nothing_has_is_told(people):
    keeper = people("pit")
    answer = keeper.get(reverse("manifests.qr", args=[UNKNOWN]))
    assert answer.status_code == 404
    assert "This is no code of Wufei" in text_of(answer)
    answer = keeper.get(reverse("manifests.truck", args=[UNKNOWN]))
    assert answer.status_code == 404
    assert "This truck is not here" in text_of(answer)


def test_what_is_scanned_or_typed_leads_to_its_page(district, load, people):
    keeper = people("refinery")
    truck = district.truck("muck trucks", "鲁P00042")
    for typed, page in (
        (load.local_id.lower(), qr(load)),
        (f"https://wufei.example{qr(load)}?x=1", qr(load)),
        (str(load.uuid), qr(load)),
        ("鲁P·00042", code_of(truck)),
        (f"http://127.0.0.1{code_of(truck)}", code_of(truck)),
    ):
        answer = keeper.get(reverse("manifests.find"), {"code": typed})
        assert answer.headers.get("Location") == page, typed


def test_a_containers_label_leads_to_its_page_which_tells_strangers_nothing(district, load, people):
    lot = load.lines.get().lots.get().lot
    Lot.objects.filter(pk=lot.pk).update(label="drum 7")
    district.firm("stranger")
    stranger, page = people("stranger"), reverse("labels.container", args=[lot.uuid])
    for code in (str(lot.uuid), f"https://wufei.example{page}"):
        answer = stranger.get(reverse("manifests.find"), {"code": code})
        assert answer.headers["Location"] == page
    owner = people("works").get(reverse("manifests.find"), {"code": "drum 7"})
    assert owner.headers["Location"] == page
    answer = stranger.get(page)
    assert answer.status_code == 404
    assert "A container of others" in text_of(answer)
    assert lot.account.waste.label not in text_of(answer)


def test_numbers_and_labels_of_others_are_answered_like_those_that_nothing_has(
    district, load, people
):
    """Both can be guessed: whoever tries them one after the other learns nothing."""
    lot = load.lines.get().lots.get().lot
    Lot.objects.filter(pk=lot.pk).update(label="drum 7")
    district.firm("stranger")
    stranger, find = people("stranger"), reverse("manifests.find")

    def told(code):
        answer = stranger.get(find, {"code": code})
        assert answer.status_code == 422
        said = re.search(r'id="meaning".*?</section>', text_of(answer), re.DOTALL)
        assert said is not None
        return said[0].replace(code, "…")

    assert told(load.local_id) == told("drum 7") == told("NOTHING-AT-ALL")


def test_of_containers_that_are_called_alike_ones_own_is_meant(district, load, people):
    mine, theirs = load.lines.get().lots.get().lot, district.stored("neighbour", OIL, 1)[0]
    Lot.objects.filter(pk__in=[mine.pk, theirs.pk]).update(label="drum 7")
    for firm, lot in (("works", mine), ("neighbour", theirs)):
        answer = people(firm).get(reverse("manifests.find"), {"code": "drum 7"})
        assert answer.headers["Location"] == reverse("labels.container", args=[lot.uuid]), firm


@pytest.mark.parametrize("code", ["WIFI:S:guest;;", "x" * 5000, "\0", "'; DROP TABLE", "鲁"])
def test_any_other_code_is_told_to_be_none_of_ours(people, code):
    answer = people("pit").get(reverse("manifests.find"), {"code": code})
    assert answer.status_code == 422
    assert "This is no code of Wufei" in text_of(answer)


# The truck's code.
@pytest.fixture
def truck(district):
    district.firm("pit")
    district.firm("pit").site.__class__.objects.filter(pk=district.firm("pit").site.pk).update(
        kind="construction"
    )
    district.firm("spoil ground", "plant", "landfill")
    district.licence("spoil ground", "construction")
    return district.truck("muck trucks", "鲁P6T208")


def leaving(district, **more):
    values = {
        "submission": str(uuid7()),
        "waste": district.waste(SPOIL).slug,
        "value_0": "18.42",
        "unit_0": "t",
        "consignee_site": str(district.firm("spoil ground").site.uuid),
        "note": "",
    }
    return values | more


def test_the_gate_issues_and_loads_by_one_scan(district, truck, people):
    district.waste(SPOIL)
    gate = people("pit")
    assert "Confirm departure" in text_of(gate.get(code_of(truck)))
    gate.post(code_of(truck), leaving(district))
    manifest = Manifest.objects.get()
    assert manifest.status == Status.LOADED
    assert manifest.vehicle == truck
    assert district.g("custody", "muck trucks", SPOIL) == t(18.42)


def test_the_gate_sent_twice_lets_one_truck_out(district, truck, people):
    district.waste(SPOIL)
    gate, values = people("pit"), leaving(district)
    first, second = (gate.post(code_of(truck), values) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Manifest.objects.count() == 1


def test_the_site_receives_accepts_and_closes_by_one_scan(district, truck, people):
    district.waste(SPOIL)
    people("pit").post(code_of(truck), leaving(district))
    site = people("spoil ground")
    assert "Confirm arrival" in text_of(site.get(code_of(truck)))
    site.post(code_of(truck), {"submission": str(uuid7()), "value_0": "18300", "unit_0": "kg"})
    assert Manifest.objects.get().status == Status.CLOSED
    assert district.g("stock", "spoil ground", SPOIL) == t(18.3)


def test_a_load_that_lost_too_much_asks_for_the_reason_and_waits_for_the_gate(
    district, truck, people
):
    district.waste(SPOIL)
    people("pit").post(code_of(truck), leaving(district))
    site = people("spoil ground")
    arrival = {"submission": str(uuid7()), "value_0": "17", "unit_0": "t"}
    answer = site.post(code_of(truck), arrival)
    assert answer.status_code == 422
    assert "reason for the difference" in text_of(answer)
    answer = site.post(
        code_of(truck), arrival | {"submission": str(uuid7()), "difference_reason": "rain"}
    )
    manifest = Manifest.objects.get()
    assert manifest.status == Status.ACCEPTED
    assert 'value="close"' not in text_of(site.get(answer.headers["Location"]))
    gate = people("pit")
    assert 'value="close"' in text_of(gate.get(qr(manifest)))
    gate.post(qr(manifest), {"step": "close", "submission": str(uuid7())})
    manifest.refresh_from_db()
    assert manifest.status == Status.CLOSED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value_0": "18420"}, "kg or t"),
        ({"value_0": "heavy"}, "is not a number"),
        ({"consignee_site": UNKNOWN}, "Select a valid choice"),
        ({"waste": "no.such"}, "Select a valid choice"),
    ],
)
def test_the_gate_is_told_what_is_wrong(district, truck, people, change, said):
    district.waste(SPOIL)
    answer = people("pit").post(code_of(truck), leaving(district, **change))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Manifest.objects.exists()


def test_a_truck_with_a_load_of_others_is_told_to_be_one(district, truck, people):
    district.waste(SPOIL)
    people("pit").post(code_of(truck), leaving(district))
    assert "a load of others" in text_of(people("works").get(code_of(truck)))


def test_an_empty_truck_is_told_to_be_empty(truck, people):
    assert "This truck is empty" in text_of(people("spoil ground").get(code_of(truck)))


def test_what_is_wrong_with_a_truck_is_kept_for_the_supervisors(truck, people):
    gate = people("pit")
    address = reverse("manifests.truck.remark", args=[truck.uuid])
    assert gate.post(address, {"submission": str(uuid7())}).status_code == 422
    gate.post(address, {"submission": str(uuid7()), "what": "uncovered", "text": "left side"})
    found = FindingRecord.objects.get(code="manifests.truck_remark")
    assert found.values["text"] == "left side"


def test_a_dispatcher_reads_remarks_on_the_trucks_of_their_domain(truck, people, sign_in):
    address = reverse("manifests.truck.remark", args=[truck.uuid])
    people("pit").post(
        address, {"submission": str(uuid7()), "what": "plate", "text": "no rear one"}
    )
    watching = {"regions": ["T1"], "domains": ["construction"]}
    page = reverse("base.finding.list")
    assert "no rear one" in text_of(sign_in("dispatcher", **watching).get(page))
    assert "no rear one" not in text_of(people("works").get(page))


# The driver's page.
def test_a_driver_sees_the_code_of_the_truck_and_where_to_go(district, truck, people):
    district.waste(SPOIL)
    people("pit").post(code_of(truck), leaving(district))
    driver = people("muck trucks", "driver")
    text = text_of(driver.get(reverse("manifests.phone")))
    assert reverse("manifests.truck.code", args=[truck.uuid]) in text
    assert "Next stop" in text
    assert "spoil ground" in text
    assert "1 trip · 18.4 t" in text


def test_a_driver_of_several_trucks_says_which_one(district, truck, people):
    other = district.truck("muck trucks", "鲁P00077")
    driver = people("muck trucks", "driver")
    assert "Which truck do you drive today?" in text_of(driver.get(reverse("manifests.phone")))
    driver.post(reverse("manifests.choose_truck"), {"vehicle": str(other.uuid)})
    text = text_of(driver.get(reverse("manifests.phone")))
    assert reverse("manifests.truck.code", args=[other.uuid]) in text


def test_papers_that_end_are_on_the_drivers_page(district, truck, people):
    driver = people("muck trucks", "driver")
    from datetime import timedelta

    from wufei.hub.registry.validity import period, today

    Driver.objects.create(
        carrier=truck.carrier,
        user=driver.user,
        qualified=period(today() - timedelta(days=9), today() + timedelta(days=12)),
        validity=period(),
    )
    assert "ends in 12 days" in text_of(driver.get(reverse("manifests.phone")))


def test_the_code_of_a_truck_is_printed_as_a_sheet_and_as_labels(truck, people):
    clerk = people("muck trucks", "clerk")
    address = reverse("manifests.truck.print", args=[truck.uuid])
    for query in ({}, {"labels": ""}):
        assert clerk.get(address, query).content.startswith(b"%PDF")
    assert people("pit", "clerk").get(address).status_code == 404


@pytest.mark.parametrize(("role", "keeps"), [("officer", False), ("clerk", True)])
def test_only_who_could_sign_is_given_a_key_for_their_phone(district, issued, sign_in, role, keeps):
    mine = {"organisations": [issued.carrier]} if keeps else {}
    page = sign_in(role, **mine).get(reverse("manifests.qr", args=[issued.uuid]))
    assert page.status_code == 200
    assert ('id="queue"' in page.content.decode()) is keeps
