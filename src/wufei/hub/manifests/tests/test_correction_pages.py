"""Pages of what is corrected, edited, completed and entered from paper."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from uuid_utils.compat import uuid7

from wufei.hub.base.models import Notice
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest, Revision
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.tests.conftest import OIL, t

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"


@pytest.fixture
def clerk_of(district, sign_in):
    return lambda firm: sign_in("clerk", organisations=[district.firm(firm).organisation])


@pytest.fixture
def loaded(district, issued):
    district.load(issued, 2)
    return issued


def page(client, name, *args, **query):
    return client.get(reverse(f"manifests.{name}", args=args), query)


def post(client, name, *args, **data):
    data = {"submission": str(uuid7())} | data
    return client.post(reverse(f"manifests.{name}", args=args), data)


def text_of(answer):
    return answer.content.decode()


def proposal(district, manifest, **changes):
    by = district.firm(WORKS).person
    return revisions.propose(manifest, changes, id=uuid7(), reason="typed wrongly", by=by)


# Revisions.
def test_a_clerk_proposes_and_the_carrier_agrees(district, loaded, clerk_of):
    works = clerk_of(WORKS)
    detail = text_of(page(works, "manifest.detail", loaded.uuid))
    assert reverse("manifests.manifest.revise", args=[loaded.uuid]) in detail
    form = page(works, "manifest.revise", loaded.uuid)
    filled = form.context["form"].initial | {
        name: field.initial or "" for name, field in form.context["form"].fields.items()
    }
    filled |= {
        "vehicle": str(loaded.vehicle.uuid),
        "driver": str(loaded.driver.uuid),
        "weighed_out_0": "2.5",
        "reason": "the wrong ticket",
    }
    answer = post(works, "manifest.revise", loaded.uuid, **filled)
    revision = Revision.objects.get()
    assert answer.headers["location"] == reverse("manifests.revision.detail", args=[revision.uuid])
    assert revision.changes.keys() == {"weighed_out"}
    shown = text_of(works.get(answer.headers["location"]))
    assert "2.500 t" in shown
    assert "Do you agree?" not in shown

    carrier = clerk_of(CARRIER)
    assert "the wrong ticket" in text_of(page(carrier, "inbox"))
    assert "Do you agree?" in text_of(page(carrier, "revision.detail", revision.uuid))
    post(carrier, "revision.decide", revision.uuid, decision="approve", comment="right")
    revision.refresh_from_db()
    assert revision.state == "approved"
    assert loaded.lines.get().weighed_out_g == t(2.5)
    assert "the wrong ticket" not in text_of(page(carrier, "inbox"))
    assert "Agreed" in text_of(page(carrier, "revision.detail", revision.uuid))


def test_not_agreeing_changes_nothing(district, loaded, clerk_of):
    revision = proposal(district, loaded, note="two drums")
    post(clerk_of(CARRIER), "revision.decide", revision.uuid, decision="refuse", comment="no")
    revision.refresh_from_db()
    assert revision.state == "refused"
    assert Manifest.objects.get().note == ""


def test_a_decision_that_comes_too_late_says_so(district, loaded, clerk_of):
    revision = proposal(district, loaded, note="two drums")
    revisions.withdraw(revision, by=district.firm(WORKS).person)
    answer = post(clerk_of(CARRIER), "revision.decide", revision.uuid, decision="approve")
    assert answer.status_code == 409
    assert "has ended meanwhile" in text_of(answer)


def test_who_proposed_it_withdraws_it(district, loaded, clerk_of):
    revision = proposal(district, loaded, note="two drums")
    works = clerk_of(WORKS)
    assert "Withdraw the proposal" in text_of(page(works, "revision.detail", revision.uuid))
    post(works, "revision.withdraw", revision.uuid)
    revision.refresh_from_db()
    assert revision.state == "withdrawn"


def test_a_correction_that_is_none_is_asked_again(district, loaded, clerk_of):
    answer = post(clerk_of(WORKS), "manifest.revise", loaded.uuid, reason="x", weighed_out_0="ten")
    assert answer.status_code == 422
    assert "is not a number" in text_of(answer)
    assert not Revision.objects.exists()


def test_a_load_on_its_way_is_annulled_from_its_page(district, loaded, clerk_of):
    works = clerk_of(WORKS)
    assert "Annul the manifest" in text_of(page(works, "manifest.detail", loaded.uuid))
    post(works, "manifest.annul", loaded.uuid, reason="it never left")
    revision = Revision.objects.get()
    carrier = clerk_of(CARRIER)
    assert "The whole manifest" in text_of(page(carrier, "revision.detail", revision.uuid))
    post(carrier, "revision.decide", revision.uuid, decision="approve")
    loaded.refresh_from_db()
    assert loaded.status == "cancelled"


def test_strangers_see_no_revision(district, loaded, clerk_of):
    revision = proposal(district, loaded, note="two drums")
    district.firm("neighbour")
    stranger = clerk_of("neighbour")
    assert page(stranger, "revision.detail", revision.uuid).status_code == 404
    assert post(stranger, "revision.decide", revision.uuid).status_code == 404
    assert page(stranger, "manifest.revise", loaded.uuid).status_code == 404


def test_what_waits_for_agreement_stands_on_the_desk(district, loaded, clerk_of):
    proposal(district, loaded, note="two drums")
    assert "Correction to agree to" in text_of(clerk_of(CARRIER).get(reverse("desk")))


def test_who_is_asked_is_told_and_finds_it_on_their_phone(district, loaded, clerk_of, sign_in):
    revision = proposal(district, loaded, note="two drums")
    told = Notice.objects.filter(role="clerk")
    assert [one.organisation_id for one in told] == [loaded.carrier_id]
    driver = sign_in("driver", organisations=[loaded.carrier])
    address = reverse("manifests.revision.detail", args=[revision.uuid])
    assert address in text_of(driver.get(reverse("manifests.phone")))
    assert address in text_of(clerk_of(CARRIER).get(reverse("manifests.phone")))
    post(driver, "revision.decide", revision.uuid, decision="approve")
    ended = Notice.objects.get(person=revision.actor)
    assert "is agreed" in ended.title


# Edits.
def test_an_issued_manifest_is_edited_container_by_container(district, clerk_of):
    one, two = district.stored(WORKS, OIL, 1.0, 0.8)
    manifest = district.issue(OIL, 1, lots=[one])
    works = clerk_of(WORKS)
    form = page(works, "manifest.edit", manifest.uuid).context["form"]
    assert [free_g for _lot, free_g, _name, _text in form.lot_rows()] == [t(1), t(0.8)]
    data = {
        "consignee_site": str(manifest.consignee_site.uuid),
        "carrier": str(manifest.carrier.uuid),
        "method": "oil_refining",
        "note": "two of them",
        "unit_0": "t",
        f"lot-{one.uuid}": "1",
        f"lot-{two.uuid}": "0.8",
    }
    answer = post(works, "manifest.edit", manifest.uuid, **data)
    assert answer.status_code == 302, text_of(answer)
    now = Manifest.objects.get()
    assert (now.note, now.lines.get().declared_g) == ("two of them", t(1.8))
    assert district.booked_g(WORKS, OIL) == t(1.8)


def test_nothing_is_edited_once_the_carrier_has_signed(district, loaded, clerk_of):
    works = clerk_of(WORKS)
    assert reverse("manifests.manifest.edit", args=[loaded.uuid]) not in text_of(
        page(works, "manifest.detail", loaded.uuid)
    )
    assert page(works, "manifest.edit", loaded.uuid).status_code == 409


# Emergencies.
def test_a_load_is_issued_in_an_emergency_and_completed(district, clerk_of):
    district.stored(WORKS, OIL, 1)
    district.truck(CARRIER, "鲁P00001")
    plant = district.firm(REFINERY, "plant", "treatment")
    works = clerk_of(WORKS)
    site = str(district.firm(WORKS).site.uuid)
    (key, _offer), *_more = page(works, "manifest.emergency", site=site).context["offers"]
    data = {
        "site": site,
        "what": key,
        "value_0": "3",
        "unit_0": "t",
        "consignee_site": str(plant.site.uuid),
        "carrier": str(district.firm(CARRIER).organisation.uuid),
        "method": "",
        "note": "",
        "reason": "a tank burst",
        "left_open": ["method", "driver"],
    }
    lots = page(works, "manifest.emergency", site=site, what=key).context["form"].lots
    data |= {f"lot-{lot.uuid}": "1" for lot in lots}
    answer = post(works, "manifest.emergency", **data)
    assert answer.status_code == 302, text_of(answer)
    manifest = Manifest.objects.get()
    assert (manifest.origin, manifest.left_open) == ("emergency", ["driver", "method"])
    shown = text_of(page(works, "manifest.detail", manifest.uuid))
    assert "a tank burst" in shown
    assert "Left open in an emergency" in shown
    post(works, "manifest.complete", manifest.uuid, method_0="oil_refining")
    manifest.refresh_from_db()
    assert manifest.left_open == ["driver"]
    assert manifest.lines.get().method == "oil_refining"


# Papers.
@pytest.fixture
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture():
    content = BytesIO()
    Image.new("L", (40, 60), 255).save(content, "PNG")
    return SimpleUploadedFile("paper.png", content.getvalue(), "image/png")


def paper_of(district, **more):
    plant, began = district.firm(REFINERY, "plant", "treatment"), timezone.localtime()
    truck = district.truck(CARRIER, "鲁P00001")

    def at(hours):
        return f"{began - timedelta(hours=hours):%Y-%m-%dT%H:%M}"

    return {
        "site": str(district.firm(WORKS).site.uuid),
        "value_0": "2",
        "unit_0": "t",
        "consignee_site": str(plant.site.uuid),
        "carrier": str(truck.carrier.uuid),
        "vehicle": str(truck.uuid),
        "driver": str(district.driver(CARRIER).uuid),
        "method": "oil_refining",
        "note": "",
        "issued_at": at(9),
        "loaded_at": at(8),
        "value_1": "2",
        "unit_1": "t",
        "arrived_at": at(6),
        "value_2": "1.99",
        "unit_2": "t",
        "accepted_at": at(5),
        "reason": "power cut",
    } | more


def test_a_paper_is_entered_with_its_scan_and_others_see_it(district, clerk_of, uploads):
    district.stored(WORKS, OIL, 5)
    works = clerk_of(WORKS)
    data = paper_of(district)
    (key, _offer), *_more = page(works, "manifest.paper", site=data["site"]).context["offers"]
    form = page(works, "manifest.paper", site=data["site"], what=key).context["form"]
    data |= {f"lot-{lot.uuid}": "2" for lot in form.lots}
    answer = post(works, "manifest.paper", what=key, scan=picture(), **data)
    assert answer.status_code == 302, text_of(answer)
    manifest = Manifest.objects.get()
    assert (manifest.status, manifest.origin) == ("closed", "paper")
    scan = manifest.signatures.all()[0].evidence
    address = reverse("base.file.download", args=[scan])
    refinery = clerk_of(REFINERY)
    assert address in text_of(page(refinery, "manifest.detail", manifest.uuid))
    assert refinery.get(address).status_code == 200
    district.firm("neighbour")
    assert clerk_of("neighbour").get(address).status_code == 404


def test_a_paper_without_a_scan_or_with_something_else_is_asked_again(district, clerk_of, uploads):
    district.stored(WORKS, OIL, 5)
    works, data = clerk_of(WORKS), paper_of(district)
    (key, _offer), *_more = page(works, "manifest.paper", site=data["site"]).context["offers"]
    assert post(works, "manifest.paper", what=key, **data).status_code == 422
    other = SimpleUploadedFile("paper.pdf", b"only some words")
    form = page(works, "manifest.paper", site=data["site"], what=key).context["form"]
    data |= {f"lot-{lot.uuid}": "2" for lot in form.lots}
    answer = post(works, "manifest.paper", what=key, scan=other, **data)
    assert answer.status_code == 422
    assert "none of the files that can be used here" in text_of(answer)
    assert not Manifest.objects.exists()


def test_any_waste_can_be_entered_by_its_code(district, clerk_of):
    district.waste(OIL)
    works, site = clerk_of(WORKS), str(district.firm(WORKS).site.uuid)
    offers = page(works, "manifest.paper", site=site, code="900-249-08").context["offers"]
    assert "900-249-08" in [one.waste.code for _key, one in offers]


# Numbers.
def test_voided_numbers_stand_in_their_list(district, clerk_of, settings):
    from wufei.hub.manifests.tests.test_numbers import in_liaocheng

    settings.AUTHORITY_NUMBERS = (("hazardous", "", timezone.localdate().replace(year=2020), None),)
    in_liaocheng(district).stored(WORKS, OIL, 9)
    one, two = district.issue(OIL, 1), district.issue(OIL, 1)
    services.cancel(one, reason="the truck never came", by=district.firm(WORKS).person)
    works = clerk_of(WORKS)
    shown = text_of(page(works, "number.list", state="voided"))
    assert one.authority_no in shown
    assert "the truck never came" in shown
    assert two.authority_no not in shown
    district.firm("neighbour")
    assert one.authority_no not in text_of(page(clerk_of("neighbour"), "number.list"))


def test_numbers_are_brought_back_line_by_line(district, issued):
    from wufei.hub.manifests.number_pages import write

    by = district.firm(WORKS).person
    row = {"local_id": issued.local_id, "authority_no": "20263715000001"}
    write(row, by)
    write(row, by)
    assert Manifest.objects.get().authority_no == "20263715000001"
    with pytest.raises(Exception, match="no manifest of this number"):
        write(row | {"local_id": "WF-1"}, by)
    with pytest.raises(Exception, match="no manifest of this number"):
        write(row, district.firm("neighbour").person)
