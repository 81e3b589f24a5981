"""Who may sign in, and whose session goes on."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Closed accounts and accounts past their last day are nobody, in running sessions too."""

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        last_day = getattr(user, "active_until", None)
        return bool(user.is_active) and (last_day is None or timezone.localdate() <= last_day)
