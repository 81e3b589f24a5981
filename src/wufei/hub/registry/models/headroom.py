"""What documents take from a quota, or from a licence's yearly quantity."""

from django.db import models
from django.db.models import Q

from wufei.hub.registry.models.permits import Licence, Quota


class Headroom(models.Model):
    """Grams taken from a quota (for its whole period) or from one ``code`` of a licence in a year.

    This row is the lock: whoever takes changes it first, so that two can never take the same.
    """

    quota = models.OneToOneField(Quota, models.PROTECT, null=True, related_name="headroom")
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="headrooms")
    code = models.CharField(max_length=30, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True)
    taken_g = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "code", "year"], name="registry_headroom_of_line"
            ),
            models.CheckConstraint(
                name="registry_headroom_of_one",
                condition=Q(quota__isnull=False, licence__isnull=True, year__isnull=True)
                | Q(quota__isnull=True, licence__isnull=False, year__isnull=False),
            ),
            models.CheckConstraint(name="registry_headroom_taken", condition=Q(taken_g__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quota_id or self.licence_id}: {self.taken_g} g"


class Allotment(models.Model):
    """What one thing (``key``: a manifest's line) takes of a headroom; their sum is ``taken_g``."""

    key = models.UUIDField()
    headroom = models.ForeignKey(Headroom, models.PROTECT, related_name="allotments")
    mass_g = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "headroom"], name="registry_allotment_once"),
            models.CheckConstraint(name="registry_allotment_mass", condition=Q(mass_g__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.mass_g} g"
