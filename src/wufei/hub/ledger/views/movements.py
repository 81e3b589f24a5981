"""The movements behind any number, each with its own page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.pages.forms import show_refusal, submit_once
from wufei.hub.base.streaming import made
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.catalogue import declarations
from wufei.hub.ledger import services, tables
from wufei.hub.ledger.forms.reversal import ReversalForm
from wufei.hub.ledger.forms.selection import Selection, known
from wufei.hub.ledger.models import LotEntry, Movement, Treatment
from wufei.hub.ledger.queries.movements import Page, movements, with_names
from wufei.hub.ledger.queries.numbers import (
    COUNTED,
    NUMBERS,
    Number,
    Reckoner,
    Span,
    cell_of,
    number_g,
)
from wufei.hub.ledger.queries.people import cause_of, names_of
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.ledger.queries.trace import attributed
from wufei.hub.ledger.rules import check_stands_alone

ACT = "ledger.movement.view"
PAGE_ROWS = 50
EXPORT_PAGE_ROWS = 2_000


@dataclass(frozen=True)
class Row:
    """A movement, and what it adds to the number that is asked for."""

    movement: Movement
    change_g: int


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a selection, maybe one number of it, maybe some methods."""

    selection: Selection
    number: Number | None
    methods: tuple[str, ...]

    @property
    def cell(self) -> Any:
        return cell_of(self.number, self.selection.of, self.selection.period, self.methods)

    @property
    def period(self) -> Any:
        return self.cell.period

    def rows(self, page: Page) -> list[Row]:
        if self.number is None:
            return [Row(one, one.sign * one.mass_g) for one in page.movements]
        reckoner = Reckoner(self.cell, self.number.sign)
        return [Row(one, reckoner.change_g(one)) for one in page.movements]

    def query(self, **changes: Any) -> str:
        values = {
            "number": self.number.code if self.number else "",
            "method": ",".join(self.methods),
        }
        return self.selection.query(**(values | changes))


def _asked(request: Request) -> Asked:
    selection = Selection(request.GET, request.actor, ACT)
    number = COUNTED.get(request.GET.get("number", ""))
    methods = known(request.GET.get("method", ""), declarations.methods())
    return Asked(selection, number, methods if number else ())


@require_GET
@needs(ACT)
def movement_list(request: Request) -> HttpResponse:
    asked = _asked(request)
    after = _moment(request.GET.get("after", ""))
    page = movements(asked.cell, after=after, limit=PAGE_ROWS)
    number, selection = asked.number, asked.selection
    context = {
        "selection": selection,
        "form": selection.form,
        "asked": asked,
        "numbers": [(n, asked.query(number=n.code, method="")) for n in NUMBERS.values()],
        "all_url": asked.query(number="", method=""),
        "rows": asked.rows(page),
        "total_g": number_g(number, selection.of, selection.period, asked.methods)
        if number
        else None,
        "methods": [declarations.method(method).name for method in asked.methods],
        "until": number is not None and number.span is not Span.DURING,
        "first_page": after is None,
        "next": asked.query(after=_written(page.after)) if page.after else "",
        "start": asked.query(),
        "exports": _exports(request, asked),
        "account_url": reverse("ledger.one_account") + selection.query(),
        "may_import": request.actor.may("ledger.movement.import"),
        "kept": [
            ("number", request.GET.get("number", "")),
            ("method", ",".join(asked.methods)),
            ("streams", ",".join(selection.streams)),
        ],
    }
    return render(request, "ledger/movements.html", context)


