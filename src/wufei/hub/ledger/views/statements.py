"""The statement of one account, and the lots that stand in it."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.forms.selection import Selection
from wufei.hub.ledger.models import Account, AccountKind, Balance, Booking, Lot, StockTake
from wufei.hub.ledger.queries.people import cause_of, names_of
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.ledger.queries.statements import Statement, statement
from wufei.hub.ledger.queries.sunk import sunk
from wufei.hub.ledger.queries.told import tell, within
from wufei.hub.ledger.queries.trace import back, forward
from wufei.hub.ledger.queries.trace_starts import of_lot
from wufei.hub.ledger.regroupings import RegroupedPart, Regrouping

ACT, REGROUP = "ledger.account.view", "ledger.lot.regroup"
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
        "sunk": sunk((found.pk, day, mass_g) for day, mass_g in shown.negative_days),
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
        "may_regroup": may_regroup(request.actor, found),
    }
    return render(request, "ledger/account.html", context)


@require_GET
@needs(ACT)
def lot(request: Request, uuid: UUID) -> HttpResponse:
    """One container or batch: where its mass came from, and where it went."""
    found = get_object_or_404(visible_lots(request.actor, ACT), uuid=uuid)
    starts = of_lot(found)
    context = {
        "lot": found,
        "told": tell(back(starts), forward(starts), request.actor),
        "entries": _entries(found),
        "regroupings": _regroupings(found),
        "may_regroup": may_regroup(request.actor, found.account) and found.remaining_g > 0,
    }
    return render(request, "ledger/lot.html", context)


def visible_lots(actor: Actor, act: str) -> "QuerySet[Lot]":
    """Lots that ``act`` reaches; a producer also follows its own into the next one."""
    of = reach(actor, act)
    reached = accounts_of(of, "account__")
    handled = (
        accounts_of(of, "entries__parent__account__") if of.holders is not None else Q(pk=None)
    )
    rows = Lot.objects.select_related("account__holder", "account__place", "account__waste")
    # Who reaches everything has no condition, and "no condition or …" would be a condition.
    return rows.filter(reached | handled if reached else Q()).distinct()


def may_regroup(actor: Actor, account: Account) -> bool:
    """Whether the actor groups and splits the lots of this stock."""
    if account.kind != AccountKind.STOCK or account.tracking != "lots":
        return False
    return actor.may(REGROUP) and within(reach(actor, REGROUP), account)


def find_account(actor: Actor, pk: int, act: str = ACT) -> Account:
    """The account, if ``act`` reaches it; otherwise it does not exist for them."""
    rows = Account.objects.select_related("holder", "place", "waste", "region")
    return get_object_or_404(rows.filter(accounts_of(reach(actor, act))), pk=pk)


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


def _regroupings(found: Lot) -> list[dict[str, Any]]:
    """Groupings that this lot went into or came from, latest first."""
    parts = RegroupedPart.objects.filter(Q(parent=found) | Q(lot=found)).values_list(
        "regrouping", "parent", "mass_g"
    )
    left: Counter[int] = Counter()
    for regrouping, parent, mass_g in parts:
        left[regrouping] += mass_g if parent == found.pk else -mass_g
    rows = Regrouping.objects.filter(pk__in=left).select_related("undoing").order_by("-pk")
    return [
        {"regrouping": row, "out_g": left[row.pk], "in_g": -left[row.pk], "undone": _undone(row)}
        for row in rows[:LOTS_MAX]
    ]


def _undone(row: Regrouping) -> bool:
    return hasattr(row, "undoing")


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
