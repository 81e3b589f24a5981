"""Where mass came from and where it went: a picture, the same as a table, and as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.streaming import made
from wufei.hub.base.tables.exporting import XLSX_TYPE, write_csv, write_xlsx
from wufei.hub.ledger.models import Movement, Treatment
from wufei.hub.ledger.queries import trace, trace_starts
from wufei.hub.ledger.queries.movements import with_names
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.ledger.queries.told import ACT, Told, tell
from wufei.hub.ledger.queries.trace import Node
from wufei.hub.ledger.trace_tables import TRACE_OUT
from wufei.hub.ledger.views.statements import find_account, visible_lots
from wufei.hub.ledger.views.trace_picture import picture

EXPORT = "ledger.trace.export"
# A file may follow many more than a page.
EXPORT_NODES_MAX = 5_000


@dataclass(frozen=True)
class Asked:
    """What is traced: its words, its page, where it starts, and whether that is all of it."""

    title: str
    page: str
    starts: list[Node]
    more: bool = False


def _lot(actor: Actor, key: str) -> Asked:
    lot = get_object_or_404(visible_lots(actor, ACT), uuid=_uuid(key))
    title = f"{_('Lot')} {lot} · {lot.account.waste.label}"
    return Asked(title, reverse("ledger.lot", args=[lot.uuid]), trace_starts.of_lot(lot))


def _account(actor: Actor, key: str) -> Asked:
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    account = find_account(actor, int(key), ACT)
    starts, more = trace_starts.of_account(account)
    title = f"{account.waste.label} · {account.holder} · {account.get_kind_display()}"
    return Asked(title, reverse("ledger.account", args=[account.pk]), starts, more)


def _movement(actor: Actor, key: str) -> Asked:
    rows = with_names(Movement.objects.filter(movements_of(reach(actor, ACT)), uuid=_uuid(key)))
    movement = get_object_or_404(rows)
    title = f"{movement.get_kind_display()} · {movement.source.waste.label}"
    page = reverse("ledger.movement", args=[movement.uuid])
    return Asked(title, page, trace_starts.of_movements([movement]))


def _treatment(actor: Actor, key: str) -> Asked:
    treatment = get_object_or_404(Treatment.objects.select_related("place"), uuid=_uuid(key))
    moved = Movement.objects.filter(group_uuid=treatment.uuid)
    if not moved.filter(movements_of(reach(actor, ACT))).exists():
        raise Http404
    title = f"{_('Treatment batch')} · {treatment.place}"
    page = reverse("ledger.treatment", args=[treatment.uuid])
    return Asked(title, page, trace_starts.of_treatment(treatment))


def _manifest(actor: Actor, key: str) -> Asked:
    uuid = _uuid(key)
    starts = trace_starts.of_document("manifest", uuid, actor)
    if starts is None:
        raise Http404
    return Asked(_("Manifest"), reverse("manifests.manifest.detail", args=[uuid]), starts)


_FINDERS: dict[str, Callable[[Actor, str], Asked]] = {
    "lot": _lot,
    "account": _account,
    "movement": _movement,
    "treatment": _treatment,
    "manifest": _manifest,
}


@require_GET
@needs(ACT)
def page(request: Request, of: str, **key: Any) -> HttpResponse:
    asked = _FINDERS[of](request.actor, str(*key.values()))
    told = _follow(asked, request.actor)
    context = {
        "asked": asked,
        "told": told,
        "picture": picture(told),
        "nodes_max": trace.NODES_MAX,
        "exports": _exports(request.actor, of, key),
        "now": timezone.now(),
    }
    return render(request, "ledger/trace.html", context)


@require_GET
@needs(EXPORT)
def export(request: Request, of: str, **key: Any) -> HttpResponseBase:
    """Every step in the order in which the mass went."""
    asked = _FINDERS[of](request.actor, str(*key.values()))
    told = _follow(asked, request.actor, nodes=EXPORT_NODES_MAX)
    csv = request.GET.get("format") == "csv"
    write = write_csv if csv else write_xlsx
    return made(
        request,
        lambda file: write(file, TRACE_OUT, iter(told.steps)),
        f"{TRACE_OUT.title}-{timezone.localdate()}.{'csv' if csv else 'xlsx'}",
        "text/csv; charset=utf-8" if csv else XLSX_TYPE,
    )


def _follow(asked: Asked, actor: Actor, *, nodes: int = trace.NODES_MAX) -> Told:
    back = trace.back(asked.starts, nodes=nodes)
    return tell(back, trace.forward(asked.starts, nodes=nodes), actor)


def _exports(actor: Actor, of: str, key: dict[str, Any]) -> list[tuple[str, str]]:
    if not actor.may(EXPORT):
        return []
    base = reverse(f"ledger.trace.{of}.export", kwargs=key)
    return [("Excel", f"{base}?format=xlsx"), ("CSV", f"{base}?format=csv")]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
