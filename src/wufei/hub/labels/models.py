"""Labels on containers 容器标签: what a lot does not know, who printed them, passes for inspectors.

The lot and its mass stand in the ledger. Contacts are personal data: both columns may be emptied.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Organisation


class State(models.TextChoices):
    """What the waste is like 形态."""

    SOLID = "solid", _("solid")
    SEMI_SOLID = "semi_solid", _("semi-solid")
    LIQUID = "liquid", _("liquid")
    GAS = "gas", _("gas in a container")


class Container(models.TextChoices):
    """What the waste is in 包装容器."""

    DRUM = "drum", _("drum")
    IBC = "ibc", _("intermediate bulk container")
    TANK = "tank", _("tank")
    BOX = "box", _("box")
    BAG = "bag", _("bag")
    HEAP = "heap", _("none: a heap or a load")
    OTHER = "other", pgettext_lazy("container", "other")


class ContainerLabel(models.Model):
    """The label of one container, from the lot in which its waste first stood.

    ``code`` is the digital identification code, or our own number for labels that have none;
    ``code_rule`` is the day since which its form has been given. Holder and waste repeat the
    lot's, so that the latest label of both is found at once. ``prints`` counts the times it was
    ordered: from the second on it is marked as a reprint.
    """

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="container_label")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    waste = models.ForeignKey(WasteType, models.PROTECT, related_name="+", db_index=False)
    format = models.CharField(_("label"), max_length=20)
    code = models.CharField(_("digital code"), max_length=60, unique=True)
    code_rule = models.DateField(null=True)
    produced_on = models.DateField(_("day of production or collection"))
    volume_l = models.DecimalField(
        _("volume, L"), max_digits=9, decimal_places=1, null=True, blank=True
    )
    container = models.CharField(_("container"), max_length=10, choices=Container, blank=True)
    form = models.CharField(_("form"), max_length=10, choices=State, blank=True)
    hazard = models.CharField(_("hazard properties"), max_length=20, blank=True)
    components = models.CharField(_("main components"), max_length=120, blank=True)
    harmful = models.CharField(_("harmful components"), max_length=120, blank=True)
    precautions = models.CharField(_("precautions"), max_length=120, blank=True)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    note = models.CharField(_("remark"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    changed_at = models.DateTimeField(null=True)
    printed_at = models.DateTimeField(_("printed at"), null=True)
    prints = models.PositiveIntegerField(_("times printed"), default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("label")
        constraints = [
            models.CheckConstraint(
                name="labels_label_volume",
                condition=Q(volume_l__isnull=True) | Q(volume_l__gt=0),
            ),
            models.CheckConstraint(
                name="labels_label_printed",
                condition=Q(prints=0, printed_at__isnull=True)
                | Q(prints__gt=0, printed_at__isnull=False),
            ),
            models.CheckConstraint(name="labels_label_code", condition=~Q(code="")),
        ]
        indexes = [
            models.Index(fields=["holder", "waste", "-id"], name="labels_label_latest"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def outdated(self) -> bool:
        """What hangs on the container says something else than the label now does."""
        return bool(self.printed_at and self.changed_at and self.changed_at > self.printed_at)


class PrintRun(models.Model):
    """Labels ordered at once. The PDF of a few is made whenever it is asked for; that of many is
    made once by a job, which leaves it in ``file``.
    """

    class Paper(models.TextChoices):
        PAGE = "page", _("each label on a page of its own size")
        SHEET = "sheet", _("several on A4")

    uuid = models.UUIDField(unique=True)
    actor = models.CharField(max_length=80)
    paper = models.CharField(_("paper"), max_length=10, choices=Paper)
    language = models.CharField(max_length=10)
    site = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["actor", "-id"], name="labels_run_of")]

    def __str__(self) -> str:
        return str(self.uuid)


class Printed(models.Model):
    """One label of a run; ``number`` is which time it was printed."""

    run = models.ForeignKey(PrintRun, models.CASCADE, related_name="printed")
    label = models.ForeignKey(ContainerLabel, models.PROTECT, related_name="printed")
    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="labels_printed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id} × {self.number}"


class CheckPass(models.Model):
    """Lets one inspector without an account look at one manifest for a few minutes.

    Made by whoever carries or keeps the load. The first phone that opens it keeps it: a copy of
    the code opens nothing. Expired ones are removed after ``tasks.PASS_AGE``.
    """

    uuid = models.UUIDField(unique=True)
    manifest = models.ForeignKey(Manifest, models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(_("valid until"))
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["actor", "made_at"], name="labels_pass_of")]

    def __str__(self) -> str:
        return str(self.uuid)
