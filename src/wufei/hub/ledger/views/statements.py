"""The statement of one account, and the lots that stand in it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.forms.selection import Selection
from wufei.hub.ledger.models import Account, Balance, Booking, Lot, Movement, StockTake
from wufei.hub.ledger.queries.movements import with_names
from wufei.hub.ledger.queries.people import cause_of, names_of
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.ledger.queries.statements import Statement, statement
from wufei.hub.ledger.queries.trace import Hop, destinations, origins

ACT = "ledger.account.view"
PAGE_ROWS = 100
LOTS_MAX = 200


@require_GET
@needs(ACT)
def account(request: Request, pk: int) -> HttpResponse:
    """Negative days first, then what moved, with the running balance."""
    found = find_account(request.actor, pk)
    selection = Selection(request.GET, request.actor, ACT)
    number = _page_number(request.GET.get("page", ""))
    shown = statement(found, selection.period, offset=(number - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    pages = max(1, -(-shown.count // PAGE_ROWS))
    context = {
        "account": found,
        "balance": Balance.objects.filter(pk=found.pk).first(),
        "statement": shown,
        "lines": _lines(shown),
        "selection": selection,
        "form": selection.form,
        "page": number,
        "pages": pages,
        "previous": selection.query(page=number - 1) if number > 1 else "",
        "next": selection.query(page=number + 1) if number < pages else "",
        "lots": Lot.objects.filter(account=found, remaining_g__gt=0).order_by("since")[:LOTS_MAX],
        "bookings": Booking.objects.filter(account=found, state=Booking.State.OPEN)
        .select_related("lot")
        .order_by("-opened_at")[:LOTS_MAX],
        "takes": _takes(found),
    }
    return render(request, "ledger/account.html", context)


@require_GET
@needs(ACT)
def lot(request: Request, uuid: UUID) -> HttpResponse:
    """One container or batch: where its mass came from, and where it went."""
    reached = accounts_of(reach(request.actor, ACT), "account__")
    rows = Lot.objects.select_related("account__holder", "account__place", "account__waste").filter(
        # Who reaches everything has no condition, and "no condition or …" would be a condition.
        reached | _handled(request.actor) if reached else Q()
    )
    found = get_object_or_404(rows.distinct(), uuid=uuid)
    back, forward = origins(found.pk), destinations(found.pk)
    context = {
        "lot": found,
        "back": _hops(back, "parent_id"),
        "forward": _hops(forward, "lot_id"),
        "entries": _entries(found),
    }
    return render(request, "ledger/lot.html", context)


def find_account(actor: Actor, pk: int, act: str = ACT) -> Account:
    """The account, if ``act`` reaches it; otherwise it does not exist for them."""
    rows = Account.objects.select_related("holder", "place", "waste", "region")
    return get_object_or_404(rows.filter(accounts_of(reach(actor, act))), pk=pk)


@dataclass(frozen=True)
class HopRow:
    """One step of a trace as the page shows it."""

    depth: int
    lot: Lot
    movement: Movement
    mass_g: int
    exact: bool


def _hops(hops: list[Hop], end: str) -> list[HopRow]:
    lots = Lot.objects.select_related("account__holder", "account__place", "account__waste")
    found = lots.in_bulk([getattr(hop, end) for hop in hops])
    moved = with_names(Movement.objects.filter(pk__in=[hop.movement_id for hop in hops])).in_bulk()
    return [
        HopRow(hop.depth, found[getattr(hop, end)], moved[hop.movement_id], hop.mass_g, hop.exact)
        for hop in hops
    ]


def _entries(found: Lot) -> list[dict[str, Any]]:
    rows = found.entries.select_related(
        "movement__target__holder", "movement__target__place", "movement__target__waste"
    )
    return [
        {
            "movement": entry.movement,
            "side": entry.side,
            "mass_g": entry.mass_g,
            "exact": not entry.attributed,
        }
        for entry in rows.order_by("movement__happened_at", "pk")
    ]


def _handled(actor: Actor) -> Q:
    """A producer may follow its containers on: any lot that its own mass went into."""
    of = reach(actor, ACT)
    return accounts_of(of, "entries__parent__account__") if of.holders is not None else Q(pk=None)


def _takes(found: Account) -> list[dict[str, Any]]:
    takes = list(StockTake.objects.filter(account=found).order_by("-happened_at")[:20])
    names = names_of(take.actor for take in takes)
    return [
        {"take": take, "off_g": take.counted_g - take.book_g, "who": names[take.actor]}
        for take in takes
    ]


def _lines(shown: Statement) -> list[dict[str, Any]]:
    names = names_of(line.movement.actor for line in shown.lines)
    return [
        {
            "line": line,
            "movement": line.movement,
            "out_g": -line.change_g,
            "other": line.movement.source
            if line.movement.target_id == shown.account.pk
            else line.movement.target,
            "cause": cause_of(line.movement.cause),
            "who": names[line.movement.actor],
        }
        for line in shown.lines
    ]


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
