"""People who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class User(AbstractUser):
    """A person with an account; ``uuid`` is the only thing that append-only rows know of them."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    display_name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=30)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username
