import pytest

from wufei.hub.base.actor import system
from wufei.hub.base.findings import Finding, Severity
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.services import clear_finding, record_findings
from wufei.hub.base.texts import finding_text, tell

WATCH = system("watch")
pytestmark = pytest.mark.django_db


def seen(episode="2026-11", **values):
    return Finding("mass_missing", "manifest:7", Severity.WARNING, values, episode)


def test_the_same_finding_is_one_record_that_moves_on():
    assert record_findings([seen(missing_g=5)], WATCH) == 1
    assert record_findings([seen(missing_g=9)], WATCH) == 0
    record = FindingRecord.objects.get()
    assert record.values == {"missing_g": 9}
    assert record.first_seen < record.last_seen
    assert record.by == "system:watch"


def test_a_new_episode_is_a_new_finding():
    record_findings([seen("2026-10"), seen("2026-11")], WATCH)
    assert FindingRecord.objects.count() == 2


def test_a_finding_twice_in_one_call_counts_once():
    assert record_findings([seen(missing_g=1), seen(missing_g=2)], WATCH) == 1
    assert FindingRecord.objects.get().values == {"missing_g": 2}


def test_a_cleared_finding_opens_again_when_it_is_seen_again():
    record_findings([seen()], WATCH)
    assert clear_finding("mass_missing", "manifest:7") == 1
    assert clear_finding("mass_missing", "manifest:7") == 0
    record_findings([seen()], WATCH)
    assert FindingRecord.objects.get().cleared_at is None


def test_nothing_seen_writes_nothing():
    assert record_findings([], WATCH) == 0


def test_a_finding_speaks_in_the_words_of_its_room(monkeypatch):
    from wufei.hub.base import texts

    monkeypatch.setattr(texts, "_TEXTS", {})
    assert tell("mass_missing", {"missing_g": 5}) == "missing_g 5"
    finding_text("mass_missing", "%(missing_g)s g are missing", "Mass missing")
    assert tell("mass_missing", {"missing_g": 5}) == "5 g are missing"
    assert tell("mass_missing", {}) == "%(missing_g)s g are missing"


def test_findings_are_listed_with_their_words_and_filtered(sign_in):
    record_findings([seen(missing_g=5)], WATCH)
    client = sign_in("officer")
    assert "missing_g 5" in client.get("/findings/").content.decode()
    assert "missing_g 5" not in client.get("/findings/?state=cleared").content.decode()


def test_a_clerk_sees_no_findings_of_others(sign_in):
    record_findings([seen(missing_g=5)], WATCH)
    assert "missing_g" not in sign_in("clerk").get("/findings/").content.decode()
