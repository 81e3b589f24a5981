"""The claims of one lot, as a part of its page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.exemptions import queries
from wufei.hub.exemptions.columns import STATES, TONES, state_of
from wufei.hub.ledger.views.statements import visible_lots


@require_GET
@needs(queries.VIEW)
def of_lot(request: Request, uuid: UUID) -> HttpResponse:
    """Claims that name the lot or what its mass was in before; how to claim it if it may be."""
    actor = request.actor
    lot = get_object_or_404(visible_lots(actor, queries.VIEW), uuid=uuid)
    may_claim = queries.is_claimable(lot, actor)
    context = {
        "claims": [
            (one, STATES[state_of(one)], TONES.get(state_of(one), "attention"))
            for one in queries.claims_of(lot, actor)
        ],
        "new_url": f"{reverse('exemptions.claim.new')}?lot={lot.uuid}" if may_claim else "",
    }
    return render(request, "exemptions/_of_lot.html", context)
