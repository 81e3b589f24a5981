"""The last day for a form and period: the rule's, unless somebody has set another."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.rows import update
from wufei.hub.base.workdays import calendar
from wufei.hub.filings import findings, periods
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import DueChange, Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import NotOfThisPeriod, ReasonMissing
from wufei.hub.filings.scope import DUE
from wufei.hub.filings.services.telling import tell_all
from wufei.hub.registry.models import Region


@dataclass(frozen=True)
class Dues:
    """``by_rule`` for everyone; ``changed`` by the code of a region ("" for all of them).

    A change for a region goes before one for everyone, and of two that apply the later one holds.
    """

    by_rule: date | None
    changed: tuple[tuple[str, date], ...] = ()

    @classmethod
    def of(cls, form_type: FilingType, span: Span) -> "Dues":
        by_rule = form_type.due.on(span, calendar()) if form_type.due else None
        rows = DueChange.objects.filter(type=form_type.code, first=span.first)
        changes = rows.order_by("-at", "-pk").values_list("region__code", "due_on")
        return cls(by_rule, tuple((code or "", day) for code, day in changes))

    def of_region(self, region: Region) -> date | None:
        """The last day for whoever is registered in ``region``."""
        near = {region.code, *region.covered_by}
        for code, day in self.changed:
            if code in near:
                return day
        return next((day for code, day in self.changed if not code), self.by_rule)


def change_due(
    form_type: FilingType,
    span: Span,
    due_on: date,
    *,
    reason: str,
    region: Region | None = None,
    by: Actor,
) -> DueChange:
    """Set another last day for a form and period, for everyone or for one region.

    Those who have not handed it in yet are told. The same again changes nothing.
    """
    by.require(DUE)
    said = reason.strip()[:200]
    if not said:
        raise ReasonMissing(field="reason")
    if not form_type.period.recurs or span != periods.span_of(form_type.period, span.first):
        raise NotOfThisPeriod(form=form_type.name, period=str(span), field="period")
    if due_on < span.first:
        raise Invalid(_("The last day lies before the first day."), field="due_on")
    with transaction.atomic():
        rows = DueChange.objects.filter(type=form_type.code, first=span.first, region=region)
        latest = rows.order_by("-at", "-pk").first()
        if latest and (latest.due_on, latest.reason) == (due_on, said):
            return latest
        made = DueChange.objects.create(
            type=form_type.code,
            first=span.first,
            region=region,
            due_on=due_on,
            reason=said,
            by=by.id,
        )
        moved = redo_due_days(form_type, span)
        values = {"first": str(span.first), "due_on": str(due_on), "moved": len(moved)}
        told = {**values, "region": region.code if region else ""}
        record(by, "filings:due:change", subject=f"filings.type:{form_type.code}", values=told)
        waiting = [one for one in moved if one.state in (Filing.State.OPEN, Filing.State.RETURNED)]
        tell_all(
            waiting,
            gettext_noop("%(form)s, %(period)s: the last day is %(due_on)s now"),
            gettext_noop("%(reason)s"),
            reason=said,
        )
    return made


def redo_due_days(form_type: FilingType, span: Span) -> list[Filing]:
    """Hold due days against rule, changes and calendar of now; returns the filings that moved."""
    dues = Dues.of(form_type, span)
    rows = Filing.objects.filter(type=form_type.code, first=span.first, recurs=True)
    rows = rows.exclude(state=Filing.State.LAPSED).order_by("pk")
    related = ("organisation__region", "site__region")
    moved: list[Filing] = []
    for filing in rows.select_related(*related).select_for_update(of=("self",)):
        due = dues.of_region((filing.site or filing.organisation).region)
        if due == filing.due_on:
            continue
        # Later or sooner: reminders and lateness are those of the new day.
        filing.due_on, filing.reminded, filing.escalated_at = due, 0, None
        moved.append(filing)
    update(moved, ("due_on", "reminded", "escalated_at"))
    findings.clear_late(moved)
    return moved
