"""Keys, the daily root and the witnesses who get it."""

import json
import stat
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from wufei.hub.evidence import store, tree
from wufei.hub.evidence.models import Delivery, Key, KeyReason, Root
from wufei.hub.evidence.refusals import (
    KeyDiffers,
    KeyMissing,
    KeyNotOurs,
    KeyUnreadable,
    NothingToSign,
)
from wufei.hub.evidence.services import keys, roots, witnesses
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.manifests.tests.conftest import ASH


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """A folder of secrets of the test's own."""
    monkeypatch.setattr(keys, "place", lambda: tmp_path / "secrets" / keys.FILE)
    monkeypatch.setattr(keys, "made_once", _made_once(tmp_path))
    return tmp_path


def _made_once(home):
    from wufei.config.secrets import made_once

    return lambda name, make: made_once(name, make, home=home)


@pytest.fixture
def log(district):
    """A log of three leaves."""
    district.stored("works", ASH, 1, 2, 3)
    sequence_all()
    return district


def grow(district):
    district.stored("works", ASH, 1)
    sequence_all()


def test_an_empty_log_has_nothing_to_sign(db):
    with pytest.raises(NothingToSign):
        roots.sign_now()
    assert roots.sign_due() == []


def test_the_key_is_made_at_first_use_and_nobody_else_may_read_it(log, own_home):
    roots.sign_now()
    file = own_home / "secrets" / keys.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"BEGIN PRIVATE KEY" in file.read_bytes()
    (key,) = Key.objects.all()
    assert key.reason == KeyReason.FIRST
    assert keys.log_id() == key.code


def test_a_root_is_signed_over_its_text(log):
    signed = roots.sign_now()
    told = json.loads(signed.note)
    assert told["hash"] == tree.root(3, store.fetch).hex()
    assert (told["size"], told["day"], told["v"]) == (3, None, 1)
    public = bytes(signed.key.public)
    assert keys.is_signed(public, signed.note, bytes(signed.signature))
    assert not keys.is_signed(public, signed.note + " ", bytes(signed.signature))


# Days.
def test_the_root_of_a_day_comes_after_its_midnight_in_shanghai_and_once(log):
    today = timezone.localdate()
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), roots.SHANGHAI)
    assert roots.sign_due(midnight - timedelta(seconds=1)) == []
    (signed,) = roots.sign_due(midnight)
    assert signed.day == today
    assert roots.sign_due(midnight + timedelta(hours=3)) == []


def test_days_missed_are_signed_later_each_over_the_leaves_that_it_ended_with(log):
    today = timezone.localdate()
    later = datetime.combine(today + timedelta(days=3), datetime.min.time(), roots.SHANGHAI)
    signed = roots.sign_due(later)
    assert [one.day for one in signed] == [today + timedelta(days=n) for n in range(3)]
    assert {one.size for one in signed} == {3}


def test_an_asked_for_root_does_not_stand_for_the_days(log):
    roots.sign_now()
    today = timezone.localdate()
    later = datetime.combine(today + timedelta(days=1), datetime.min.time(), roots.SHANGHAI)
    assert [one.day for one in roots.sign_due(later)] == [today]
    assert Root.objects.count() == 2


# Keys.
def test_a_rotated_key_leaves_the_old_one_listed_with_its_end(log):
    first = roots.sign_now()
    grow(log)
    keys.rotate(KeyReason.ROTATED)
    second = roots.sign_now()
    assert first.key != second.key
    old, new = keys.validities()
    assert (old.key, new.key) == (first.key, second.key)
    assert old.until == new.key.since
    assert new.until is None
    assert keys.trusted(first.key.code, first.signed_at, [old, new])
    assert not keys.trusted(first.key.code, second.signed_at, [old, new])
    # The log keeps its name.
    assert json.loads(second.note)["log"] == first.key.code


