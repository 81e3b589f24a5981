"""How far an act reaches into the manifests: the Q that cuts every list to its reader."""

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.models import Leg
from wufei.hub.registry.scope import in_regions

NOTHING = Q(pk__in=[])
PARTIES = ("consignor", "carrier", "consignee")


def seen_by(actor: Actor, act: str) -> Q:
    """Manifests that ``act`` of this actor reaches.

    Own: where one of one's organisations is a party. Region: that begin or end in one's regions,
    of one's domains; who watches domains only sees all regions, and the other way round.
    """
    match actor.scope(act):
        case Scope.ALL:
            return Q()
        case Scope.OWN:
            return of_parties(actor.organisation_ids)
        case Scope.REGION if actor.region_codes or actor.domains:
            return _watched(actor)
        case _:
            return NOTHING


def of_parties(organisations: frozenset[int]) -> Q:
    """Consignor, consignee, and every carrier: the one that has it, those before and after."""
    # As a list: most organisations are on no leg, and a condition on other tables would keep the
    # database from using the manifests' own indexes.
    mine = Q(
        pk__in=list(
            Leg.objects.filter(carrier__in=organisations).values_list("manifest", flat=True)
        )
    )
    for party in PARTIES:
        mine |= Q(**{f"{party}__in": sorted(organisations)})
    return mine


def _watched(actor: Actor) -> Q:
    watched = Q()
    if actor.region_codes:
        watched &= in_regions(actor.region_codes, "consignor_site__region") | in_regions(
            actor.region_codes, "consignee_site__region"
        )
    if actor.domains:
        watched &= Q(domain__in=sorted(actor.domains))
    return watched
