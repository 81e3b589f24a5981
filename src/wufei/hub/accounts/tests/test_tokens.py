"""Programs sign in with a token; every wrong way is refused with a stable code."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from wufei.hub.accounts import services
from wufei.hub.accounts.models import ApiToken
from wufei.hub.accounts.tests.test_sign_in import six_digits
from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import system

PASSWORD = "a-good-Passphrase-7"


@pytest.fixture
def jin(db):
    """Jin Yu, clerk."""
    cache.clear()
    return services.make_user("jinyu", display_name="Jin Yu", role="clerk", password=PASSWORD)


@pytest.fixture
def program():
    return Client(headers={"accept-language": "en"})


def ask(program, password=PASSWORD, **more):
    body = {"username": "jinyu", "password": password, **more}
    return program.post("/api/v1/token", body, content_type="application/json")


def read(program, token):
    return program.get("/api/v1/manifests", headers={"authorization": f"Bearer {token}"})


def test_a_token_opens_the_api_and_its_text_is_kept_nowhere(jin, program):
    token = ask(program).json()["token"]
    assert read(program, token).status_code == 200
    kept = ApiToken.objects.get()
    assert token not in (kept.digest, kept.name)
    assert kept.last_used_at is not None
    assert AuditEvent.objects.filter(event="accounts:token:make").exists()


def test_without_a_token_the_api_says_how_to_get_one(db, program):
    answer = program.get("/api/v1/manifests")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_browsers_session_is_no_key_to_the_api(db, sign_in):
    assert sign_in("clerk").get("/api/v1/manifests").status_code == 401


def test_a_made_up_token_is_refused(jin, program):
    assert read(program, "wufei_guess").status_code == 401


def test_an_expired_token_is_refused(jin, program):
    token = ask(program).json()["token"]
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.update(created_at=past - timedelta(hours=12), expires_at=past)
    assert read(program, token).status_code == 401


def test_a_token_can_be_withdrawn(jin, program):
    token = ask(program).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert program.delete("/api/v1/token", headers=headers).status_code == 204
    assert read(program, token).status_code == 401


@pytest.mark.parametrize("deed", ["closed", "new password"])
def test_tokens_end_with_what_they_were_given_for(jin, program, deed):
    token = ask(program).json()["token"]
    if deed == "closed":
        services.set_active(jin, False, by=system("test"))
        services.set_active(jin, True, by=system("test"))
    else:
        services.set_password(jin, "from-the-Administrator-1", by=system("test"))
    assert read(program, token).status_code == 401


def test_a_wrong_password_is_refused_and_the_sixth_locks_the_web_page_too(jin, program):
    for _guess in range(5):
        answer = ask(program, "guess")
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    answer = ask(program)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert answer.json()["values"]["wait_s"] > 0
    page = Client().post("/accounts/login/", {"login": "jinyu", "password": PASSWORD})
    assert page.status_code == 200


def test_who_has_to_choose_a_password_gets_no_token(jin, program):
    services.set_password(jin, "from-the-Administrator-1", by=system("test"))
    answer = ask(program, "from-the-Administrator-1")
    assert (answer.status_code, answer.json()["code"]) == (403, "duty_owed")


def test_an_official_without_the_second_factor_that_is_required_gets_no_token(
    db, program, settings
):
    cache.clear()
    settings.MFA_REQUIRED = True
    services.make_user("jinyu", display_name="J", role="officer", password=PASSWORD)
    assert ask(program).json()["code"] == "duty_owed"


def test_the_second_factor_is_asked_for_and_each_code_works_once(jin, program):
    secret = generate_totp_secret()
    Authenticator.objects.create(user=jin, type=Authenticator.Type.TOTP, data={"secret": secret})
    assert ask(program).json()["code"] == "code_needed"
    assert ask(program, code="000000").json()["code"] == "code_needed"
    code = six_digits(secret)
    assert "token" in ask(program, code=code).json()
    assert ask(program, code=code).json()["code"] == "code_needed"


def test_a_body_that_is_no_json_is_told_so(db, program):
    answer = program.post("/api/v1/token", b"{oops", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_readable")
    answer = program.post("/api/v1/token", {"username": 7}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["field"] == "username"
