"""Grouping 合并 and splitting 分装 of lots: what stands in one account, put into other containers.

No mass moves between accounts, so there is no movement. Both tables are append-only.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Regrouping(models.Model):
    """Lots of one stock that became other lots of it; grams.

    One that ``undoes`` another has no parts of its own: the other's parts count no longer.
    """

    uuid = models.UUIDField(unique=True)
    account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="regroupings")
    mass_g = models.BigIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    note = models.CharField(_("remark"), max_length=300, blank=True, default="")
    actor = models.CharField(max_length=60)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undoing")

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_regrouping_mass", condition=Q(mass_g__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.mass_g} g"


class RegroupedPart(models.Model):
    """Mass that went from ``parent`` into ``lot``: an edge of a trace; grams.

    ``attributed`` says that several lots were mixed into several, so that nobody knows which
    gram went where and each took its proportion.
    """

    regrouping = models.ForeignKey(Regrouping, models.PROTECT, related_name="parts", db_index=False)
    parent = models.ForeignKey(
        "ledger.Lot", models.PROTECT, related_name="regrouped_into", db_index=False
    )
    lot = models.ForeignKey(
        "ledger.Lot", models.PROTECT, related_name="regrouped_from", db_index=False
    )
    mass_g = models.BigIntegerField()
    attributed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["regrouping", "parent", "lot"], name="ledger_regroupedpart_once"
            ),
            models.CheckConstraint(name="ledger_regroupedpart_mass", condition=Q(mass_g__gt=0)),
            models.CheckConstraint(
                name="ledger_regroupedpart_two_lots", condition=~Q(parent=models.F("lot"))
            ),
        ]
        indexes = [
            models.Index(fields=["parent"], name="ledger_regroupedpart_parent"),
            models.Index(fields=["lot"], name="ledger_regroupedpart_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} -> {self.lot_id}: {self.mass_g} g"
