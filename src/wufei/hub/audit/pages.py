"""The audit log as a page: what was done, by whom, to what."""

import json

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Resource
from wufei.hub.base.tables import Column, Kind, Table


def _rows(actor: Actor) -> "QuerySet[AuditEvent]":
    return AuditEvent.objects.order_by("-id")


def _values(event: AuditEvent) -> str:
    return json.dumps(event.values, ensure_ascii=False) if event.values else ""


TABLE = Table(
    code="audit.event",
    title=_("Audit log"),
    columns=(
        Column("at", _("when"), Kind.DATETIME, sort="id"),
        Column("event", _("event")),
        Column("actor", _("actor")),
        Column("role", _("role")),
        Column("subject", _("subject")),
        Column("values", _("values"), value=_values),
    ),
    rows=_rows,
    search=("event__startswith", "subject__startswith", "actor__startswith"),
)


class AuditFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Each of them has an index to go by."""

    event = django_filters.CharFilter(label=_("event begins with"), lookup_expr="startswith")
    actor = django_filters.CharFilter(label=_("actor"))
    subject = django_filters.CharFilter(label=_("subject"))
    since = django_filters.DateFilter(label=_("from day"), field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=_("to day"), field_name="at", lookup_expr="date__lte")

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
