"""Where pages of other rooms are; a room that is not there yet leaves the ledger's own page."""

from django.urls import NoReverseMatch, reverse

from wufei.hub.ledger.models import Lot


def trace_url(lot: Lot) -> str:
    """Where a lot came from and went to."""
    for name in ("ledger.trace.lot", "ledger.trace"):
        try:
            return reverse(name, args=[lot.uuid])
        except NoReverseMatch:
            continue
    return reverse("ledger.lot", args=[lot.uuid])
