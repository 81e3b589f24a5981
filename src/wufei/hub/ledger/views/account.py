"""The one account 一本账: every domain, region, organisation or waste in one table that adds up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.streaming import made
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import tables
from wufei.hub.ledger.figures import Figure, decimals_for
from wufei.hub.ledger.forms.selection import BY_LABELS, Selection
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.balance import balanced
from wufei.hub.ledger.queries.facts import By
from wufei.hub.ledger.queries.numbers import NUMBERS, Number, month_period
from wufei.hub.ledger.queries.one_account import Line, one_account, total
from wufei.hub.ledger.queries.towns import by_town
from wufei.hub.ledger.views.charts import months_chart, sankey_chart
from wufei.hub.registry.models import Organisation, Region

ACT = "ledger.account.view"
ROWS_MAX = 200
_CARDS = ("arisen", "imported", "recovered", "disposed", "stock", "custody")


@dataclass(frozen=True)
class Row:
    """One line as the page shows it; ``name_url`` narrows the account to it."""

    label: str
    note: str
    domain: str
    name_url: str
    line: Line
    figures: list[Figure]


@require_GET
@needs(ACT)
def one_account_page(request: Request) -> HttpResponse:
    selection = Selection(request.GET, request.actor, ACT)
    lines = lines_of(selection)
    whole = total(lines)
    if selection.by is By.MONTH:
        whole = _months_total(lines)
    numbers = _numbers(whole, lines)
    rows = _rows(selection, lines, numbers)
    context = {
        "selection": selection,
        "form": selection.form,
        "by": [(by, label, selection.query(by=by)) for by, label in BY_LABELS.items()],
        "by_label": BY_LABELS[selection.by],
        "kept": [("by", selection.by), ("streams", ",".join(selection.streams))],
        "may_import": request.actor.may("ledger.movement.import"),
        "numbers": numbers,
        "rows": rows[:ROWS_MAX],
        "hidden": max(0, len(rows) - ROWS_MAX),
        "total": _row(selection, whole, numbers, {}, "", ""),
        "cards": _cards(selection, whole),
        "methods": _methods(selection, whole),
        "balanced": balanced(selection.of, selection.period, selection.by, lines),
        "chart": _chart(selection, lines),
        "now": timezone.now(),
        "exports": _exports(selection),
    }
    return render(request, "ledger/one_account.html", context)


@require_GET
@needs(ACT)
def export(request: Request) -> HttpResponseBase:
    """The table as it is shown: ``?format=xlsx`` or ``csv``."""
    selection = Selection(request.GET, request.actor, ACT)
    lines = lines_of(selection)
    numbers = list(NUMBERS.values())
    rows = _rows(selection, lines, numbers)
    table = tables.one_account_table(BY_LABELS[selection.by], numbers)
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    period = selection.period
    return made(
        request,
        lambda file: write(file, table, rows),
        f"{table.title}-{period.start}-{period.end}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


def lines_of(selection: Selection) -> list[Line]:
    """Lines in the order in which people look for them: domains as declared, else the largest."""
    lines = one_account(selection.of, selection.period, selection.by)
    if selection.by is By.REGION:
        lines = by_town(lines)
    if selection.by is By.DOMAIN:
        order = {domain.code: n for n, domain in enumerate(declarations.domains())}
        return sorted(lines, key=lambda line: order.get(line.key, 99))
    if selection.by is By.MONTH:
        return lines
    return sorted(lines, key=lambda line: -(line.arisen_g + line.imported_g + line.stock_g))


def _months_total(lines: list[Line]) -> Line:
    """Months carry their stock on: the whole begins with the first and ends with the last."""
    whole = total(lines)
    if lines:
        first, last = lines[0], lines[-1]
        whole.before_stock_g, whole.before_custody_g = first.before_stock_g, first.before_custody_g
        whole.stock_g, whole.custody_g = last.stock_g, last.custody_g
    return whole


def _numbers(whole: Line, lines: Iterable[Line]) -> list[Number]:
    """Columns: rare ones only where some line has them."""
    lines = [whole, *lines]
    return [n for n in NUMBERS.values() if not n.rare or any(n.of(line) for line in lines)]


def _rows(selection: Selection, lines: list[Line], numbers: list[Number]) -> list[Row]:
    names = _NAMES[selection.by](lines)
    rows = []
    for line in lines:
        label, note, domain, change = names(line.key)
        rows.append(_row(selection, line, numbers, change(selection), label, note, domain))
    return rows


def _row(
    selection: Selection,
    line: Line,
    numbers: list[Number],
    changes: Mapping[str, Any],
    label: str,
    note: str,
    domain: str = "",
) -> Row:
    masses = [number.of(line) for number in numbers]
    hazardous = selection.hazardous or domain == "hazardous"
    decimals = decimals_for(masses, hazardous=hazardous)
    figures = [
        Figure(mass_g, movements_url(selection, number, changes), decimals)
        for number, mass_g in zip(numbers, masses, strict=True)
    ]
    name_url = reverse("ledger.one_account") + selection.query(**changes) if changes else ""
    return Row(label, note, domain, name_url, line, figures)


def movements_url(
    selection: Selection, number: Number, changes: Mapping[str, Any], method: str = ""
) -> str:
    """Address of the movements behind a number."""
    query = selection.query(**{"number": number.code, "method": method} | dict(changes))
    return reverse("ledger.movements") + query


Changes = Callable[[Selection], dict[str, Any]]
Named = tuple[str, str, str, Changes]


def _domain_names(lines: list[Line]) -> Callable[[Any], Named]:
    known = {domain.code: domain for domain in declarations.domains()}

    def name(key: Any) -> Named:
        label = str(known[key].name) if key in known else str(key)
        return label, "", key, lambda selection: {"domain": key}

    return name


def _stream_names(lines: list[Line]) -> Callable[[Any], Named]:
    def name(key: Any) -> Named:
        stream, domain = declarations.stream(key), declarations.domain_of(key)
        return str(stream.name), "", domain.code, lambda selection: {"stream": key}

    return name


def _waste_names(lines: list[Line]) -> Callable[[Any], Named]:
    found = WasteType.objects.in_bulk([line.key for line in lines])

    def name(key: Any) -> Named:
        waste = found[key]
        return waste.label, waste.code, waste.domain, lambda selection: {"waste": waste.code}

    return name


def _region_names(lines: list[Line]) -> Callable[[Any], Named]:
    found = Region.objects.in_bulk([line.key for line in lines])

    def name(key: Any) -> Named:
        return found[key].name, "", "", lambda selection: {"region": found[key].code}

    return name


def _holder_names(lines: list[Line]) -> Callable[[Any], Named]:
    found = Organisation.objects.select_related("region").in_bulk([line.key for line in lines])

    def name(key: Any) -> Named:
        holder = found[key]
        return holder.name, holder.region.name, "", lambda selection: {"holder": holder.uuid}

    return name


def _month_names(lines: list[Line]) -> Callable[[Any], Named]:
    def name(key: date) -> Named:
        def change(selection: Selection) -> dict[str, Any]:
            period = month_period(key, selection.period)
            return {"from": period.start.isoformat(), "to": period.end.isoformat()}

        return f"{key:%Y-%m}", "", "", change

    return name


_NAMES: dict[By, Callable[[list[Line]], Callable[[Any], Named]]] = {
    By.DOMAIN: _domain_names,
    By.STREAM: _stream_names,
    By.WASTE: _waste_names,
    By.REGION: _region_names,
    By.HOLDER: _holder_names,
    By.MONTH: _month_names,
}


def _cards(selection: Selection, whole: Line) -> list[dict[str, Any]]:
    treated_g = whole.treated_g
    shares = {"recovered": whole.recovered_g, "disposed": whole.disposed_g}
    cards = []
    for code in _CARDS:
        number = NUMBERS[code]
        mass_g = number.of(whole)
        figure = Figure(
            mass_g,
            movements_url(selection, number, {}),
            decimals_for([mass_g], hazardous=selection.hazardous),
        )
        share = 100 * shares[code] / treated_g if code in shares and treated_g > 0 else None
        cards.append({"label": number.label, "figure": figure, "share": share})
    return cards


def _methods(selection: Selection, whole: Line) -> list[dict[str, Any]]:
    """How it was treated, the most first; ``share`` of everything treated, in percent."""
    known = declarations.methods()
    kinds = {AccountKind.RECOVERED: "recovered", AccountKind.DISPOSED: "disposed"}
    found = [
        {
            "label": known[method].name if method in known else method,
            "kind": kinds[AccountKind(kind)],
            "figure": Figure(
                mass_g,
                movements_url(selection, NUMBERS[kinds[AccountKind(kind)]], {}, method),
                decimals_for([mass_g], hazardous=selection.hazardous),
            ),
            "share": 100 * mass_g / whole.treated_g if whole.treated_g > 0 else 0,
        }
        for (kind, method), mass_g in whole.by_method.items()
        if kind in kinds and mass_g
    ]
    return sorted(found, key=lambda one: -one["figure"].mass_g)


def _chart(selection: Selection, lines: list[Line]) -> dict[str, Any]:
    if selection.by is By.MONTH:
        return months_chart(lines)
    by_domain = (
        lines
        if selection.by is By.DOMAIN
        else one_account(selection.of, selection.period, By.DOMAIN)
    )

    def url(number: str, domain: str, method: str) -> str:
        if not number:
            return reverse("ledger.one_account") + selection.query(domain=domain, by=By.STREAM)
        return movements_url(selection, NUMBERS[number], {}, method)

    return sankey_chart(by_domain, url)


def _exports(selection: Selection) -> list[tuple[str, str]]:
    return [
        (
            label,
            reverse("ledger.one_account.export") + selection.query(by=selection.by, format=form),
        )
        for label, form in (("Excel", "xlsx"), ("CSV", "csv"))
    ]
