"""Things with a number of their own: who else of the district has reported the same one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.filings.declarations import Checked, Problem, Severity, Source, Values
from wufei.hub.filings.models import Filing, Row
from wufei.hub.filings.periods import Span
from wufei.hub.filings.subjects import Subject

ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Other:
    """A line of another form in force; ``own``: of the same filer."""

    own: bool
    period: str
    number: str
    values: Values


@dataclass(frozen=True)
class Elsewhere:
    """The lines of all other forms of this type that are in force, asked by what they name."""

    form_type: str
    section: str
    field: str
    subject: Subject

    def of(self, names: Collection[str]) -> Mapping[str, list[Other]]:
        """By name, the earliest period first; one statement for all of them."""
        if not names:
            return {}
        filings = Filing.objects.filter(type=self.form_type, in_force__isnull=False).exclude(
            organisation=self.subject.organisation,
            site=self.subject.site,
            first=self.subject.span.first,
        )
        rows = Row.objects.filter(
            section=self.section,
            version__in=filings.values("in_force"),
            **{f"values__{self.field}__in": sorted(names)},
        )
        found: dict[str, list[Other]] = {}
        for row in rows.select_related("version__filing").order_by("version__filing__first", "pk"):
            found.setdefault(row.values[self.field], []).append(self._other(row))
        return found

    def _other(self, row: Row) -> Other:
        filing = row.version.filing
        own = filing.organisation_id == self.subject.organisation.pk
        period = str(Span(filing.first, filing.last))
        return Other(own, period, filing.number or "", row.values)


def source(form_type: str, section: str, field: str) -> Source:
    return Source(ELSEWHERE, lambda subject: Elsewhere(form_type, section, field, subject))


def reported_before(
    checked: Checked, section: str, field: str, *, still_there: str, code: str
) -> Iterator[Problem]:
    """A warning, and so a finding, where another form names the same thing.

    The same filer may name it again as long as it had not left: ``still_there`` is the field that
    says so by being empty, or "store".
    """
    rows = checked.form.rows.get(section, ())
    others = checked.facts[ELSEWHERE].of({row[field] for row in rows if row.get(field)})
    for number, row in enumerate(rows):
        for other in others.get(row.get(field) or "", ()):
            if other.own and other.values.get(still_there) in (None, "", "store"):
                continue
            text = _("{name} stands in form {other} of {period} already. Say why it is here again.")
            told = format_lazy(text, name=row[field], other=other.number, period=other.period)
            values = {"name": row[field], "other": other.number, "period": other.period}
            yield Problem(code, Severity.WARNING, told, section, number, field, row[field], values)
            break
