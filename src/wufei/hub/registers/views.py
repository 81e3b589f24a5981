"""The page of the registers, and the order of a file."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.base.tables.show import Cell, Shower, folds
from wufei.hub.base.tables.writers import TYPES
from wufei.hub.ledger.queries.sunk import sunk
from wufei.hub.registers import exporting
from wufei.hub.registers.queries.reconciling import below_zero, over_full, reconcile
from wufei.hub.registers.register import (
    MovementRegister,
    Register,
    movement_url,
    register,
)
from wufei.hub.registers.selection import EXPORT, VIEW, Selection

PAGE_ROWS = 50


@dataclass(frozen=True)
class Row:
    """``url`` leads to the movement, ``manifest_url`` to its manifest; both may be empty."""

    cells: list[Cell]
    url: str
    corrected: bool

    @property
    def folds(self) -> bool:
        return folds(self.cells)


@require_GET
@needs(VIEW)
def show(request: Request) -> HttpResponse:
    selection = Selection(request.GET, request.actor)
    context: dict[str, Any] = {
        "selection": selection,
        "form": selection.form,
        "formats": _formats(request),
    }
    if selection.holder is None:
        return render(request, "registers/choose.html", context)
    return render(request, "registers/register.html", context | _context(request, selection))


def _context(request: Request, selection: Selection) -> dict[str, Any]:
    found = register(selection)
    pages = max(1, -(-found.count // PAGE_ROWS))
    number = min(_page_number(request.GET.get("page", "")), pages)
    first = (number - 1) * PAGE_ROWS
    sunken = below_zero(selection.within, selection.limited_kind)
    return {
        "table": selection.table,
        "columns": found.columns,
        "rows": _rows(found, first),
        "count": found.count,
        "more": found.more,
        "sums": found.sums_g,
        "has_sums": any(mass_g is not None for mass_g in found.sums_g),
        "label": selection.limited_kind.label,
        "found": reconcile(selection.within, selection.limited_kind),
        "below_zero": sunk((one.account_id, one.day, one.running_g) for one in sunken),
        "days_below_zero": len(sunken),
        "over_full": over_full(selection.within),
        "page": number,
        "pages": pages,
        "previous": selection.query(page=number - 1) if number > 1 else "",
        "next": selection.query(page=number + 1) if number < pages else "",
        "filters_on": bool(selection.words()),
    }


def _formats(request: Request) -> list[tuple[str, str, Any]]:
    """Formats with a token each: ordering one and then the other is not the same form twice."""
    if not request.actor.may(EXPORT):
        return []
    return [("xlsx", "Excel", uuid7()), ("csv", "CSV", uuid7())]


def _rows(found: Register, first: int) -> list[Row]:
    shower = Shower(found.columns)
    moved = isinstance(found, MovementRegister)
    return [
        Row(
            shower.row(row).cells,
            movement_url(row) if moved else "",
            moved and (row[1] < 0 or row[2]),
        )
        for row in found.page(first, PAGE_ROWS)
    ]


@require_POST
@needs(EXPORT)
def export(request: Request) -> HttpResponse:
    """Order the file of what the page shows; leads to its progress."""
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    selection = Selection(request.POST, request.actor, EXPORT)

    def work() -> str:
        run = exporting.order(selection, request.actor, form)
        return reverse("base.export.detail", args=[run.uuid])

    return HttpResponseRedirect(submit_once(request, work))


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
