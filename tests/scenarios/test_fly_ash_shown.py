"""What people see of an exempt load: its document, phone page, paper, roadside check and lot."""

from typing import Any

from django.urls import reverse
from tests.scenarios.test_fly_ash import DANGEROUS, HAZARDOUS, LANDFILL, TRUCKS, Story, story
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.base.notices.models import Notice
from wufei.hub.exemptions import services as claims
from wufei.hub.exemptions.queries import may_open
from wufei.hub.exemptions.tests.conftest import FLY_ASH, PLANT, officer
from wufei.hub.labels.checks import check_of
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import declarations, papers
from wufei.hub.manifests.api.showing import whole
from wufei.hub.manifests.choices import consignee_sites
from wufei.hub.manifests.models import LineClaim, Manifest, Origin
from wufei.hub.manifests.refusals import NotExempt
from wufei.hub.manifests.services import bulk
from wufei.hub.manifests.services.issuing import Otherwise, issue_otherwise
from wufei.hub.registers.tests.conftest import read, select

__all__ = ["story"]


def test_whoever_receives_it_reads_the_report_and_nobody_else_does(story: Story, sign_in: Any):
    batch = story.batches(20)
    claim = story.claim(batch)
    url = reverse("exemptions.claim.detail", args=[claim.uuid])
    landfill = sign_in("clerk", organisations=[story.district.firm(LANDFILL).organisation])
    assert landfill.get(url).status_code == 404
    manifest = story.send(batch)
    page = landfill.get(url).content.decode()
    assert "Travels on it" in page
    assert manifest.local_id in page
    receiver, pit = (story.district.firm(name) for name in (LANDFILL, "pit"))
    assert may_open(claim.evidence, receiver.person)
    assert not may_open(claim.evidence, pit.person)
    stranger = sign_in(
        "clerk", username="stranger", organisations=[story.district.firm("pit").organisation]
    )
    assert stranger.get(url).status_code == 404


def test_document_phone_paper_roadside_and_api_say_what_it_travels_on(story: Story, sign_in: Any):
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    story.load(manifest, 20)
    clerk = sign_in("clerk", organisations=[story.plant.organisation])
    document = clerk.get(reverse("manifests.manifest.detail", args=[manifest.uuid]))
    assert reverse("exemptions.claim.detail", args=[claim.uuid]) in document.content.decode()
    phone = clerk.get(reverse("manifests.qr", args=[manifest.uuid])).content.decode()
    assert "Exempt on report JC-2026-118" in phone
    printed = papers.document(manifest)
    rows = [row for section in printed["sections"] for row in section["rows"]]
    assert any(label == "Exempt on report" and "JC-2026-118" in text for label, text in rows)
    check = check_of(manifest)
    assert list(check.claims) == [claim]
    (line,) = whole(manifest, story.plant.person)["lines"]
    assert line["exemption"] == [{"id": claim.uuid, "report_no": "JC-2026-118", "state": "claimed"}]
    claims.contest(claim, reason="not accredited", by=officer())
    document = clerk.get(reverse("manifests.manifest.detail", args=[manifest.uuid]))
    assert "not accredited" in document.content.decode()


def test_the_form_offers_the_landfill_first_among_those_that_may_take_it(story: Story):
    form, waste = declarations.template("fly_ash"), story.district.waste(FLY_ASH)
    found = consignee_sites(form, waste, story.plant.site)
    assert {site.organisation.name for site in found.fitting} >= {LANDFILL, HAZARDOUS}


def test_a_paper_without_report_is_entered_and_told_as_a_finding(story: Story):
    """What has happened has happened."""
    batch = story.batches(20)
    new = story.manifest(batch, LANDFILL, TRUCKS)
    manifest = issue_otherwise(
        new,
        Otherwise(Origin.PAPER, "no network"),
        id=uuid7(),
        signing=story.district.signing(),
        by=story.plant.person,
    )
    found = FindingRecord.objects.filter(code="manifests.not_allowed")
    assert found.count() == 2
    assert {one.subject for one in found} == {f"manifests.manifest:{manifest.uuid}"}
    assert {one.values["number"] for one in found} == {manifest.local_id}


