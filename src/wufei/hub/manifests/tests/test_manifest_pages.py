"""The desk's pages of manifests: the list, the document, a new one, the inbox, the prints."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, t


@pytest.fixture
def clerk(district, sign_in):
    return sign_in("clerk", organisations=[district.firm("works").organisation])


def page(client, name, *args, **query):
    return client.get(reverse(f"manifests.{name}", args=args), query)


def text_of(answer):
    return answer.content.decode()


# The list.
def test_a_clerk_sees_the_manifests_of_their_own_firm(district, clerk, sign_in):
    mine = district.issue(SPOIL, 10)
    sender = sign_in("clerk", organisations=[mine.consignor])
    assert mine.local_id in text_of(page(sender, "manifest.list"))
    assert mine.local_id not in text_of(page(clerk, "manifest.list"))


def test_an_officer_sees_them_all_and_takes_them_out_as_a_file(district, sign_in):
    manifest = district.issue(SPOIL, 10)
    officer = sign_in("officer")
    assert manifest.local_id in text_of(page(officer, "manifest.list"))
    answer = page(officer, "manifest.export", format="csv")
    assert manifest.local_id in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "open"}, True),
        ({"state": "closed"}, False),
        ({"state": "late"}, False),
        ({"domain": "construction"}, True),
        ({"domain": "hazardous"}, False),
        ({"since": "2020-01-01"}, True),
        ({"until": "2020-01-01"}, False),
        ({"q": "JZ-"}, True),
        ({"q": "WF-"}, False),
    ],
)
def test_filters_keep_what_fits(district, sign_in, query, found):
    manifest = district.issue(SPOIL, 10)
    text = text_of(page(sign_in("officer"), "manifest.list", **query))
    assert (manifest.local_id in text) is found


def test_what_is_late_is_found_by_the_filter(district, sign_in):
    manifest = district.issue(SPOIL, 10)
    Manifest.objects.filter(pk=manifest.pk).update(due_at=district.at)
    text = text_of(page(sign_in("officer"), "manifest.list", state="late"))
    assert manifest.local_id in text


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    district, sign_in, django_assert_num_queries
):
    officer = sign_in("officer")
    district.issue(SPOIL, 1)
    page(officer, "manifest.list")
    with_one = _queries(officer)
    for _number in range(5):
        district.issue(SPOIL, 1)
    assert _queries(officer) == with_one


def _queries(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        page(client, "manifest.list")
    return len(asked)


# The document.
def test_the_document_shows_who_signed_and_what_it_moved(district, sign_in):
    district.licence("refinery", "hazardous")
    lots = district.stored("works", OIL, 2)
    manifest = district.issue(OIL, 2, lots=lots)
    district.load(manifest, 2)
    district.arrive(manifest, 1.99)
    text = text_of(page(sign_in("officer"), "manifest.detail", manifest.uuid))
    for signature in manifest.signatures.all():
        assert signature.content_digest in text
    assert "−10 kg" in text
    assert "−5.0 ‰" in text
    assert "ledger/movements/" in text


def test_what_is_beyond_the_tolerance_stands_on_the_document(district, sign_in):
    district.licence("refinery", "hazardous")
    manifest = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    district.load(manifest, 2)
    district.arrive(manifest, 1.5)
    district.accept(manifest, difference_reason="leaked")
    text = text_of(page(sign_in("officer"), "manifest.detail", manifest.uuid))
    assert "beyond the tolerance" in text
    assert "Weight difference" in text


def test_a_manifest_of_others_does_not_exist_for_a_clerk(district, clerk):
    manifest = district.issue(SPOIL, 10)
    for name in ("detail", "print", "code"):
        assert page(clerk, f"manifest.{name}", manifest.uuid).status_code == 404
    assert clerk.post(reverse("manifests.manifest.sign", args=[manifest.uuid])).status_code == 404


def test_the_code_is_a_picture_of_the_manifests_own_address(district, sign_in):
    manifest = district.issue(SPOIL, 10)
    answer = page(sign_in("officer"), "manifest.code", manifest.uuid)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg xmlns=")


def test_the_manifest_is_printed(district, sign_in):
    manifest = district.issue(SPOIL, 10)
    answer = page(sign_in("officer"), "manifest.print", manifest.uuid)
    assert answer.content.startswith(b"%PDF")


# A new one.
@pytest.fixture
def ready(district):
    """Oil in two containers at the works, and a refinery that may take it."""
    district.licence("refinery", "hazardous")
    district.firm("refinery", "plant", "treatment")
    district.truck("dangerous goods", "鲁P00001")
    return district.stored("works", OIL, 2, 3)


def form(district, lots, **more):
    account = lots[0].account
    values = {
        "site": district.firm("works").site.uuid,
        "what": f"a{account.pk}",
        "submission": "0190a1b2-0000-7000-8000-000000000001",
        f"lot-{lots[0].uuid}": "1.5",
        "unit_0": "t",
        "method": "oil_refining",
        "consignee_site": district.firm("refinery").site.uuid,
        "carrier": district.firm("dangerous goods").organisation.uuid,
        "vehicle": "",
        "note": "",
    }
    return values | more


def issue(client, values):
    return client.post(reverse("manifests.manifest.new"), values)


def test_only_what_is_free_is_offered(district, ready, clerk):
    district.issue(OIL, 2, lots=ready[:1])
    site = district.firm("works").site.uuid
    text = text_of(page(clerk, "manifest.new", site=site, what=f"a{ready[0].account_id}"))
    assert f"lot-{ready[1].uuid}" in text
    assert f"lot-{ready[0].uuid}" not in text
    assert "3.000" in text


def test_who_is_licensed_stands_before_the_others(district, ready, clerk):
    district.firm("other plant", "plant", "treatment")
    text = text_of(
        page(
            clerk,
            "manifest.new",
            site=district.firm("works").site.uuid,
            what=f"a{ready[0].account_id}",
        )
    )
    assert text.index("refinery") < text.index("other plant")


def test_more_carriers_ask_the_database_no_more(district, ready, clerk):
    address = reverse("manifests.manifest.new")
    query = {"site": district.firm("works").site.uuid, "what": f"a{ready[0].account_id}"}
    with CaptureQueriesContext(connection) as few:
        clerk.get(address, query)
    for number in range(5):
        district.truck(f"carrier {number}", f"鲁P7000{number}")
    with CaptureQueriesContext(connection) as many:
        assert "鲁P70004" in text_of(clerk.get(address, query))
    assert len(many) <= len(few)


def test_a_clerk_issues_a_manifest_and_its_mass_is_reserved(district, ready, clerk):
    answer = issue(clerk, form(district, ready))
    manifest = Manifest.objects.get()
    assert answer.headers["Location"] == reverse("manifests.manifest.detail", args=[manifest.uuid])
    assert district.booked_g("works", OIL) == t(1.5)
    assert Lot.objects.get(pk=ready[0].pk).booked_g == t(1.5)


def test_kilograms_are_written_as_kilograms(district, ready, clerk):
    issue(clerk, form(district, ready, **{f"lot-{ready[0].uuid}": "1500", "unit_0": "kg"}))
    assert Manifest.objects.get().lines.get().declared_g == t(1.5)


def test_the_same_form_sent_twice_issues_one_manifest(district, ready, clerk):
    first, second = (issue(clerk, form(district, ready)) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Manifest.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"consignee_site": ""}, "required"),
        ({"carrier": ""}, "required"),
        ({"method": "recycled_aggregate"}, "Select a valid choice"),
        ({"first lot": "1500"}, "holds only 2.000 t"),
        ({"first lot": "a lot"}, "is not a number"),
        ({"first lot": ""}, "at least one container"),
        ({"unit_0": "bushel"}, "Select a valid choice"),
        ({"authority_no": "12"}, "is no number of the"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(district, ready, clerk, change, said):
    if "first lot" in change:
        change = {f"lot-{ready[0].uuid}": change["first lot"]}
    answer = issue(clerk, form(district, ready, **change))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Manifest.objects.exists()


def test_a_truck_of_another_carrier_is_refused(district, ready, clerk):
    truck = district.truck("muck trucks", "鲁P00002")
    answer = issue(clerk, form(district, ready, vehicle=truck.uuid))
    assert "not a vehicle of this carrier" in text_of(answer)


def test_nobody_sends_from_the_site_of_others(district, ready, sign_in):
    stranger = sign_in("clerk", organisations=[district.firm("pit").organisation])
    answer = issue(stranger, form(district, ready))
    assert answer.status_code == 200
    assert not Manifest.objects.exists()


# Cancelling and the authority's number.
def test_a_manifest_is_cancelled_with_a_reason_and_its_mass_is_free_again(district, ready, clerk):
    manifest = district.issue(OIL, 2, lots=ready[:1])
    address = reverse("manifests.manifest.cancel", args=[manifest.uuid])
    assert clerk.post(address, {"reason": ""}).status_code == 422
    clerk.post(address, {"reason": "the wrong carrier"})
    manifest.refresh_from_db()
    assert manifest.status == "cancelled"
    assert district.booked_g("works", OIL) == 0


def test_what_another_party_has_signed_cannot_be_cancelled(district, ready, clerk):
    manifest = district.issue(OIL, 2, lots=ready[:1])
    district.load(manifest, 2)
    answer = clerk.post(
        reverse("manifests.manifest.cancel", args=[manifest.uuid]), {"reason": "too late"}
    )
    assert answer.status_code == 422
    assert "can no longer be cancelled" in text_of(answer)


def test_the_authoritys_number_is_filled_in_later(district, ready, clerk):
    manifest = district.issue(OIL, 2, lots=ready[:1])
    address = reverse("manifests.manifest.authority", args=[manifest.uuid])
    assert clerk.post(address, {"authority_no": "12"}).status_code == 422
    clerk.post(address, {"authority_no": "20263715000001"})
    manifest.refresh_from_db()
    assert manifest.authority_no == "20263715000001"


# What waits.
def test_the_inbox_lists_what_waits_for_ones_own_signature(district, ready, sign_in):
    manifest = district.issue(OIL, 2, lots=ready[:1])
    driver = sign_in("driver", organisations=[manifest.carrier])
    receiver = sign_in("keeper", organisations=[manifest.consignee])
    assert manifest.local_id in text_of(page(driver, "inbox"))
    assert manifest.local_id not in text_of(page(receiver, "inbox"))
    assert manifest.local_id in text_of(driver.get(reverse("desk")))


def test_numbers_and_plates_are_found_by_the_search_box(district, ready, sign_in):
    manifest = district.issue(OIL, 2, lots=ready[:1])
    district.load(manifest, 2)
    officer = sign_in("officer")
    for words in (manifest.local_id, manifest.vehicle.plate):
        assert manifest.local_id in text_of(officer.get(reverse("search"), {"q": words}))
