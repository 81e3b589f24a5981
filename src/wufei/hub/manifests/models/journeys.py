"""How a load travels where it is not one truck from gate to gate: legs, halts, rounds."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle


class Round(models.Model):
    """One truck that collects from several consignors 收运班次.

    Where the law wants a manifest per consignor it is a set of manifests, elsewhere one load
    record whose lines each name their own stop.
    """

    uuid = models.UUIDField(unique=True)
    number = models.CharField(_("number"), max_length=40, unique=True)
    template = models.CharField(_("template"), max_length=40)
    carrier = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("manifest", "carrier"),
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle")
    )
    driver = models.ForeignKey(
        Driver, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("driver")
    )
    destination = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("to"))
    actor = models.CharField(max_length=80)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("collection round")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                name="manifests_round_one_a_vehicle",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RoundStop(models.Model):
    """A place that a round is to call at, in order; ``done_at`` when it has been there.

    ``skipped`` says why nothing was collected.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="stops")
    position = models.PositiveSmallIntegerField()
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    skipped = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="manifests_roundstop_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.position}"


class Leg(models.Model):
    """One of several carriers, in order from 1; the first loads, each later one takes over.

    Until then its carrier may still change vehicle and driver. Legs that nobody has taken over
    when the load is received are dropped.
    """

    manifest = models.ForeignKey("manifests.Manifest", models.PROTECT, related_name="legs")
    number = models.PositiveSmallIntegerField()
    carrier = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, blank=True, related_name="+")
    driver = models.ForeignKey(Driver, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["manifest", "number"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "number"], name="manifests_leg_once"),
            models.CheckConstraint(
                name="manifests_leg_taken_or_dropped",
                condition=Q(taken_at__isnull=True)
                | (Q(dropped_at__isnull=True) & Q(vehicle__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["carrier"], name="manifests_legs_of")]

    def __str__(self) -> str:
        return f"{self.manifest_id}/{self.number}"


class Halt(models.Model):
    """Temporary storage on the way 中转暂存: set down at ``site``, then picked up again."""

    manifest = models.ForeignKey("manifests.Manifest", models.PROTECT, related_name="halts")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["manifest", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["manifest"], name="manifests_halt_one_open", condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="manifests_halt_order",
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest_id} @ {self.site_id}"
