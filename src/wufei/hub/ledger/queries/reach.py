"""How far an actor's act reaches into the ledger, as facts and accounts are filtered by it."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.registry.models import Region

NOTHING = Of(holders=())


def reach(actor: Actor, act: str) -> Of:
    """What ``act`` lets the actor see: own organisations, own regions and domains, or all.

    A region counts where the account is (its site), not where its holder is registered: a town
    sees what stands in the town.
    """
    match actor.scope(act):
        case Scope.ALL:
            return Of()
        case Scope.OWN:
            return Of(holders=sorted(actor.organisation_ids))
        case Scope.REGION if actor.region_codes or actor.domains:
            return Of(wastes=_wastes(actor), regions=_regions(actor))
        case _:
            return NOTHING


def narrow(one: Of, other: Of) -> Of:
    """What both let through."""
    return Of(
        wastes=_both(one.wastes, other.wastes),
        regions=_both(one.regions, other.regions),
        holders=_both(one.holders, other.holders),
    )


def accounts_of(of: Of, prefix: str = "") -> Q:
    """Condition on accounts (``prefix`` as in ``source__``)."""
    condition = Q()
    for field, ids in (("waste", of.wastes), ("region", of.regions), ("holder", of.holders)):
        if ids is not None:
            condition &= Q(**{f"{prefix}{field}__in": ids})
    return condition


def movements_of(of: Of) -> Q:
    """Condition on movements: one of the two accounts is enough to see it."""
    return accounts_of(of, "source__") | accounts_of(of, "target__")


def region_ids(codes: Iterable[str]) -> list[int]:
    """Regions with one of these codes (or paths), and all that lies in them or is their zone's."""
    last = [code.rstrip("/").rsplit("/", 1)[-1] for code in codes]
    found = Region.objects.filter(covered_by__overlap=last)
    return list(found.order_by().values_list("pk", flat=True))


def _wastes(actor: Actor) -> list[int] | None:
    if not actor.domains:
        return None
    found = WasteType.objects.filter(domain__in=actor.domains)
    return list(found.order_by().values_list("pk", flat=True))


def _regions(actor: Actor) -> list[int] | None:
    if not actor.region_codes:
        return None
    return region_ids(actor.region_codes)


def _both(one: Sequence[int] | None, other: Sequence[int] | None) -> Sequence[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return sorted(set(one) & set(other))
