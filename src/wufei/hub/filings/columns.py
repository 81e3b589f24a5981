"""The list of filings: its columns and filters."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.tables import Column, Kind
from wufei.hub.filings import completeness, declarations
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import states
from wufei.hub.filings.periods import Span
from wufei.hub.registry import domains
from wufei.hub.registry.pages.filters import RegionFilter

Filings = QuerySet[Filing]


def type_of(filing: Filing) -> FilingType | None:
    """The declaration, None where it is no longer declared."""
    try:
        return declarations.filing_type(filing.type)
    except KeyError:
        return None


def name_of(filing: Filing) -> str:
    declared = type_of(filing)
    return str(declared.name) if declared else filing.type


def span_of(filing: Filing) -> Span:
    return Span(filing.first, filing.last)


def page_of(filing: Filing) -> str:
    return reverse("filings.filing.detail", args=[filing.uuid])


def type_choices() -> list[tuple[str, str]]:
    return [(one.code, str(one.name)) for one in declarations.types()]


def _domain(filing: Filing) -> str:
    declared = type_of(filing)
    return str(dict(domains.choices()).get(declared.domain, "")) if declared else ""


def _on_time(filing: Filing) -> bool | None:
    """Whether it came by its day; None as long as nobody can say."""
    if filing.due_on is None or (filing.received_on is None and not states.is_late(filing)):
        return None
    return filing.received_on is not None and filing.received_on <= filing.due_on


COLUMNS = (
    Column("name", pgettext_lazy("filing", "Form"), value=name_of, sort="type", link=page_of),
    Column("period", _("Period"), value=lambda one: str(span_of(one)), sort="first"),
    Column(
        "organisation",
        _("Organisation"),
        sort="organisation__name",
        link=lambda one: reverse("registry.organisation.detail", args=[one.organisation.uuid]),
    ),
    Column("site", _("Site"), value=lambda one: one.site, sort="site__name", listed=False),
    Column(
        "region",
        _("Region"),
        value=lambda one: one.organisation.region,
        sort="organisation__region__name",
        listed=False,
    ),
    Column("domain", _("Waste domain"), value=_domain, listed=False),
    Column("due_on", _("Due"), Kind.DATE),
    Column(
        "state",
        _("State"),
        Kind.CHOICE,
        choices=lambda: list(states.LABELS.items()),
        value=states.seen_as,
        sort="state",
        tone=lambda one: states.TONES[states.seen_as(one)],
    ),
    Column("received_on", pgettext_lazy("filing", "Received"), Kind.DATE),
    Column("on_time", _("On time"), Kind.BOOLEAN, value=_on_time, listed=False),
    Column("number", _("Filing number")),
    Column("authority_no", _("Number of the authority"), listed=False),
    Column("class_code", pgettext_lazy("filing", "Class"), listed=False),
    Column("owed", _("Owed"), Kind.BOOLEAN, listed=False),
)
SEARCH = (
    "organisation__name__icontains",
    "organisation__pinyin__icontains",
    "number__icontains",
    "authority_no__icontains",
)
_DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


# What completeness counts.
CAME = (
    (completeness.EXPECTED, _("Expected")),
    (completeness.RECEIVED, pgettext_lazy("filing", "Received")),
    (completeness.ON_TIME, _("On time")),
    (completeness.LATE, pgettext_lazy("filing", "Came late")),
    (completeness.MISSING, pgettext_lazy("filing", "Missing")),
)


class FilingFilters(django_filters.FilterSet):  # type: ignore[misc]
    type = django_filters.ChoiceFilter(
        label=pgettext_lazy("filing", "Form"), choices=type_choices, empty_label=_("All")
    )
    domain = django_filters.ChoiceFilter(
        label=_("Waste domain"),
        choices=domains.choices,
        empty_label=_("All"),
        method="by_domain",
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=list(states.LABELS.items()),
        empty_label=_("All"),
        method="by_state",
    )
    since = django_filters.DateFilter(label=_("Period from"), method="by_since", widget=_DAY)
    until = django_filters.DateFilter(label=_("Period to"), method="by_until", widget=_DAY)
    due_since = django_filters.DateFilter(
        "due_on", "gte", label=pgettext_lazy("filing", "Due from"), widget=_DAY
    )
    due_until = django_filters.DateFilter(
        "due_on", "lte", label=pgettext_lazy("filing", "Due to"), widget=_DAY
    )
    came = django_filters.ChoiceFilter(
        label=_("Of what is owed"), choices=CAME, empty_label=_("All"), method="by_came"
    )
    # Named by a line of the figures of completeness; nobody types it.
    whose = django_filters.CharFilter(method="by_whose", widget=forms.HiddenInput)
    region = RegionFilter("organisation__region")
    organisation = django_filters.CharFilter(label=_("Organisation"), method="by_organisation")

    def by_domain(self, found: "Filings", name: str, value: str) -> "Filings":
        codes = [one.code for one in declarations.types() if one.domain in (value, "")]
        return found.filter(type__in=codes)

    def by_organisation(self, found: "Filings", name: str, value: str) -> "Filings":
        words = value.replace("\0", "").strip()
        named = Q(organisation__name__icontains=words) | Q(organisation__credit_code=words)
        return found.filter(named | Q(organisation__pinyin__istartswith=words))

    def by_state(self, found: "Filings", name: str, value: str) -> "Filings":
        return found.filter(states.condition(value))

    def by_came(self, found: "Filings", name: str, value: str) -> "Filings":
        return found.filter(completeness.came(value))

    def by_whose(self, found: "Filings", name: str, value: str) -> "Filings":
        return found.filter(completeness.belongs(value))

    def by_since(self, found: "Filings", name: str, value: date) -> "Filings":
        return found.filter(last__gte=value)

    def by_until(self, found: "Filings", name: str, value: date) -> "Filings":
        return found.filter(first__lte=value)


def named(words: str) -> Q:
    """Forms whose name holds all these words."""
    wanted = words.casefold().split()
    return Q(type__in=[code for code, name in type_choices() if _holds(name, wanted)])


def _holds(name: str, wanted: list[str]) -> bool:
    return bool(wanted) and all(word in name.casefold() for word in wanted)
