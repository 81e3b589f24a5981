"""What a person must do before they may go on: choose a password, set up a second factor."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import OFFICIALS


def needs_second_factor(user: User) -> bool:
    """Officials where ``WUFEI_MFA_REQUIRED`` is on."""
    return bool(settings.MFA_REQUIRED) and user.role in OFFICIALS


def owed(user: User) -> str:
    """URL name of the page where the person does what they owe; empty if nothing."""
    if user.must_change_password:
        return "account_change_password"
    if needs_second_factor(user) and not is_mfa_enabled(user):
        return "mfa_activate_totp"
    return ""
