"""The inbox 待办: what waits for me, each thing one tap away, and its count on every page."""

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import BATTERIES, OIL

INBOX = reverse("manifests.inbox")


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="clerk"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


def arrived(district, mass_t=2, out_t=2):
    district.stored("works", OIL, 10)
    manifest = district.issue(OIL, out_t)
    district.load(manifest, out_t)
    district.arrive(manifest, mass_t)
    return manifest


def sign_url(manifest):
    return reverse("manifests.manifest.sign", args=[manifest.uuid])


def test_accepting_is_one_tap_in_the_row(district, people):
    manifest, keeper = arrived(district), people("refinery")
    page = text_of(keeper.get(INBOX))
    assert sign_url(manifest) in page
    assert 'name="step" value="accept"' in page
    tap = {"step": "accept", "submission": str(uuid7()), "from": "inbox"}
    for _twice in range(2):
        assert keeper.post(sign_url(manifest), tap).headers["Location"] == INBOX
    manifest.refresh_from_db()
    assert manifest.status == "closed"
    assert "Nothing waits for your signature" in text_of(keeper.get(INBOX))


def test_what_has_to_be_told_opens_its_form_below_the_row(district, people):
    district.stored("works", OIL, 10)
    manifest = district.issue(OIL, 2)
    carrier = people("dangerous goods")
    form_url = reverse("manifests.manifest.sign_form", args=[manifest.uuid])
    assert form_url in text_of(carrier.get(INBOX))
    form = text_of(carrier.get(form_url))
    assert 'name="value_0"' in form
    assert 'name="from" value="inbox"' in form
    assert "<html" not in form
    # Whose turn it is not, is told so; strangers find nothing.
    assert "Nothing is to be signed by you now" in text_of(people("works").get(form_url))
    assert people("neighbour").get(form_url).status_code == 404


def test_a_difference_is_not_waved_through_with_one_tap(district, people):
    manifest = arrived(district, mass_t=1.5, out_t=2)
    page = text_of(people("refinery").get(INBOX))
    assert 'name="step" value="accept"' not in page
    assert reverse("manifests.manifest.sign_form", args=[manifest.uuid]) in page


def test_the_count_stands_on_every_page_and_falls(district, people):
    manifest, keeper = arrived(district), people("refinery")
    counts = reverse("frame.counts")
    assert keeper.get(counts).json()["manifests.inbox"] == 1
    assert 'data-count="manifests.inbox"' in text_of(keeper.get(reverse("registry.site.list")))
    district.accept(manifest)
    assert keeper.get(counts).json()["manifests.inbox"] == 0


def test_what_is_wrong_is_shown_with_the_form(district, people):
    district.stored("works", BATTERIES, 10)
    manifest = district.issue(BATTERIES, 2)
    carrier = people("dangerous goods")
    tap = {"step": "load", "submission": str(uuid7()), "from": "inbox", "value_0": "two"}
    answer = carrier.post(sign_url(manifest), tap)
    assert answer.status_code == 422
    assert Manifest.objects.get().status == "issued"
