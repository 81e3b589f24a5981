"""Receipts: what they prove, to us and to the script that knows nothing of us."""

import contextlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.actor import system
from wufei.hub.evidence import checking
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.models import Erased, Leaf, Salt
from wufei.hub.evidence.receipts import Record, find_record, receipt
from wufei.hub.evidence.refusals import AlreadyErased, Incomplete, NoReceipt
from wufei.hub.evidence.services import erasing, keys, roots
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import Signature
from wufei.hub.manifests.tests.conftest import ASH, OIL

SCRIPT = Path(__file__).parents[5] / "docs" / "verify_receipt.py"


@pytest.fixture
def signed(district):
    """A manifest's signature among some leaves, under a signed root."""
    district.stored("works", OIL, 5, 3)
    manifest = district.issue(OIL, 2)
    district.load(manifest, 2)
    sequence_all()
    roots.sign_now()
    return Signature.objects.get(step="load")


def states(told):
    return {step.code: step.state for step in checking.check(json.dumps(told)).steps}


def test_a_receipt_of_a_signature_proves_all_the_way(signed):
    told = receipt(signed).as_json()
    assert states(told) == dict.fromkeys(("leaf", "disclosed", "proof", "root", "log"), "good")
    assert told["disclosed"]["digest"]["value"] == json.dumps(signed.content_digest)
    # Whoever signed, where and on what, stands nowhere in it.
    text = json.dumps(told)
    assert signed.actor not in text
    assert '"device":"test"' not in text


def test_before_it_is_sequenced_a_receipt_has_its_leaf_and_nothing_else(district):
    district.stored("works", ASH, 5)
    movement = Movement.objects.get()
    early = receipt(movement).as_json()
    assert early["proof"] is None
    assert states(early) == {"leaf": "good", "disclosed": "good", "proof": "attention"}
    sequence_all()
    assert bytes(Leaf.objects.get().hash).hex() == early["leaf"]["hash"]


def test_before_a_root_is_signed_the_proof_leads_to_the_log_as_it_is(district):
    district.stored("works", ASH, 5)
    sequence_all()
    told = receipt(Movement.objects.get()).as_json()
    assert told["root"] is None
    assert states(told)["proof"] == "good"
    assert states(told)["root"] == "attention"


def test_the_root_of_a_receipt_is_the_first_that_holds_it(district):
    district.stored("works", ASH, 5)
    sequence_all()
    first = roots.sign_now()
    district.stored("works", ASH, 5)
    sequence_all()
    second = roots.sign_now()
    one, other = Movement.objects.order_by("pk")
    assert receipt(one).root == first
    assert receipt(other).root == second


# Alterations.
def change(told, path, value):
    *way, last = path
    for step in way:
        told = told[step]
    told[last] = value(told[last]) if callable(value) else value


def other_hex(text):
    return text[:-1] + ("0" if text[-1] != "0" else "1")


TAMPERED = [
    (["entry"], lambda text: text.replace('"number":2', '"number":3'), "leaf"),
    (["leaf", "hash"], other_hex, "leaf"),
    (["leaf", "number"], lambda number: number - 1, "proof"),
    (["proof", "path", 0], other_hex, "proof"),
    (["proof", "root"], other_hex, "proof"),
    (["proof", "size"], lambda size: size + 1, "root"),
    (["disclosed", "digest", "value"], '"0000"', "disclosed"),
    (["disclosed", "digest", "salt"], other_hex, "disclosed"),
    (["root", "signature"], other_hex, "root"),
    (["root", "note"], lambda text: text.replace('"v":1', '"v":2'), "root"),
]


@pytest.mark.parametrize(("path", "value", "found_by"), TAMPERED)
def test_whatever_is_altered_in_a_receipt_is_found_and_named(signed, path, value, found_by):
    told = receipt(signed).as_json()
    change(told, path, value)
    assert states(told)[found_by] == "bad"
    assert checking.check(json.dumps(told)).state == "bad"


def test_a_root_that_somebody_else_signed_is_not_ours(signed):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    told = receipt(signed).as_json()
    thief = Ed25519PrivateKey.generate()
    public = keys.public_of(thief)
    note = json.loads(told["root"]["note"]) | {"key": keys.code_of(public)}
    told["root"]["note"] = json.dumps(note)
    told["root"]["public_key"] = public.hex()
    told["root"]["signature"] = thief.sign(told["root"]["note"].encode()).hex()
    assert states(told)["root"] == "bad"


def test_a_receipt_of_a_log_that_was_rewritten_since_is_told(signed, district):
    told = receipt(signed).as_json()
    # As if the log had been made anew with other leaves.
    told["proof"]["size"] += 5
    assert states(told)["log"] == "bad"


