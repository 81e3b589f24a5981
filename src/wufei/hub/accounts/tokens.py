"""Tokens with which programs act for their users."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop

from wufei.hub.accounts import duties, lockout
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.backend import AccountBackend
from wufei.hub.accounts.models import ApiToken, User
from wufei.hub.accounts.services import subject
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal

# As long as a session of a browser.
LIFETIME = timedelta(hours=12)
# So long an expired token is still known, to tell its owner when it ended.
_KEPT = timedelta(days=30)
_USED_EVERY = timedelta(minutes=1)
_PREFIX = "wufei_"


class WrongCredentials(Refusal):
    code = "wrong_credentials"
    status = 401
    message = gettext_noop("User name and password are not correct. Check both and try again.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    message = gettext_noop(
        "Too many failed attempts. Try again in %(wait_s)s seconds, or ask your administrator for "
        "a new password."
    )


class CodeNeeded(Refusal):
    code = "code_needed"
    status = 401
    message = gettext_noop(
        "This account has a second factor. Send its six digits as “code”; each code works once."
    )


class DutyOwed(Refusal):
    code = "duty_owed"
    status = 403
    message = gettext_noop(
        "Sign in with a browser first: this account still has to choose its password or to set up "
        "its second factor."
    )


def sign_in(
    request: HttpRequest, username: str, password: str, *, code: str = "", name: str = ""
) -> tuple[str, ApiToken]:
    """A new token for whoever knows the password (and the second factor, where there is one).

    Failures count together with those of the web page. Raises ``WrongCredentials``,
    ``TooManyTries``, ``CodeNeeded`` or ``DutyOwed``. The text of the token is told only here.
    """
    user = _authenticate(request, username, password)
    if duties.owed(user):
        raise DutyOwed()
    if is_mfa_enabled(user):
        _check_code(request, user, code)
    text = _PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        ApiToken.objects.filter(user=user, expires_at__lt=now - _KEPT).delete()
        token = ApiToken.objects.create(
            user=user, name=name.strip()[:60], digest=_digest(text), expires_at=now + LIFETIME
        )
        audit.record(actor_for(user), "accounts:token:make", subject=subject(user))
    return text, token


def actor_of(text: str) -> tuple[Actor, ApiToken] | None:
    """Who a token stands for, None for one that is unknown, expired or withdrawn.

    Also None once its user is closed or owes something.
    """
    now = timezone.now()
    rows = ApiToken.objects.filter(digest=_digest(text), revoked_at=None, expires_at__gt=now)
    token = rows.select_related("user").first()
    if token is None or not AccountBackend().user_can_authenticate(token.user):
        return None
    if duties.owed(token.user):
        return None
    # Not at every request: that would be a write for each read.
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USED_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return actor_for(token.user), token


def revoke(token: ApiToken, *, by: Actor) -> None:
    """End a token; twice is the same as once."""
    with transaction.atomic():
        running = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
        if running.update(revoked_at=timezone.now()):
            audit.record(by, "accounts:token:revoke", subject=subject(token.user))


def _authenticate(request: HttpRequest, username: str, password: str) -> User:
    username = username.strip()
    try:
        user = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError as error:
        raise TooManyTries(wait_s=lockout.wait_s(request, username)) from error
    if not isinstance(user, User):
        raise WrongCredentials(field="username")
    return user


def _check_code(request: HttpRequest, user: User, code: str) -> None:
    form: Any = BaseAuthenticateForm({"code": code}, user=user)
    if not code:
        raise CodeNeeded(field="code")
    if not form.is_valid():
        audit.record(actor_for(user), "accounts:token:refuse", subject=subject(user))
        raise CodeNeeded(field="code")


def _digest(text: str) -> str:
    # A random token cannot be guessed from a plain hash, as a password could.
    return hashlib.sha256(text.encode()).hexdigest()
