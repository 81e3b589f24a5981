"""Regions, and the units that a plan gives its tasks to."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.registry.models.parts import Entry, in_language


class Region(models.Model):
    """Administrative region 行政区划 (codes of the National Bureau of Statistics).

    ``path`` ("37/3715/371502/371502004") is the administrative tree. A functional area 功能区
    has no national code: it is a root of its own, and the regions it supervises point at it by
    ``zone`` while they stay under their county. ``covered_by`` holds the codes of a region, its
    parents and its zone: what scopes and filters ask.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County or district")
        ZONE = "zone", _("Functional area")
        TOWN = "town", _("Town or subdistrict")
        VILLAGE = "village", _("Village or community")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    zone = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised"
    )
    path = models.CharField(max_length=80, unique=True)
    covered_by = ArrayField(models.CharField(max_length=12), default=list)
    pinyin = models.CharField(max_length=60, db_index=True)
    within = models.BooleanField(_("inside the supervised district"), default=False)

    class Meta:
        ordering = ["path"]
        verbose_name = _("region")
        indexes = [GinIndex(fields=["covered_by"], name="registry_region_covered")]

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


class Unit(Entry):
    """Unit that a plan names as lead 牵头单位 or responsible 责任单位.

    A collective ("the town governments") stands for its ``members``. ``aliases`` are the other
    spellings that documents use, recognition errors included.
    """

    class Kind(models.TextChoices):
        OFFICE = "office", _("Party or administration office")
        DEPARTMENT = "department", _("District department")
        CENTRE = "centre", _("Public service centre")
        BRANCH = "branch", _("Branch of a higher authority")
        TOWN = "town", _("Town government or subdistrict office")
        COLLECTIVE = "collective", _("Group of units")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    short_name = models.CharField(_("short name"), max_length=30, blank=True)
    aliases = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="members"
    )
    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, null=True, blank=True, related_name="units"
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    pinyin = models.CharField(max_length=60, db_index=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("unit")

    def __str__(self) -> str:
        return in_language(self.short_name or self.name, self.name_en)
