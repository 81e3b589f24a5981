"""What an organisation is allowed to do, and how much."""

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models.assets import Site
from wufei.hub.registry.models.organisations import Organisation
from wufei.hub.registry.models.parts import Entry, same_key, same_text, same_time


class Licence(Entry):
    """Permission by an authority 许可证、核准文件; ``lines`` say for which codes and how much."""

    class Kind(models.TextChoices):
        HAZARDOUS = "hazardous", _("Hazardous waste operating licence")
        COLLECTION = "collection", _("Hazardous waste collection pilot")
        MEDICAL = "medical", _("Medical waste disposal licence")
        CONSTRUCTION = "construction", _("Construction waste disposal approval")
        HOUSEHOLD = "household", _("Household waste service permit")
        KITCHEN = "kitchen", _("Kitchen waste service permit")
        ROAD = "road", _("Road transport permit")
        DANGEROUS_ROAD = "dangerous_road", _("Dangerous goods road transport permit")
        DISCHARGE = "discharge", _("Pollutant discharge permit")
        DISMANTLING = "dismantling", _("Vehicle dismantling qualification")
        OTHER = "other", _("Other")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="licences")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    number = models.CharField(_("licence number"), max_length=60)
    authority = models.CharField(_("issued by"), max_length=80, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        ordering = ["organisation__name", "kind", "-validity"]
        verbose_name = _("licence")
        constraints = [
            ExclusionConstraint(
                name="registry_licence_number_once",
                expressions=[same_text("kind"), same_text("number"), same_time()],
            )
        ]

    def __str__(self) -> str:
        return self.number


class LicenceLine(models.Model):
    """One waste code of a licence and its tonnes a year; the code ``*`` stands for all.

    Organisation, kind and validity repeat the licence's, so that one constraint can see overlaps
    across licences; a composite foreign key (migration 0002) makes them follow it.
    """

    ALL = "*"

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="lines")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Licence.Kind)
    code = models.CharField(_("waste code"), max_length=30, default=ALL)
    limit_t = models.DecimalField(
        _("tonnes a year"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    methods = models.CharField(_("methods"), max_length=60, blank=True)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["code"]
        constraints = [
            ExclusionConstraint(
                name="registry_licence_no_overlap",
                expressions=[
                    same_key("organisation"),
                    same_text("kind"),
                    same_text("code"),
                    same_time(),
                ],
            ),
            models.CheckConstraint(
                condition=Q(limit_t__isnull=True) | Q(limit_t__gte=0),
                name="registry_licence_limit_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Quota(Entry):
    """How much of a waste an organisation (or one of its sites) may make or move in a period."""

    class Source(models.TextChoices):
        PLAN = "plan", _("Management plan filing")
        APPROVAL = "approval", _("Disposal approval")
        OTHER = "other", _("Other")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="quotas")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="quotas")
    code = models.CharField(_("waste code"), max_length=30)
    limit_t = models.DecimalField(
        _("quantity, t"), max_digits=14, decimal_places=3, default=Decimal(0)
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.PLAN)
    document = models.CharField(_("document number"), max_length=60, blank=True)

    class Meta:
        ordering = ["organisation__name", "code", "-validity"]
        verbose_name = _("quota")
        constraints = [
            ExclusionConstraint(
                name="registry_quota_no_overlap",
                expressions=[
                    same_key("organisation"),
                    same_key("site"),
                    same_text("code"),
                    same_time(),
                ],
            ),
            models.CheckConstraint(condition=Q(limit_t__gte=0), name="registry_quota_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.limit_t} t"
