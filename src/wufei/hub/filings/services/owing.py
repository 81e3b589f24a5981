"""Who owes a form for a period: by its rule, or because somebody said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import Filing, Obligation
from wufei.hub.filings.periods import Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import DAY


@dataclass(frozen=True)
class Owing:
    """Who owes a form: an organisation, or one of its sites."""

    organisation: Organisation
    site: Site | None = None

    @property
    def region(self) -> Region:
        """Where it stands, which may have a last day of its own."""
        return (self.site or self.organisation).region

    @property
    def key(self) -> tuple[int, int | None]:
        return self.organisation.pk, self.site.pk if self.site else None


def owing(form_type: FilingType, span: Span) -> list[Owing]:
    """Who owes the form for ``span``: by its rule, or because somebody said so, but the excused."""
    said = _said(form_type.code, span)
    obliged = {key for key, says in said.items() if says == Obligation.Says.OWES}
    excused = {key for key, says in said.items() if says == Obligation.Says.EXCUSED}
    if form_type.per_site is None:
        return [Owing(one) for one in _organisations(form_type, span, obliged, excused)]
    owed = form_type.per_site(span) & _rule(form_type, span, "organisation__")
    sites = Site.objects.filter(
        owed | Q(organisation__in=obliged),
        open_in(span),
        open_in(span, "organisation__"),
    ).exclude(organisation__in=excused)
    found = sites.select_related("organisation__region", "region").order_by("pk").distinct()
    return [Owing(site.organisation, site) for site in found]


def _organisations(
    form_type: FilingType, span: Span, obliged: Iterable[int], excused: Iterable[int]
) -> "QuerySet[Organisation]":
    owed = Q(pk__in=list(obliged))
    if form_type.owes is not None:
        owed |= form_type.owes(span)
    rows = Organisation.objects.filter(owed, open_in(span)).exclude(pk__in=list(excused))
    return rows.select_related("region").order_by("pk").distinct()


def _rule(form_type: FilingType, span: Span, prefix: str) -> Q:
    """The rule on organisations, said of what points at one."""
    if form_type.owes is None:
        return Q()
    owed = Organisation.objects.filter(form_type.owes(span))
    return Q(**{f"{prefix}pk__in": owed.values("pk")})


def _said(code: str, span: Span) -> dict[int, str]:
    """What was last said of each organisation for a period with a day in ``span``."""
    rows = Obligation.objects.filter(
        Q(until__isnull=True) | Q(until__gte=span.first), type=code, since__lte=span.last
    )
    return dict(rows.order_by("at", "pk").values_list("organisation", "says"))


def open_in(span: Span, prefix: str = "") -> Q:
    """Valid on any day of ``span``."""
    return Q(**{f"{prefix}validity__overlap": (span.first, span.last + DAY)})


def columns_of(
    form_type: FilingType, span: Span, one: Owing, due_on: date | None
) -> dict[str, Any]:
    return {
        "type": form_type.code,
        "organisation": one.organisation,
        "site": one.site,
        "first": span.first,
        "last": span.last,
        "recurs": form_type.period.recurs,
        "due_on": due_on,
    }


def classify(form_type: FilingType, *filings: Filing) -> None:
    """Put the filers into their classes, with the reason; nothing is saved."""
    if form_type.classify is None or not filings:
        return
    subjects = [Subject(one.organisation, Span(one.first, one.last), one.site) for one in filings]
    if form_type.classify_many is not None:
        found = form_type.classify_many(subjects)
    else:
        found = [form_type.classify(one) for one in subjects]
    for filing, its in zip(filings, found, strict=True):
        filing.class_code, filing.class_reason = its.code, str(its.reason)[:300]