@require_GET
@needs("ledger.movement.export")
def export(request: Request) -> HttpResponseBase:
    """What the list shows, all pages of it."""
    asked = _asked(request)
    table = tables.MOVEMENTS_OUT
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    period = asked.period
    return made(
        request,
        lambda file: write(file, table, _every(asked)),
        f"{table.title}-{period.start}-{period.end}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


def _every(asked: Asked) -> Iterator[Row]:
    after, sent = None, 0
    while True:
        page = movements(asked.cell, after=after, limit=EXPORT_PAGE_ROWS)
        yield from asked.rows(page)
        sent += len(page.movements)
        if page.after is None:
            return
        if sent >= settings.WUFEI_IMPORT_ROWS_MAX:
            raise tables.TooManyMovements(limit=f"{settings.WUFEI_IMPORT_ROWS_MAX:,}")
        after = page.after


@require_GET
@needs(ACT)
def movement(request: Request, uuid: UUID) -> HttpResponse:
    found = find(request.actor, uuid)
    return _show(request, found, ReversalForm() if _reversible(request.actor, found) else None)


@require_http_methods(["POST"])
@needs("ledger.movement.reverse")
def reverse_movement(request: Request, uuid: UUID) -> HttpResponse:
    found = find(request.actor, uuid, act="ledger.movement.reverse")

    def work(id: UUID, reason: str) -> str:
        services.reverse(found.uuid, id=id, by=request.actor, reason=reason)
        return reverse("ledger.movement", args=[found.uuid])

    done = _("Reversed. The movement counts as never made.")
    return reverse_once(request, work, lambda form: _show(request, found, form), done)


def reverse_once(
    request: Request,
    work: Callable[[UUID, str], str],
    show: Callable[[ReversalForm], HttpResponse],
    done: str,
) -> HttpResponse:
    """Do ``work`` (id and reason of the reversal) for a form that may be sent twice."""
    form = ReversalForm(request.POST)
    if not form.is_valid():
        return show(form)
    asked = form.cleaned_data
    try:
        target = submit_once(request, lambda: work(asked["submission"], asked["reason"]))
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        show_refusal(form, refusal)
        return show(form)
    messages.success(request, done)
    return HttpResponseRedirect(target)


def find(actor: Actor, uuid: UUID, act: str = ACT) -> Movement:
    """The movement, if ``act`` reaches one of its accounts; otherwise it does not exist."""
    rows = with_names(Movement.objects.filter(movements_of(reach(actor, act)), uuid=uuid))
    return get_object_or_404(rows)


def _reversible(actor: Actor, found: Movement) -> bool:
    may = actor.may("ledger.movement.reverse")
    if not may or found.sign < 0 or hasattr(found, "reversal"):
        return False
    try:
        check_stands_alone(found.cause)
    except Refusal:
        return False
    return True


def _show(request: Request, found: Movement, form: ReversalForm | None) -> HttpResponse:
    group = Movement.objects.none()
    if found.group_uuid:
        group = with_names(Movement.objects.filter(group_uuid=found.group_uuid).order_by("pk"))
    parts = _parts(found)
    context = {
        "movement": found,
        "cause": cause_of(found.cause),
        "who": names_of([found.actor])[found.actor],
        "group": [one for one in group[:200] if one.pk != found.pk],
        "treatment": Treatment.objects.filter(uuid=found.group_uuid).first()
        if found.group_uuid
        else None,
        "signed_g": found.sign * found.mass_g,
        "lots": _lots(found),
        "parts": parts,
        "reversal": getattr(found, "reversal", None),
        "form": form,
        "submission": form["submission"].value() if form and form.is_bound else uuid7(),
        "may_view_account": request.actor.may("ledger.account.view"),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "ledger/movement.html", context, status=status)


def _lots(found: Movement) -> list[dict[str, Any]]:
    entries = LotEntry.objects.filter(movement=found).select_related("lot", "parent").order_by("pk")
    return [
        {
            "lot": entry.lot,
            "parent": entry.parent,
            "side": entry.side,
            "mass_g": entry.mass_g,
            "exact": not entry.attributed,
        }
        for entry in entries
    ]


def _parts(found: Movement) -> list[dict[str, Any]]:
    """Inflows that first in, first out attributes this mass to (bulk stock only)."""
    if found.source.tracking != "bulk" or not found.source.limited:
        return []
    parts = attributed(found)
    inflows = Movement.objects.in_bulk([part.movement for part in parts], field_name="uuid")
    return [{"movement": inflows[part.movement], "mass_g": part.mass_g} for part in parts]


def _exports(request: Request, asked: Asked) -> list[tuple[str, str]]:
    if not request.actor.may("ledger.movement.export"):
        return []
    base = reverse("ledger.movement.export")
    return [(label, base + asked.query(format=form)) for label, form in _FORMATS]


_FORMATS = (("Excel", "xlsx"), ("CSV", "csv"))


def _written(after: tuple[datetime, int]) -> str:
    return f"{after[0].isoformat()}_{after[1]}"


def _moment(text: str) -> tuple[datetime, int] | None:
    """The last movement of the page before, from the address; 404 if somebody made it up."""
    if not text:
        return None
    try:
        at, _line, pk = text.rpartition("_")
        moment, number = datetime.fromisoformat(at), int(pk)
    except ValueError as error:
        raise Http404 from error
    if moment.tzinfo is None or not 0 < number < 2**63:
        raise Http404
    return moment, number
