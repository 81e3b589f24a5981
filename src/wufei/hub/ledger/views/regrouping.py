"""Group 合并 and split 分装: lots of one stock are chosen and put into other containers."""

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
from wufei.hub.ledger.forms.regrouping import OUTPUTS_MAX, OutputRow, Sheet
from wufei.hub.ledger.forms.reversal import ReversalForm
from wufei.hub.ledger.models import Account, Lot
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.ledger.regroupings import Regrouping
from wufei.hub.ledger.views.movements import reverse_once
from wufei.hub.ledger.views.statements import find_account, may_regroup

VIEW, REGROUP = "ledger.account.view", "ledger.lot.regroup"
LOTS_MAX = 200


@require_http_methods(["GET", "POST"])
@needs(REGROUP)
def new(request: Request, pk: int) -> HttpResponse:
    account = _stock(request.actor, pk)
    data = request.POST if request.method == "POST" else None
    lots = list(_lots(account, data))
    sheet = Sheet(lots, data, uuid7(), chosen=request.GET.getlist("lot"))
    if data is None or not sheet.is_valid():
        return _show(request, account, sheet)
    head = sheet.head.cleaned_data

    def work() -> str:
        made = services.regroup(
            sheet.inputs(),
            sheet.containers(),
            id=head["submission"],
            by=request.actor,
            happened_at=head["happened_at"],
            note=head["note"],
        )
        return reverse("ledger.regrouping", args=[made.uuid])

    try:
        target = submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        sheet.errors.append(str(refusal))
        return _show(request, account, sheet)
    messages.success(request, _("Recorded. The stock is what it was; its lots are new."))
    return HttpResponseRedirect(target)


@require_GET
@needs(REGROUP)
def row(request: Request, pk: int, number: int) -> HttpResponse:
    """One more container in the form."""
    account = _stock(request.actor, pk)
    if number >= OUTPUTS_MAX:
        raise Http404
    context = {"row": OutputRow(number), "account": account}
    return render(request, "ledger/_output_row.html", context)


@require_GET
@needs(VIEW)
def regrouping(request: Request, uuid: UUID) -> HttpResponse:
    return _grouping(request, _find(request.actor, uuid, VIEW))


@require_POST
@needs(REGROUP)
def undo(request: Request, uuid: UUID) -> HttpResponse:
    """Put everything back, while the new lots are whole and unbooked."""
    found = _find(request.actor, uuid, REGROUP)

    def work(_id: UUID, reason: str) -> str:
        services.ungroup(found.uuid, by=request.actor, reason=reason)
        return reverse("ledger.regrouping", args=[found.uuid])

    done = _("Undone. Everything is back in the lots it came from.")
    return reverse_once(request, work, lambda form: _grouping(request, found, form), done)


def _stock(actor: Actor, pk: int) -> Account:
    account = find_account(actor, pk, REGROUP)
    if not may_regroup(actor, account):
        raise Http404
    return account


def _lots(account: Account, data: Any) -> list[Lot]:
    """What stands there, and what a form names: a lot emptied meanwhile is still of this stock."""
    rows = Lot.objects.filter(account=account, remaining_g__gt=0).order_by("since", "pk")
    found = list(rows[:LOTS_MAX])
    named = {
        name[4:40] for name in data or () if name.startswith("lot-") and name.endswith("-take")
    }
    missing = named - {str(lot.uuid) for lot in found}
    uuids = [uuid for text in missing if (uuid := _uuid(text))]
    return found + list(Lot.objects.filter(account=account, uuid__in=uuids).order_by("pk"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _show(request: Request, account: Account, sheet: Sheet) -> HttpResponse:
    context = {"account": account, "sheet": sheet, "outputs_max": OUTPUTS_MAX}
    bad = sheet.errors or sheet.head.errors or any(row.errors for row in sheet.rows)
    return render(request, "ledger/regrouping_form.html", context, status=422 if bad else 200)


def _find(actor: Actor, uuid: UUID, act: str) -> Regrouping:
    """The grouping, if ``act`` reaches its stock; otherwise it does not exist."""
    rows = Regrouping.objects.filter(accounts_of(reach(actor, act), "account__"), undoes=None)
    names = ("account__holder", "account__place", "account__waste", "undoing")
    return get_object_or_404(rows.select_related(*names), uuid=uuid)


def _grouping(
    request: Request, found: Regrouping, form: ReversalForm | None = None
) -> HttpResponse:
    undoing = getattr(found, "undoing", None)
    if form is None and undoing is None and may_regroup(request.actor, found.account):
        form = ReversalForm()
    parts = list(found.parts.select_related("parent", "lot").order_by("parent", "lot"))
    names = names_of([found.actor, undoing.actor] if undoing else [found.actor])
    context = {
        "regrouping": found,
        "parts": parts,
        "inputs": len({part.parent_id for part in parts}),
        "outputs": len({part.lot_id for part in parts}),
        "undoing": undoing,
        "who": names[found.actor],
        "undone_by": names[undoing.actor] if undoing else "",
        "form": form,
        "submission": form["submission"].value() if form and form.is_bound else uuid7(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "ledger/regrouping.html", context, status=status)
