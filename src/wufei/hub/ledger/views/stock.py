"""What stands where, since when, and whether that is too long."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.streaming import made
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.ledger import tables
from wufei.hub.ledger.forms.selection import Selection
from wufei.hub.ledger.queries.ages import Age, age_of, too_long
from wufei.hub.ledger.queries.stock import Standing, stock, stock_total
from wufei.hub.ledger.queries.sunk import known_sunk
from wufei.hub.registry.queries import visible_organisations

ACT = "ledger.account.view"
PAGE_ROWS = 50
EXPORT_PAGE_ROWS = 1_000


@dataclass(frozen=True)
class Row:
    standing: Standing
    age: Age


@require_GET
@needs(ACT)
def stock_list(request: Request) -> HttpResponse:
    selection = Selection(request.GET, request.actor, ACT)
    urgent_only = request.GET.get("state") == "urgent"
    order = "mass" if request.GET.get("order") == "mass" else "age"
    kind = "custody" if request.GET.get("kind") == "custody" else "stock"
    number = _page_number(request.GET.get("page", ""))
    urgent = too_long(selection.of)
    over = sum(1 for standing in urgent if age_of(standing).over)
    whole = stock_total(selection.of, kind=kind)
    start = (number - 1) * PAGE_ROWS
    if urgent_only:
        found, count = urgent[start : start + PAGE_ROWS], len(urgent)
    else:
        found = stock(selection.of, kind=kind, order=order, limit=PAGE_ROWS, offset=start)
        count = whole.count

    def query(**changes: Any) -> str:
        values = {"order": order, "kind": kind, "state": "urgent" if urgent_only else ""}
        return selection.query(**({"from": "", "to": ""} | values | changes))

    context = {
        "selection": selection,
        "form": selection.form,
        "sunk": known_sunk(selection.of, kind),
        "rows": [Row(standing, age_of(standing)) for standing in found],
        "total": whole,
        "count": count,
        "kind": kind,
        "order": order,
        "urgent_only": urgent_only,
        "urgent": urgent,
        "over": over,
        "soon": len(urgent) - over,
        "kept": [
            ("order", order),
            ("kind", kind if kind == "custody" else ""),
            ("state", "urgent" if urgent_only else ""),
        ],
        "links": {
            "age": query(order="age", page=""),
            "mass": query(order="mass", page=""),
            "stock": query(kind="stock", page="", state=""),
            "custody": query(kind="custody", page="", state=""),
            "urgent": query(state="urgent", page="", kind="stock"),
        },
        "page": number,
        "pages": max(1, -(-count // PAGE_ROWS)),
        "previous": query(page=number - 1) if number > 1 else "",
        "next": query(page=number + 1) if start + PAGE_ROWS < count else "",
        "now": timezone.now(),
        "exports": [
            (label, reverse("ledger.stock.export") + query(format=form))
            for label, form in (("Excel", "xlsx"), ("CSV", "csv"))
        ],
        "limits": {
            "hazardous": settings.STORAGE_DAYS_NOTICE,
            "medical": settings.MEDICAL_STORAGE_DAYS_MAX,
        },
        "may_take": request.actor.may("ledger.stocktake.record"),
    }
    return render(request, "ledger/stock.html", context)


@require_GET
@needs(ACT)
def export(request: Request) -> HttpResponseBase:
    selection = Selection(request.GET, request.actor, ACT)
    kind = "custody" if request.GET.get("kind") == "custody" else "stock"
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    table = tables.STOCK_OUT
    return made(
        request,
        lambda file: write(file, table, _every(selection, kind)),
        f"{table.title}-{timezone.localdate()}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


def _every(selection: Selection, kind: str) -> Iterator[Row]:
    for start in range(0, settings.WUFEI_IMPORT_ROWS_MAX, EXPORT_PAGE_ROWS):
        found = stock(selection.of, kind=kind, limit=EXPORT_PAGE_ROWS, offset=start)
        yield from (Row(standing, age_of(standing)) for standing in found)
        if len(found) < EXPORT_PAGE_ROWS:
            return


@require_GET
@needs(ACT)
def holders(request: Request) -> HttpResponse:
    """Options under the organisation field: those that the actor may see."""
    text = str(next(iter(request.GET.values()), "")).replace("\0", "").strip()[:60]
    rows = visible_organisations(request.actor, ACT)
    by_name = rows.filter(name__icontains=text)
    found = list((by_name | rows.filter(pinyin__istartswith=text.replace(" ", "")))[:20])
    return render(request, "ledger/_holders.html", {"holders": found})


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
