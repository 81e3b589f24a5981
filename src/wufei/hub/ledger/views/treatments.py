"""Treatment batches: recorded by the plant, row by row, with the balance live."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.ledger import services
from wufei.hub.ledger.forms.recording import site_choices, sites_of
from wufei.hub.ledger.forms.reversal import ReversalForm
from wufei.hub.ledger.forms.treatment import PARTS, ROWS_MAX, Sheet
from wufei.hub.ledger.models import Account, AccountKind, Movement, Treatment
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.movements import with_names
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.ledger.queries.stock import Standing, stock
from wufei.hub.ledger.refusals import NotEnough
from wufei.hub.ledger.services.surpluses import after_surpluses
from wufei.hub.ledger.views.movements import reverse_once
from wufei.hub.ledger.views.overdrafts import Overdraft
from wufei.hub.registry.models import Site

RECORD, REVERSE = "ledger.treatment.record", "ledger.movement.reverse"
STOCKS_MAX = 300


@require_http_methods(["GET", "POST"])
@needs(RECORD)
def new_treatment(request: Request) -> HttpResponse:
    site = chosen_site(request, RECORD)
    named = [value for name, value in request.POST.items() if name.endswith("-stock")]
    stocks = stocks_of(site, [str(value) for value in named])
    if request.method != "POST" or site is None:
        return _show(request, site, Sheet(stocks, None, uuid7()))
    sheet = Sheet(stocks, request.POST, uuid7())
    overdraft = Overdraft(request)
    if not sheet.is_valid():
        return _show(request, site, sheet, overdraft)
    head, parts = sheet.head.cleaned_data, sheet.parts()

    def record() -> str:
        treatment = services.record_treatment(
            site,
            parts["inputs"],
            id=head["submission"],
            happened_at=head["happened_at"],
            by=request.actor,
            products=parts["products"],
            additives=parts["additives"],
            secondary=parts["secondary"],
            note=head["note"],
        )
        return reverse("ledger.treatment", args=[treatment.uuid])

    def work() -> str:
        return after_surpluses(
            overdraft.confirmed,
            record,
            also=[standing.account.pk for standing in stocks.values()],
            id=head["submission"],
            happened_at=head["happened_at"],
            by=request.actor,
            reason=overdraft.reason,
        )

    try:
        target = submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        if isinstance(refusal, NotEnough):
            overdraft.lacks(refusal)
        sheet.show(refusal)
        return _show(request, site, sheet, overdraft)
    messages.success(request, _("The treatment is recorded."))
    return HttpResponseRedirect(target)


@require_GET
@needs(RECORD)
def row(request: Request, part: str, number: int) -> HttpResponse:
    """One row of the form: a new one, or the same with the choices of its waste."""
    if part not in PARTS or number >= 1000:
        raise Http404
    site = chosen_site(request, RECORD)
    sheet = Sheet(stocks_of(site), None, uuid7())
    prefix = f"{part}-{number}-"
    filled = any(name.startswith(prefix) for name in request.GET)
    form = sheet.row(part, number, request.GET if filled else None)
    context = {"row": form, "part": part, "number": number, "site": site, "fresh": True}
    return render(request, "ledger/_treatment_row.html", context)


@require_POST
@needs(RECORD)
def balance(request: Request) -> HttpResponse:
    """What goes in, what comes out and what is lost, as far as the form is filled in."""
    sheet = Sheet(stocks_of(chosen_site(request, RECORD)), request.POST, uuid7())
    return render(request, "ledger/_balance.html", {"balance": sheet.balance()})


@require_GET
@needs("ledger.movement.view")
def treatment(request: Request, uuid: UUID) -> HttpResponse:
    return _batch(request, _find(request.actor, uuid, "ledger.movement.view"))


@require_POST
@needs(REVERSE)
def reverse_treatment(request: Request, uuid: UUID) -> HttpResponse:
    """Undo a batch as a whole: what went in and what came out."""
    found = _find(request.actor, uuid, REVERSE)

    def work(_id: UUID, reason: str) -> str:
        services.reverse_group(found.uuid, by=request.actor, reason=reason)
        return reverse("ledger.treatment", args=[found.uuid])

    done = _("Reversed. The batch counts as never made.")
    return reverse_once(request, work, lambda form: _batch(request, found, form), done)


def _find(actor: Actor, uuid: UUID, act: str) -> Treatment:
    """The batch, if ``act`` reaches one of its movements; otherwise it does not exist."""
    if not Movement.objects.filter(movements_of(reach(actor, act)), group_uuid=uuid).exists():
        raise Http404
    return get_object_or_404(Treatment.objects.select_related("place__organisation"), uuid=uuid)


def _batch(request: Request, found: Treatment, form: ReversalForm | None = None) -> HttpResponse:
    moved = list(with_names(Movement.objects.filter(group_uuid=found.uuid).order_by("pk")))
    undone = any(one.sign < 0 for one in moved)
    if form is None and not undone and request.actor.may(REVERSE):
        form = ReversalForm()
    context = {
        "form": form,
        "submission": form["submission"].value() if form and form.is_bound else uuid7(),
        "treatment": found,
        "who": names_of([found.actor])[found.actor],
        "inputs": [one for one in moved if one.kind == "treatment" and one.sign > 0],
        "secondary": [one for one in moved if one.kind == "secondary" and one.sign > 0],
        "reversed": undone,
        "balance": {
            f"{name}_g": getattr(found, f"{name}_g")
            for name in ("input", "additive", "product", "secondary", "loss")
        },
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "ledger/treatment.html", context, status=status)


def chosen_site(request: Request, act: str) -> Site | None:
    """The site that the address names, the only one there is, or none yet."""
    sites = sites_of(request.actor, act)
    asked = request.GET.get("site") or request.POST.get("site")
    if not asked:
        found = list(sites[:2])
        return found[0] if len(found) == 1 else None
    try:
        return get_object_or_404(sites, uuid=UUID(asked))
    except ValueError as error:
        raise Http404 from error


def stocks_of(site: Site | None, also: Iterable[str] = ()) -> dict[str, Standing]:
    """What stands at a site, by account; the oldest first.

    ``also`` are accounts that a form names: one that was emptied meanwhile (by the same form, sent
    twice) is still a stock of this site, of which nothing is left.
    """
    if site is None:
        return {}
    found = stock(Of(holders=[site.organisation_id]), place=site.pk, limit=STOCKS_MAX)
    stocks = {str(standing.account.pk): standing for standing in found}
    gone = {int(pk) for pk in also if pk.isdecimal() and len(pk) < 18} - {int(pk) for pk in stocks}
    if gone:
        empty = Account.objects.filter(pk__in=gone, place=site, kind=AccountKind.STOCK)
        for account in empty.select_related("holder", "place", "waste", "region"):
            by_lots = account.tracking == "lots"
            stocks[str(account.pk)] = Standing(account, 0, 0, None, by_lots, 0)
    return stocks


def _show(
    request: Request, site: Site | None, sheet: Sheet, overdraft: Overdraft | None = None
) -> HttpResponse:
    bad = bool(overdraft)
    context: dict[str, Any] = {
        "site": site,
        "sites": site_choices(sites_of(request.actor, RECORD)[:1000]),
        "sheet": sheet,
        "overdraft": overdraft,
        "balance": sheet.balance() if sheet.data is not None else None,
        "next": {
            part: max([row.number for row in rows], default=-1) + 1
            for part, rows in sheet.rows.items()
        },
        "rows_max": ROWS_MAX,
    }
    return render(request, "ledger/treatment_form.html", context, status=422 if bad else 200)
