"""Organisations, the names they had, and the people one calls there."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.registry.models.parts import Entry, in_language, same_key, same_time
from wufei.hub.registry.models.places import Region


class Organisation(Entry):
    """Enterprise, farm, station, hospital, plant or department 单位.

    Closed by validity: it may finish what is on the road and start nothing new.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("Industrial enterprise")
        FARM = "farm", _("Farm")
        HOSPITAL = "hospital", _("Medical institution")
        SCHOOL = "school", _("School or laboratory")
        GARAGE = "garage", _("Vehicle repair")
        CATERING = "catering", _("Catering or market")
        COMMUNITY = "community", _("Residential community")
        VILLAGE_POINT = "village_point", _("Village collection point")
        STATION = "station", _("Collection or transfer station")
        CONSTRUCTION = "construction", _("Construction company")
        CARRIER = "carrier", _("Carrier")
        RECYCLER = "recycler", _("Recycler")
        PLANT = "plant", _("Recovery or disposal plant")
        SEWAGE = "sewage", _("Sewage works")
        DEPARTMENT = "department", _("Government department")
        AGENT = "agent", _("Environmental agent")
        OTHER = "other", _("Other")

    # GB 32100-2015; village points and farms without a licence have none.
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    pinyin = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    domains = models.JSONField(_("waste domains"), default=list, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed"
    )
    closing_reason = models.CharField(_("reason for closing"), max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(credit_code=""), name="registry_organisation_code_or_null"
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")),
                name="registry_organisation_not_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.short_name or self.name, self.name_en)


class OrganisationName(models.Model):
    """A name that an organisation had before 曾用名; the present one stands on the organisation."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="names")
    name = models.CharField(_("name"), max_length=120)
    pinyin = models.CharField(max_length=120, db_index=True)
    validity = DateRangeField(_("validity"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["-validity"]
        constraints = [
            ExclusionConstraint(
                name="registry_one_name_at_a_time",
                expressions=[same_key("organisation"), same_time()],
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationContact(models.Model):
    """Person one calls at an organisation. Personal data: the row may be erased."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contacts")
    name = models.CharField(_("contact"), max_length=40)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    position = models.CharField(_("position"), max_length=40, blank=True)
    main = models.BooleanField(_("first to be called"), default=True)

    class Meta:
        ordering = ["-main", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(main=True),
                name="registry_one_main_contact",
            )
        ]

    def __str__(self) -> str:
        return self.name