def test_the_page_of_a_lot_shows_its_claims_and_the_way_to_make_one(story: Story, sign_in: Any):
    one, other = story.batches(20, 20)
    story.claim([one])
    clerk = sign_in("clerk", organisations=[story.plant.organisation])
    part = clerk.get(reverse("exemptions.lot", args=[one.uuid])).content.decode()
    assert "JC-2026-118" in part
    assert "Claim an exemption" not in part
    part = clerk.get(reverse("exemptions.lot", args=[other.uuid])).content.decode()
    assert f"{reverse('exemptions.claim.new')}?lot={other.uuid}" in part
    page = clerk.get(reverse("ledger.lot", args=[other.uuid])).content.decode()
    assert reverse("exemptions.lot", args=[other.uuid]) in page


def test_the_register_names_the_landfill_as_an_exempted_organisation(story: Story):
    """HJ 1259, table B.5: who took it under a licence, and who because it was exempt."""
    one, other = story.batches(20, 8)
    story.claim([one])
    for lot, to, by, mass_t in ((one, LANDFILL, TRUCKS, 20), (other, HAZARDOUS, DANGEROUS, 8)):
        manifest = story.send([lot], to, by)
        story.load(manifest, mass_t)
    chosen = select(story.plant.organisation, "hj1259.B.5")
    titles = ("name of the exempted organisation", "name of the licence holder")
    receivers = {tuple(row.get(title) for title in titles) for row in read(chosen)}
    assert receivers == {(LANDFILL, None), (None, HAZARDOUS)}


def test_who_claimed_and_who_is_to_receive_it_are_told_that_it_is_contested(story: Story):
    batch = story.batches(20)
    claim = story.claim(batch)
    story.send(batch)
    claims.contest(claim, reason="not accredited", by=officer())
    told = {one.title: one.organisation_id for one in Notice.objects.filter(role="clerk")}
    assert told == {
        "Your exemption claim on report %(report)s is contested": story.plant.organisation.pk,
        "%(number)s relies on an exemption claim that has ended": story.district.firm(
            LANDFILL
        ).organisation.pk,
    }


def test_the_issuing_form_says_what_is_missing_and_takes_it_once_it_is_claimed(
    story: Story, sign_in: Any
):
    (batch,) = story.batches(20)
    story.district.plan(PLANT, FLY_ASH)
    story.district.truck(TRUCKS, "鲁P00777")
    clerk = sign_in("clerk", organisations=[story.plant.organisation])
    values = {
        "site": story.plant.site.uuid,
        "what": f"a{batch.account_id}",
        "submission": str(uuid7()),
        f"lot-{batch.uuid}": "20",
        "unit_0": "t",
        "method": "landfill",
        "consignee_site": story.district.firm(LANDFILL).site.uuid,
        "carrier": story.district.firm(TRUCKS).organisation.uuid,
        "vehicle": "",
        "note": "",
    }
    answer = clerk.post(reverse("manifests.manifest.new"), values)
    assert answer.status_code == 422
    assert "no exemption claim stands on a test report" in answer.content.decode()
    claim = story.claim([batch])
    answer = clerk.post(reverse("manifests.manifest.new"), values)
    assert answer.status_code == 302, answer.content.decode()
    assert LineClaim.objects.get().claim == claim


# Many at once.
def test_of_many_that_are_issued_and_loaded_at_once_each_is_judged_by_its_own_claim(story: Story):
    claimed, contested, bare = story.batches(20, 18, 16)
    story.claim([claimed])
    lost = story.claim([contested], report_no="JC-2026-119")
    by = story.plant.person
    asked = [
        bulk.ToIssue(story.manifest([lot], LANDFILL, TRUCKS), uuid7(), story.district.signing())
        for lot in (claimed, contested, bare)
    ]
    one, two, three = bulk.issue_many(asked, by=by)
    assert isinstance(one, Manifest)
    assert isinstance(two, Manifest)
    assert isinstance(three, NotExempt)
    claims.contest(lost, reason="not accredited", by=officer())
    values = {
        "vehicle": story.district.truck(TRUCKS, "鲁P00777"),
        "driver": story.district.driver(TRUCKS),
    }
    loading = [
        bulk.ToSign(load, story.district.signing(), values | {"weighed_out": tonnes(mass_t)})
        for load, mass_t in ((one, 20), (two, 18))
    ]
    outcomes = bulk.sign_many("load", loading, by=story.district.firm(TRUCKS).person)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Signature", "ClaimLapsed"]
