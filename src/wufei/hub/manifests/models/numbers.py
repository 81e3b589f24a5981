"""Numbers that Wufei gives where it is configured to be the authority."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from wufei.hub.manifests.models.documents import Manifest


class IssuedNumber(models.Model):
    """One number of one scope; serials ascend. A voided one stays, with its reason."""

    scope = models.CharField(max_length=60)
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, null=True, related_name="issued_numbers")
    issued_at = models.DateTimeField(db_default=Now())
    voided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["scope", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "serial"], name="manifests_number_once"),
            models.CheckConstraint(
                name="manifests_number_voided_with_reason",
                condition=Q(voided_at__isnull=True) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number
