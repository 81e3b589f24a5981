"""Corrections of what has been signed 更正: proposed by one party, agreed by the others."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.manifests.models.documents import Manifest
from wufei.hub.registry.models import Organisation


class Revision(models.Model):
    """``changes`` and ``before`` are fields with their new and old value, as signatures keep them.

    A manifest has one pending revision at most.
    """

    class Kind(models.TextChoices):
        CORRECT = "correct", _("Correction")
        ANNUL = "annul", _("Annulment")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for agreement")
        APPROVED = "approved", _("Agreed")
        REFUSED = "refused", _("Not agreed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(unique=True)
    created_digest = models.CharField(max_length=64, editable=False)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="revisions")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    changes = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=300)
    party = models.CharField(_("party"), max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80)
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("revision")
        constraints = [
            models.UniqueConstraint(
                fields=["manifest"],
                name="manifests_revision_one_pending",
                condition=Q(state="pending"),
            ),
            models.CheckConstraint(
                name="manifests_revision_ended",
                condition=Q(state="pending", ended_at__isnull=True)
                | (~Q(state="pending") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id} {self.kind} {self.state}"


class Approval(models.Model):
    """What one counterpart says to a revision; ``closed`` when another's refusal ended it."""

    class Decision(models.TextChoices):
        OPEN = "open", pgettext_lazy("approval", "Open")
        APPROVED = "approved", _("Agreed")
        REFUSED = "refused", _("Not agreed")
        CLOSED = "closed", pgettext_lazy("approval", "Closed")

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="approvals")
    party = models.CharField(_("party"), max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    decision = models.CharField(
        _("decision"), max_length=8, choices=Decision, default=Decision.OPEN
    )
    actor = models.CharField(max_length=80, blank=True, default="")
    comment = models.CharField(_("comment"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["revision", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "organisation"], name="manifests_approval_once"
            ),
            models.CheckConstraint(
                name="manifests_approval_decided",
                condition=Q(decision="open", decided_at__isnull=True)
                | (~Q(decision="open") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.party} {self.decision}"
