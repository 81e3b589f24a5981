"""``wufei audit verify``: whatever is altered behind the log's back is found, row by row."""

import json
import os
import subprocess
import sys

import pytest

from wufei.hub.base.actor import system
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.models import Leaf
from wufei.hub.evidence.services import erasing, roots
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.evidence.tests.test_sequencing import arising
from wufei.hub.evidence.verify import verify
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.tests.conftest import OIL
from wufei.hub.manifests.tests.test_revisions import agree, propose


@pytest.fixture
def log(real_district):
    """Movements, four signatures, a signed root, and more after it."""
    real_district.stored("works", OIL, 5)
    manifest = real_district.issue(OIL, 2)
    real_district.load(manifest, 2)
    sequence_all()
    roots.sign_now()
    real_district.arrive(manifest, 2)
    real_district.accept(manifest)
    many = [arising(real_district) for _n in range(600)]
    ledger.import_movements(many, by=system("test"), cause="import:test")
    sequence_all()
    roots.sign_now()
    return real_district


def without_triggers(owner, statement):
    """As somebody who owns the database would do it."""
    owner.execute("SET session_replication_role = replica")
    owner.execute(statement)
    owner.execute("SET session_replication_role = origin")


def faults(**options):
    return {(fault.check, fault.subject.split()[0]) for fault in verify(**options).faults}


def test_an_honest_history_verifies_and_says_its_root(log):
    report = verify()
    assert report.faults == []
    assert report.leaves == Leaf.objects.count() == 600 + 3 + 4
    assert report.roots == 2


def test_what_waits_for_its_leaf_is_no_fault(log):
    ledger.post([arising(log)], by=system("test"), cause="test")
    assert verify().faults == []


def test_erased_salts_leave_a_history_that_verifies(log):
    signature = Signature.objects.get(step="load")
    erasing.erase_person(signature.actor, reason="asked to", by=system("test"))
    assert verify().faults == []


def test_a_revision_that_all_agreed_to_is_no_alteration(log):
    manifest = Manifest.objects.get()
    revision = propose(log, manifest, note="drums 1–4")
    agree(log, revision, "dangerous goods", "refinery")
    assert Manifest.objects.get().note == "drums 1–4"
    sequence_all()
    report = verify()
    assert report.faults == []
    assert report.leaves > 607


def test_exactly_the_altered_row_is_named(log, as_superuser):
    victim = Movement.objects.get(kind="loading")
    without_triggers(
        as_superuser,
        f"UPDATE ledger_movement SET mass_g = mass_g - 1000 WHERE id = {victim.pk}",
    )
    found = verify().faults
    assert {fault.check for fault in found} == {"leaf", "digest"}
    assert all(str(victim.uuid) in fault.subject for fault in found)


def test_an_alteration_that_mends_the_rows_own_digest_is_found_by_its_leaf(log, as_superuser):
    victim = Movement.objects.get(kind="loading")
    without_triggers(
        as_superuser,
        f"UPDATE ledger_movement SET mass_g = mass_g - 1000 WHERE id = {victim.pk}; "
        "UPDATE ledger_movement m SET digest = ledger_movement_digest(m)",
    )
    (fault,) = verify().faults
    assert fault.check == "leaf"
    assert str(victim.uuid) in fault.subject
    assert "altered" in fault.seen


