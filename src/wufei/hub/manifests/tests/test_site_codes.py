"""Another party signs on this phone with the code of their site."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from uuid_utils.compat import uuid7

from wufei.hub.audit.models import AuditEvent
from wufei.hub.manifests.models import Mode, SiteCode
from wufei.hub.manifests.services import site_codes
from wufei.hub.manifests.tests.conftest import OIL, t

NOT_ACCEPTED = "The code was not accepted"


@pytest.fixture(autouse=True)
def no_tries_yet(db):
    cache.clear()


@pytest.fixture
def people(district, sign_in):
    def enter(firm, role="clerk"):
        return sign_in(role, organisations=[district.firm(firm).organisation])

    return enter


@pytest.fixture
def load(district):
    district.licence("refinery", "hazardous")
    return district.issue(OIL, 2, lots=district.stored("works", OIL, 2))


@pytest.fixture
def code(district):
    """``code("refinery")``: that firm sets the code of its site."""

    def make(firm):
        place = district.firm(firm)
        return site_codes.renew(place.site, by=place.person)

    return make


def page(manifest):
    return reverse("manifests.qr.by_code", args=[manifest.uuid])


def taking_over(district, code, **more):
    yard = district.firm("dangerous goods", "carrier", "yard").site
    return {
        "step": "load",
        "submission": str(uuid7()),
        "value_0": "2",
        "unit_0": "t",
        "vehicle": str(district.truck("dangerous goods", "鲁P00009").uuid),
        "driver": str(district.driver("dangerous goods").uuid),
        "site": str(yard.uuid),
        "code": code,
    } | more


def test_the_driver_signs_on_the_consignors_phone(district, load, people, code):
    clerk = people("works")
    right = code("dangerous goods")
    text = clerk.get(f"/m/{load.uuid}/").content.decode()
    assert page(load) in text
    answer = clerk.post(page(load), taking_over(district, f"{right[:4]} {right[4:]}"))
    assert answer.headers["Location"] == f"/m/{load.uuid}/"
    signature = load.signatures.get(step="load")
    assert (signature.mode, signature.organisation.name) == (Mode.SITE_CODE, "dangerous goods")
    assert signature.actor == f"person:{clerk.user.uuid}"
    assert district.g("custody", "dangerous goods", OIL) == t(2)


def test_the_audit_log_names_both_people(district, load, people, code):
    clerk = people("works")
    clerk.post(page(load), taking_over(district, code("dangerous goods")))
    event = AuditEvent.objects.get(event="manifests:sitecode:use")
    told = event.values
    assert told["phone_of"] == f"person:{clerk.user.uuid}"
    assert told["code_of"] == district.firm("dangerous goods").person.id
    assert told["driver"] == str(district.driver("dangerous goods").uuid)


def test_sent_twice_it_is_signed_once(district, load, people, code):
    clerk = people("works")
    values = taking_over(district, code("dangerous goods"))
    for _time in range(2):
        answer = clerk.post(page(load), values)
        assert answer.headers["Location"] == f"/m/{load.uuid}/"
    assert load.signatures.count() == 2


def said(answer):
    assert answer.status_code == 422
    text = answer.content.decode()
    assert NOT_ACCEPTED in text
    return text.count(NOT_ACCEPTED)


def test_every_wrong_try_gets_the_same_answer(district, load, people, code):
    """No code set, a wrong one, too many tries: nobody learns which it was."""
    none_set = said(people("works").post(page(load), taking_over(district, "12345678")))
    code("dangerous goods")
    wrong = said(people("works").post(page(load), taking_over(district, "12345678")))
    assert none_set == wrong
    assert load.signatures.count() == 1


def test_who_guesses_too_often_is_refused_the_right_code_too(district, load, people, code):
    right, guesser = code("dangerous goods"), people("works")
    for _time in range(site_codes.USER_MOST):
        said(guesser.post(page(load), taking_over(district, "00000000")))
    said(guesser.post(page(load), taking_over(district, right)))
    # Another person's phone still works: the limit is the guesser's.
    assert people("works").post(page(load), taking_over(district, right)).status_code == 302


def test_a_site_that_many_guess_at_is_closed_to_all(district, load, people, code):
    right = code("dangerous goods")
    for _person in range(site_codes.SITE_MOST // site_codes.USER_MOST):
        guesser = people("works")
        for _time in range(site_codes.USER_MOST):
            said(guesser.post(page(load), taking_over(district, "00000000")))
    said(people("works").post(page(load), taking_over(district, right)))


def test_a_refused_step_costs_no_try(district, load, people, code):
    clerk, right = people("works"), code("dangerous goods")
    for _time in range(site_codes.USER_MOST + 1):
        answer = clerk.post(page(load), taking_over(district, right, unit_0="kg"))
        assert "Check the unit" in answer.content.decode()
    assert clerk.post(page(load), taking_over(district, right)).status_code == 302


# Setting it.
def test_the_code_is_shown_once_and_kept_hashed(district, people):
    keeper = people("refinery")
    site = district.firm("refinery").site
    answer = keeper.post(reverse("manifests.sitecode.renew", args=[site.uuid]))
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.content.decode()
    kept = SiteCode.objects.get(site=site).hash
    shown = text[text.index('id="new-code"') :]
    digits = "".join(c for c in shown[: shown.index("</section>")] if c.isdigit())
    assert digits[-8:] not in kept
    assert digits[-8:] not in keeper.get(reverse("manifests.sitecode.list")).content.decode()


def test_a_new_code_ends_the_old_one_and_a_withdrawn_one_is_none(district, load, people, code):
    old = code("dangerous goods")
    new = code("dangerous goods")
    said(people("works").post(page(load), taking_over(district, old)))
    owner = people("dangerous goods")
    yard = district.firm("dangerous goods").site
    owner.post(reverse("manifests.sitecode.withdraw", args=[yard.uuid]))
    said(people("works").post(page(load), taking_over(district, new)))


def test_nobody_sets_the_code_of_anothers_site(district, people):
    site = district.firm("refinery").site
    assert people("works").post(f"/manifests/site-codes/{site.uuid}/renew/").status_code == 404


def test_an_outsider_signs_nothing_with_a_code(district, load, people, code):
    right = code("dangerous goods")
    answer = people("spoil ground").post(page(load), taking_over(district, right))
    assert answer.status_code == 404
