"""Who works for whom, and who drives."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models.organisations import Organisation
from wufei.hub.registry.models.parts import Entry, same_key, same_text, same_time


class Membership(Entry):
    """A user acts for an organisation; an agent 环保管家 has one for each firm they serve."""

    class Function(models.TextChoices):
        CLERK = "clerk", _("Environment clerk")
        AGENT = "agent", _("Environmental agent")
        DRIVER = "driver", _("Driver")
        GATE = "gate", _("Gate staff")
        KEEPER = "keeper", _("Station keeper")
        MANAGER = "manager", _("Manager")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    function = models.CharField(_("function"), max_length=10, choices=Function)

    class Meta:
        ordering = ["organisation__name", "function"]
        verbose_name = _("membership")
        constraints = [
            ExclusionConstraint(
                name="registry_membership_once",
                expressions=[
                    same_key("user"),
                    same_key("organisation"),
                    same_text("function"),
                    same_time(),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class Driver(Entry):
    """Driver of a carrier. Who it is stands in ``DriverIdentity``, which may be erased."""

    class Qualification(models.TextChoices):
        GENERAL = "general", _("Road goods transport")
        DANGEROUS = "dangerous", _("Dangerous goods transport")
        ESCORT = "escort", _("Dangerous goods escort")

    carrier = models.ForeignKey(Organisation, models.PROTECT, related_name="drivers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="driving"
    )
    qualification = models.CharField(
        _("qualification"), max_length=10, choices=Qualification, default=Qualification.GENERAL
    )
    qualified = DateRangeField(_("qualification valid"), null=True, blank=True)

    class Meta:
        ordering = ["carrier__name", "id"]
        verbose_name = _("driver")

    def __str__(self) -> str:
        identity = getattr(self, "identity", None)
        return identity.name if identity else f"{self.carrier} #{self.pk}"


class DriverIdentity(models.Model):
    """Personal data of a driver: the row may be erased.

    The identity card number is kept as a keyed hash (to recognise the same person) and its last
    four places (to tell people apart on screen), never in full.
    """

    driver = models.OneToOneField(Driver, models.CASCADE, related_name="identity")
    name = models.CharField(_("name"), max_length=40)
    pinyin = models.CharField(max_length=40, db_index=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    id_hash = models.CharField(max_length=64, blank=True, db_index=True)
    id_last4 = models.CharField(_("identity card, last four"), max_length=4, blank=True)
    qualification_number = models.CharField(_("qualification number"), max_length=30, blank=True)

    def __str__(self) -> str:
        return self.name
