"""How allauth behaves here: accounts are given by an administrator, and everything is audited."""

import math
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from wufei.hub.accounts import lockout
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.services import revoke_all, subject
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import NOBODY


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            wait_s = lockout.wait_s(request, credentials.get("username", ""))
            raise ValidationError(_locked_text(wait_s), code=error.code) from error

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lockout.key_of(credentials.get("username", ""))

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
            revoke_all(user)
            audit.record(actor_for(user), "accounts:password:change", subject=subject(user))


def _locked_text(wait_s: int) -> str:
    minutes = math.ceil(wait_s / 60)
    return ngettext(
        "Too many failed attempts. Try again in %(minutes)s minute, or ask your administrator "
        "for a new password.",
        "Too many failed attempts. Try again in %(minutes)s minutes, or ask your administrator "
        "for a new password.",
        minutes,
    ) % {"minutes": minutes}
