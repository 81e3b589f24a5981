"""What the base room keeps; its divisions' models are gathered here for Django."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.findings import Severity
from wufei.hub.base.notices.models import Notice, Reading
from wufei.hub.base.tables.models import ExportRun, ImportFault, ImportRun

__all__ = [
    "CalendarDay",
    "ExportRun",
    "FindingRecord",
    "ImportFault",
    "ImportRun",
    "Notice",
    "Reading",
    "Serial",
    "StoredFile",
    "Submission",
]


class Serial(models.Model):
    """Last number given in a scope, such as "manifest:3715:2026"."""

    scope = models.CharField(max_length=120, primary_key=True)
    last = models.BigIntegerField()


class CalendarDay(models.Model):
    """A day that differs from its weekday 调休: a free Wednesday, a Sunday that is worked."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        WORKDAY = "workday", _("Working day")

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200)
    certain = models.BooleanField(default=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["holiday", "workday"]), name="base_calendar_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class FindingRecord(models.Model):
    """A finding that was seen; open until it is cleared. See ``findings.Finding``."""

    code = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    severity = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Severity])
    values = models.JSONField(default=dict)
    episode = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=80, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_seen", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "subject", "episode"], name="base_finding"),
        ]
        indexes = [
            models.Index(fields=["-last_seen", "-id"], name="base_finding_last_seen"),
            models.Index(fields=["subject"], name="base_finding_subject"),
        ]


class Submission(models.Model):
    """A form that was sent, so that sending it again does nothing again; kept for a day."""

    id = models.UUIDField(primary_key=True)
    actor = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    result = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)
