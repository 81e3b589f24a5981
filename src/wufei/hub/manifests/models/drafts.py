"""What is not a manifest yet: drafts, and patterns for loads that come again."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.registry.models import Organisation


class Draft(models.Model):
    """The issuing form as far as it was filled in; private to its author's organisation."""

    class Kind(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("manifest", "Draft")
        PATTERN = "pattern", _("Pattern for frequent loads")

    uuid = models.UUIDField(unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.DRAFT)
    name = models.CharField(_("name"), max_length=80)
    content = models.JSONField(default=dict)
    author = models.CharField(max_length=80)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = pgettext_lazy("manifest", "draft")
        indexes = [models.Index(fields=["organisation", "kind"], name="manifests_drafts_of")]

    def __str__(self) -> str:
        return self.name
