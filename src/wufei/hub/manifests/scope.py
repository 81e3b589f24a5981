"""How far an act reaches into the manifests: the Q that cuts every list to its reader."""

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.models import Leg, Manifest, Relation, StepCode
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
    """Consignor, consignee, and every carrier: the one that has it, those before and after.

    Also a plant that refused what goes on from there, under the same manifest or a linked one.
    """
    carried = Leg.objects.filter(carrier__in=organisations).values_list("manifest", flat=True)
    refused = Manifest.objects.filter(
        follows__isnull=False, relation=Relation.REDIRECT, follows__consignee__in=organisations
    )
    sent_on = Manifest.objects.filter(
        turn__gt=1, signatures__step=StepCode.ACCEPT, signatures__organisation__in=organisations
    )
    # As a list: most organisations have none, and a condition on other tables would keep the
    # database from using the manifests' own indexes.
    others = [rows.order_by().values_list("pk", flat=True) for rows in (refused, sent_on)]
    mine = Q(pk__in=list(carried.order_by().union(*others)))
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
