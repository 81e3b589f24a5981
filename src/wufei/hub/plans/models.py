"""A plan, as it was read: clauses, who answers for them, tasks and targets."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from wufei.hub.base.models import StoredFile
from wufei.hub.registry.models import Unit


class Document(models.Model):
    """A plan document 实施方案. ``digest`` is the SHA-256 of what was loaded: the same file gives
    the same document.

    A ``text`` was read from the document itself; a ``structure`` holds its facts only (paths,
    units, numbers, titles in our own words) and no sentence of it. Tasks and targets of a draft
    bind nobody: ``IN_FORCE`` they do, until a document of the same number takes its place.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text of the document")
        STRUCTURE = "structure", _("Facts only, without the text")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "To be reviewed")
        IN_FORCE = "in_force", _("In force")
        SUPERSEDED = "superseded", _("Superseded")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("holds"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    issuer = models.CharField(_("issuer"), max_length=100, blank=True)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    issued = models.DateField(_("issued"), null=True, blank=True)
    base_year = models.PositiveSmallIntegerField(_("base year"), null=True, blank=True)
    target_year = models.PositiveSmallIntegerField(_("target year"), null=True, blank=True)
    source = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="plans"
    )
    source_note = models.CharField(_("source"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    characters = models.PositiveIntegerField(_("characters"), default=0)
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    loaded_by = models.CharField(max_length=80)
    adopted_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    adopted_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-issued", "-pk"]
        verbose_name = _("plan")
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(state="in_force") & ~Q(number=""),
                name="plans_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(adopted_at__isnull=False),
                name="plans_adopted_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Clause(models.Model):
    """A numbered part 条款. ``path`` joins its numbers from the top: "三/(一)/1/(2)".

    ``text`` is its own text with line breaks closed ("" in a structure); ``start``–``end`` are
    the characters of the source file that it was read from. A clause without attributions is a
    heading, or explains.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="clauses")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    path = models.CharField(_("clause"), max_length=120)
    position = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), blank=True)
    domain = models.CharField(_("domain"), max_length=20, blank=True)
    attributed = models.PositiveSmallIntegerField(_("attributions"), default=0)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["document", "position"]
        verbose_name = _("clause")
        constraints = [
            models.UniqueConstraint(fields=["document", "path"], name="plans_clause_path"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="plans_clause_span"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.title}"

    @property
    def level(self) -> int:
        return self.path.count("/")


class Attribution(models.Model):
    """One bracket 〔牵头单位：…；责任单位：…〕 (or one such line): who answers for the part of the
    clause's text from ``begin`` to ``start``. The bracket itself is ``start`` to ``end``.
    """

    clause = models.ForeignKey(Clause, models.CASCADE, related_name="attributions")
    position = models.PositiveSmallIntegerField()
    raw = models.TextField(blank=True)
    begin = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["clause", "position"]
        constraints = [
            models.UniqueConstraint(fields=["clause", "position"], name="plans_attribution_place"),
            models.CheckConstraint(
                condition=Q(start__gte=F("begin"), end__gte=F("start")),
                name="plans_attribution_span",
            ),
        ]


class Assignment(models.Model):
    """A unit named in an attribution. ``raw`` is what stands there, ``how`` it was understood.

    ``unit`` is None where nothing in the register is clearly meant: the reviewer says which.
    ``start``–``end`` are its characters in the clause's text.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("lead unit")
        RESPONSIBLE = "responsible", _("responsible unit")

    class How(models.TextChoices):
        EXACT = "exact", _("written as in the register")
        ALIAS = "alias", _("known spelling")
        SIMILAR = "similar", _("by likeness")
        UNKNOWN = "unknown", _("not recognised")
        HAND = "hand", _("by a reviewer")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    attribution = models.ForeignKey(Attribution, models.CASCADE, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(_("role"), max_length=12, choices=Role)
    role_inferred = models.BooleanField(_("role inferred"), default=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    raw = models.CharField(_("as written"), max_length=80)
    others = models.BooleanField(_("and others"), default=False)
    how = models.CharField(_("recognised"), max_length=10, choices=How)
    score = models.DecimalField(_("likeness"), max_digits=4, decimal_places=3, default=1)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["attribution", "position"]
        verbose_name = _("unit as written")
        constraints = [
            models.UniqueConstraint(
                fields=["attribution", "position"], name="plans_assignment_place"
            ),
            models.CheckConstraint(
                condition=Q(how="unknown", unit__isnull=True)
                | (~Q(how="unknown") & Q(unit__isnull=False)),
                name="plans_assignment_unit",
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="plans_assignment_score"
            ),
        ]

    def __str__(self) -> str:
        return self.raw


class Task(models.Model):
    """What an attribution makes its units answer for 任务. Its units are the attribution's.

    ``deadline`` is the end of the last year that its text names; where it names none, the end of
    the plan (``deadline_stated`` is False then).
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Not started")
        UNDER_WAY = "under_way", pgettext_lazy("task", "Under way")
        DONE = "done", pgettext_lazy("task", "Done")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="tasks")
    attribution = models.OneToOneField(Attribution, models.CASCADE, related_name="task")
    title = models.CharField(_("task"), max_length=140)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    deadline_stated = models.BooleanField(default=False)
    note = models.CharField(_("progress"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("latest progress"), null=True, blank=True)

    class Meta:
        ordering = ["clause__document", "clause__position", "attribution__position"]
        verbose_name = _("task")

    def __str__(self) -> str:
        return self.title


class Target(models.Model):
    """A number to be reached 目标. ``indicator`` is the code of what computes it, "" if nothing.

    ``value_max`` only where the operator is "between". ``draft`` until a reviewer has put the
    document into force. ``start``–``end`` are characters of the source file.
    """

    class Operator(models.TextChoices):
        AT_LEAST = ">=", _("at least")
        AT_MOST = "<=", _("at most")
        EQUAL = "=", _("exactly")
        BETWEEN = "between", _("between")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()
    indicator = models.CharField(_("indicator"), max_length=60, blank=True)
    how = models.CharField(max_length=10, choices=Assignment.How, default=Assignment.How.EXACT)
    name = models.CharField(_("name"), max_length=100)
    operator = models.CharField(_("condition"), max_length=8, choices=Operator)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=4)
    value_max = models.DecimalField(
        _("highest value"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    base_value = models.DecimalField(
        _("base value"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    domain = models.CharField(_("domain"), max_length=20, blank=True)
    responsible = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="targets"
    )
    raw = models.CharField(max_length=200, blank=True)
    draft = models.BooleanField(_("draft"), default=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["clause__document", "clause__position", "position"]
        verbose_name = _("target")
        constraints = [
            models.UniqueConstraint(fields=["clause", "position"], name="plans_target_place"),
            models.CheckConstraint(
                condition=Q(operator__in=[">=", "<=", "=", "between"]), name="plans_operator"
            ),
            models.CheckConstraint(
                condition=Q(operator="between", value_max__isnull=False, value_max__gte=F("value"))
                | (~Q(operator="between") & Q(value_max__isnull=True)),
                name="plans_target_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"
