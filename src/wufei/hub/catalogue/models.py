"""Waste types of all six domains, by edition and validity, and what is exempt from the rules."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models.parts import same_text, same_time

LOCAL = "LOCAL"


def _in_reader_language(name: str, name_en: str) -> str:
    """Names are data, not messages: the Chinese one is the name, the English one a help."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


class Edition(models.Model):
    """An edition of a catalogue 名录版本: where codes come from, and since when until when.

    ``entries`` is how many the publisher counts; what we hold may be fewer, and the pages say so.
    """

    class Status(models.TextChoices):
        OFFICIAL = "official", _("official")
        DRAFT = "draft", _("draft, not official")
        LOCAL = "local", _("this platform's own")

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=120)
    validity = DateRangeField(_("validity"))
    status = models.CharField(_("status"), max_length=10, choices=Status)
    entries = models.PositiveIntegerField(_("number of entries"), null=True, blank=True)
    replaced_by = models.CharField(_("replaced by"), max_length=30, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return _in_reader_language(self.title, self.title_en)


class WasteType(models.Model):
    """A waste as the ledger knows it: one code of one catalogue edition 废物代码.

    ``stream`` names the declaration in ``domains/*/domain.py`` that says how it is handled
    (tracking by lots or in bulk, unit, density); the ledger copies ``tracking`` to its accounts.
    ``name`` is our own short label; the official wording is loaded by the operator. ``pinyin``
    is what search looks through: initials of name, category and keywords, and bare digits.
    """

    code = models.CharField(_("code"), max_length=30)
    edition = models.CharField(_("catalogue edition"), max_length=30, db_index=True)
    # What addresses name it by: "hw-2021.900-214-08".
    slug = models.GeneratedField(
        expression=Lower(Concat(F("edition"), Value("."), F("code"))),
        output_field=models.CharField(max_length=62),
        db_persist=True,
        unique=True,
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    keywords = models.CharField(_("also called"), max_length=120, blank=True)
    pinyin = models.CharField(max_length=250, db_index=True)
    domain = models.CharField(_("domain"), max_length=20, db_index=True)
    stream = models.CharField(_("stream"), max_length=40, db_index=True)
    category = models.CharField(_("category"), max_length=10, blank=True, db_index=True)
    category_name = models.CharField(_("name of the category"), max_length=60, blank=True)
    category_name_en = models.CharField(max_length=80, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    hazard = models.CharField(_("hazard properties"), max_length=20, blank=True)
    official_text = models.TextField(_("official wording"), blank=True)
    draft = models.BooleanField(_("draft, not official"), default=False)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["domain", "code"]
        verbose_name = _("waste type")
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="catalogue_waste_code"),
            # On any day a code means one thing.
            ExclusionConstraint(
                name="catalogue_waste_one_meaning",
                expressions=[same_text("code"), same_time()],
            ),
            models.CheckConstraint(
                condition=Q(validity__isempty=False), name="catalogue_waste_valid_some_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        return _in_reader_language(self.name, self.name_en)

    @property
    def category_label(self) -> str:
        return _in_reader_language(self.category_name, self.category_name_en)

    @cached_property
    def edition_entry(self) -> Edition | None:
        return Edition.objects.filter(code=self.edition).first()

    @property
    def local(self) -> bool:
        return self.edition == LOCAL


class Exemption(models.Model):
    """A stage of a waste's way that needs not be handled as hazardous, on a condition 豁免.

    ``codes`` are waste codes, categories (HW34), ``*`` for any hazardous waste, or a source that
    no code tells (``@household``, ``@emergency``, ``@legacy``). Condition and evidence are our
    own short words; ``evidence`` is what a claim must be shown with.
    """

    class Stage(models.TextChoices):
        ALL = "all", _("all stages")
        COLLECTION = "collection", _("collection")
        TRANSPORT = "transport", _("transport")
        RECOVERY = "recovery", _("recovery")
        DISPOSAL = "disposal", _("disposal")
        RECOVERY_DISPOSAL = "recovery_disposal", _("recovery and disposal")

    class Effect(models.TextChoices):
        WHOLE = "whole", _("not managed as hazardous waste at all")
        COLLECTION = "collection", _("collection not managed as hazardous")
        TRANSPORT = "transport", _("not transported as hazardous")
        RECOVERY = "recovery", _("recovery not managed as hazardous")
        DISPOSAL = "disposal", _("disposal not managed as hazardous")
        LANDFILL = "landfill", _("landfilling not managed as hazardous")
        KILN = "kiln", _("cement-kiln co-processing not managed as hazardous")
        RECOVERY_DISPOSAL = (
            "recovery_disposal",
            _("recovery or disposal not managed as hazardous"),
        )

    edition = models.CharField(_("catalogue edition"), max_length=30)
    position = models.PositiveSmallIntegerField()
    item = models.PositiveSmallIntegerField(_("item number"))
    codes = ArrayField(models.CharField(max_length=30), verbose_name=_("codes"))
    subject = models.CharField(_("waste"), max_length=60)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    condition = models.CharField(_("condition"), max_length=80)
    effect = models.CharField(_("effect"), max_length=20, choices=Effect)
    evidence = models.CharField(_("evidence needed"), max_length=80)
    validity = DateRangeField(_("validity"))

    class Meta:
        ordering = ["edition", "position"]
        verbose_name = _("exemption")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "position"], name="catalogue_exemption_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.item}: {self.subject}"
