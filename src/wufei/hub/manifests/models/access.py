"""Other ways to sign than on one's own account: site codes, one-time links, phones' keys."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.models.documents import Manifest
from wufei.hub.manifests.models.states import StepCode
from wufei.hub.registry.models import Organisation, Site

# Acts of a phone's queue that sign several steps at once.
_ACTS = {"out": _("Departure from a gate"), "in": _("Arrival at a site")}


class SiteCode(models.Model):
    """A site's code 现场签章码: whoever knows it signs for the site on another's phone. Hashed."""

    site = models.OneToOneField(Site, models.PROTECT, related_name="sign_code")
    hash = models.CharField(max_length=200)
    actor = models.CharField(max_length=80)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        ordering = ["site"]

    def __str__(self) -> str:
        return f"{self.site_id}"


class Invitation(models.Model):
    """A one-time link by which a party without an account signs one step. Token hashed."""

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="invitations")
    step = models.CharField(_("step"), max_length=12, choices=StepCode)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    recipient = models.CharField(_("sent to"), max_length=120, blank=True, default="")
    actor = models.CharField(max_length=80)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("one-time link")

    def __str__(self) -> str:
        return f"{self.manifest_id} {self.step}"


class SigningKey(models.Model):
    """Public key of one person on one phone (ECDSA P-256, SPKI in base64); the private one never
    leaves the phone's WebCrypto store.
    """

    uuid = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signing_keys")
    name = models.CharField(_("phone"), max_length=80)
    public_key = models.TextField()
    made_at = models.DateTimeField(_("registered at"), db_default=Now())
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("phone's key")

    def __str__(self) -> str:
        return self.name


class QueuedStep(models.Model):
    """A step that was signed without network, as it arrived; append-only but for its outcome.

    ``id`` of the step is its idempotency key. What cannot be signed any more is a conflict that
    a person settles: nothing is dropped.
    """

    class Outcome(models.TextChoices):
        SIGNED = "signed", _("Signed")
        CONFLICT = "conflict", _("Conflict")
        SETTLED = "settled", _("Settled by a person")

    uuid = models.UUIDField(unique=True)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="steps")
    actor = models.CharField(max_length=80)
    manifest = models.ForeignKey(Manifest, models.PROTECT, null=True, related_name="queued_steps")
    manifest_uuid = models.UUIDField(null=True)
    # As the phone named them: where nothing was signed, they may not even exist.
    vehicle_uuid = models.UUIDField(null=True)
    site_uuid = models.UUIDField(null=True)
    provisional_no = models.CharField(max_length=40, blank=True, default="")
    act = models.CharField(max_length=20)
    payload = models.TextField()
    signature = models.TextField()
    device_time = models.DateTimeField(_("by the phone's clock"))
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    refusal = models.CharField(max_length=60, blank=True, default="")
    message = models.CharField(max_length=500, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    settlement = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("step sent later")
        indexes = [
            models.Index(
                fields=["received_at"], name="manifests_conflicts", condition=Q(outcome="conflict")
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.manifest or self.provisional_no or self.manifest_uuid or '—'}"

    @property
    def label(self) -> str:
        """What was signed, in words."""
        if self.act in _ACTS:
            return str(_ACTS[self.act])
        return str(StepCode(self.act).label) if self.act in StepCode.values else self.act
