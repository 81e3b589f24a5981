"""Sites, vehicles and devices."""

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models.organisations import Organisation
from wufei.hub.registry.models.parts import Entry, same_key, same_text, same_time
from wufei.hub.registry.models.places import Region


class Site(Entry):
    """Place where waste arises, stands or is treated 场所; coordinates are WGS-84 degrees."""

    class Kind(models.TextChoices):
        PRODUCTION = "production", _("Production")
        STORAGE = "storage", _("Storage")
        TREATMENT = "treatment", _("Recovery or treatment")
        LANDFILL = "landfill", _("Landfill or tip")
        COLLECTION = "collection", _("Collection point")
        TRANSFER = "transfer", _("Transfer station")
        CONSTRUCTION = "construction", _("Construction site")
        FARM = "farm", _("Farm")
        YARD = "yard", _("Yard or depot")
        MEDICAL = "medical", _("Medical institution")
        OTHER = "other", _("Other")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=80)
    pinyin = models.CharField(max_length=80, db_index=True, default="")
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    longitude = models.DecimalField(
        _("longitude"), max_digits=10, decimal_places=7, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=7, null=True, blank=True
    )
    approximate = models.BooleanField(_("approximate position"), default=True)
    # GeoJSON geometry, Polygon.
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    capacity_t = models.DecimalField(
        _("storage capacity, t"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    daily_capacity_t = models.DecimalField(
        _("treatment capacity, t/d"), max_digits=12, decimal_places=3, null=True, blank=True
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="registry_site_name"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="registry_site_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vehicle(Entry):
    """Vehicle of a carrier. One plate is one vehicle at a time; a sold truck begins a new row."""

    class Kind(models.TextChoices):
        TIPPER = "tipper", _("Tipper truck")
        COMPACTOR = "compactor", _("Refuse compactor")
        TANKER = "tanker", _("Tank or suction truck")
        BOX = "box", _("Box truck")
        DANGEROUS = "dangerous", _("Dangerous goods truck")
        MEDICAL = "medical", _("Medical waste truck")
        HOOK = "hook", _("Hook-lift truck")
        VAN = "van", _("Van or light truck")
        FARM = "farm", _("Farm vehicle")
        OTHER = "other", _("Other")

    plate = models.CharField(_("plate"), max_length=10, db_index=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    carrier = models.ForeignKey(Organisation, models.PROTECT, related_name="vehicles")
    load_limit_t = models.DecimalField(
        _("load limit, t"), max_digits=7, decimal_places=3, null=True, blank=True
    )
    permit_number = models.CharField(_("road transport permit"), max_length=40, blank=True)
    permit_validity = DateRangeField(_("permit valid"), null=True, blank=True)

    class Meta:
        ordering = ["plate"]
        verbose_name = _("vehicle")
        constraints = [
            ExclusionConstraint(
                name="registry_plate_once", expressions=[same_text("plate"), same_time()]
            ),
            models.CheckConstraint(
                condition=Q(load_limit_t__isnull=True) | Q(load_limit_t__gt=0),
                name="registry_vehicle_carries_something",
            ),
        ]

    def __str__(self) -> str:
        return self.plate


class Device(Entry):
    """Terminal, scale, camera or sensor; ``number`` is what it calls itself when it reports."""

    class Kind(models.TextChoices):
        TERMINAL = "jt808", _("Vehicle terminal (JT/T 808)")
        MONITOR = "hj212", _("Emission monitor (HJ 212)")
        SCALE = "scale", _("Scale")
        CAMERA = "camera", _("Camera")
        BIN = "bin", _("Bin sensor")
        GATE = "gate", _("Gate reader")

    number = models.CharField(_("device number"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="devices")
    maker = models.CharField(_("maker"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)

    class Meta:
        ordering = ["kind", "number"]
        verbose_name = _("device")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="registry_device_number")
        ]

    def __str__(self) -> str:
        return self.number


class DeviceBinding(models.Model):
    """Where a device sits, and since when: on one vehicle or at one site."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="bindings")
    kind = models.CharField(max_length=10, choices=Device.Kind)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="bindings"
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="bindings")
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["-validity"]
        constraints = [
            models.CheckConstraint(
                condition=Q(vehicle__isnull=True) ^ Q(site__isnull=True),
                name="registry_binding_vehicle_or_site",
            ),
            ExclusionConstraint(
                name="registry_device_in_one_place",
                expressions=[same_key("device"), same_time()],
            ),
            # Two terminals on one truck would draw two tracks of the same trip.
            ExclusionConstraint(
                name="registry_one_terminal_a_vehicle",
                expressions=[same_key("vehicle"), same_time()],
                condition=Q(kind="jt808", vehicle__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} → {self.vehicle or self.site}"

    @property
    def last(self) -> date | None:
        """Last day of the binding, None while it lasts."""
        return self.validity.upper - timedelta(days=1) if self.validity.upper else None
