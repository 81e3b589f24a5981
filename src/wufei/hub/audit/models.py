"""Append-only log of what was done, and of who read personal data."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class AuditEvent(models.Model):
    """One thing that an actor did. Never changed, never removed; holds no personal data."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor = models.CharField(_("actor"), max_length=80)
    role = models.CharField(_("role"), max_length=30, blank=True)
    # The grammar is source:subject:action, such as registry:organisation:create.
    event = models.CharField(_("event"), max_length=80)
    subject = models.CharField(_("subject"), max_length=120)
    values = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject", "-id"], name="audit_event_subject"),
            models.Index(fields=["actor", "-id"], name="audit_event_actor"),
            models.Index(fields=["event", "-id"], name="audit_event_event"),
            models.Index(fields=["-at"], name="audit_event_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(event__regex=r"^[a-z_]+:[a-z_]+:[a-z_]+$"),
                name="audit_event_grammar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"
