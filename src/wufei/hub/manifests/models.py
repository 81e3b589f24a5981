"""Manifests 转移联单: what travels from whom to whom, each step signed.

Signatures are append-only. The mass itself is in the ledger: a line's ``uuid`` is the manifest
line of its custody account, and the ids of its movements follow from it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle


class Status(models.TextChoices):
    """Where a manifest is on its way; a step leads from one to the next."""

    ISSUED = "issued", _("Issued")
    LOADED = "loaded", _("On the road")
    ARRIVED = "arrived", _("Arrived")
    ACCEPTED = "accepted", _("Accepted")
    CLOSED = "closed", pgettext_lazy("manifest", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("manifest", "Cancelled")


OPEN = (Status.ISSUED, Status.LOADED, Status.ARRIVED, Status.ACCEPTED)
# From loading until acceptance the mass is in the carrier's custody.
MOVING = (Status.LOADED, Status.ARRIVED)


class StepCode(models.TextChoices):
    ISSUE = "issue", _("Issue")
    LOAD = "load", _("Take over")
    ARRIVE = "arrive", _("Receive")
    ACCEPT = "accept", _("Accept")
    CLOSE = "close", pgettext_lazy("manifest", "Close")


class Route(models.Model):
    """A way that trucks are to take 核准路线: a line of WGS-84 degrees and its half width.

    ``path`` is a GeoJSON LineString; ``opens`` and ``closes`` are times of day in Asia/Shanghai
    (``opens`` after ``closes`` means over midnight), both None for the whole day.
    """

    uuid = models.UUIDField(unique=True)
    code = models.CharField(_("route"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    origin = models.ForeignKey(Site, models.PROTECT, related_name="routes_from")
    destination = models.ForeignKey(Site, models.PROTECT, related_name="routes_to")
    path = models.JSONField(_("line"))
    corridor_m = models.PositiveIntegerField(_("half width, m"))
    opens = models.TimeField(_("open from"), null=True, blank=True)
    closes = models.TimeField(_("open until"), null=True, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("route")
        constraints = [
            models.CheckConstraint(name="manifests_route_width", condition=Q(corridor_m__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Manifest(models.Model):
    """One transfer. ``uuid`` is chosen by whoever issues it and is the idempotency key.

    ``local_id`` is our own number, ``authority_no`` the one that the authority gave. ``due_at``
    is when the next step is late. Times are when it happened, as the signer says; the
    signature also keeps when we got to know it.
    """

    uuid = models.UUIDField(unique=True)
    created_digest = models.CharField(max_length=64, editable=False)
    template = models.CharField(_("template"), max_length=40)
    domain = models.CharField(_("domain"), max_length=20)
    local_id = models.CharField(_("number"), max_length=40, unique=True)
    authority_no = models.CharField(
        _("number of the authority"), max_length=40, unique=True, null=True, blank=True
    )
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
    issued_at = models.DateTimeField(_("issued at"))
    loaded_at = models.DateTimeField(_("loaded at"), null=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    cancel_reason = models.CharField(
        _("reason for cancelling"), max_length=200, blank=True, default=""
    )
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
                | Q(status="cancelled", cancelled_at__isnull=False, loaded_at__isnull=True)
                | Q(status="loaded", loaded_at__isnull=False)
                | Q(status="arrived", arrived_at__isnull=False)
                | Q(status="accepted", accepted_at__isnull=False)
                | Q(status="closed", closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["vehicle", "status"],
                name="manifests_of_vehicle",
                condition=Q(status__in=["issued", "loaded", "arrived", "accepted"]),
            ),
            models.Index(fields=["status", "due_at"], name="manifests_due"),
            models.Index(fields=["-issued_at", "-id"], name="manifests_newest"),
            models.Index(fields=["vehicle", "loaded_at"], name="manifests_trips"),
            models.Index(fields=["changed_at", "uuid"], name="manifests_changed"),
        ]

    def __str__(self) -> str:
        return self.authority_no or self.local_id


class Line(models.Model):
    """One waste on a manifest; grams. ``uuid`` is the ledger's manifest line.

    ``method`` is what the consignee will do with it. Original values and units stand on the
    ledger's movements.
    """

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    waste = models.ForeignKey(WasteType, models.PROTECT, related_name="+", verbose_name=_("waste"))
    method = models.CharField(
        pgettext_lazy("manifest", "method"), max_length=40, blank=True, default=""
    )
    declared_g = models.BigIntegerField(_("declared"))
    weighed_out_g = models.BigIntegerField(_("weighed out"), null=True)
    weighed_in_g = models.BigIntegerField(_("weighed in"), null=True)
    accepted_g = models.BigIntegerField(_("accepted"), null=True)
    containers = models.PositiveIntegerField(_("containers"), null=True, blank=True)

    class Meta:
        ordering = ["manifest", "position"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "position"], name="manifests_line_once"),
            models.CheckConstraint(
                name="manifests_line_masses",
                condition=Q(declared_g__gt=0)
                & (Q(weighed_out_g__isnull=True) | Q(weighed_out_g__gt=0))
                & (Q(weighed_in_g__isnull=True) | Q(weighed_in_g__gt=0))
                & (Q(accepted_g__isnull=True) | Q(accepted_g__gte=0)),
            ),
            models.CheckConstraint(
                name="manifests_line_accepts_what_it_received",
                condition=Q(accepted_g__isnull=True) | Q(accepted_g=F("weighed_in_g")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id}/{self.position}"

    @property
    def known_g(self) -> int:
        """The best figure so far: weighed in, else weighed out, else declared; grams."""
        return self.weighed_in_g or self.weighed_out_g or self.declared_g


class LineLot(models.Model):
    """A container or batch that travels on a line, and the booking that holds it; grams."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    mass_g = models.BigIntegerField()
    booking = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "lot"], name="manifests_linelot_once"),
            models.CheckConstraint(name="manifests_linelot_mass", condition=Q(mass_g__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.mass_g} g"


class Signature(models.Model):
    """Who signed which step, when, where, on which device, over exactly which content.

    Append-only. ``content_digest`` is the SHA-256 of the canonical content (``rules.content``)
    as it was when signed. ``signed_at`` is the signer's clock, ``received_at`` ours.
    """

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="signatures")
    step = models.CharField(_("step"), max_length=10, choices=StepCode)
    party = models.CharField(_("party"), max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    signed_at = models.DateTimeField(_("signed at"))
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    device = models.CharField(max_length=80, blank=True, default="")
    content_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "step"], name="manifests_signed_once"),
            models.CheckConstraint(
                name="manifests_signature_place",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id} {self.step}"
