"""Exempt loads at once and again: retries, a claim that ends meanwhile, bags of one batch."""

from functools import partial

from tests.scenarios.test_fly_ash import LANDFILL, TRUCKS, Story, founded, story
from uuid_utils.compat import uuid7

from wufei.hub.base.models import FindingRecord
from wufei.hub.exemptions import services as claims
from wufei.hub.exemptions.tests.conftest import officer
from wufei.hub.exemptions.tests.test_claims import regroup
from wufei.hub.ledger.units import tonnes
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests import services
from wufei.hub.manifests.models import LineClaim
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
