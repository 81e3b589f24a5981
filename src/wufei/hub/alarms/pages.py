"""Alarms as pages: the list, the evidence, and the buttons that move an alarm on."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.alarms import declarations, evidence, queries, services, words
from wufei.hub.alarms.forms import CloseForm, FalseForm, RemarkForm
from wufei.hub.alarms.models import WORKED_ON, Alarm, State
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Total
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.manifests import findings as manifest_findings
from wufei.hub.registry import domains
from wufei.hub.registry.pages.columns import detail
from wufei.hub.registry.pages.filters import RegionFilter, kind_filter

CODE = "alarms.alarm"
_DAY = forms.DateInput(attrs={"type": "date"})
_STATES = [("todo", _("still to be worked on")), *State.choices]


def _manifest_page(alarm: Alarm) -> str | None:
    if alarm.manifest is None:
        return None
    return manifest_findings.page(manifest_findings.subject(alarm.manifest))


def _rules() -> list[tuple[str, Any]]:
    return [(rule.code, rule.name) for rule in declarations.rules()]


COLUMNS = (
    Column("opened_at", _("since"), Kind.DATETIME, link=detail(CODE), sort="opened_at"),
    Column("rule", _("rule"), Kind.CHOICE, choices=_rules),
    Column(
        "severity",
        _("severity"),
        Kind.CHOICE,
        choices=lambda: words.SEVERITIES,
        tone=lambda alarm: words.TONES[alarm.severity],
    ),
    Column("told", _("what was seen"), value=words.told, detailed=False),
    Column(
        "vehicle",
        _("vehicle"),
        value=lambda alarm: alarm.vehicle and alarm.vehicle.plate,
        link=detail("registry.vehicle", lambda alarm: alarm.vehicle),
        sort="vehicle__plate",
    ),
    Column(
        "manifest",
        _("manifest"),
        value=lambda alarm: alarm.manifest and str(alarm.manifest),
        link=_manifest_page,
        sort="manifest__local_id",
    ),
    Column(
        "organisation",
        _("organisation"),
        value=lambda alarm: alarm.organisation and str(alarm.organisation),
        link=detail("registry.organisation", lambda alarm: alarm.organisation),
        sort="organisation__name",
    ),
    Column(
        "domain",
        _("Waste domain"),
        Kind.CHOICE,
        choices=domains.choices,
        listed=False,
    ),
    Column(
        "region",
        _("Region"),
        value=lambda alarm: alarm.region and str(alarm.region),
        sort="region__path",
    ),
    Column("last_seen_at", _("seen until"), Kind.DATETIME, listed=False),
    Column(
        "cleared_at",
        _("over since"),
        value=lambda alarm: alarm.cleared_at or _("lasts"),
        sort="cleared_at",
        tone=lambda alarm: "" if alarm.cleared_at else "attention",
    ),
    Column("recorded_at", _("known since"), Kind.DATETIME, listed=False),
    Column("historical", _("told after the fact"), Kind.BOOLEAN, listed=False),
    Column(
        "state",
        _("state"),
        Kind.CHOICE,
        choices=lambda: State.choices,
        tone=lambda alarm: words.STATE_TONES[alarm.state],
    ),
)
TABLE = register(
    Table(
        code=CODE,
        title=_("Alarms"),
        columns=COLUMNS,
        rows=queries.visible,
        search=(
            "vehicle__plate__icontains",
            "manifest__local_id__icontains",
            "manifest__authority_no__icontains",
            "organisation__name__icontains",
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("state"), empty_label=_("All"), choices=_STATES, method="by_state"
    )
    rule = django_filters.ChoiceFilter(
        label=_("rule"),
        empty_label=_("All"),
        choices=declarations.families,
        method="by_family",
    )
    severity = kind_filter(words.SEVERITIES, _("severity"))
    domain = kind_filter(domains.choices, _("Waste domain"))
    region = RegionFilter()
    since = django_filters.DateFilter(
        label=_("from day"), field_name="opened_at", lookup_expr="date__gte", widget=_DAY
    )
    until = django_filters.DateFilter(
        label=_("to day"), field_name="opened_at", lookup_expr="date__lte", widget=_DAY
    )

    def by_state(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(state__in=WORKED_ON if value == "todo" else [value])

    def by_family(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(rule__in=declarations.codes_of(value))


def _totals(rows: "QuerySet[Alarm]") -> Sequence[Total]:
    found = rows.order_by().aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        acknowledged=Count("pk", filter=Q(state=State.ACKNOWLEDGED)),
        lasting=Count("pk", filter=Q(cleared_at=None)),
    )
    return (
        Total(pgettext_lazy("alarm", "Open"), found["open"]),
        Total(_("Acknowledged"), found["acknowledged"]),
        Total(_("Lasting"), found["lasting"]),
    )


def _close(alarm: Alarm, actor: Actor, given: Mapping[str, Any]) -> Alarm:
    return services.close(alarm, reason=given["reason"], by=actor)


def _false(alarm: Alarm, actor: Actor, given: Mapping[str, Any]) -> Alarm:
    return services.mark_false(alarm, reason=given["reason"], by=actor)


def _worked_on(alarm: Alarm) -> bool:
    return alarm.state in WORKED_ON


ACTIONS = (
    Action(
        "acknowledge",
        _("Acknowledge"),
        queries.WORK,
        lambda alarm, actor, given: services.acknowledge(alarm, by=actor),
        tone="primary",
        visible=lambda alarm: alarm.state == State.OPEN,
    ),
    Action("close", _("Close"), queries.WORK, _close, form=CloseForm, visible=_worked_on),
    Action("false", _("False alarm"), queries.WORK, _false, form=FalseForm, visible=_worked_on),
    Action(
        "remark",
        _("Add a remark"),
        queries.WORK,
        lambda alarm, actor, given: services.remark(alarm, text=given["text"], by=actor),
        form=RemarkForm,
    ),
)

ALARMS = Resource(
    code=CODE,
    path="",
    title=_("Alarms"),
    singular=_("alarm"),
    table=TABLE,
    filters=Filters,
    actions=ACTIONS,
    sections=evidence.sections,
    totals=_totals,
    list_template="alarms/list.html",
    empty=_("No rule has raised an alarm. What the rules watch stands under alarm rules."),
)


def list_url(**filters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse('alarms.alarm.list')}?{query}"
