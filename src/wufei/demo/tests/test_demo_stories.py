"""After a load every path of a manifest has been gone once, by the people whose paths they are."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from wufei.demo import load as loading
from wufei.demo.entering import enter
from wufei.demo.models import Told
from wufei.demo.stories import STORIES, tell
from wufei.demo.stories.stage import Stage
from wufei.hub.base.actor import system
from wufei.hub.base.models import FindingRecord
from wufei.hub.exemptions.models import Claim
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.ledger.models import Lot, Treatment
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests.models import (
    Draft,
    Halt,
    Invitation,
    Leg,
    Manifest,
    Mode,
    QueuedStep,
    Relation,
    Revision,
    Round,
    Signature,
    SiteCode,
)

BY = system("test")


@pytest.fixture
def told(committed, settings, tmp_path):
    """A district with its people whose stories have been told, without any history."""
    settings.DEMO, settings.DEMO_SEED, settings.SIMULATE = True, 2021, True
    settings.HOME = tmp_path
    record = loading._record(timezone.now().replace(second=0, microsecond=0))
    entered = enter(BY, record.anchor)
    assert tell(record, entered, BY) == []
    return record, entered


def test_every_path_of_a_manifest_has_been_gone(told):
    states = Counter(Manifest.objects.values_list("status", flat=True))
    assert set(states) >= {
        *("issued", "loaded", "accepted", "partly_accepted", "refused", "closed"),
        *("cancelled", "expired"),
    }
    relations = set(Manifest.objects.values_list("relation", flat=True))
    assert relations >= {Relation.RETURN, Relation.REDIRECT}
    assert Manifest.objects.filter(turn=2, status="closed").exists()
    assert set(Manifest.objects.values_list("origin", flat=True)) >= {"paper", "emergency"}
    assert Manifest.objects.exclude(left_open=[]).count() == 1
    assert Halt.objects.count() == 2
    assert Leg.objects.filter(taken_at__isnull=False).count() >= 3
    assert Signature.objects.filter(mode=Mode.SLIP).count() == 2
    _rounds()
    _desks()
    _lots()
    _quotas()
    _exemptions()
    assert differences() == []


def _rounds():
    sets, records = (Round.objects.filter(template=code) for code in ("medical", "kitchen_waste"))
    assert sorted(one.manifests.count() for one in sets)[-2:] == [1, 3]
    assert sets.filter(ended_at=None).count() == 1
    (record,) = records.get().manifests.all()
    assert record.lines.count() == 3
    assert record.status == "closed"


def _desks():
    assert set(Revision.objects.values_list("state", flat=True)) == {
        *("pending", "approved", "refused")
    }
    assert Draft.objects.filter(kind=Draft.Kind.DRAFT).count() == 1
    assert Draft.objects.filter(kind=Draft.Kind.PATTERN).count() > 20
    assert Invitation.objects.filter(used_at=None).count() == 1
    assert SiteCode.objects.count() == 3
    assert QueuedStep.objects.get().outcome == QueuedStep.Outcome.CONFLICT


def _lots():
    products = [p["name"] for t in Treatment.objects.all() for p in t.products]
    assert set(products) >= {"再生基础油", "蒸压砖"}
    assert ContainerLabel.objects.count() == 3
    assert Lot.objects.filter(label__startswith="并桶").count() >= 2


def _quotas():
    codes = set(FindingRecord.objects.values_list("code", flat=True))
    assert codes >= {"manifests.quota_near", "manifests.quota_exceeded", "manifests.refused"}


def _exemptions():
    assert Counter(Claim.objects.values_list("state", flat=True)) == {"claimed": 2, "contested": 1}
    assert Manifest.objects.filter(lines__claims__state="claimed", status="closed").count() == 1
    assert FindingRecord.objects.filter(code="manifests.exemption_lost").count() == 1


def test_told_again_nothing_is_told_twice(told):
    record, entered = told
    before = Manifest.objects.count()
    assert tell(record, entered, BY) == []
    assert Manifest.objects.count() == before
    assert Told.objects.count() >= len(STORIES)


def test_every_day_has_its_medical_round(committed, settings, tmp_path):
    settings.DEMO, settings.DEMO_SEED, settings.SIMULATE, settings.HOME = True, 2023, True, tmp_path
    afternoon = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0)
    record = loading._record(afternoon - timedelta(days=2))
    entered = enter(BY, record.anchor)
    assert tell(record, entered, BY) == []
    rounds = Round.objects.filter(template="medical")
    assert rounds.count() == 2, "nothing stood ready on the first day"
    Stage(record, entered, BY).arise("standing", "clinicyj", "841-001-01", 0.2, hours=5)
    record.until += timedelta(days=1)
    for _again in range(2):
        assert tell(record, entered, BY) == []
        assert rounds.count() == 3
    (manifest,) = rounds.latest("started_at").manifests.all()
    assert (manifest.consignor.name, manifest.status) == ("示例·于集卫生院", "closed")
    assert differences() == []


def test_where_nobody_simulates_the_demo_itself_signs(committed, settings, tmp_path):
    settings.DEMO, settings.DEMO_SEED, settings.SIMULATE = True, 2022, False
    record = loading._record(timezone.now().replace(second=0, microsecond=0))
    assert tell(record, enter(BY, record.anchor), BY) == []
    assert differences() == []
