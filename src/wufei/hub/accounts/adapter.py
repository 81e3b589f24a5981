"""How allauth behaves here: accounts are given by an administrator, and everything is audited."""

import math
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.services import subject
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import NOBODY

_ACTION = "login_failed"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            key = self._get_login_attempts_cache_key(request, **credentials)
            raise ValidationError(_locked_text(_wait_s(request, key)), code=error.code) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        user = User.objects.filter(username=credentials.get("username", "")).first()
        name = subject(user) if user else "accounts.user:unknown"
        audit.record(NOBODY, "accounts:session:refuse", subject=name)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        audit.record(actor_for(user), "accounts:session:open", subject=subject(user))
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    def set_password(self, user: User, password: str) -> None:
        """Called when people choose their own password."""
        with transaction.atomic():
            user.must_change_password = False
            super().set_password(user, password)
            audit.record(actor_for(user), "accounts:password:change", subject=subject(user))


def _wait_s(request: HttpRequest, key: str) -> int:
    """Seconds until the next try is counted again: the longest of the limits that are full."""
    now, wait = time.time(), 0.0
    for rate in ratelimit.parse_rates(app_settings.RATE_LIMITS[_ACTION]):
        entry = ratelimit.get_cache_key(
            request, app="allauth.account", action=_ACTION, rate=rate, key=key
        )
        # Newest first; the limit is full while its oldest counted try is younger than its span.
        history = cache.get(entry) or []
        if len(history) >= rate.amount:
            wait = max(wait, history[rate.amount - 1] + rate.duration - now)
    return max(1, math.ceil(wait))


def _locked_text(wait_s: int) -> str:
    minutes = math.ceil(wait_s / 60)
    return ngettext(
        "Too many failed attempts. Try again in %(minutes)s minute, or ask your administrator "
        "for a new password.",
        "Too many failed attempts. Try again in %(minutes)s minutes, or ask your administrator "
        "for a new password.",
        minutes,
    ) % {"minutes": minutes}