HOSTILE = [
    "",
    "null",
    "[]",
    "{}",
    '{"format": "wufei-receipt-1"}',
    '{"format":"wufei-receipt-1","entry":1,"disclosed":{},"leaf":{},"proof":null,"root":null}',
    "[" * 30_000,
    "x" * 100_000,
    '{"a":' + "9" * 5_000 + "}",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_receipt_is_refused_and_says_why(db, text):
    with pytest.raises(NoReceipt, match="no receipt that can be read"):
        checking.check(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.fixed_dictionaries(
    {
        "format": st.just("wufei-receipt-1"),
        "entry": st.just('{"personal":{}}') | JSON,
        "disclosed": st.just({}) | JSON,
        "leaf": st.just({"hash": "00" * 32, "number": 0}) | JSON,
        "proof": st.just({"size": 2, "path": ["11" * 32], "root": "22" * 32}) | JSON,
        "root": st.just({"note": "{}", "signature": "00", "public_key": "00"})
        | st.fixed_dictionaries({"note": st.text(), "signature": JSON, "public_key": st.text()})
        | JSON,
    }
)


def test_nothing_that_anybody_can_bring_is_an_error(db):
    @given(FIELDS)
    def try_out(told):
        with contextlib.suppress(NoReceipt):
            assert checking.check(json.dumps(told)).state != "good"

    try_out()


# Without Wufei.
def run(tmp_path, told, *more):
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(told))
    # -I: nothing of ours can be imported.
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file), *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )


def test_the_script_has_forty_lines_and_imports_nothing_of_ours():
    text = SCRIPT.read_text()
    assert len(text.splitlines()) <= 40
    assert "wufei." not in text


def test_the_script_checks_a_receipt_without_wufei(signed, tmp_path):
    done = run(tmp_path, receipt(signed).as_json())
    assert done.returncode == 0, done.stderr
    assert "signed" in done.stdout


def test_the_script_checks_every_leaf_of_the_log(signed, tmp_path):
    records: list[Record] = [*Movement.objects.all(), *Signature.objects.all()]
    for record in records:
        assert run(tmp_path, receipt(record).as_json()).returncode == 0


@pytest.mark.parametrize(("path", "value", "found_by"), TAMPERED)
def test_the_script_refuses_what_was_altered(signed, tmp_path, path, value, found_by):
    told = receipt(signed).as_json()
    change(told, path, value)
    assert run(tmp_path, told).returncode == 1


def test_the_script_refuses_another_key_than_the_one_that_one_knows(signed, tmp_path):
    told = receipt(signed).as_json()
    assert run(tmp_path, told, told["root"]["public_key"]).returncode == 0
    assert run(tmp_path, told, "11" * 32).returncode == 1


def test_the_script_says_when_there_is_no_proof_yet(district, tmp_path):
    district.stored("works", ASH, 5)
    done = run(tmp_path, receipt(Movement.objects.get()).as_json())
    assert done.returncode == 1
    assert "no proof yet" in done.stderr


# Erasing.
def test_an_erased_salt_takes_the_meaning_and_leaves_the_proof(signed):
    before = receipt(signed).as_json()
    erasing.erase(Kind.SIGNATURE, [signed.pk], reason="asked to", by=system("test"))
    assert not Salt.objects.filter(kind=Kind.SIGNATURE, row=signed.pk).exists()
    after = receipt(signed).as_json()
    assert after["disclosed"] == {}
    assert after["entry"] == before["entry"]
    assert checking.check(json.dumps(after)).state == "good"


def test_a_person_who_is_erased_is_erased_everywhere(signed):
    theirs = Signature.objects.filter(actor=signed.actor).count()
    count = erasing.erase_person(signed.actor, reason="asked to", by=system("test"))
    moved = Movement.objects.filter(actor=signed.actor).count()
    assert count == theirs + moved == Erased.objects.count()
    with pytest.raises(AlreadyErased):
        erasing.erase_person(signed.actor, reason="again", by=system("test"))


def test_what_was_erased_before_keeps_nothing_else_of_a_person(signed):
    moved = list(Movement.objects.filter(actor=signed.actor).values_list("pk", flat=True))
    assert moved
    erasing.erase(Kind.MOVEMENT, moved, reason="asked to", by=system("test"))
    erasing.erase_person(signed.actor, reason="all of it", by=system("test"))
    assert not Salt.objects.filter(kind=Kind.SIGNATURE, row=signed.pk).exists()


def test_a_log_from_which_somebody_took_a_salt_says_so(signed):
    Salt.objects.filter(kind=Kind.SIGNATURE, row=signed.pk).delete()
    with pytest.raises(Incomplete, match="wufei audit verify"):
        receipt(signed)


def test_a_record_is_found_by_its_id(signed):
    assert find_record(signed.uuid) == signed
    movement = Movement.objects.first()
    assert movement is not None
    assert find_record(movement.uuid) == movement


def test_a_receipt_says_when_it_was_numbered(signed):
    at = receipt(signed).sequenced_at
    assert timezone.now() - timedelta(minutes=5) < at <= timezone.now()
