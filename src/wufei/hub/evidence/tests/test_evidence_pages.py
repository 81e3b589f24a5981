"""Pages of the log, for those who may see a record and for anybody who holds a receipt."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.evidence import tree
from wufei.hub.evidence.models import Root, Salt
from wufei.hub.evidence.receipts import receipt
from wufei.hub.evidence.services import roots
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import Signature
from wufei.hub.manifests.tests.conftest import ASH, OIL


@pytest.fixture
def client(client):
    """Somebody without an account, who reads English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def manifest(district):
    district.stored("works", OIL, 5)
    return district.issue(OIL, 2)


@pytest.fixture
def signed(manifest):
    """The one signature of the manifest, numbered and under a signed root."""
    sequence_all()
    roots.sign_now()
    return Signature.objects.get()


def text(answer):
    return answer.content.decode()


def clerk(sign_in, manifest):
    return sign_in("clerk", organisations=[manifest.consignor])


# Receipts.
def test_a_manifests_page_asks_for_the_part_of_the_log(sign_in, manifest):
    page = text(
        clerk(sign_in, manifest).get(reverse("manifests.manifest.detail", args=[manifest.uuid]))
    )
    assert reverse("evidence.manifest", args=[manifest.uuid]) in page


def test_the_part_shows_each_signature_and_its_way_into_the_log(sign_in, manifest):
    client, address = clerk(sign_in, manifest), reverse("evidence.manifest", args=[manifest.uuid])
    assert "waits for its number" in text(client.get(address))
    sequence_all()
    assert "root after midnight" in text(client.get(address))
    roots.sign_now()
    part = text(client.get(address))
    assert "under a signed root" in part
    assert reverse("evidence.receipt", args=[Signature.objects.get().uuid]) in part


def test_a_movements_page_has_the_same_part(sign_in, manifest):
    movement = Movement.objects.get()
    client = clerk(sign_in, manifest)
    page = text(client.get(reverse("ledger.movement", args=[movement.uuid])))
    address = reverse("evidence.movement", args=[movement.uuid])
    assert address in page
    sequence_all()
    assert "leaf</small>" in text(client.get(address)) or "leaf 0" in text(client.get(address))


def test_a_receipt_can_be_had_at_once(sign_in, manifest):
    uuid = Signature.objects.get().uuid
    client = clerk(sign_in, manifest)
    page = text(client.get(reverse("evidence.receipt", args=[uuid])))
    assert "waits for its number" in page
    told = json.loads(client.get(reverse("evidence.receipt.json", args=[uuid])).content)
    assert told["leaf"]["hash"] in page
    assert told["proof"] is None


def test_a_receipt_is_a_file_with_everything(sign_in, signed, manifest):
    answer = clerk(sign_in, manifest).get(reverse("evidence.receipt.json", args=[signed.uuid]))
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{signed.uuid}.json"'
    told = json.loads(answer.content)
    assert told["root"]["note"]
    assert told["proof"]["size"] == 2


def test_a_program_fetches_the_same_receipt_with_its_token(client, sign_in, signed, manifest):
    from wufei.hub.accounts import tokens
    from wufei.hub.accounts.models import ApiToken

    user = clerk(sign_in, manifest).user
    until = timezone.now() + timedelta(hours=1)
    ApiToken.objects.create(user=user, digest=tokens._digest("wufei_scales"), expires_at=until)
    address = reverse("api.receipt", args=[signed.uuid])
    answer = client.get(address, headers={"authorization": "Bearer wufei_scales"})
    assert answer.json() == receipt(signed).as_json()


@pytest.mark.parametrize("name", ["evidence.receipt", "evidence.receipt.json"])
def test_others_have_no_receipt_of_it(sign_in, district, signed, name):
    stranger = sign_in("clerk", organisations=[district.firm("stranger").organisation])
    assert stranger.get(reverse(name, args=[signed.uuid])).status_code == 404


def test_the_print_of_a_manifest_bears_its_leaves(signed, manifest):
    from wufei.hub.manifests.printed import parts

    (part,) = [part for part in parts(manifest) if "log of evidence" in part.title]
    assert receipt(signed).hex in part.lines[0][1]
    assert part.path == reverse("evidence.verify.leaf", args=[signed.uuid, receipt(signed).hex])


def test_a_printed_manifest_is_a_pdf_with_them(sign_in, signed, manifest):
    import io

    from pypdf import PdfReader

    client = clerk(sign_in, manifest)
    answer = client.get(reverse("manifests.manifest.print", args=[manifest.uuid]))
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert receipt(signed).hex[:32] in words.replace("\n", "")


# For anybody.
def check(client, told):
    return client.post(reverse("evidence.verify"), {"receipt": json.dumps(told)})


def test_anybody_can_check_a_receipt_by_its_text(client, signed):
    page = text(check(client, receipt(signed).as_json()))
    assert "Proven: this record is in the log, unaltered." in page
    assert "What it does not prove" in page


def test_anybody_can_check_a_receipt_by_its_file(client, signed):
    file = SimpleUploadedFile("r.json", json.dumps(receipt(signed).as_json()).encode())
    page = text(client.post(reverse("evidence.verify"), {"file": file}))
    assert "Proven" in page


