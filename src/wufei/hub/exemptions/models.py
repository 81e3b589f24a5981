"""Claims that batches of a hazardous waste are exempt at a stage 豁免主张, and what they must meet.

An exemption of the catalogue holds on a condition. Where the condition is a test, its limits are
criteria; a claim says which batches, on which laboratory's report, with which values. What is
exempt is a stage (its transport, its landfill): the waste stays what it is in storage and ledger.
"""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.models import Exemption, WasteType
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.models.parts import in_language


class Grade(models.TextChoices):
    """How sure a figure is that was not enacted here."""

    A = "A", _("read in the standard")
    B = "B", _("second-hand, check it")
    C = "C", _("from memory or local practice, set it yourself")


class Criterion(models.Model):
    """A limit that the batch's test must stay below, of an exemption's item and effects 限值.

    ``limit`` is in ``unit``; a value must be smaller. ``method`` is how it is measured. Places set
    them; a claim keeps what it was measured against.
    """

    edition = models.CharField(_("catalogue edition"), max_length=30)
    item = models.PositiveSmallIntegerField(_("item number"))
    effects = ArrayField(models.CharField(max_length=20), verbose_name=_("exempt from"))
    position = models.PositiveSmallIntegerField(default=0)
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True, default="")
    unit = models.CharField(_("unit"), max_length=20)
    limit = models.DecimalField(_("below"), max_digits=14, decimal_places=6)
    method = models.CharField(_("measured by"), max_length=60, blank=True, default="")
    source = models.CharField(_("source"), max_length=160)
    grade = models.CharField(_("how sure"), max_length=1, choices=Grade)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["edition", "item", "position", "pk"]
        verbose_name = _("limit of an exemption")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "item", "code"], name="exemptions_criterion_once"
            ),
            models.CheckConstraint(condition=Q(limit__gt=0), name="exemptions_criterion_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.label} < {self.limit.normalize():f} {self.unit}"

    @property
    def label(self) -> str:
        return in_language(self.name, self.name_en)


class Claim(models.Model):
    """That lots of one holder are exempt at some stages, on one test report 豁免主张.

    ``results`` keeps each value with the limit it was held against, its source and its grade.
    Valid from when it was made until ``valid_until`` (that day included), unless it has ended.
    ``uuid`` is chosen by whoever claims and is the idempotency key.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", pgettext_lazy("exemption", "Claimed")
        WITHDRAWN = "withdrawn", pgettext_lazy("exemption", "Withdrawn")
        CONTESTED = "contested", pgettext_lazy("exemption", "Contested")

    uuid = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    waste = models.ForeignKey(WasteType, models.PROTECT, related_name="+", verbose_name=_("waste"))
    exemptions = models.ManyToManyField(Exemption, related_name="+", verbose_name=_("exempt from"))
    report_no = models.CharField(_("number of the report"), max_length=60)
    laboratory = models.CharField(_("laboratory"), max_length=120)
    sampled_on = models.DateField(_("sampled on"))
    reported_on = models.DateField(_("reported on"))
    valid_until = models.DateField(_("valid until"))
    results = models.JSONField(_("measured values"), default=list)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name=_("report as a file")
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLAIMED)
    actor = models.CharField(max_length=80)
    claimed_at = models.DateTimeField(_("claimed at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")
    end_reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-claimed_at", "-pk"]
        verbose_name = _("exemption claim")
        constraints = [
            models.CheckConstraint(
                name="exemptions_claim_ended",
                condition=Q(state="claimed", ended_at__isnull=True, end_reason="")
                | (Q(state__in=["withdrawn", "contested"], ended_at__isnull=False))
                & ~Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="exemptions_claim_days",
                condition=Q(reported_on__gte=F("sampled_on"))
                & Q(valid_until__gte=F("reported_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.report_no


class ClaimedLot(models.Model):
    """A batch of a claim; ``held`` until the claim ends: no other claim holds it meanwhile."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    held = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "lot"], name="exemptions_claimedlot_once"),
            models.UniqueConstraint(
                fields=["lot"], condition=Q(held=True), name="exemptions_lot_in_one_claim"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.lot_id}"
