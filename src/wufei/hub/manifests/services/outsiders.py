"""Parties without an account: who counts as one, and who acts in their place."""

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