def test_an_altered_receipt_is_not_proven_and_says_what_does_not_fit(client, signed):
    told = receipt(signed).as_json()
    told["entry"] = told["entry"].replace("consignor", "carrier")
    page = text(check(client, told))
    assert "Not proven" in page
    assert "The content was changed" in page


@pytest.mark.parametrize("given", ["", "no json", "{}", "<script>alert(1)</script>", "\0"])
def test_what_is_no_receipt_is_told_politely(client, db, given):
    answer = client.post(reverse("evidence.verify"), {"receipt": given})
    assert answer.status_code == 422
    assert "no receipt that can be read" in text(answer)
    assert "<script>alert" not in text(answer)


def test_a_file_that_is_too_large_or_no_text_is_told(client, db):
    for content in (b"x" * 70_000, b"\xff\xfe\x00"):
        answer = client.post(
            reverse("evidence.verify"), {"file": SimpleUploadedFile("r.json", content)}
        )
        assert answer.status_code == 422


def test_the_code_on_paper_opens_a_page_that_says_that_the_leaf_is_there(client, signed):
    found = receipt(signed)
    page = text(client.get(reverse("evidence.verify.leaf", args=[signed.uuid, found.hex])))
    assert "This leaf is in the log, under a signed root." in page
    # Nothing of what was recorded.
    assert "consignor" not in page


def test_whoever_only_knows_an_id_learns_nothing(client, signed):
    answers = [
        client.get(reverse("evidence.verify.leaf", args=[uuid, "00" * 32]))
        for uuid in (signed.uuid, uuid7())
    ]
    pages = [text(answer).replace(str(signed.uuid), "") for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "This log has no such leaf." in pages[0]
    assert ("This log has no such leaf." in pages[0]) == ("This log has no such leaf." in pages[1])


def test_asking_for_a_leaf_that_is_not_numbered_draws_nothing(client, district):
    district.stored("works", ASH, 1)
    movement = Movement.objects.get()
    client.get(reverse("evidence.verify.leaf", args=[movement.uuid, "00" * 32]))
    assert not Salt.objects.exists()


def test_the_public_roots_can_be_checked_by_a_program(client, signed):
    told = client.get(reverse("evidence.verify.roots.json")).json()
    (root,) = told["roots"]
    assert told["size"] == 2
    assert root["public_key"] == told["keys"][0]["public_key"]
    page = text(client.get(reverse("evidence.verify.roots")))
    assert json.loads(root["note"])["hash"] in page
    assert told["keys"][0]["public_key"] in page
    assert (
        client.get(reverse("evidence.verify.root.json", args=[Root.objects.get().pk])).json()
        == root
    )


def test_proofs_are_answered_as_json_and_they_prove(client, district):
    district.stored("works", ASH, *[1] * 20)
    sequence_all()
    told = client.get(reverse("evidence.verify.inclusion", args=[7, 15])).json()
    path = [bytes.fromhex(one) for one in told["path"]]
    leaf, root = bytes.fromhex(told["leaf"]), bytes.fromhex(told["root"])
    assert tree.proves_inclusion(leaf, 7, 15, path, root)
    told = client.get(reverse("evidence.verify.consistency", args=[9, 20])).json()
    path = [bytes.fromhex(one) for one in told["path"]]
    first, second = bytes.fromhex(told["first_root"]), bytes.fromhex(told["second_root"])
    assert tree.proves_consistency(9, 20, path, first, second)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("inclusion", (0, 0)),
        ("inclusion", (5, 5)),
        ("inclusion", (0, 6)),
        ("consistency", (0, 3)),
        ("consistency", (4, 3)),
        ("consistency", (1, 10**30)),
    ],
)
def test_proofs_of_trees_that_are_not_are_refused(client, district, name, numbers):
    district.stored("works", ASH, *[1] * 5)
    sequence_all()
    answer = client.get(
        reverse(f"evidence.verify.{name}", args=numbers), headers={"accept": "application/json"}
    )
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "evidence_no_such_tree"


def test_who_asks_too_often_waits(client, db):
    cache.clear()
    address = reverse("evidence.verify")
    found = [client.get(address).status_code for _n in range(22)]
    assert found[:20] == [200] * 20
    assert found[-1] == 429
    cache.clear()


# For officials.
def test_officials_see_how_the_log_is(sign_in, signed, monkeypatch):
    monkeypatch.setattr(settings, "WITNESSES", ("court@witness.example",))
    page = text(sign_in("officer").get(reverse("evidence.log")))
    assert "court@witness.example" in page
    assert "From record to leaf" in page


def test_a_problem_with_a_witness_is_shown(sign_in, manifest, monkeypatch):
    from wufei.hub.evidence.services.witnesses import deliver

    monkeypatch.setattr(settings, "WITNESSES", ("court@witness.example",))
    monkeypatch.setattr(settings, "MAIL", {})
    sequence_all()
    roots.sign_now()
    deliver()
    page = text(sign_in("auditor").get(reverse("evidence.log")))
    assert "no mail server" in page


def test_firms_do_not_see_it(sign_in, manifest):
    assert clerk(sign_in, manifest).get(reverse("evidence.log")).status_code == 403


def test_an_empty_log_says_what_comes(sign_in, db, client):
    page = text(sign_in("officer").get(reverse("evidence.log")))
    assert "WUFEI_WITNESSES" in page
    assert "No root was signed yet" in text(client.get(reverse("evidence.verify.roots")))
