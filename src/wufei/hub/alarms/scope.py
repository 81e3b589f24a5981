"""How far an act reaches into the alarms: the Q that cuts every list to its reader."""

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.registry.scope import NOTHING, in_regions

_PARTIES = ("consignor", "carrier", "consignee")


def alarms_for(actor: Actor, act: str) -> Q:
    """Own: alarms on one's organisation and on manifests that it is a party of. Region: those on
    loads that begin or end in one's regions, of one's domains.
    """
    scope = actor.scope(act)
    if scope is Scope.ALL:
        return Q()
    if scope is Scope.OWN:
        own = sorted(actor.organisation_ids)
        mine = Q(organisation__in=own)
        for party in _PARTIES:
            mine |= Q(**{f"manifest__{party}__in": own})
        return mine
    if scope is Scope.REGION and (actor.region_codes or actor.domains):
        return _watched(actor)
    return NOTHING


def _watched(actor: Actor) -> Q:
    watched = Q()
    if actor.region_codes:
        here = in_regions(actor.region_codes)
        for end in ("consignor_site", "consignee_site"):
            here |= in_regions(actor.region_codes, f"manifest__{end}__region")
        watched &= here
    if actor.domains:
        watched &= Q(domain__in=sorted(actor.domains))
    return watched
