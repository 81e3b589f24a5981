"""Findings 疑点 of the whole platform."""

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base import texts
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.findings import Severity
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.tables import Column, Kind, Table

VIEW = "base.finding.view"
SEVERITIES = [
    (Severity.ERROR.value, _("Error")),
    (Severity.WARNING.value, _("Warning")),
    (Severity.NOTE.value, _("Hint")),
]
_TONES = {Severity.ERROR: "bad", Severity.WARNING: "attention", Severity.NOTE: ""}

Within = Callable[["QuerySet[FindingRecord]", Actor], "QuerySet[FindingRecord]"]
SubjectLink = Callable[[str], str | None]
_within: list[Within] = []
_elsewhere: set[str] = set()
_links: dict[str, SubjectLink] = {}
_names: dict[str, Callable[[str], str]] = {}


def register_subject(kind: str, link: SubjectLink) -> None:
    """Say where a subject like ``"<kind>:12"`` has its page (None: nowhere)."""
    _links[kind] = link


def register_name(kind: str, name: Callable[[str], str]) -> None:
    """Say what a subject like ``"<kind>:12"`` is called."""
    _names[kind] = name


def name_of(finding: FindingRecord) -> str:
    """What the finding is about, in words; empty where no room knows."""
    kind = finding.subject.partition(":")[0]
    return _names[kind](finding.subject) if kind in _names else ""


def register_scope(within: Within) -> None:
    """Say which findings on a room's own subjects an actor with a limited scope may see."""
    if within not in _within:
        _within.append(within)


def register_worked_elsewhere(codes: Iterable[str]) -> None:
    """Say which rules' findings have pages of their own to be worked on; desks leave them out."""
    _elsewhere.update(codes)


def waiting(actor: Actor) -> "QuerySet[FindingRecord]":
    """Open findings that the actor sees and that nothing else takes care of."""
    return visible(actor).filter(cleared_at=None).exclude(code__in=_elsewhere)


def visible(actor: Actor) -> "QuerySet[FindingRecord]":
    """Findings that this actor may see: all of them, or what one of the rooms lets through."""
    findings = FindingRecord.objects.all()
    if actor.scope(VIEW) is Scope.ALL:
        return findings
    mine = Q(pk__in=[])
    for within in _within:
        mine |= Q(pk__in=within(findings, actor).order_by().values("pk"))
    return findings.filter(mine)


def page_of(finding: FindingRecord) -> str | None:
    """Address of the page of what the finding is about."""
    kind = finding.subject.partition(":")[0]
    return _links[kind](finding.subject) if kind in _links else None


TABLE = Table(
    code="base.finding",
    title=_("Findings"),
    columns=(
        Column("code", _("rule"), Kind.CHOICE, choices=texts.titles),
        Column(
            "text",
            _("what was seen"),
            value=lambda finding: texts.tell(finding.code, finding.values),
            link=page_of,
        ),
        Column(
            "severity",
            _("severity"),
            Kind.CHOICE,
            choices=lambda: SEVERITIES,
            tone=lambda finding: _TONES[Severity(finding.severity)],
        ),
        Column("first_seen", _("first seen"), Kind.DATETIME),
        Column("last_seen", _("last seen"), Kind.DATETIME),
        Column("cleared_at", _("cleared"), Kind.DATETIME),
    ),
    rows=visible,
    search=("subject__icontains", "code__icontains"),
)


class FindingFilters(django_filters.FilterSet):  # type: ignore[misc]
    severity = django_filters.ChoiceFilter(
        label=_("severity"), empty_label=_("All"), choices=SEVERITIES
    )
    code = django_filters.ChoiceFilter(label=_("rule"), empty_label=_("All"), choices=texts.titles)
    state = django_filters.ChoiceFilter(
        label=_("state"),
        empty_label=_("All"),
        choices=[("open", _("still open")), ("cleared", _("cleared"))],
        method="by_state",
    )

    def by_state(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(cleared_at__isnull=value == "open")


class FindingList(ListPage):
    act = VIEW
    table = TABLE
    filters = FindingFilters
    empty = _("No rule has found anything to report.")
