"""Forms that are owed or were filed, their versions, and what followed from them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from wufei.hub.base.files.models import StoredFile
from wufei.hub.registry.models import Organisation, Region, Site


class Filing(models.Model):
    """One form of one organisation (or site) for one period; owed as long as it is open.

    ``type`` is a code of ``declarations``. ``first`` and ``last`` are the period's days; an event
    has its day. ``due_on`` is the last day, None where none is set. ``class_code`` was computed
    when it was opened. ``head`` is the number of the latest version, ``in_force`` the accepted
    one. ``received_on``: when it was first submitted, which is what "on time" asks for.
    ``number`` is ours, ``authority_no`` that of whoever's record it is.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("filing", "Open")
        SUBMITTED = "submitted", pgettext_lazy("filing", "Submitted")
        RETURNED = "returned", pgettext_lazy("filing", "Sent back")
        ACCEPTED = "accepted", pgettext_lazy("filing", "Accepted")
        REJECTED = "rejected", pgettext_lazy("filing", "Rejected")
        # Owed no longer: the organisation closed, or was excused.
        LAPSED = "lapsed", pgettext_lazy("filing", "Lapsed")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(pgettext_lazy("filing", "form"), max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="filings")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    recurs = models.BooleanField(default=False)
    owed = models.BooleanField(_("owed"), default=False)
    due_on = models.DateField(_("due"), null=True, blank=True)
    class_code = models.CharField(max_length=30, blank=True)
    class_reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    # Null, since any number of filings may have none yet.
    number = models.CharField(_("filing number"), max_length=40, unique=True, null=True, blank=True)
    authority_no = models.CharField(_("number of the authority"), max_length=60, blank=True)
    head = models.PositiveIntegerField(default=0)
    in_force = models.ForeignKey("Version", models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    received_on = models.DateField(_("received"), null=True, blank=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True, blank=True)
    lapse_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_on", "type", "pk"]
        verbose_name = _("filing")
        constraints = [
            models.UniqueConstraint(
                fields=["type", "organisation", "site", "first"],
                condition=Q(recurs=True),
                nulls_distinct=False,
                name="filings_once_a_period",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="filings_period"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(in_force__isnull=False),
                name="filings_accepted_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(state="lapsed") | ~Q(lapse_reason=""), name="filings_lapse_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_on"], name="filings_of_organisation"),
            models.Index(fields=["type", "first", "state"], name="filings_of_type"),
            models.Index(
                fields=["due_on"], condition=Q(state__in=["open", "returned"]), name="filings_due"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.type} {self.first}"


class Version(models.Model):
    """What was written, once submitted never changed: an amendment is the next version.

    ``values`` are single values by name, tables stand in ``rows``. ``reasons``: why a warning
    does not matter, by ``Problem.key``. ``remarks``: what the reviewer wrote at places of the
    form (``{"section", "row", "field", "text"}``). ``edition`` counts savings of a draft: two
    people who write in one see each other. ``agent`` filed it for the organisation.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("version", "Submitted")
        # The town has looked; the department has not yet.
        FORWARDED = "forwarded", pgettext_lazy("version", "Passed on")
        RETURNED = "returned", pgettext_lazy("version", "Sent back")
        ACCEPTED = "accepted", pgettext_lazy("version", "Accepted")
        REJECTED = "rejected", pgettext_lazy("version", "Rejected")
        # Another version came before anybody had decided, or was accepted after it.
        SUPERSEDED = "superseded", pgettext_lazy("version", "Superseded")
        WITHDRAWN = "withdrawn", pgettext_lazy("version", "Withdrawn")

    WAITING = (State.SUBMITTED, State.FORWARDED)

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    values = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)
    edition = models.PositiveIntegerField(default=0)
    author = models.CharField(max_length=80)
    agent = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    submission = models.UUIDField(unique=True, null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["filing", "number"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "number"], name="filings_version_number"),
            models.UniqueConstraint(
                fields=["filing"], condition=Q(state="draft"), name="filings_one_draft"
            ),
            models.UniqueConstraint(
                fields=["filing"],
                condition=Q(state__in=["submitted", "forwarded"]),
                name="filings_one_in_review",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(submitted_at__isnull=False) & ~Q(digest="")),
                name="filings_submitted_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filing_id} v{self.number}"


class Row(models.Model):
    """A row of a table of a version; ``values`` by field name, without what is empty."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="rows")
    section = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "section", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "section", "position"], name="filings_row_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.position}"


class Attachment(models.Model):
    """A file that a version names, so that whoever reads the form may open it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "file"], name="filings_attachment_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.file_id}"


class EffectRecord(models.Model):
    """That an effect of a version was done, and what it made: done once."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="effects")
    effect = models.CharField(max_length=60)
    # What ``declarations.Made.as_json`` says of each.
    made = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "effect"], name="filings_effect_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.effect}"


class DueChange(models.Model):
    """Another last day for a form and period, for everyone or for one region, with its reason."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(pgettext_lazy("filing", "form"), max_length=60)
    first = models.DateField(_("first day"))
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("due"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="filings_due_change_reason")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.first}: {self.due_on}"


class Obligation(models.Model):
    """That an organisation owes a form although no rule says so, or does not although one does."""

    class Says(models.TextChoices):
        OWES = "owes", _("owes it")
        EXCUSED = "excused", _("is excused")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(pgettext_lazy("filing", "form"), max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    says = models.CharField(max_length=10, choices=Says)
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="filings_obligation_reason"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="filings_obligation_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.says} {self.type}"


class Statistic(models.Model):
    """A figure that was filed and accepted and that no ledger has: floor area, households, farms.

    ``code`` names it, ``dimension`` tells values of one code apart ("wheat"). One value of each
    form and dimension holds: an amendment replaces it, and the old one stays with
    ``replaced_at``. Two sites, or two events of a day, have a form each and add up.
    """

    code = models.CharField(max_length=60)
    dimension = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=20, blank=True)
    version = models.ForeignKey(Version, models.PROTECT, related_name="statistics")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code", "first", "dimension"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code", "dimension"], name="filings_statistic_of_version"
            )
        ]
        indexes = [models.Index(fields=["code", "first"], name="filings_statistic_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.first}: {self.value} {self.unit}"
