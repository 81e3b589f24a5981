"""Reads of the plans that are more than a ``get``."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, When

from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord, StoredFile
from wufei.hub.plans.findings import subject
from wufei.hub.plans.models import Assignment, Attribution, Clause, Document, Target, Task
from wufei.hub.registry.models import Unit
from wufei.hub.registry.validity import today

_ROLES = Assignment.Role
_URGENCY = ["unknown", "similar", "alias", "hand", "exact"]


def may_open(file: StoredFile, actor: Actor) -> bool:
    """Who sees plans may take their files."""
    return actor.may("plans.plan.view") and Document.objects.filter(source=file).exists()


def documents() -> "QuerySet[Document]":
    return Document.objects.select_related("source")


def binding() -> "QuerySet[Document]":
    return Document.objects.filter(state=Document.State.IN_FORCE)


def current() -> Document | None:
    """The plan in force that was issued last; without one, the draft that was loaded last."""
    drafts = Document.objects.filter(state=Document.State.DRAFT).order_by("-pk")
    return binding().first() or drafts.first()


def targets(year: int) -> list[Target]:
    """What is to be reached in ``year`` by the plans in force: one row for each indicator, and
    for each name that no indicator computes.

    It is the target of that year or of the next year that has one; after the plan's last year
    its last target stays the measure. ``Target.year`` says which year it was set for. Where the
    plan says it twice, the clause that names who answers for it counts.
    """
    groups: dict[str, list[Target]] = defaultdict(list)
    for row in all_targets():
        groups[row.indicator or row.name].append(row)
    return [_due(found, year) for found in groups.values()]


def _due(found: list[Target], year: int) -> Target:
    coming = [one.year for one in found if one.year >= year]
    wanted = min(coming) if coming else max(one.year for one in found)
    same = [one for one in found if one.year == wanted]
    return max(same, key=lambda one: (one.clause.attributed > 0, one.responsible_id is not None))


def tasks() -> "QuerySet[Task]":
    """Tasks of the plans in force, with the units that they name."""
    named = Prefetch("attribution__assignments", Assignment.objects.select_related("unit"))
    return (
        Task.objects.filter(clause__document__state=Document.State.IN_FORCE)
        .select_related("clause__document", "attribution")
        .prefetch_related(named)
    )


def overdue() -> Q:
    """Condition on tasks: not done, and the deadline is over."""
    return Q(deadline__lt=today()) & ~Q(state=Task.State.DONE)


def all_targets() -> "QuerySet[Target]":
    """Targets of the plans in force, as they stand in them."""
    return Target.objects.filter(clause__document__in=binding()).select_related(
        "clause__document", "responsible"
    )


def target_years() -> list[tuple[str, str]]:
    """Choices of a filter."""
    years = all_targets().order_by("year").values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in years]


def targets_in(document: Document) -> "QuerySet[Target]":
    return Target.objects.filter(clause__document=document).select_related("clause", "responsible")


def targets_of(clause: Clause) -> "QuerySet[Target]":
    return Target.objects.filter(clause=clause).select_related("clause", "responsible")


def clauses() -> "QuerySet[Clause]":
    return Clause.objects.select_related("document", "parent")


def with_all_below(clause: Clause) -> "QuerySet[Clause]":
    """The clause and every part below it, in order, with attributions, names and targets."""
    named = Prefetch("assignments", Assignment.objects.select_related("unit"))
    below = Q(path=clause.path) | Q(path__startswith=f"{clause.path}/")
    return (
        Clause.objects.filter(below, document=clause.document)
        .order_by("position")
        .prefetch_related(
            Prefetch("attributions", Attribution.objects.prefetch_related(named)),
            Prefetch("targets", Target.objects.select_related("responsible")),
        )
    )


@dataclass
class Branch:
    """A clause and the branches below it; ``attributed`` counts the attributions of all."""

    clause: Clause
    children: "list[Branch]" = field(default_factory=list)

    @property
    def attributed(self) -> int:
        return self.clause.attributed + sum(child.attributed for child in self.children)


def tree(document: Document) -> list[Branch]:
    """The document's parts as a tree."""
    branches: dict[int, Branch] = {}
    roots: list[Branch] = []
    for clause in document.clauses.defer("text").order_by("position"):
        branch = branches[clause.pk] = Branch(clause)
        above = branches.get(clause.parent_id) if clause.parent_id else None
        (above.children if above else roots).append(branch)
    return roots