def test_what_a_stolen_key_signed_after_the_theft_counts_for_nothing(log):
    first = roots.sign_now()
    theft = first.signed_at + timedelta(microseconds=1)
    second = roots.sign_now()
    keys.rotate(KeyReason.STOLEN, trusted_until=theft)
    known = keys.validities()
    assert keys.trusted(first.key.code, first.signed_at, known)
    assert not keys.trusted(second.key.code, second.signed_at, known)


def test_a_lost_key_is_not_replaced_in_silence(log, own_home):
    roots.sign_now()
    (own_home / "secrets" / keys.FILE).unlink()
    with pytest.raises(KeyMissing, match="rotate --reason lost"):
        roots.sign_now()
    assert Key.objects.count() == 1
    keys.rotate(KeyReason.LOST)
    assert roots.sign_now().key.reason == KeyReason.LOST


def test_another_key_in_the_file_is_refused_until_somebody_says_so(log, own_home):
    roots.sign_now()
    file = own_home / "secrets" / keys.FILE
    file.unlink()
    keys._make()
    with pytest.raises(KeyDiffers):
        roots.sign_now()
    keys.rotate(KeyReason.ROTATED)
    assert roots.sign_now().key.code == keys.validities()[-1].key.code


def test_a_file_that_is_no_key_is_told(log, own_home):
    file = own_home / "secrets" / keys.FILE
    file.parent.mkdir()
    file.write_text("nothing")
    with pytest.raises(KeyUnreadable, match="openssl genpkey"):
        roots.sign_now()


def test_a_key_kept_outside_is_rotated_by_its_keeper(log, own_home, monkeypatch):
    roots.sign_now()
    monkeypatch.setenv("WUFEI_EVIDENCE_KEY", str(keys.place()))
    with pytest.raises(KeyNotOurs):
        keys.rotate(KeyReason.ROTATED)


def test_a_rotation_that_was_cut_off_is_finished_at_the_next_signature(log, own_home, monkeypatch):
    roots.sign_now()
    old = keys.place().read_bytes()
    keys.rotate(KeyReason.ROTATED)
    # As if it had been killed before the file took its place.
    new = keys.place().read_bytes()
    keys.place().write_bytes(old)
    keys._next().write_bytes(new)
    assert roots.sign_now().key.code == keys.validities()[-1].key.code
    assert keys.place().read_bytes() == new
    assert not keys._next().exists()


# Witnesses.
@pytest.fixture
def witnessed(settings):
    settings.WITNESSES = ("court@witness.example", "paper@witness.example")
    settings.MAIL = {"EMAIL_HOST": "here"}


def test_every_witness_gets_every_root_once(log, witnessed):
    signed = roots.sign_now()
    assert witnesses.deliver() == (2, 0)
    assert witnesses.deliver() == (0, 0)
    assert sorted(one.to[0] for one in mail.outbox) == [
        "court@witness.example",
        "paper@witness.example",
    ]
    assert signed.note in mail.outbox[0].body
    assert bytes(signed.signature).hex() in mail.outbox[0].body


def test_roots_that_wait_go_in_one_mail(log, witnessed):
    roots.sign_now()
    roots.sign_now()
    assert witnesses.deliver() == (4, 0)
    assert len(mail.outbox) == 2


def test_a_mail_that_fails_is_kept_with_its_reason_and_tried_again(log, witnessed, monkeypatch):
    def fail(message):
        raise OSError("no route to the court")

    roots.sign_now()
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMessage, "send", fail)
        assert witnesses.deliver(now) == (0, 2)
    row = Delivery.objects.first()
    assert row is not None
    assert (row.tries, row.sent_at) == (1, None)
    assert "no route to the court" in row.problem
    assert witnesses.deliver(now + timedelta(minutes=1)) == (0, 0)
    assert witnesses.deliver(now + timedelta(hours=1)) == (2, 0)
    assert not Delivery.objects.exclude(problem="").exists()


def test_without_a_mail_server_it_says_so(log, witnessed, settings):
    settings.MAIL = {}
    roots.sign_now()
    assert witnesses.deliver() == (0, 2)
    assert "WUFEI_MAIL_URL" in Delivery.objects.all()[0].problem
