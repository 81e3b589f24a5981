"""Two who claim one batch at the same moment, each on a connection of their own."""

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.exemptions import services
from wufei.hub.exemptions.models import Claim, ClaimedLot
from wufei.hub.exemptions.tests.conftest import Ashes
from wufei.hub.manifests.tests.conftest import build
from wufei.hub.manifests.tests.test_concurrency import at_once


@pytest.fixture
def real_ashes(committed: str) -> Ashes:
    return Ashes(build())


def test_of_four_claims_over_one_batch_one_stands(real_ashes: Ashes):
    (shared, *own) = real_ashes.batches(20, 1, 2, 3, 4)
    by = real_ashes.plant.person
    news = [real_ashes.new([one, shared]) for one in own]
    deeds = [lambda new=new: services.claim(new, id=uuid7(), by=by) for new in news]
    assert at_once(deeds) == {"Claim": 1, "claim_lot_claimed": 3}
    assert ClaimedLot.objects.filter(lot=shared).count() == 1
    assert Claim.objects.count() == 1


def test_one_claim_sent_four_times_at_once_is_one(real_ashes: Ashes):
    new, key = real_ashes.new(real_ashes.batches(20)), uuid7()
    by = real_ashes.plant.person
    assert at_once([lambda: services.claim(new, id=key, by=by)] * 4) == {"Claim": 4}
    assert Claim.objects.count() == 1
