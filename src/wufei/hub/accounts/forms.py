"""Forms of allauth in our words."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _ask_for(form: Any, label: str | Promise, numbers_only: bool) -> None:
    field = form.fields["code"]
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autofocus"] = True
    if numbers_only:
        field.widget.attrs["inputmode"] = "numeric"


class SignIn(LoginForm):  # type: ignore[misc]
    """Labels say what to write; placeholders would say it twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SecondFactor(AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for(self, _("Six digits or a recovery code"), numbers_only=False)


class SecondFactorAgain(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for(self, _("Six digits or a recovery code"), numbers_only=False)


class FirstDigits(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for(self, _("Six digits from the app"), numbers_only=True)
