"""Manifests that change are told to the browsers of those who see them, once each."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from wufei.hub.manifests.models import Manifest
from wufei.hub.telemetry.audience import of_manifest
from wufei.hub.telemetry.live import ManifestNews, manifests


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(
        manifests, "announce", lambda event, payload, to: heard.append((event, payload, to))
    )
    return heard


def test_a_manifest_that_changes_is_told_once_to_its_parties(load, told):
    news = ManifestNews()
    manifest = load()
    assert news.tick(0) == 1
    assert news.tick(0) == 0
    ((event, payload, to),) = told
    assert (event, payload["id"], payload["status"]) == ("manifests", str(manifest.uuid), "loaded")
    assert to == of_manifest(manifest)
    now = timezone.now()
    mine = Manifest.objects.filter(pk=manifest.pk)
    mine.update(status="arrived", arrived_at=now, changed_at=now)
    assert news.tick(0) == 1
    assert told[-1][1]["status"] == "arrived"


def test_one_whose_transaction_ended_late_is_told_all_the_same(load, told):
    news = ManifestNews()
    late = load()
    changed_at = late.changed_at
    Manifest.objects.filter(pk=late.pk).update(changed_at=changed_at - timedelta(hours=1))
    other = another(late)
    assert news.tick(0) == 1
    Manifest.objects.filter(pk=late.pk).update(changed_at=changed_at)
    assert news.tick(0) == 1
    assert [payload["id"] for _event, payload, _to in told] == [str(other.uuid), str(late.uuid)]


def test_of_a_flood_the_newest_are_told_and_the_next_look_goes_on(load, told, monkeypatch):
    monkeypatch.setattr(manifests, "ROWS_MAX", 2)
    news = ManifestNews()
    flood = [load()]
    flood += [another(flood[0]) for _n in range(4)]
    assert news.tick(0) == 2
    assert [payload["number"] for _event, payload, _to in told] == [str(one) for one in flood[3:]]
    another(flood[0])
    assert news.tick(0) == 1


def another(manifest):
    names = [field.name for field in Manifest._meta.concrete_fields if field.name != "id"]
    values = {name: getattr(manifest, name) for name in names}
    count = Manifest.objects.count() + 1
    return Manifest.objects.create(**values | {"uuid": uuid4(), "local_id": f"JZ-{count}"})
