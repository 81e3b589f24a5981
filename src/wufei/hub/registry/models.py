"""Who and what the district supervises. Nothing is deleted: it is closed by validity."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Region(models.Model):
    """Administrative region 行政区划 (codes of the National Bureau of Statistics).

    ``code`` is hierarchical for official regions; ``path`` ("37/3715/R371502/371502004") also
    covers functional areas without a code of their own, and is what scopes filter by.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County or district")
        TOWN = "town", _("Town or subdistrict")
        VILLAGE = "village", _("Village or community")

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=80, unique=True)
    pinyin = models.CharField(max_length=40, db_index=True)
    within = models.BooleanField(_("inside the supervised district"), default=False)

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Enterprise, farm, station, hospital, plant or department 单位."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    # GB 32100-2015; village points and farms without a licence have none.
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    pinyin = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(_("kind"), max_length=30)
    domains = models.JSONField(_("waste domains"), default=list, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name or self.name


class Site(models.Model):
    """Place where waste arises, stands or is treated 场所; coordinates are WGS-84 degrees."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=30)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=7, null=True)
    approximate = models.BooleanField(_("approximate position"), default=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    capacity_t = models.DecimalField(
        _("storage capacity, t"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    daily_capacity_t = models.DecimalField(
        _("treatment capacity, t/d"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="registry_site_name"),
        ]

    def __str__(self) -> str:
        return self.name
