"""Clauses: the source text beside who answers for it."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.plans import queries
from wufei.hub.plans.marking import pieces
from wufei.hub.plans.models import Clause
from wufei.hub.plans.pages.columns import DomainFilter, PlanFilter, domain_column, link, plan_column

# A chapter of the longest plan seen has about seventy clauses.
SHOWN_MAX = 200

TABLE = register(
    Table(
        code="plans.clause",
        title=_("Clauses"),
        columns=(
            Column(
                "path",
                _("Clause"),
                link=link("plans.clause.detail"),
                sort="position",
                detailed=False,
            ),
            Column("title", _("Title"), length_max=120, detailed=False),
            plan_column(lambda clause: clause.document, "document__"),
            domain_column(lambda clause: clause.domain, "domain"),
            Column("attributed", _("Attributions"), Kind.INTEGER),
            Column("text", _("Text"), listed=False, detailed=False),
            Column("start", _("First character in the file"), Kind.INTEGER, listed=False),
            Column("end", _("Behind the last character"), Kind.INTEGER, listed=False),
        ),
        rows=lambda actor: queries.clauses(),
        search=("path__icontains", "title__icontains", "text__icontains"),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    plan = PlanFilter("document")
    domain = DomainFilter("domain")
    named = django_filters.ChoiceFilter(
        label=_("Attributions"),
        choices=[("yes", _("names units")), ("no", _("names nobody"))],
        empty_label=_("All"),
        method="by_named",
    )

    def by_named(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(attributed__gt=0) if value == "yes" else rows.filter(attributed=0)


def _sections(clause: Clause, actor: Actor) -> Sequence[Section]:
    """The clause and all below it, each with its text beside its attributions."""
    below = list(queries.with_all_below(clause)[:SHOWN_MAX])
    shown = [{"clause": one, "pieces": pieces(one)} for one in below]
    context = {
        "parts": shown,
        "top": clause,
        "may_correct": actor.may("plans.plan.load"),
        "has_text": clause.document.kind == "text",
    }
    return [Section(_("Text and attributions"), "plans/_parts.html", context)]


CLAUSES = Resource(
    code="plans.clause",
    path="clauses/",
    title=_("Clauses"),
    singular=_("clause"),
    table=TABLE,
    filters=Filters,
    sections=_sections,
    empty=_("Load a plan; its clauses show here."),
)
