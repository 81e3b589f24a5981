"""What the demo's firms owe: last month's and this month's forms, most of them filed."""

import logging
from datetime import timedelta
from uuid import uuid5

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.filings import services
from wufei.hub.filings.models import Filing
from wufei.hub.filings.services import clock
from wufei.hub.filings.services.checking import problems_of
from wufei.hub.registry.validity import today

# Two months back: their last days lie behind us.
_DAYS_BACK = (62, 31)
# Of twenty forms that should have been filed, so many were left lying.
_OF, _LEFT = 20, 3
_REASON = "与上期口径一致，已核对"
log = logging.getLogger("wufei.demo")


def owe(by: Actor) -> None:
    """Open what was owed, file most of it as it is prefilled, and let the clock see the rest."""
    day = today()
    for back in _DAYS_BACK:
        services.open_due(day - timedelta(days=back), by=by)
    past = Filing.objects.filter(state=Filing.State.OPEN, last__lt=day, head=0)
    for filing in past.select_related("organisation", "site").order_by("pk"):
        if filing.uuid.int % _OF >= _LEFT:
            _file(filing, by)
    clock.look(day)


def _file(filing: Filing, by: Actor) -> None:
    """As it is prefilled; warnings are explained, and what is still missing stays a draft."""
    draft = services.draft_of(filing, by=by)
    problems = problems_of(draft)
    reasons = {one.key: _REASON for one in problems}
    try:
        services.submit(
            filing, id=uuid5(filing.uuid, "demo"), edition=draft.edition, reasons=reasons, by=by
        )
    except Refusal as refusal:
        log.debug("%s of %s stays a draft: %s", filing.type, filing.organisation, refusal)
