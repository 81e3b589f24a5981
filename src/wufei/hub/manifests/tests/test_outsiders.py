"""Parties without an account: by a one-time link, or by their weighbridge slip."""

import io
import logging
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from uuid_utils.compat import uuid7

from wufei.config.logs import JsonFormatter, PlainFormatter
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.files.models import StoredFile
from wufei.hub.manifests.models import Invitation, Mode, Status
from wufei.hub.manifests.tests.conftest import OIL, t

FAR = "far refinery"


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="clerk"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


@pytest.fixture
def load(district, people):
    """Two tonnes of oil on the road to a refinery outside of the district."""
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2), receiver=FAR)
    district.load(load, 2)
    return load


def link_page(load):
    return reverse("manifests.manifest.invite", args=[load.uuid])


def made(client, load, step="arrive", **more):
    """The address of a new link."""
    answer = client.post(link_page(load), {"step": step, "days": 7, "recipient": "Li"} | more)
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r'value="http://testserver(/o/[^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def arriving(**more):
    return {"submission": str(uuid7()), "value_0": "1.99", "unit_0": "t"} | more


@pytest.fixture
def stranger():
    """A browser that nobody signed in on."""
    return Client(headers={"accept-language": "en"})


# The link.
def test_a_stranger_signs_the_one_step_of_the_link(district, load, people, stranger):
    link = made(people("works"), load)
    text = stranger.get(link).content.decode()
    assert "Receive · far refinery" in text
    assert "Zhao Wu" not in text
    answer = stranger.post(link, arriving())
    assert 'id="signed"' in answer.content.decode()
    signature = load.signatures.get(step="arrive")
    assert (signature.mode, signature.organisation.name) == (Mode.LINK, FAR)
    assert signature.actor == f"outside:{Invitation.objects.get().uuid}"
    load.refresh_from_db()
    assert load.status == Status.ARRIVED


def test_it_works_once_but_a_lost_answer_is_told_again(load, people, stranger):
    link, said = made(people("works"), load), arriving()
    stranger.post(link, said)
    assert 'id="signed"' in stranger.post(link, said).content.decode()
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, arriving()).status_code == 404
    assert load.signatures.count() == 3


def test_looking_uses_nothing_up_and_a_refused_try_neither(load, people, stranger):
    link = made(people("works"), load)
    for _time in range(3):
        assert stranger.get(link).status_code == 200
    assert stranger.post(link, arriving(unit_0="kg")).status_code == 422
    assert 'id="signed"' in stranger.post(link, arriving()).content.decode()


def test_unknown_used_withdrawn_and_expired_get_the_same_answer(load, people, stranger):
    clerk = people("works")
    used, withdrawn, expired = made(clerk, load), made(clerk, load), made(clerk, load)
    # Each new link for a step ends the one before.
    clerk.post(
        reverse("manifests.invitation.revoke", args=[Invitation.objects.earliest("pk").uuid])
    )
    Invitation.objects.filter(revoked_at=None).update(expires_at=timezone.now())
    answers = [stranger.get(link) for link in (used, withdrawn, expired, "/o/never-was/")]
    pages = {re.sub(r'content="[^"]{64}"', "", one.content.decode()) for one in answers}
    assert {one.status_code for one in answers} == {404}
    assert len({re.sub(r"[A-Za-z0-9]{64}", "", page) for page in pages}) == 1


def test_a_step_that_is_not_due_yet_is_told_to_wait(load, people, stranger):
    link = made(people("works"), load, "accept")
    assert 'id="not-yet"' in stranger.get(link).content.decode()
    assert stranger.post(link, arriving()).status_code == 200
    assert load.signatures.count() == 2
    assert Invitation.objects.get().used_at is None


def test_the_address_leaks_by_no_referer_and_no_cache(load, people, stranger):
    answer = stranger.get(made(people("works"), load))
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


@pytest.mark.parametrize("formatter", [PlainFormatter(), JsonFormatter()])
def test_the_address_stands_in_no_log(load, people, formatter):
    link = made(people("works"), load)
    record = logging.LogRecord("django.request", 40, "", 1, "failed: %s", (link,), None)
    assert link.split("/")[2] not in formatter.format(record)
    assert "/o/…" in formatter.format(record)


def test_the_token_is_kept_nowhere(load, people):
    link = made(people("works"), load)
    token = link.split("/")[2]
    kept = Invitation.objects.get()
    assert token not in kept.token_hash
    assert not any(token in str(event.values) for event in AuditEvent.objects.all())


def test_both_languages(load, people, stranger):
    link = made(people("works"), load)
    assert "您代表" in stranger.get(f"{link}?language=zh-hans").content.decode()
    assert "You sign for" in stranger.get(f"{link}?language=en").content.decode()


@pytest.mark.parametrize(
    ("firm", "role", "status"),
    [("dangerous goods", "clerk", 422), ("spoil ground", "clerk", 404), ("works", "driver", 403)],
)
def test_only_the_consignor_makes_links(load, people, firm, role, status):
    answer = people(firm, role).post(link_page(load), {"step": "arrive", "days": 7})
    assert answer.status_code == status
    assert not Invitation.objects.exists()


def test_a_party_with_people_here_gets_no_link(district, people, sign_in):
    district.licence("refinery", "hazardous")
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    people("refinery")
    people("dangerous goods")
    clerk = people("works")
    assert "No link is needed" in clerk.get(link_page(load)).content.decode()
    assert clerk.post(link_page(load), {"step": "arrive", "days": 7}).status_code == 422


# The slip.
def picture():
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    data.seek(0)
    data.name = "slip.png"
    return data


def slip_page(load):
    return reverse("manifests.manifest.slip", args=[load.uuid])


def test_the_consignor_enters_the_receivers_slip_with_its_picture(district, load, people):
    clerk = people("works")
    answer = clerk.post(slip_page(load), arriving(slip=picture()))
    assert answer.status_code == 302, answer.content.decode()
    signatures = load.signatures.filter(step__in=("arrive", "accept"))
    file = StoredFile.objects.get()
    assert {one.mode for one in signatures} == {Mode.SLIP}
    assert {one.evidence for one in signatures} == {file.uuid}
    assert {one.organisation.name for one in signatures} == {FAR}
    assert {one.actor for one in signatures} == {f"person:{clerk.user.uuid}"}
    load.refresh_from_db()
    assert load.status == Status.CLOSED
    assert district.g("recovered", FAR, OIL) == t(1.99)


def test_the_parties_open_the_picture_and_nobody_else(load, people):
    people("works").post(slip_page(load), arriving(slip=picture()))
    address = f"/files/{StoredFile.objects.get().uuid}/"
    assert people("dangerous goods", "driver").get(address).status_code == 200
    assert people("spoil ground").get(address).status_code == 404


def test_without_a_picture_there_is_no_slip(load, people):
    assert people("works").post(slip_page(load), arriving()).status_code == 422
    assert load.signatures.count() == 2


def test_a_consignee_with_people_here_signs_itself(district, people):
    district.licence("refinery", "hazardous")
    load = district.issue(OIL, 2, lots=district.stored("works", OIL, 2))
    district.load(load, 2)
    people("refinery")
    assert people("works").post(slip_page(load), arriving(slip=picture())).status_code == 409


def test_nobody_but_the_consignor_enters_a_slip(load, people):
    answer = people("dangerous goods").post(slip_page(load), arriving(slip=picture()))
    assert answer.status_code == 403
    assert load.signatures.count() == 2
