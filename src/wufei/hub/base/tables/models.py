"""Runs of an import with the rows that could not be taken, and runs of an export."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.base.files.models import StoredFile


class ImportRun(models.Model):
    """One uploaded table on its way in.

    ``rows_done`` is written in the same transaction as the rows it counts, so a worker that was
    killed goes on exactly where it stopped. ``actor_row`` is the actor's line of the permission
    table when the file was handed in: the import may do what they might do then.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.QUEUED, State.RUNNING)

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    table_code = models.CharField(max_length=80)
    # "": the only one, or that of a table of values.
    sheet = models.CharField(max_length=120, blank=True, db_default="")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80, db_index=True)
    actor_row = models.JSONField()
    # What is told about rows is told in the language of who handed them in.
    language = models.CharField(max_length=10)
    header = models.JSONField(default=list)
    unknown_columns = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.TextField(blank=True)
    rows_total = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    # Read and waiting for the rest of their entry, which are not done before all of it is.
    rows_seen = models.IntegerField(default=0, db_default=0)
    rows_bad = models.IntegerField(default=0)
    # Of those that did not come back: had been taken before and changed nothing, where known.
    rows_known = models.IntegerField(default=0, db_default=0)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rows_bad__lte=models.F("rows_done") - models.F("rows_known")),
                name="base_import_counts",
            )
        ]

    @property
    def rows_good(self) -> int:
        """Lines that were taken by this run."""
        return self.rows_done - self.rows_bad - self.rows_known

    @property
    def who(self) -> str:
        """The name that whoever handed it in had then."""
        return str(self.actor_row.get("name", ""))

    @property
    def percent(self) -> int:
        return min(100, self.rows_shown * 100 // self.rows_total) if self.rows_total else 0

    @property
    def rows_shown(self) -> int:
        """How far it has come, for whoever waits."""
        if self.state == self.State.DONE:
            return self.rows_total
        return max(self.rows_done, self.rows_seen)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ImportFault(models.Model):
    """A row that was not taken, as it stood in the file, with the reason."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults")
    row_number = models.IntegerField()
    cells = models.JSONField()
    column = models.CharField(max_length=80, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["row_number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "row_number"], name="base_import_fault_row")
        ]


class ExportRun(models.Model):
    """One file that the worker writes for somebody; it is kept for some days.

    ``attempt`` is counted up by whoever begins to write: a worker that was taken for dead finds
    another number and gives up. ``digest`` is over what was asked for: while that is being
    written, asking for it again leads to the same run. ``actor_row`` as in ``ImportRun``.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("File taken away")

    OPEN = (State.QUEUED, State.RUNNING)

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    exporter = models.CharField(max_length=80)
    parameters = models.JSONField()
    form = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    actor = models.CharField(max_length=80, db_index=True)
    actor_row = models.JSONField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.TextField(blank=True)
    attempt = models.IntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "digest"],
                condition=models.Q(state__in=["queued", "running"]),
                name="base_export_once",
            ),
            models.CheckConstraint(
                condition=models.Q(form__in=["xlsx", "csv"]), name="base_export_form"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(size__gt=0), name="base_export_file"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        return min(100, self.rows_done * 100 // self.rows_total) if self.rows_total else 0

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_packed(self) -> bool:
        """Whether all its rows are there and the file is being made of them."""
        return self.state == self.State.RUNNING and 0 < self.rows_total <= self.rows_done

    @property
    def file_name(self) -> str:
        return f"{self.title}.{self.form}"
