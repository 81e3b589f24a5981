"""Parties without an account: who counts as one, and who acts in their place."""

from django.db.models import Exists, OuterRef, Q

from wufei.hub.base.actor import Actor, ActorKind, Scope
from wufei.hub.manifests.models import Invitation, Manifest
from wufei.hub.manifests.refusals_elsewhere import HasAccounts, NotTheConsignor
from wufei.hub.manifests.services.checks import SIGN
from wufei.hub.registry.models import Membership, Organisation
from wufei.hub.registry.validity import valid_on

MAKE = "manifests.invitation.make"
VIEW = "manifests.manifest.view"


def is_outside(organisation: Organisation) -> bool:
    """Whether nobody can sign in for it: it lies outside the district, or has no members."""
    if not organisation.region.within:
        return True
    return not Membership.objects.filter(valid_on(), organisation=organisation).exists()


def answered_by(actor: Actor) -> Q:
    """Approvals that the actor gives: of their own organisations, and in an outside party's place.

    The consignor answers for a party outside the district for which nobody signs in, as it enters
    their weighbridge slip; where the consignor is one of those itself, the consignee does.
    """
    mine = sorted(actor.organisation_ids)
    members = Membership.objects.filter(valid_on(), organisation=OuterRef("pk"))
    absent = Organisation.objects.filter(~Exists(members), region__within=False)
    sends = Q(revision__manifest__consignor__in=mine)
    receives = Q(revision__manifest__consignor__in=absent, revision__manifest__consignee__in=mine)
    return Q(organisation__in=mine) | (Q(organisation__in=absent) & (sends | receives))


def permit(manifest: Manifest, *, by: Actor) -> None:
    """Let the consignor's people in; raises ``Forbidden`` and ``NotTheConsignor``."""
    scope = by.require(MAKE)
    if scope is not Scope.ALL and manifest.consignor_id not in by.organisation_ids:
        raise NotTheConsignor(organisation=manifest.consignor.name)


def require(manifest: Manifest, organisation: Organisation, *, by: Actor) -> None:
    """Let the consignor's people act for an outside party.

    Raises ``Forbidden``, ``NotTheConsignor``, and ``HasAccounts`` where they sign themselves.
    """
    permit(manifest, by=by)
    if not is_outside(organisation):
        raise HasAccounts(organisation=organisation.name)


def guest(invitation: Invitation) -> Actor:
    """Whoever holds the link: they sign for this one organisation and see nothing else."""
    return Actor(
        ActorKind.OUTSIDE,
        id=f"outside:{invitation.uuid}",
        name=invitation.recipient,
        organisation_ids=frozenset({invitation.organisation_id}),
        acts={SIGN: Scope.OWN},
    )