def named_units() -> "QuerySet[Unit]":
    """Units that any plan names, and the members of groups that are named."""
    named = Assignment.objects.filter(unit__isnull=False).values("unit")
    return Unit.objects.filter(Q(pk__in=named) | Q(part_of__in=named)).order_by("position", "name")


def with_unit(unit: Unit, role: str = "") -> Q:
    """Condition on tasks: the unit is named, itself or through its group ("the town governments").

    One condition for both, so that a task is not counted twice.
    """
    named = Assignment.objects.filter(attribution=OuterRef("attribution"))
    named = named.filter(Q(unit=unit) | Q(unit__members=unit))
    if role:
        named = named.filter(role=role)
    return Q(Exists(named))


def units_of(document: Document) -> list[tuple[Unit, int, int]]:
    """The units that the document names, with how many tasks they lead and take part in."""
    mine = Q(assignments__attribution__clause__document=document)
    rows = Unit.objects.filter(mine).annotate(
        leading=_tasks_of(mine, _ROLES.LEAD), taking_part=_tasks_of(mine, _ROLES.RESPONSIBLE)
    )
    counted = {
        pk: (leading, part)
        for pk, leading, part in rows.values_list("pk", "leading", "taking_part")
    }
    units = Unit.objects.filter(pk__in=counted).order_by("position", "name")
    return [(unit, *counted[unit.pk]) for unit in units]


def _tasks_of(mine: Q, role: str) -> Count:
    return Count("assignments__attribution", filter=mine & Q(assignments__role=role), distinct=True)


def findings(document: Document) -> "QuerySet[FindingRecord]":
    """What is left for the reviewer: the gravest first, then as it stands in the document."""
    grave = Case(When(severity="error", then=0), When(severity="warning", then=1), default=2)
    return FindingRecord.objects.filter(subject=subject(document), cleared_at=None).order_by(
        grave, "values__start", "pk"
    )


def doubtful(document: Document) -> "list[Doubt]":
    """Names that are not written as in the register or not recognised, each once; first those
    that nobody has decided on.
    """
    rows = (
        Assignment.objects.filter(attribution__clause__document=document)
        .exclude(how=Assignment.How.EXACT)
        .select_related("unit", "attribution__clause")
        .order_by("attribution__clause__position", "position")
    )
    found: dict[str, Doubt] = {}
    for row in rows:
        found.setdefault(row.raw, Doubt(row)).places += 1
    return sorted(found.values(), key=lambda doubt: _URGENCY.index(doubt.first.how))


@dataclass
class Doubt:
    """A name with the first place where it stands."""

    first: Assignment
    places: int = 0


def counts(document: Document) -> dict[str, int]:
    """Sections, clauses that name somebody, attributions, units, tasks and targets."""
    assignments = Assignment.objects.filter(attribution__clause__document=document)
    return {
        "sections": document.clauses.count(),
        "clauses": document.clauses.filter(attributed__gt=0).count(),
        "attributions": Task.objects.filter(clause__document=document).count(),
        "units": assignments.filter(unit__isnull=False).values("unit").distinct().count(),
        "targets": Target.objects.filter(clause__document=document).count(),
        "unknown": assignments.filter(unit__isnull=True).count(),
    }


def by_state(document: Document) -> dict[str, int]:
    rows = Task.objects.filter(clause__document=document).values_list("state")
    found = dict(rows.annotate(n=Count("pk")).order_by())
    return {state: found.get(state, 0) for state in Task.State.values}


def names(assignments: Iterable[Assignment], role: str) -> list[str]:
    """Names of the units in that role, as they are called here."""
    return [str(one.unit) if one.unit else one.raw for one in assignments if one.role == role]
