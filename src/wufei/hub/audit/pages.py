"""The audit log as a page: what was done, by whom, to what."""

import json
from collections.abc import Callable, Iterable

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource
from wufei.hub.base.tables import Column, Kind, Table
from wufei.hub.base.tables.spec import Text

Events = QuerySet[AuditEvent]

_with_names: list[Callable[["Events"], "Events"]] = []
_roles: dict[str, Text] = {}


def register_people(
    annotate: Callable[["Events"], "Events"], roles: Iterable[tuple[str, Text]]
) -> None:
    """A higher room knows people: ``annotate`` adds ``actor_name``, as far as it still knows."""
    _with_names[:] = [annotate]
    _roles.update(roles)


def _rows(actor: Actor) -> "Events":
    rows = AuditEvent.objects.order_by("-id")
    return _with_names[0](rows) if _with_names else rows


def _who(event: AuditEvent) -> str:
    return getattr(event, "actor_name", None) or event.actor


def _values(event: AuditEvent) -> str:
    return json.dumps(event.values, ensure_ascii=False) if event.values else ""


TABLE = Table(
    code="audit.event",
    title=_("Audit log"),
    columns=(
        Column("at", _("when"), Kind.DATETIME, sort="id"),
        Column("event", _("event")),
        Column("actor_name", _("actor"), value=_who, sort="actor"),
        Column("actor", _("actor id"), listed=False),
        Column("role", _("role"), Kind.CHOICE, choices=lambda: tuple(_roles.items())),
        Column("subject", _("subject")),
        Column("values", _("values"), value=_values),
    ),
    rows=_rows,
    search=("event__startswith", "subject__startswith", "actor__startswith"),
)


_DAY = forms.DateInput(attrs={"type": "date"})


class AuditFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Each of them has an index to go by."""

    event = django_filters.CharFilter(label=_("event begins with"), lookup_expr="startswith")
    actor = django_filters.CharFilter(label=_("actor"))
    subject = django_filters.CharFilter(label=_("subject"))
    since = django_filters.DateFilter(
        label=_("from day"), field_name="at", lookup_expr="date__gte", widget=_DAY
    )
    until = django_filters.DateFilter(
        label=_("to day"), field_name="at", lookup_expr="date__lte", widget=_DAY
    )

    class Meta:
        model = AuditEvent
        fields: tuple[str, ...] = ()


EVENTS = Resource(
    code="audit.event",
    path="audit/",
    title=_("Audit log"),
    singular=_("audit event"),
    table=TABLE,
    filters=AuditFilters,
    empty=_("Everything that is written and every look at personal data shows here."),
)
