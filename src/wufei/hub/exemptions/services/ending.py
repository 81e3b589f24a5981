"""End a claim: its holder withdraws it, or an officer contests it 撤回、质疑.

Ended claims stay, with who ended them and why. Rooms above hear of it in the same transaction:
what has travelled on the claim is then a finding.
"""

from collections.abc import Callable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import NotFound
from wufei.hub.base.notices.services import notify
from wufei.hub.exemptions import queries
from wufei.hub.exemptions.models import Claim, ClaimedLot
from wufei.hub.exemptions.refusals import ClaimOver, EndReasonMissing
from wufei.hub.exemptions.services.claiming import subject
from wufei.hub.registry.scope import organisations_for

CONTEST = "exemptions.claim.contest"

Heard = Callable[[Claim, Actor], None]
_hearers: list[Heard] = []


def register_ended(heard: Heard) -> None:
    """Called once at start-up by a room above that has to know of ended claims."""
    _hearers.append(heard)


def withdraw(claim: Claim, *, reason: str, by: Actor) -> Claim:
    """Its holder takes it back; doing it twice is the same as once."""
    return _end(claim, Claim.State.WITHDRAWN, queries.EDIT, reason, by)


def contest(claim: Claim, *, reason: str, by: Actor) -> Claim:
    """An officer does not accept it; from now on nothing is loaded on it."""
    return _end(claim, Claim.State.CONTESTED, CONTEST, reason, by)


def _end(claim: Claim, state: Claim.State, act: str, reason: str, by: Actor) -> Claim:
    by.require(act)
    if not Claim.objects.filter(organisations_for(by, act, "organisation__"), pk=claim.pk):
        raise NotFound
    said = reason.strip()[:300]
    if not said:
        raise EndReasonMissing(field="reason")
    with transaction.atomic():
        # The WHERE clause is the lock; whoever issues on the claim has it until then.
        ended = Claim.objects.filter(pk=claim.pk, state=Claim.State.CLAIMED).update(
            state=state, ended_at=timezone.now(), ended_by=by.id, end_reason=said
        )
        claim.refresh_from_db()
        if not ended:
            if (claim.state, claim.end_reason, claim.ended_by) == (state, said, by.id):
                return claim
            raise ClaimOver(state=claim.get_state_display())
        ClaimedLot.objects.filter(claim=claim).update(held=False)
        values = {"report": claim.report_no, "reason": said}
        record(by, f"exemptions:claim:{_VERB[state]}", subject=subject(claim), values=values)
        if state == Claim.State.CONTESTED:
            _tell(claim)
        for heard in _hearers:
            heard(claim, by)
    return claim


def _tell(claim: Claim) -> None:
    """Its holder reads at once that nothing may be loaded on it any more, and why."""
    for role in _ROLES:
        notify(
            title=gettext_noop("Your exemption claim on report %(report)s is contested"),
            body=gettext_noop("%(reason)s"),
            values={"report": claim.report_no, "reason": claim.end_reason},
            link=reverse("exemptions.claim.detail", args=[claim.uuid]),
            role=role,
            organisation_id=claim.organisation_id,
        )


# Who claims.
_ROLES = ("clerk", "agent")
_VERB = {Claim.State.WITHDRAWN: "withdraw", Claim.State.CONTESTED: "contest"}
