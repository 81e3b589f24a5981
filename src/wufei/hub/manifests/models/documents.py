"""The document itself: who sends what to whom, by whom."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.manifests.models.journeys import Round
from wufei.hub.manifests.models.routes import Route
from wufei.hub.manifests.models.states import OPEN, RECEIVED, Origin, Relation, Status
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle


class Manifest(models.Model):
    """One transfer. ``uuid`` is chosen by whoever issues it and is the idempotency key.

    ``local_id`` is our own number, ``authority_no`` the one that the authority gave,
    ``provisional_no`` the one that a phone without network gave. ``due_at`` is when the next step
    is late, ``expires_at`` when an unloaded manifest ends by itself. Times are when it happened,
    as the signer says; the signature also keeps when we got to know it.

    ``carrier``, ``vehicle`` and ``driver`` are those of the leg it is on; ``legs`` has rows only
    where several carriers follow one another (``leg_last`` of them). ``turn`` counts the plants
    that it was brought to. ``signed`` is how many signatures it has: whoever writes one names the
    count they saw, and that is the lock. ``left_open`` are fields that an emergency leaves to be
    completed.
    """

    uuid = models.UUIDField(unique=True)
    created_digest = models.CharField(max_length=64, editable=False)
    template = models.CharField(_("template"), max_length=40)
    domain = models.CharField(_("domain"), max_length=20)
    local_id = models.CharField(_("number"), max_length=40, unique=True)
    authority_no = models.CharField(
        _("number of the authority"), max_length=40, unique=True, null=True, blank=True
    )
    provisional_no = models.CharField(
        _("provisional number"), max_length=40, blank=True, default=""
    )
    origin = models.CharField(_("written"), max_length=12, choices=Origin, default=Origin.ONLINE)
    relation = models.CharField(
        _("relation"), max_length=12, choices=Relation, blank=True, default=""
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="manifests"
    )
    leg = models.PositiveSmallIntegerField(default=1)
    leg_last = models.PositiveSmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    signed = models.PositiveSmallIntegerField(default=0)
    left_open = models.JSONField(default=list, blank=True)
    status = models.CharField(_("state"), max_length=20, choices=Status, default=Status.ISSUED)
    consignor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("consignor")
    )
    consignor_site = models.ForeignKey(
        Site, models.PROTECT, related_name="+", verbose_name=_("from")
    )
    carrier = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("manifest", "carrier"),
    )
    consignee = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("consignee")
    )
    consignee_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("to"))
    vehicle = models.ForeignKey(
        Vehicle,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="manifests",
        verbose_name=_("vehicle"),
    )
    driver = models.ForeignKey(
        Driver, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("driver")
    )
    route = models.ForeignKey(
        Route, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("route")
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    difference_reason = models.CharField(
        _("reason for the difference"), max_length=300, blank=True, default=""
    )
    refusal_reason = models.CharField(
        _("reason for refusing"), max_length=300, blank=True, default=""
    )
    alternate_site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("alternate plant"),
    )
    halted_at_site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("set down at")
    )
    issued_at = models.DateTimeField(_("issued at"))
    loaded_at = models.DateTimeField(_("loaded at"), null=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    cancel_reason = models.CharField(
        _("reason for cancelling"), max_length=200, blank=True, default=""
    )
    expires_at = models.DateTimeField(_("expires at"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("manifest")
        constraints = [
            models.CheckConstraint(
                name="manifests_manifest_status", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="manifests_manifest_authority_no_or_null", condition=~Q(authority_no="")
            ),
            models.CheckConstraint(
                name="manifests_manifest_loaded_has_vehicle",
                condition=Q(loaded_at__isnull=True) | Q(vehicle__isnull=False),
            ),
            models.CheckConstraint(
                name="manifests_manifest_times_match_status",
                condition=Q(status="issued")
                | Q(status="cancelled", cancelled_at__isnull=False, arrived_at__isnull=True)
                | Q(status="expired", cancelled_at__isnull=False, loaded_at__isnull=True)
                | Q(status="loaded", loaded_at__isnull=False)
                | Q(status="arrived", arrived_at__isnull=False)
                | Q(status__in=list(RECEIVED), accepted_at__isnull=False)
                | Q(status="closed", closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="manifests_manifest_follows",
                condition=Q(relation="", follows__isnull=True)
                | (~Q(relation="") & Q(follows__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["vehicle", "status"],
                name="manifests_of_vehicle",
                condition=Q(status__in=list(OPEN)),
            ),
            models.Index(fields=["status", "due_at"], name="manifests_due"),
            models.Index(
                fields=["expires_at"], name="manifests_expire", condition=Q(status="issued")
            ),
            models.Index(fields=["-issued_at", "-id"], name="manifests_newest"),
            models.Index(fields=["vehicle", "loaded_at"], name="manifests_trips"),
            models.Index(fields=["changed_at", "uuid"], name="manifests_changed"),
            # Who refused a load that was sent on still sees it: few are.
            models.Index(fields=["turn"], name="manifests_redirected", condition=Q(turn__gt=1)),
        ]

    def __str__(self) -> str:
        return self.authority_no or self.local_id
