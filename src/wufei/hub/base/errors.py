"""Refusals: what a service says when it will not do something.

A refusal has a stable ``code``, the HTTP status and a message that says what to do.
"""

from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Base of all refusals. ``message`` is an English message id with named ``%()s`` places.

    Subclasses set ``code``, ``status`` and ``message``; arguments are given by name:
    ``raise TooHeavy(mass="30 t", limit="20 t")``. ``field`` points at the input to mend, ``row``
    (from 0) at the one where several rows came together.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str] = gettext_noop("This cannot be done.")
    row: int = 0

    def __init__(self, *, field: str = "", **values: Any) -> None:
        self.field = field
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(_(self.message)) % self.values if self.values else str(_(self.message))


class Forbidden(Refusal):
    code = "forbidden"
    status = 403
    message = gettext_noop(
        "Your role does not include this (%(act)s). Ask your administrator if you need it."
    )

    def __init__(self, act: str) -> None:
        super().__init__(act=act)
        self.act = act


class NotFound(Refusal):
    code = "not_found"
    status = 404
    message = gettext_noop(
        "This does not exist, or you may not see it. Check the address, or look for it in its list."
    )


class Invalid(Refusal):
    """Input that breaks a rule: pass ``message=`` a translated text that says what to write."""

    code = "invalid"
    status = 422

    def __init__(self, text: Any, *, field: str = "") -> None:
        super().__init__(field=field)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)


class IdReused(Refusal):
    """The caller's idempotency key was used before, for other content."""

    code = "id_reused"
    message = gettext_noop(
        "The id %(id)s was used before for something else. Nothing was written; use a new id."
    )


# What a service may answer with when it will not write something.
REFUSED = (Refusal, ValidationError, IntegrityError, DataError)


def problems(error: Exception) -> list[tuple[str, str]]:
    """(field, text) of everything that one of ``REFUSED`` says; field "" means the whole."""
    if isinstance(error, Refusal):
        return [(error.field, str(error))]
    if isinstance(error, ValidationError):
        if not hasattr(error, "error_dict"):
            return [("", " ".join(error.messages))]
        return [
            ("" if field == NON_FIELD_ERRORS else field, " ".join(texts))
            for field, texts in error.message_dict.items()
        ]
    diagnosis = getattr(error.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or type(error).__name__
    text = gettext("This contradicts what is already there (%(rule)s). Check it and try again.")
    return [("", text % {"rule": rule})]


def as_refusal(error: Exception) -> Refusal:
    """One of ``REFUSED`` as a refusal, for where there is no form to show it in."""
    if isinstance(error, Refusal):
        return error
    return Invalid(" ".join(text for _field, text in problems(error)))
