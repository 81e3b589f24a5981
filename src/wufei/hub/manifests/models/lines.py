"""What travels: wastes, and the containers or batches they are in."""

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.catalogue.models import WasteType
from wufei.hub.exemptions.models import Claim
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models.documents import Manifest
from wufei.hub.registry.models import Site


class Line(models.Model):
    """One waste on a manifest; grams. ``uuid`` is the ledger's manifest line.

    ``method`` is what the consignee will do with it. ``site`` is where it came from if that is
    not the manifest's own place: a stop of a collection round. ``follows`` is the line whose
    refused mass this one carries on. What is not accepted is refused, and stays in the carrier's
    custody until a linked manifest takes it over. Original values and units stand on the
    ledger's movements.
    """

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    waste = models.ForeignKey(WasteType, models.PROTECT, related_name="+", verbose_name=_("waste"))
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    method = models.CharField(
        pgettext_lazy("manifest", "method"), max_length=40, blank=True, default=""
    )
    declared_g = models.BigIntegerField(_("declared"))
    weighed_out_g = models.BigIntegerField(_("weighed out"), null=True)
    weighed_in_g = models.BigIntegerField(_("weighed in"), null=True)
    accepted_g = models.BigIntegerField(_("accepted"), null=True)
    refused_g = models.BigIntegerField(_("refused"), null=True)
    containers = models.PositiveIntegerField(_("containers"), null=True, blank=True)
    claims = models.ManyToManyField(
        Claim, through="LineClaim", related_name="+", verbose_name=_("exemption claims")
    )
    # What it relies on while it is written, and once it has been read.
    relied: Sequence[Claim] | None = None

    class Meta:
        ordering = ["manifest", "position"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "position"], name="manifests_line_once"),
            models.CheckConstraint(
                name="manifests_line_masses",
                condition=Q(declared_g__gt=0)
                & (Q(weighed_out_g__isnull=True) | Q(weighed_out_g__gt=0))
                & (Q(weighed_in_g__isnull=True) | Q(weighed_in_g__gt=0))
                & (Q(accepted_g__isnull=True) | Q(accepted_g__gte=0))
                & (Q(refused_g__isnull=True) | Q(refused_g__gte=0)),
            ),
            models.CheckConstraint(
                name="manifests_line_accepted_and_refused_are_received",
                condition=Q(accepted_g__isnull=True, refused_g__isnull=True)
                | Q(
                    accepted_g__isnull=False,
                    refused_g__isnull=False,
                    weighed_in_g=F("accepted_g") + F("refused_g"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id}/{self.position}"

    @property
    def known_g(self) -> int:
        """The best figure so far: weighed in, else weighed out, else declared; grams."""
        return self.weighed_in_g or self.weighed_out_g or self.declared_g

    @property
    def exemption(self) -> Sequence[Claim]:
        """Claims on which it travels otherwise than as hazardous waste; mostly none."""
        if self.relied is None:
            self.relied = sorted(self.claims.all(), key=lambda one: one.pk) if self.pk else ()
        return self.relied


class LineClaim(models.Model):
    """A claim that a line travels on: why this plant or this carrier may have it."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "claim"], name="manifests_lineclaim_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.claim_id}"


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
