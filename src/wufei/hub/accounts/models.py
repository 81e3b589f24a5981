"""People who sign in."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.accounts.permissions import Role


class Users(BaseUserManager["User"]):
    """Finds people by their user name; ``services.make_user`` is the way to add one."""


class User(AbstractBaseUser):
    """A person with an account; ``uuid`` is the only thing that append-only rows know of them.

    ``region_paths`` are prefixes of ``Region.path``, ``domains`` codes of waste domains: they
    narrow acts of regional scope. Organisations come from the registry's memberships.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken. Choose another one.")},
    )
    display_name = models.CharField(_("full name"), max_length=60)
    role = models.CharField(_("role"), max_length=30, choices=Role)
    region_paths = models.JSONField(_("regions"), default=list, blank=True)
    domains = models.JSONField(_("waste domains"), default=list, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    active_until = models.DateField(_("last day of the account"), null=True, blank=True)
    must_change_password = models.BooleanField(_("chooses a new password"), default=False)
    date_joined = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "role"]
    objects = Users()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar = ["username"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_user_role"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class Contact(models.Model):
    """How to reach a person: personal data in a row of its own, so that it can be erased."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="contact")
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    unit = models.CharField(_("works at"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("contact details")

    def __str__(self) -> str:
        return self.phone


class ApiToken(models.Model):
    """Lets a program act as its user for a while; only a digest of the token is kept.

    ``name`` says what it is for, as the program calls itself.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("used by"), max_length=60, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=Now())
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_token_lasts"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"
