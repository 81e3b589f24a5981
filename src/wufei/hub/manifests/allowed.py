"""What can be done with one manifest beside its path: by whom, until when, what to do otherwise.

Each rule raises the refusal that says so. A page asks its rule before it opens, ``may`` asks the
same one before a button to that page is shown; services ask once more, under their locks.
"""

from collections.abc import Callable

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.manifests import queries
from wufei.hub.manifests.declarations import Party
from wufei.hub.manifests.models import OPEN, Manifest, Revision, Status, StepCode
from wufei.hub.manifests.refusals import NotCancellable, Overtaken
from wufei.hub.manifests.refusals_elsewhere import NoLinkNeeded, NothingToName
from wufei.hub.manifests.revision_refusals import NothingOpen, SeveralWastes
from wufei.hub.manifests.services import (
    authority,
    checks,
    edits,
    invitations,
    outsiders,
    revisions,
    slips,
)
from wufei.hub.manifests.services.checks import SIGN

Rule = Callable[[Manifest, Actor], None]


def may(rule: Rule, manifest: Manifest, actor: Actor) -> bool:
    """Whether ``rule`` lets ``actor`` do it now."""
    try:
        rule(manifest, actor)
    except Refusal:
        return False
    return True


def _consignor(manifest: Manifest, step: str, actor: Actor) -> None:
    checks.permit_for(manifest.consignor_id, Party.CONSIGNOR, step, manifest, actor)


def cancel(manifest: Manifest, actor: Actor) -> None:
    """Only its issuer has signed."""
    _consignor(manifest, StepCode.ISSUE, actor)
    if manifest.status != Status.ISSUED:
        raise NotCancellable(manifest=str(manifest))


def edit(manifest: Manifest, actor: Actor) -> None:
    """Only its issuer has signed, and the form has room for it: one waste."""
    actor.require(SIGN)
    _consignor(manifest, StepCode.ISSUE, actor)
    edits.check_editable(manifest)
    if len(manifest.lines.all()) > 1:
        raise SeveralWastes(manifest=str(manifest))


def revise(manifest: Manifest, actor: Actor) -> None:
    revisions.check_proposal(manifest, Revision.Kind.CORRECT, by=actor)


def annul(manifest: Manifest, actor: Actor) -> None:
    revisions.check_proposal(manifest, Revision.Kind.ANNUL, by=actor)


def complete(manifest: Manifest, actor: Actor) -> None:
    """An emergency has left something open, and it has not ended otherwise."""
    _consignor(manifest, StepCode.COMPLETE, actor)
    if not manifest.left_open:
        raise NothingOpen(manifest=str(manifest))
    if manifest.status not in OPEN:
        raise Overtaken(manifest=str(manifest), status=manifest.get_status_display())


def fill_in_number(manifest: Manifest, actor: Actor) -> None:
    _consignor(manifest, StepCode.ISSUE, actor)
    authority.check_fillable(manifest)


def name_truck(manifest: Manifest, actor: Actor) -> None:
    """A leg of theirs has not been taken over."""
    actor.require(SIGN)
    if queries.own_leg(manifest, actor) is None:
        raise NothingToName(manifest=str(manifest), carrier=manifest.carrier.name)


def invite(manifest: Manifest, actor: Actor) -> None:
    """An outside party has still to sign, or has a link that could be withdrawn."""
    outsiders.permit(manifest, by=actor)
    if invitations.possible_steps(manifest) or invitations.open_of(manifest).exists():
        return
    raise NoLinkNeeded(manifest=str(manifest))


def enter_slip(manifest: Manifest, actor: Actor) -> None:
    slips.require(manifest, by=actor)