ALTERED = [
    ("UPDATE ledger_movement SET actor = 'person:x' WHERE kind = 'loading'", "movement", "leaf"),
    ("UPDATE ledger_movement SET cause = 'form:x' WHERE kind = 'loading'", "movement", "leaf"),
    ("UPDATE ledger_account SET method = 'landfill' WHERE kind = 'recovered'", None, None),
    ("UPDATE ledger_account SET line = gen_random_uuid() WHERE kind = 'custody'", None, "leaf"),
    ("UPDATE manifests_signature SET actor = 'x' WHERE step = 'load'", "signature", "signature"),
    ("UPDATE manifests_signature SET fields = '{}' WHERE step = 'load'", "signature", "signature"),
    ("UPDATE manifests_signature SET longitude = 1, latitude = 1", "signature", "leaf"),
    ("DELETE FROM manifests_signature WHERE step = 'accept'", "signature", "leaf"),
    ("DELETE FROM evidence_salt WHERE kind = 2", "signature", "leaf"),
    ("UPDATE evidence_leaf SET hash = sha256('x') WHERE number = 300", "movement", "leaf"),
    ("UPDATE evidence_leaf SET hash = sha256('x') WHERE number = 1", "root", "root"),
    ("UPDATE evidence_node SET hash = sha256('x') WHERE position = 1", "node", "tree"),
    ("DELETE FROM evidence_node WHERE position = 0", "node", "tree"),
    ("DELETE FROM evidence_leaf WHERE number = 5", "leaves", "tree"),
    ("UPDATE evidence_root SET hash = sha256('x') WHERE size < 100", "root", "root"),
    ("UPDATE evidence_root SET signature = sha512('x') WHERE size < 100", "root", "root"),
    ("UPDATE evidence_key SET since = now() + interval '1 hour'", "root", "root"),
]


@pytest.mark.parametrize(("statement", "subject", "check"), ALTERED)
def test_whatever_the_owner_alters_is_found(log, as_superuser, statement, subject, check):
    without_triggers(as_superuser, statement)
    found = faults()
    if check:
        assert any(one == check and subject in (None, word) for one, word in found), found
    else:
        # Nothing was recovered in this history.
        assert found == set()


def test_an_end_that_was_cut_off_with_its_records_is_found_by_the_signed_root(log, as_superuser):
    without_triggers(
        as_superuser,
        "DELETE FROM ledger_movement WHERE id IN "
        "(SELECT row FROM evidence_leaf WHERE kind = 1 AND number >= 300); "
        "DELETE FROM manifests_signature WHERE id IN "
        "(SELECT row FROM evidence_leaf WHERE kind = 2 AND number >= 300); "
        "DELETE FROM evidence_node WHERE (position + 1) << level > 300; "
        "DELETE FROM evidence_leaf WHERE number >= 300",
    )
    assert faults() == {("root", "root")}


def test_a_record_added_behind_the_triggers_is_found(log, as_superuser):
    columns = (
        "kind, source_id, target_id, mass_g, sign, happened_at, original_unit, cause, actor, digest"
    )
    without_triggers(
        as_superuser,
        f"INSERT INTO ledger_movement (uuid, {columns}) SELECT gen_random_uuid(), {columns} "
        "FROM ledger_movement WHERE kind = 'arising' LIMIT 1",
    )
    assert ("missing", "movement") in faults()


def test_a_range_of_leaves_is_checked_alone(log, as_superuser):
    without_triggers(
        as_superuser,
        "UPDATE ledger_movement SET mass_g = 7 WHERE id = "
        "(SELECT row FROM evidence_leaf WHERE kind = 1 AND number = 300)",
    )
    assert verify(first=0, last=299).faults == []
    assert verify(first=301).faults == []
    assert verify(first=300, last=300).leaves == 1
    assert ("leaf", "movement") in faults(first=290, last=310)


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "wufei.cli", "audit", *arguments],
        env=os.environ | {"WUFEI_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_what_it_found_and_ends_with_it(log, as_superuser):
    well = run("verify")
    assert well.returncode == 0, well.stderr
    assert "607 leaves, 2 signed roots: nothing was altered" in well.stdout
    without_triggers(
        as_superuser, "UPDATE manifests_signature SET device = 'other' WHERE step = 'load'"
    )
    bad = run("verify", "--json")
    assert bad.returncode == 1
    (fault,) = json.loads(bad.stdout)["faults"]
    assert str(Signature.objects.get(step="load").uuid) in fault["subject"]


def test_roots_and_keys_are_told_by_commands(log):
    signed = run("root")
    assert signed.returncode == 0, signed.stderr
    assert json.loads(signed.stdout.splitlines()[0])["size"] == 607
    listed = run("keys")
    assert len(listed.stdout.splitlines()) == 1
    assert run("rotate", "--reason", "whim").returncode == 2


def test_leaves_of_both_kinds_were_checked(log):
    kinds = set(Leaf.objects.values_list("kind", flat=True))
    assert kinds == {Kind.MOVEMENT, Kind.SIGNATURE}
