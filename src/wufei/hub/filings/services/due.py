"""The last day for a form and period: the rule's, unless somebody has set another."""

from dataclasses import dataclass
from datetime import date

from wufei.hub.base.workdays import calendar
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import DueChange
from wufei.hub.filings.periods import Span
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
