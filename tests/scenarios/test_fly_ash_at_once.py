"""Exempt loads at once and again: retries, a claim that ends meanwhile, bags of one batch."""

from functools import partial
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.scenarios.test_fly_ash import LANDFILL, TRUCKS, Story, founded, relied, story
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.exemptions import services as claims
from wufei.hub.exemptions.tests.conftest import FLY_ASH, PLANT, officer
from wufei.hub.exemptions.tests.test_claims import regroup
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.models import LineClaim, Manifest
from wufei.hub.manifests.refusals import NotExempt
from wufei.hub.manifests.services import issuing
from wufei.hub.manifests.tests.conftest import build, t
from wufei.hub.manifests.tests.test_concurrency import at_once

__all__ = ["story"]


def test_issuing_twice_with_one_id_is_one_manifest_on_one_claim(story: Story):
    batch = story.batches(20)
    story.claim(batch)
    new, key = story.manifest(batch, LANDFILL, TRUCKS), uuid7()
    signing, by = story.district.signing(), story.plant.person
    first = services.issue(new, id=key, signing=signing, by=by)
    assert services.issue(new, id=key, signing=signing, by=by) == first
    assert LineClaim.objects.count() == 1


def test_batches_that_leave_together_are_asked_for_their_claims_together(story: Story):
    """Two reports, a batch without one, ten loads: each relies on its own, the bare one waits."""
    reports = [story.batches(*[5] * 4), story.batches(*[5] * 5)]
    made = [story.claim(batches) for batches in reports]
    (bare,) = story.batches(5)
    loads = [[batch] for batches in reports for batch in batches] + [[bare]]
    found, asked = issue_together(story, loads)
    assert isinstance(found[-1], NotExempt)
    assert str(bare) in str(found[-1])
    manifests = [one for one in found if isinstance(one, Manifest)]
    assert [relied(one) for one in manifests] == [[made[0]]] * 4 + [[made[1]]] * 5
    few = story.batches(5, 5)
    for batch in few:
        story.claim([batch])
    assert issue_together(story, [*([batch] for batch in few), [bare]])[1] == asked


def issue_together(story: Story, loads: list[Any]) -> tuple[list[Any], int]:
    """What came of each, and how many questions about claims it took."""
    story.district.plan(PLANT, FLY_ASH)
    works = [
        issuing.Issuing(
            story.manifest(lots, LANDFILL, TRUCKS),
            uuid7(),
            story.district.signing(),
            story.plant.person,
        )
        for lots in loads
    ]
    with CaptureQueriesContext(connection) as count, transaction.atomic():
        found = issuing.issue_together(works)
    words = ("SELECT", "exemptions_claim")
    return found, sum(all(word in (one["sql"] or "") for word in words) for one in count)


def test_contesting_and_loading_at_once_leaves_no_load_without_its_finding(committed: str):
    story = founded(Story(build()))
    batch = story.batches(20)
    claim = story.claim(batch)
    manifest = story.send(batch)
    signing, by = story.district.signing(), story.district.firm(TRUCKS).person
    values = {
        "weighed_out": tonnes(20),
        "vehicle": story.district.truck(TRUCKS, "鲁P00777"),
        "driver": story.district.driver(TRUCKS),
    }
    judge = officer()
    outcomes = at_once(
        [
            lambda: claims.contest(claim, reason="no", by=judge),
            lambda: services.sign(manifest, "load", signing=signing, values=values, by=by),
        ]
    )
    lost = FindingRecord.objects.filter(code="manifests.exemption_lost").count()
    assert outcomes["Claim"] == 1
    assert (outcomes["Signature"], outcomes["manifest_claim_lapsed"]) in ((1, 0), (0, 1))
    assert lost == outcomes["Signature"]
    assert differences() == []


def test_loads_of_one_batch_do_not_wait_for_each_other(committed: str):
    story = founded(Story(build()))
    (batch,) = story.batches(20)
    story.claim([batch])
    bags = regroup(story, [batch], t(8), t(7), t(5))
    news = [story.manifest([bag], LANDFILL, TRUCKS) for bag in bags]
    signings, by = [story.district.signing() for _bag in bags], story.plant.person
    deeds = [
        partial(services.issue, new, id=uuid7(), signing=signing, by=by)
        for new, signing in zip(news, signings, strict=True)
    ]
    assert at_once(deeds) == {"Manifest": 3}
    assert LineClaim.objects.count() == 3
