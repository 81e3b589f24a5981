"""One tap of an officer: whoever owes a filing is told that it is missed, once a day at most."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from wufei.hub.audit.models import AuditEvent
from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import NotFound
from wufei.hub.filings.models import Filing
from wufei.hub.filings.scope import seen_by
from wufei.hub.filings.services.access import subject
from wufei.hub.filings.services.telling import tell_filers

REMIND, EVENT = "filings.filing.remind", "filings:filing:remind"


def remind(filings: Sequence[Filing], *, by: Actor) -> int:
    """Tell those who fill these in; returns how many have not been told today already.

    Who has handed it in meanwhile, or owes it no longer, is not told.

    Raises ``Forbidden``, or ``NotFound`` where one of them is not for this actor to remind of.
    """
    by.require(REMIND)
    wanted = {filing.pk for filing in filings}
    with transaction.atomic():
        rows = Filing.objects.select_for_update(of=("self",)).filter(seen_by(by, REMIND))
        found = list(rows.filter(pk__in=wanted).select_related("organisation", "site"))
        if len(found) != len(wanted):
            raise NotFound
        waiting = [one for one in found if one.state == Filing.State.OPEN]
        new = [filing for filing in waiting if not _reminded_today(filing)]
        for filing in new:
            _tell(filing)
            record(by, EVENT, subject=subject(filing), values={"due_on": str(filing.due_on)})
    return len(new)


def _reminded_today(filing: Filing) -> bool:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return AuditEvent.objects.filter(subject=subject(filing), event=EVENT, at__gte=start).exists()


def _tell(filing: Filing) -> None:
    tell_filers(
        filing,
        gettext_noop("You are asked for “%(form)s” for %(period)s"),
        gettext_noop("%(organisation)s has not handed it in; it was due on %(due_on)s."),
        organisation=filing.organisation.name,
        due_on=str(filing.due_on or "—"),
    )
