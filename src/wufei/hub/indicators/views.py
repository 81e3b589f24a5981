"""Pages of the indicators: the list beside the targets, and one with all it is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.streaming import made
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.indicators import declarations, queries, tables
from wufei.hub.indicators.forms import Selection
from wufei.hub.indicators.links import movements_url, page_url, sum_url
from wufei.hub.indicators.queries import Part, Share, State, Value
from wufei.hub.ledger.figures import Figure, decimals_for
from wufei.hub.ledger.queries.facts import By, Of
from wufei.hub.ledger.queries.numbers import COUNTED
from wufei.hub.ledger.queries.reach import reach
from wufei.hub.registry.models import Region

ACT = "indicators.indicator.view"


@dataclass(frozen=True)
class PartRow:
    """A sum as the page shows it; ``left_out`` where the rate takes nothing of it."""

    label: Any
    methods: list[Any]
    figure: Figure
    left_out: bool


@dataclass(frozen=True)
class Row:
    """An indicator in the list, and what it was the year before."""

    value: Value
    url: str
    before: Value | None
    numerator: Figure
    denominator: Figure


@require_GET
@needs(ACT)
def indicator_list(request: Request) -> HttpResponse:
    selection = Selection(request.GET)
    rows = _rows(selection, reach(request.actor, ACT))
    chosen = [row for row in rows if _chosen(selection, row.value)]
    context = {
        "selection": selection,
        "form": selection.form,
        "groups": _groups(chosen),
        "count": len(chosen),
        "states": _states(rows, selection),
        "empty": not any(row.value.denominator_g for row in rows),
        "exports": _exports(request),
        "now": timezone.now(),
    }
    return render(request, "indicators/list.html", context)


@require_GET
@needs("indicators.indicator.export")
def export(request: Request) -> HttpResponseBase:
    """The list with its filters: ``?format=xlsx`` or ``csv``."""
    selection = Selection(request.GET)
    of = reach(request.actor, "indicators.indicator.export")
    rows = [value for value in queries.values(selection.year, of) if _chosen(selection, value)]
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    table = tables.INDICATORS_OUT
    return made(
        request,
        lambda file: write(file, table, rows),
        f"{table.title}-{selection.year}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


@require_GET
@needs(ACT)
def indicator(request: Request, code: str) -> HttpResponse:
    """One indicator: what it says, its years, and the sums it is made of."""
    declared = declarations.indicators().get(code)
    if declared is None:
        raise Http404
    selection, of = Selection(request.GET), reach(request.actor, ACT)
    years = queries.series(declared, of)
    value = next(
        (one for one in years if one.year == selection.year),
        None,
    ) or queries.value(declared, selection.year, of)
    context = {
        "value": value,
        "indicator": declared,
        "domain": catalogue.domain(declared.domain),
        "streams": [catalogue.stream(stream) for stream in declared.streams],
        "numerator": _parts(value, value.numerator),
        "denominator": _parts(value, value.denominator),
        "numerator_figure": _whole(value, value.numerator),
        "denominator_figure": _whole(value, value.denominator),
        "years": [(one, page_url(one)) for one in reversed(years)],
        "wastes": _wastes(value, of),
        "towns": _towns(value, of),
        "chart": years_chart(years),
        "now": timezone.now(),
    }
    return render(request, "indicators/indicator.html", context)


def years_chart(years: Iterable[Value]) -> dict[str, Any]:
    """Bars of the years with the target of each as a tick; the table beside says the same."""
    years = list(years)
    return {
        "years": [str(one.year) for one in years],
        "values": [_percent(one.value) for one in years],
        "targets": [
            _percent(one.target.value) if one.target and one.target.year == one.year else None
            for one in years
        ],
        "colour": catalogue.domain(years[0].domain).colour if years else "",
        "words": {"value": _("value"), "target": _("target"), "running": _("so far")},
        "running": bool(years) and years[-1].running,
    }


def _percent(value: Any) -> float | None:
    return None if value is None else round(float(value), 2)


def _rows(selection: Selection, of: Of) -> list[Row]:
    before = {one.code: one for one in queries.values(selection.year - 1, of)}
    return [
        Row(
            value,
            page_url(value),
            before.get(value.code),
            _whole(value, value.numerator),
            _whole(value, value.denominator),
        )
        for value in queries.values(selection.year, of)
        if selection.year >= value.indicator.first_year
    ]


def _chosen(selection: Selection, value: Value) -> bool:
    return selection.domain in ("", value.domain) and selection.state in ("", value.state)


def _groups(rows: Iterable[Row]) -> list[tuple[Any, list[Row]]]:
    """Rows under their domain, domains in their order."""
    groups: dict[str, list[Row]] = {domain.code: [] for domain in catalogue.domains()}
    for row in rows:
        groups[row.value.domain].append(row)
    return [(catalogue.domain(code), found) for code, found in groups.items() if found]


def _states(rows: Iterable[Row], selection: Selection) -> list[tuple[State, int, str]]:
    """How many stand how, each a filter."""
    counts = dict.fromkeys(State, 0)
    for row in rows:
        counts[row.value.state] += 1
    return [
        (state, count, f"?year={selection.year}&state={state}")
        for state, count in counts.items()
        if count
    ]


def _figure(value: Value, mass_g: int, url: str) -> Figure:
    return Figure(mass_g, url, decimals_for([mass_g], hazardous=value.domain == "hazardous"))


def _whole(value: Value, parts: Sequence[Part]) -> Figure:
    """The sum of what counts. One part leads to its movements, several to the account."""
    return _figure(value, sum(part.counts_g for part in parts), sum_url(value, parts))


def _parts(value: Value, parts: Iterable[Part]) -> list[PartRow]:
    return [
        PartRow(
            COUNTED[part.term.number].label,
            [catalogue.method(method).name for method in part.term.methods],
            _figure(value, part.mass_g, movements_url(value, part)),
            part.counts_g != part.mass_g,
        )
        for part in parts
    ]


def _wastes(value: Value, of: Of) -> list[dict[str, Any]]:
    shares = queries.shares(value, of, By.WASTE)
    found = WasteType.objects.in_bulk([share.key for share in shares])
    return [
        _share(value, share, found[share.key].label, waste=found[share.key].code)
        for share in shares
    ]


def _towns(value: Value, of: Of) -> list[dict[str, Any]]:
    shares = queries.shares(value, of, By.REGION)
    found = Region.objects.in_bulk([share.key for share in shares])
    return [
        _share(value, share, found[share.key].name, region=found[share.key].code)
        for share in shares
    ]


def _share(value: Value, share: Share, label: str, **narrower: str) -> dict[str, Any]:
    return {
        "label": label,
        "value": share.value,
        "numerator": _figure(value, share.numerator_g, sum_url(value, value.numerator, **narrower)),
        "denominator": _figure(
            value, share.denominator_g, sum_url(value, value.denominator, **narrower)
        ),
    }


def _exports(request: Request) -> list[tuple[str, str]]:
    if not request.actor.may("indicators.indicator.export"):
        return []
    base = reverse("indicators.indicator.export")
    query = request.GET.copy()
    links = []
    for label, form in (("Excel", "xlsx"), ("CSV", "csv")):
        query["format"] = form
        links.append((label, f"{base}?{query.urlencode()}"))
    return links
