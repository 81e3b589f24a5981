"""The plans' part of the desk and of the search box."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import ATTENTION, BAD, Card, Todo, TodoSource
from wufei.hub.base.search import Hit, Source
from wufei.hub.plans import queries
from wufei.hub.plans.models import Document


def _drafts(actor: Actor, limit: int) -> Iterator[Todo]:
    for document in queries.documents().filter(state=Document.State.DRAFT)[:limit]:
        yield Todo(
            what=_("Review a plan"),
            whom=document.title,
            url=reverse("plans.plan.detail", args=[document.uuid]),
            button=_("Open"),
            state=pgettext_lazy("plan", "To be reviewed"),
            tone=ATTENTION,
            note=document.number,
        )


def _count_drafts(actor: Actor) -> int:
    return queries.documents().filter(state=Document.State.DRAFT).count()


DESK_PARTS = (
    Card(
        code="plans.overdue",
        label=_("Tasks past their deadline"),
        act="plans.task.view",
        count=lambda actor: queries.tasks().filter(queries.overdue()).count(),
        url=lambda: reverse("plans.task.list") + "?state=overdue",
        tone=BAD,
        side="plans.task.list",
    ),
    TodoSource("plans.review", "plans.plan.load", _drafts, _count_drafts),
)


def _tasks(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    known = Q(title__icontains=words) | Q(clause__path__istartswith=words)
    for task in queries.tasks().filter(known)[:limit]:
        leading = "、".join(queries.names(task.attribution.assignments.all(), "lead"))
        note = f"{task.clause.path} · {leading}"
        yield Hit(task.title, note, reverse("plans.task.detail", args=[task.uuid]))


SEARCH = (Source("plans.task", _("Tasks"), "plans.task.view", _tasks),)
