"""Who may fill in and who may review; what is not there and what is others' get the same answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wufei.hub.accounts.permissions import Role
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.base.errors import NotFound
from wufei.hub.filings.declarations import FilingType, Reviewer, filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import NoLongerOwed
from wufei.hub.filings.scope import DECIDE, EDIT, filled_by, reviewed_by
from wufei.hub.registry.models import Membership, Organisation
from wufei.hub.registry.validity import valid_on

SUBJECT = "filings.filing"


def subject(filing: Filing) -> str:
    """How audit log and findings name a filing."""
    return f"{SUBJECT}:{filing.uuid}"


def type_of(filing: Filing) -> FilingType:
    return filing_type(filing.type)


def span_of(filing: Filing) -> Span:
    return Span(filing.first, filing.last)


def told(filing: Filing) -> dict[str, Any]:
    """Form and period of a filing, for what a refusal says."""
    return {"form": type_of(filing).name, "period": str(span_of(filing))}


# What is older than this, in a history that is brought in, needs no notice.
NEWS = timedelta(days=10)
# Why a filing lapsed by itself; it is owed again when that is over.
CLOSED, EXCUSED = "closed", "excused"


def require_owed(filing: Filing) -> None:
    """Raises ``NoLongerOwed`` for a filing that has lapsed."""
    if filing.state == Filing.State.LAPSED:
        raise NoLongerOwed(**told(filing), reason=why_lapsed(filing))


def why_lapsed(filing: Filing) -> str:
    """Why it is owed no longer, in words."""
    words = {CLOSED: _("It was closed."), EXCUSED: _("It was excused.")}
    return words.get(filing.lapse_reason, filing.lapse_reason)


def require_fill(filings: Iterable[Filing], by: Actor) -> None:
    """Raises ``Forbidden`` or ``NotFound`` unless ``by`` may fill in all of them."""
    by.require(EDIT)
    wanted = {filing.pk for filing in filings}
    if Filing.objects.filter(filled_by(by), pk__in=wanted).count() != len(wanted):
        raise NotFound


def require_review(filing: Filing, by: Actor) -> None:
    """Raises ``Forbidden`` or ``NotFound`` unless ``by`` may decide on it."""
    by.require(DECIDE)
    if not Filing.objects.filter(reviewed_by(by), pk=filing.pk).exists():
        raise NotFound


def when(at: datetime | None, by: Actor) -> datetime:
    """Now, or when it was, in a history that the platform itself brings in."""
    assert at is None or by.kind is ActorKind.SYSTEM, "people act now"
    return at or timezone.now()


def is_news(at: datetime | None) -> bool:
    """Whether anybody need be told of what was done then: a history told later is known."""
    return at is None or timezone.now() - at <= NEWS


def is_town(by: Actor) -> bool:
    return by.role == Role.TOWN_OFFICER


def is_reviewer(form_type: FilingType, by: Actor) -> bool:
    """Whether looking at such forms is not only the other's, the town's or the department's."""
    if is_town(by):
        return form_type.reviewer in {Reviewer.TOWN, Reviewer.BOTH}
    # The platform itself brings in what either has decided.
    return by.kind is ActorKind.SYSTEM or form_type.reviewer is not Reviewer.TOWN


def agent_of(by: Actor) -> Organisation | None:
    """The agent 环保管家 that this person works for; None for everybody else."""
    if by.role != Role.AGENT:
        return None
    mine = Membership.objects.filter(valid_on(), user__uuid=by.id.removeprefix("person:"))
    agents = mine.filter(organisation__kind=Organisation.Kind.AGENT)
    found = agents.select_related("organisation").order_by("pk").first()
    return found.organisation if found else None
