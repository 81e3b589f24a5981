"""Who signed what, when and how."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.models.documents import Manifest
from wufei.hub.manifests.models.states import PATH, Mode, StepCode
from wufei.hub.registry.models import Organisation


class Signature(models.Model):
    """Who signed which step, when, where, on which device, over exactly which content.

    Append-only. ``number`` counts a manifest's signatures from 1. ``fields`` is what it sealed,
    as it was then; ``content_digest`` is the SHA-256 of the canonical content
    (``rules.content``), which has the digest of the signature before in it. ``signed_at`` is the
    signer's clock, ``received_at`` ours. ``evidence`` names the stored file (a weighbridge slip,
    a scan of the paper) that a signature for somebody else rests on.
    """

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="signatures")
    number = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(_("step"), max_length=12, choices=StepCode)
    turn = models.PositiveSmallIntegerField(default=1)
    mode = models.CharField(_("signed"), max_length=10, choices=Mode, default=Mode.OWN)
    party = models.CharField(_("party"), max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    evidence = models.UUIDField(null=True)
    signed_at = models.DateTimeField(_("signed at"))
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    device = models.CharField(max_length=80, blank=True, default="")
    content_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["manifest", "step", "turn"],
                name="manifests_signed_once",
                condition=Q(step__in=list(PATH)),
            ),
            models.UniqueConstraint(
                fields=["manifest", "number"], name="manifests_signature_number"
            ),
            models.CheckConstraint(
                name="manifests_signature_place",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["evidence"],
                name="manifests_evidence",
                condition=Q(evidence__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id} {self.step}"
