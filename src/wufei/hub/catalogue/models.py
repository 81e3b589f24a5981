"""Waste types of all six domains, by edition and validity."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _


class WasteType(models.Model):
    """A waste as the ledger knows it: one code of one catalogue edition.

    ``stream`` names the declaration in ``domains/*/domain.py`` that says how it is handled
    (tracking by lots or in bulk, unit, density); the ledger copies ``tracking`` to its accounts.
    """

    code = models.CharField(_("code"), max_length=30)
    edition = models.CharField(_("catalogue edition"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    pinyin = models.CharField(max_length=80, db_index=True)
    domain = models.CharField(_("domain"), max_length=20, db_index=True)
    stream = models.CharField(_("stream"), max_length=40, db_index=True)
    category = models.CharField(_("category"), max_length=10, blank=True)
    hazard = models.CharField(_("hazard properties"), max_length=20, blank=True)
    official_text = models.TextField(_("official wording"), blank=True)
    draft = models.BooleanField(_("draft, not official"), default=False)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["domain", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="catalogue_waste_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
