"""My calendar: what is due, first what is late, one tap from being filled in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.filings import columns, declarations, queries
from wufei.hub.filings.models import Filing
from wufei.hub.filings.pages import months, states
from wufei.hub.filings.views.common import EDIT, may_edit
from wufei.hub.registry.validity import today

TO_DO_MAX, DONE_MAX = 100, 20


@require_GET
@needs(EDIT)
def mine(request: Request) -> HttpResponse:
    """A month of what is due, and the list of what is to be done, what is late first."""
    actor, now = request.actor, today()
    first = months.month_of(request.GET.get("month", ""), now)
    due = queries.calendar(actor, *months.days_of(first))
    to_do = queries.mine(actor)
    context = {
        "first": first,
        "previous": f"{months.next_month(first, -1):%Y-%m}",
        "next": f"{months.next_month(first):%Y-%m}",
        "weeks": months.weeks_of(first, due, now),
        "to_do": [_line(one, request) for one in to_do[:TO_DO_MAX]],
        "to_do_count": to_do.order_by().count(),
        "late_count": to_do.filter(states.late(now)).order_by().count(),
        "done": [_line(one, request) for one in _done(actor)],
        "may_start": actor.may("filings.type.view") and bool(declarations.types()),
        "several": len(actor.organisation_ids) != 1,
    }
    return render(request, "filings/mine.html", context)


def _done(actor: Actor) -> Any:
    done = (Filing.State.SUBMITTED, Filing.State.ACCEPTED, Filing.State.REJECTED)
    rows = queries.visible(actor, EDIT).filter(state__in=done)
    return rows.order_by("-received_on", "-pk")[:DONE_MAX]


def _line(filing: Filing, request: Request) -> dict[str, Any]:
    seen, declared = states.seen_as(filing), columns.type_of(filing)
    return {
        "filing": filing,
        "name": columns.name_of(filing),
        "span": columns.span_of(filing),
        "domain": declared.domain if declared else "",
        "simple": bool(declared and declared.simple),
        "state": states.LABELS[seen],
        "tone": states.TONES[seen],
        "may_edit": may_edit(filing, request.actor),
    }
