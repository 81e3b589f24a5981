"""A load that travelled under a paper is entered afterwards, with its scan.

The works' scales computer was down: the truck left with four sheets of paper.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from uuid_utils.compat import uuid7

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import store
from wufei.hub.base.models import FindingRecord
from wufei.hub.ledger.models import Booking
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import declarations, queries, services
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services import OnPaper, Paper
from wufei.hub.manifests.services.checks import day_of
from wufei.hub.manifests.tests.conftest import OIL, t
from wufei.hub.manifests.tests.refusing import refused

WORKS, CARRIER, REFINERY = "works", "dangerous goods", "refinery"


def scan(by, name="manifest.png"):
    picture = BytesIO()
    Image.new("L", (40, 60), 255).save(picture, "PNG")
    return store(SimpleUploadedFile(name, picture.getvalue()), by)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def steps(district, *names, out_t=2, in_t="1.99"):
    """What stands on the paper, a step every ten minutes."""
    told = {
        "load": {
            "weighed_out": tonnes(out_t),
            "vehicle": district.truck(CARRIER, "鲁P00001"),
            "driver": district.driver(CARRIER),
        },
        "arrive": {"weighed_in": tonnes(in_t)},
        "accept": {},
    }
    found = []
    for name in names:
        district.at += timedelta(minutes=10)
        found.append(OnPaper(name, district.at, told[name]))
    return tuple(found)


def enter(district, *names, new=None, id=None, file=None, **more):
    by = district.firm(WORKS).person
    issued_at, new = district.at, new or district.new(OIL, 2)
    file = file or scan(by)
    paper = Paper(issued_at, steps(district, *names, **more), file.uuid, reason="power cut")
    return services.enter_paper(new, paper, id=id or uuid7(), by=by)


@pytest.fixture
def two_editions(monkeypatch, district):
    """The rule changed two days ago; what the paper tells of happened before."""
    district.at -= timedelta(days=3)
    form, day = declarations.template("hazardous"), day_of(district.at)
    old = replace(form, until=day)
    new = replace(form, code="hazardous-next", since=day + timedelta(days=1))
    for one in (old, new):
        monkeypatch.setitem(declarations._templates, one.code, one)
    streams = {stream: [old, new] for stream in form.streams}
    monkeypatch.setattr(declarations, "_by_stream", {**declarations._by_stream, **streams})


def test_a_paper_keeps_the_rules_of_its_day(district, two_editions):
    district.stored(WORKS, OIL, 10)
    assert declarations.template_of("hazardous_industrial") is declarations.template(
        "hazardous-next"
    )
    manifest = enter(district, "load", "arrive", "accept")
    assert (manifest.template, manifest.status) == ("hazardous", "closed")


def test_a_whole_paper_is_a_manifest_like_any_other(district):
    district.stored(WORKS, OIL, 10)
    began = district.at
    manifest = enter(district, "load", "arrive", "accept")
    assert (manifest.status, manifest.origin) == ("closed", "paper")
    assert manifest.issued_at == began
    assert district.g("stock", WORKS, OIL) == t(8)
    assert district.g("stock", REFINERY, OIL) == t(1.99)
    file = StoredFile.objects.get()
    signed = list(manifest.signatures.order_by("number"))
    assert [(one.step, one.party) for one in signed] == [
        ("issue", "consignor"),
        ("load", "carrier"),
        ("arrive", "consignee"),
        ("accept", "consignee"),
    ]
    assert {(one.mode, one.evidence, one.actor) for one in signed} == {
        ("paper", file.uuid, district.firm(WORKS).person.id)
    }
    assert [one.organisation.name for one in signed] == [WORKS, CARRIER, REFINERY, REFINERY]
    assert all(queries.signature_holds(one) for one in signed)
    assert signed[0].values["reason"] == "power cut"
    assert not Booking.objects.exists()


def test_the_consignees_own_sheet_is_what_its_steps_rest_on(district):
    district.stored(WORKS, OIL, 10)
    by = district.firm(WORKS).person
    front, back = scan(by), scan(by, "receipt.png")
    began = district.at
    paper = Paper(began, steps(district, "load", "arrive", "accept"), front.uuid, back.uuid)
    manifest = services.enter_paper(district.new(OIL, 2), paper, id=uuid7(), by=by)
    assert [one.evidence for one in manifest.signatures.order_by("number")] == [
        front.uuid,
        front.uuid,
        back.uuid,
        back.uuid,
    ]


def test_what_the_paper_does_not_say_yet_is_signed_as_usual(district):
    district.stored(WORKS, OIL, 10)
    manifest = enter(district, "load")
    assert manifest.status == "loaded"
    district.arrive(manifest, 2)
    district.accept(manifest)
    assert manifest.status == "closed"


def test_the_book_that_knew_less_than_left_has_a_shortfall_and_the_paper_is_entered(district):
    district.stored(WORKS, OIL, 1)
    enter(district, "load")
    assert district.g("custody", CARRIER, OIL) == t(2)
    assert FindingRecord.objects.get(code="ledger.shortfall").values["mass_g"] == t(1)


def test_a_plant_without_a_licence_is_a_finding_since_the_load_is_there(district):
    district.stored(WORKS, OIL, 10)
    district.licence("other refinery", "hazardous")
    district.firm("other refinery").organisation.kind = "plant"
    district.firm("other refinery").organisation.save()
    refused(partial(district.issue, OIL, 2), "manifest_licence_missing")
    enter(district, "load")
    (found,) = FindingRecord.objects.filter(code="manifests.no_licence")
    assert found.values["organisation"] == REFINERY


def test_a_paper_entered_after_ten_working_days_is_late(district):
    district.stored(WORKS, OIL, 10)
    enter(district, "load", "arrive", "accept")
    assert not FindingRecord.objects.filter(code="manifests.paper_late").exists()
    district.at = timezone.now() - timedelta(days=30)
    manifest = enter(district, "load", "arrive", "accept")
    (late,) = FindingRecord.objects.filter(code="manifests.paper_late")
    assert late.values["number"] == manifest.local_id


def test_no_step_of_a_paper_is_left_out(district):
    district.stored(WORKS, OIL, 10)
    refused(partial(enter, district, "load", "accept"), "manifest_paper_incomplete", "steps")
    refused(partial(enter, district), "manifest_paper_incomplete", "steps")
    refused(partial(enter, district, "arrive"), "manifest_paper_incomplete", "steps")


def test_steps_stand_in_the_order_in_which_they_happened(district):
    district.stored(WORKS, OIL, 10)
    by = district.firm(WORKS).person
    load, arrive = steps(district, "load", "arrive")
    swapped = (
        OnPaper("load", arrive.signed_at, load.values),
        OnPaper("arrive", load.signed_at, arrive.values),
    )
    paper = Paper(load.signed_at, swapped, scan(by).uuid)
    asked = partial(services.enter_paper, district.new(OIL, 2), paper, id=uuid7(), by=by)
    refused(asked, "manifest_before_the_step_before", "signed_at")
    assert not Manifest.objects.exists()


def test_a_paper_has_a_scan_of_ones_own(district):
    other = district.firm(REFINERY, "plant", "treatment").person
    refused(partial(enter, district, "load", file=scan(other)), "manifest_not_the_paper", "scan")


def test_only_the_consignor_enters_a_paper(district):
    by = district.firm(CARRIER, "carrier", "yard").person
    paper = Paper(district.at, steps(district, "load"), scan(by).uuid)
    asked = partial(services.enter_paper, district.new(OIL, 2), paper, id=uuid7(), by=by)
    refused(asked, "manifest_wrong_party")


def test_the_same_paper_entered_twice_is_one(district):
    district.stored(WORKS, OIL, 10)
    by, id = district.firm(WORKS).person, uuid7()
    paper = Paper(district.at, steps(district, "load", "arrive"), scan(by).uuid)
    new = district.new(OIL, 2)
    first = services.enter_paper(new, paper, id=id, by=by)
    assert services.enter_paper(new, paper, id=id, by=by) == first
    assert Signature.objects.count() == 3
    assert district.g("stock", WORKS, OIL) == t(8)
