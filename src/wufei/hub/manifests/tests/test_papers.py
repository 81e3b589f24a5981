"""The manifest on paper, looked at: all of it said, on as many pages as it takes, its code read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base import printing
from wufei.hub.base.tests.seeing import pictures, scanned, sizes_mm, texts
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests import codes, papers, reading, services
from wufei.hub.manifests.declarations import Grade
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.reading import with_everything
from wufei.hub.manifests.tests.conftest import OIL, SPOIL
from wufei.hub.registry.models import OrganisationContact

HOSTILE = '#import "/config/secrets.py": * $1+1$ *x* _y_ `z` <a> @b \\ ]'


def printed(manifest, language="zh-hans"):
    with translation.override(language):
        return printing.pdf("manifests/manifest.typ", data_of(manifest))


def data_of(manifest):
    whole = with_everything(Manifest.objects.filter(pk=manifest.pk)).get()
    path = f"https://wufei.example{codes.manifest_path(manifest)}"
    return papers.document(whole) | {"qr": codes.svg(path).decode()}


@pytest.fixture
def load(district):
    """Two drums of oil that the refinery has accepted, with a difference that it explains."""
    district.licence("refinery", "hazardous")
    found = district.issue(OIL, 2, lots=district.stored("works", OIL, 1.2, 0.8), note="keep dry")
    district.load(found, 2)
    district.arrive(found, 1.99)
    district.accept(found)
    found.refresh_from_db()
    return found


def test_the_paper_names_parties_masses_papers_and_signatures(district, load):
    (text,) = texts(printed(load))
    signatures = list(load.signatures.all())
    for said in (
        load.local_id,
        "works",
        "workssite",
        "dangerousgoods",
        "refinery",
        load.vehicle.plate,
        "ZhaoWu",
        "keepdry",
        "900-249-08",
        "2.000",
        "1.990",
        "refineryhazardous*",  # the licence's number
        *[one.content_digest for one in signatures],
        "签署内容摘要",
        "本平台记录",
    ):
        assert said in text, said
    assert len(signatures) >= 4


def test_the_paper_can_be_read_in_english(load):
    (text,) = texts(printed(load, "en"))
    for said in ("Hazardouswastemanifest", "Consignor", "Signatures", "Digestofwhatwassigned"):
        assert said in text, said
    assert "移出" not in text


def test_the_code_on_the_paper_can_be_scanned(load, monkeypatch):
    (seen,) = pictures(monkeypatch, lambda: printed(load))
    assert scanned(seen) == [f"https://wufei.example{codes.manifest_path(load)}"]
    assert sizes_mm(printed(load)) == [(210, 297)]


def test_many_containers_go_over_several_pages_with_their_heading(district):
    lots = district.stored("works", OIL, *[0.05] * 140)
    for number, lot in enumerate(lots):
        Lot.objects.filter(pk=lot.pk).update(label=f"drum-{number:03}")
    district.licence("refinery", "hazardous")
    found = district.issue(OIL, 7, lots=lots)
    pages = texts(printed(found))
    assert len(pages) >= 3
    whole = "".join(pages)
    assert all(f"drum-{number:03}" in whole for number in range(140))
    with_drums = [page for page in pages if "drum-" in page]
    assert all("容器或批次" in page for page in with_drums)
    assert all(found.local_id in page for page in pages)
    assert f"1/{len(pages)}" in pages[0]


def test_what_nobody_has_signed_is_said_with_its_deadline(district):
    found = district.issue(SPOIL, 10)
    (text,) = texts(printed(found, "en"))
    assert "notsignedyet" in text
    assert "muck" in text


def test_a_cancelled_manifest_says_so_across_the_page(district):
    found = district.issue(SPOIL, 10)
    services.cancel(found, reason="the truck broke down", by=district.firm("pit").person)
    (text,) = texts(printed(found, "en"))
    assert text.count("Cancelled") >= 2
    assert "thetruckbrokedown" in text


def test_it_says_that_nothing_is_issued_in_the_name_of_another(load):
    (text,) = texts(printed(load, "en"))
    assert "Recordofthisplatform,preparedfor" in text
    Manifest.objects.filter(pk=load.pk).update(authority_no="20263715000123")
    (text,) = texts(printed(load, "en"))
    assert "20263715000123" in text
    assert "thenumberisof" in text


def test_hostile_texts_are_printed_as_they_are_written(district):
    found = district.issue(SPOIL, 10, note=HOSTILE)
    owner = found.consignor
    owner.name = "#panic() $x$"
    owner.save(update_fields=["name"])
    (text,) = texts(printed(found))
    assert "".join(HOSTILE.split()) in text
    assert "#panic()$x$" in text


def test_contacts_stand_where_the_form_asks_for_them_and_their_reading_is_kept(
    district, load, sign_in
):
    works = district.firm("works").organisation
    OrganisationContact.objects.create(organisation=works, name="Wang", phone="13811112222")
    officer = sign_in("officer", language="en")
    answer = officer.get(reverse("manifests.manifest.print", args=[load.uuid]))
    assert "13811112222" in texts(answer.content)[0]
    assert AuditEvent.objects.filter(event="manifests:contacts:read").count() == 1


def test_a_plain_load_record_names_no_contacts(district, load, monkeypatch):
    plain = replace(reading.template_of(load), grade=Grade.LOAD_RECORD)
    monkeypatch.setattr(reading, "template_of", lambda manifest: plain)
    assert papers.contacts_shown(load) == []


def test_a_signature_that_came_late_shows_both_clocks(district, load):
    signature = load.signatures.first()
    assert abs(signature.received_at - signature.signed_at) > timedelta(minutes=1)
    (text,) = texts(printed(load, "en"))
    assert "receivedhere" + f"{timezone.localtime(signature.received_at):%Y-%m-%d}" in text


def test_a_paper_asks_a_fixed_number_of_questions(district, load, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        data_of(load)
