"""A page opens exactly where the document shows the button to it; else it says what to do."""

import html

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.ledger.units import grams
from wufei.hub.manifests import services
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.tests.conftest import OIL

WORKS, CARRIER, REFINERY = FIRMS = ("works", "dangerous goods", "refinery")
PAGES = (
    *("edit", "revise", "annul", "complete", "cancel"),
    *("authority", "means", "invite", "slip", "refused"),
)


def to_issued(district):
    district.stored("works", OIL, 10)
    return district.issue(OIL, 2)


def to_loaded(district):
    manifest = to_issued(district)
    district.load(manifest, 2)
    return manifest


def to_proposed(district):
    manifest = to_loaded(district)
    by = district.firm("works").person
    revisions.propose(manifest, {"note": "two drums"}, id=uuid7(), reason="typed wrongly", by=by)
    return manifest


def to_refused(district):
    manifest = to_loaded(district)
    district.arrive(manifest, 2)
    district.accept(manifest, accepted=grams(0), refusal_reason="wet")
    return manifest


def to_closed(district):
    manifest = to_loaded(district)
    district.arrive(manifest, 2)
    district.accept(manifest)
    return manifest


def to_cancelled(district):
    manifest = to_issued(district)
    by = district.firm("works").person
    return services.cancel(manifest, reason="no truck", by=by)


def to_emergency(district):
    """How it is treated and who drives is told later."""
    return services.issue_emergency(
        district.new(OIL, 2, method=""),
        left_open=frozenset({"method", "driver"}),
        reason="a tank burst",
        id=uuid7(),
        signing=district.signing(),
        by=district.firm(WORKS).person,
    )


WAYS = (to_issued, to_loaded, to_proposed, to_refused, to_closed, to_cancelled, to_emergency)


@pytest.fixture
def clerk_of(district, sign_in):
    return lambda firm: sign_in("clerk", organisations=[district.firm(firm).organisation])


def address(name, manifest):
    return reverse(f"manifests.manifest.{name}", args=[manifest.uuid])


@pytest.mark.parametrize("firm", FIRMS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_page_opens_exactly_where_the_document_shows_its_button(district, clerk_of, way, firm):
    manifest = way(district)
    clerk = clerk_of(firm)
    shown = clerk.get(address("detail", manifest)).content.decode()
    buttons = {name for name in PAGES if f'href="{address(name, manifest)}"' in shown}
    answers = {name: clerk.get(address(name, manifest)) for name in PAGES}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == buttons
    assert {answer.status_code for answer in answers.values()} <= {200, 403, 409}


def test_some_buttons_are_shown(district, clerk_of):
    """Otherwise the test above would hold for pages without any."""
    manifest, clerk = to_issued(district), clerk_of(WORKS)
    shown = clerk.get(address("detail", manifest)).content.decode()
    buttons = {name for name in PAGES if f'href="{address(name, manifest)}"' in shown}
    assert buttons == {"edit", "cancel", "authority", "invite"}


@pytest.mark.parametrize(
    ("way", "firm", "name", "words"),
    [
        (to_issued, CARRIER, "cancel", "is signed by the Consignor, works. Ask somebody"),
        (to_loaded, WORKS, "cancel", "can no longer be cancelled. Let the consignee"),
        (to_loaded, WORKS, "edit", "Propose a revision; the others agree"),
        (to_loaded, CARRIER, "edit", "is signed by the Consignor, works"),
        (to_issued, WORKS, "revise", "edit it or cancel it"),
        (to_loaded, REFINERY, "revise", "Ask one of them: dangerous goods、works"),
        (to_proposed, WORKS, "revise", "Wait for that, or have it withdrawn"),
        (to_closed, WORKS, "annul", "Correct its figures by a revision"),
        (to_cancelled, WORKS, "revise", "Issue what really travels anew"),
        (to_loaded, WORKS, "complete", "Correct it by a revision"),
        (to_emergency, CARRIER, "complete", "is signed by the Consignor, works"),
        (to_loaded, CARRIER, "means", "Ask the carrier, or propose a correction"),
        (to_loaded, CARRIER, "invite", "Only the consignor, works, acts"),
        (to_closed, WORKS, "invite", "Open it to see what it waits for"),
        (to_refused, CARRIER, "refused", "works or refinery sends it back or on"),
    ],
)
def test_a_page_that_is_not_theirs_says_what_to_do(district, clerk_of, way, firm, name, words):
    answer = clerk_of(firm).get(address(name, way(district)))
    assert answer.status_code in (403, 409)
    text = html.unescape(answer.content.decode())
    assert words in text


def test_a_number_is_corrected_until_the_end(district, clerk_of):
    manifest, clerk = to_loaded(district), clerk_of(WORKS)
    number = "20263715000001"
    clerk.post(address("authority", manifest), {"authority_no": number})
    assert "Correct the authority" in clerk.get(address("detail", manifest)).content.decode()
    assert number in clerk.get(address("authority", manifest)).content.decode()
    manifest.refresh_from_db()
    district.arrive(manifest, 2)
    district.accept(manifest)
    answer = clerk.get(address("authority", manifest))
    assert answer.status_code == 409
    assert "propose a correction" in answer.content.decode()


def test_a_form_that_was_sent_twice_leads_where_the_first_led(district, clerk_of):
    manifest, clerk = to_issued(district), clerk_of(WORKS)
    said = {"reason": "no truck", "submission": str(uuid7())}
    first, again = (clerk.post(address("cancel", manifest), said) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.headers["location"] == again.headers["location"]
