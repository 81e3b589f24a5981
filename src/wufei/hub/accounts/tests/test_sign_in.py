import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from wufei.demo import people
from wufei.hub.accounts import services
from wufei.hub.accounts.models import User
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system

PASSWORD = "a-good-Passphrase-7"


@pytest.fixture
def li(db):
    """Li Mei, environment officer."""
    cache.clear()
    return services.make_user("limei", display_name="Li Mei", role="officer", password=PASSWORD)


@pytest.fixture
def browser(db):
    client = Client(headers={"accept-language": "en"})
    client.cookies["wufei_language"] = "en"
    return client


def enter(browser, password=PASSWORD, username="limei"):
    return browser.post("/accounts/login/", {"login": username, "password": password})


def six_digits(secret, later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def test_who_knows_the_password_reaches_the_desk(li, browser):
    answer = enter(browser)
    assert answer.headers["Location"] == "/"
    assert "Li Mei" in browser.get("/").content.decode()


def test_a_wrong_password_says_so_and_is_kept_on_record(li, browser):
    answer = enter(browser, "guess")
    assert "not correct" in answer.content.decode()
    event = AuditEvent.objects.get(event="accounts:session:refuse")
    assert event.subject == services.subject(li)


def test_the_sixth_guess_is_refused_and_says_when_to_try_again(li, browser):
    for _guess in range(5):
        enter(browser, "guess")
    text = enter(browser).content.decode()
    assert re.search(r"Try again in \d+ minutes?", text)


def test_a_lockout_holds_for_other_browsers_too(li, browser):
    for _guess in range(5):
        enter(browser, "guess")
    other = Client()
    assert enter(other).status_code == 200
    assert other.get("/").status_code == 302


def test_a_new_password_from_the_administrator_ends_the_lockout(li, browser):
    for _guess in range(6):
        enter(browser, "guess")
    services.set_password(li, "from-the-Administrator-1", by=system("test"))
    assert enter(browser, "from-the-Administrator-1").status_code == 302


def test_nobody_signs_up(db, browser):
    assert browser.get("/accounts/signup/").status_code == 404


def test_a_closed_account_ends_the_running_session(li, browser):
    enter(browser)
    services.set_active(li, False, by=system("test"))
    assert browser.get("/").status_code == 302


def test_a_person_with_a_password_from_the_administrator_chooses_their_own_first(li, browser):
    services.set_password(li, "from-the-Administrator-1", by=system("test"))
    enter(browser, "from-the-Administrator-1")
    assert browser.get("/").headers["Location"] == "/accounts/password/change/"
    browser.post(
        "/accounts/password/change/",
        {
            "oldpassword": "from-the-Administrator-1",
            "password1": "only-Li-knows-this-1",
            "password2": "only-Li-knows-this-1",
        },
    )
    assert browser.get("/").status_code == 200


def test_the_second_factor_is_set_up_and_asked_for(li, browser):
    enter(browser)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    (secret,) = re.findall(r'class="secret">([A-Z2-7]+)<', page)
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": six_digits(secret)})
    assert answer.status_code == 302
    browser.post("/accounts/logout/")
    answer = enter(browser)
    assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert browser.get("/").status_code == 302
    browser.post("/accounts/2fa/authenticate/", {"code": six_digits(secret, later=1)})
    assert browser.get("/").status_code == 200


def test_a_wrong_code_opens_nothing(li, browser):
    Authenticator.objects.create(
        user=li, type=Authenticator.Type.TOTP, data={"secret": generate_totp_secret()}
    )
    enter(browser)
    answer = browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in answer.content.decode()
    assert browser.get("/").status_code == 302


def test_officials_without_a_second_factor_set_it_up_first_where_it_is_required(
    li, browser, settings
):
    settings.MFA_REQUIRED = True
    enter(browser)
    assert browser.get("/").headers["Location"] == "/accounts/2fa/totp/activate/"
    fragment = browser.get("/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/accounts/2fa/totp/activate/"


def test_a_lookup_in_the_background_does_not_open_the_page_of_a_duty(li, browser, settings):
    settings.MFA_REQUIRED = True
    enter(browser)
    answer = browser.get("/counts/", headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 403


def test_a_driver_needs_no_second_factor(db, sign_in, settings):
    settings.MFA_REQUIRED = True
    assert sign_in("driver").get("/").status_code == 200


def test_the_language_stays_chosen(li, browser):
    enter(browser)
    browser.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert "今天要办的" in browser.get("/").content.decode()
    browser.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert "To do today" in browser.get("/").content.decode()


def test_the_demo_shows_its_people_and_a_real_place_does_not(db, browser, settings):
    settings.DEMO = True
    assert "is being loaded" in browser.get("/accounts/login/").content.decode()
    people.create()
    assert "auditor" in browser.get("/accounts/login/").content.decode()
    settings.DEMO = False
    assert "Demo accounts" not in browser.get("/accounts/login/").content.decode()


def test_no_page_can_be_framed_or_run_foreign_code(db, browser):
    headers = browser.get("/accounts/login/").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_signing_in_is_on_record_without_a_name(li, browser):
    enter(browser)
    event = AuditEvent.objects.get(event="accounts:session:open")
    assert event.actor == f"person:{User.objects.get().uuid}"
    assert "Li" not in str(event.values)
