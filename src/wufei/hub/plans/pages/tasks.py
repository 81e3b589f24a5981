"""Tasks of the plans in force: who answers for what, by when, how far it is."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.plans import queries, services
from wufei.hub.plans.marking import Piece
from wufei.hub.plans.models import Assignment, Task
from wufei.hub.plans.pages.columns import (
    DomainFilter,
    PlanFilter,
    UnitFilter,
    clause_column,
    domain_column,
    link,
    plan_column,
)
from wufei.hub.registry.validity import today

_TONES = {Task.State.DONE: "good", Task.State.UNDER_WAY: "info", Task.State.OPEN: ""}
OVERDUE = "overdue"


def overdue(task: Task) -> bool:
    return bool(task.deadline and task.deadline < today() and task.state != Task.State.DONE)


def _names(role: str) -> Any:
    return lambda task: "、".join(queries.names(task.attribution.assignments.all(), role))


def state_tone(task: Task) -> str:
    return _TONES[Task.State(task.state)]


COLUMNS = (
    Column("title", _("Task"), link=link("plans.task.detail"), length_max=140),
    clause_column(lambda task: task.clause, "clause__"),
    plan_column(lambda task: task.clause.document, "clause__document__"),
    domain_column(lambda task: task.clause.domain, "clause__domain"),
    Column("lead", _("Lead unit"), value=_names(Assignment.Role.LEAD)),
    Column("responsible", _("Responsible units"), value=_names(Assignment.Role.RESPONSIBLE)),
    Column(
        "state", _("State"), Kind.CHOICE, choices=lambda: list(Task.State.choices), tone=state_tone
    ),
    Column("deadline", _("Deadline"), Kind.DATE, tone=lambda task: "bad" if overdue(task) else ""),
    Column("deadline_stated", _("Deadline stated in the clause"), Kind.BOOLEAN, listed=False),
    Column("note", _("Progress"), listed=False, length_max=300),
    Column("changed_at", _("Latest progress"), Kind.DATETIME, listed=False),
)

TABLE = register(
    Table(
        code="plans.task",
        title=_("Tasks"),
        columns=COLUMNS,
        rows=lambda actor: queries.tasks(),
        search=("title__icontains", "clause__path__icontains", "note__icontains"),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    unit = UnitFilter()
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=Assignment.Role.choices, empty_label=_("All"), method="by_role"
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*Task.State.choices, (OVERDUE, pgettext_lazy("task", "Overdue"))],
        empty_label=_("All"),
        method="by_state",
    )
    domain = DomainFilter("clause__domain")
    plan = PlanFilter("clause__document")

    def by_role(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        # Says something only together with a unit, whose filter reads it.
        return rows

    def by_state(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        if value == OVERDUE:
            return rows.filter(queries.overdue())
        return rows.filter(Q(state=value))


class ReportForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=Task.State.choices)
    note = forms.CharField(
        label=_("Progress"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was done, and what is left."),
    )


def _sections(task: Task, actor: Actor) -> Sequence[Section]:
    attribution, clause = task.attribution, task.clause
    text = clause.text[attribution.begin : attribution.start].strip()
    shown = {
        "clause": clause,
        "pieces": [Piece(text)] if text else [],
        "names": attribution.assignments.all(),
    }
    found = [Section(_("What the plan says"), "plans/_said.html", shown)]
    if targets := list(queries.targets_of(clause)):
        context = {"targets": targets}
        found.append(
            Section(_("Targets of this clause"), "plans/_targets.html", context, count=len(targets))
        )
    return found


TASKS = Resource(
    code="plans.task",
    path="tasks/",
    title=_("Tasks"),
    singular=_("task"),
    table=TABLE,
    filters=Filters,
    sections=_sections,
    actions=(
        Action(
            "report",
            _("Report progress"),
            "plans.task.report",
            lambda task, actor, given: services.report(task, actor, **given),
            form=ReportForm,
            tone="primary",
        ),
    ),
    empty=_("Load a plan and put it into force; its tasks show here."),
)
