"""How far an act reaches into the register: the Q that cuts every list to its reader."""

from collections.abc import Iterable

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope

NOTHING = Q(pk__in=[])


def in_regions(codes: Iterable[str], field: str = "region") -> Q:
    """Rows whose region is one of ``codes``, lies in it or is supervised by it.

    ``codes`` are region codes or paths ("37/3715/371502"), whose last part is a code.
    """
    last = sorted({code.rstrip("/").rsplit("/", 1)[-1] for code in codes} - {""})
    return Q(**{f"{field}__covered_by__overlap": last}) if last else NOTHING


def in_domains(domains: Iterable[str], prefix: str = "") -> Q:
    """Organisations that handle one of ``domains`` (rows that point at one, by ``prefix``)."""
    found = NOTHING
    for domain in sorted(domains):
        found |= Q(**{f"{prefix}domains__contains": [domain]})
    return found


def organisations_for(actor: Actor, act: str, prefix: str = "") -> Q:
    """Organisations that ``act`` of this actor reaches; ``prefix`` as in ``carrier__``.

    Own: the organisations one is a member of. Region: those in one's regions and domains; who
    watches regions only sees all domains there, who watches domains only sees all regions.
    """
    scope = actor.scope(act)
    if scope is Scope.ALL:
        return Q()
    if scope is Scope.OWN:
        return Q(**{f"{prefix}pk__in": sorted(actor.organisation_ids)})
    if scope is Scope.REGION and (actor.region_codes or actor.domains):
        return _watched(actor, prefix)
    return NOTHING


def _watched(actor: Actor, prefix: str) -> Q:
    watched = Q()
    if actor.region_codes:
        watched &= in_regions(actor.region_codes, f"{prefix}region")
    if actor.domains:
        watched &= in_domains(actor.domains, prefix)
    return watched


def sites_for(actor: Actor, act: str, prefix: str = "") -> Q:
    """Sites that ``act`` reaches: by their organisation, or because they lie in one's region."""
    reached = organisations_for(actor, act, f"{prefix}organisation__")
    if actor.scope(act) is not Scope.REGION or not actor.region_codes:
        return reached
    here = in_regions(actor.region_codes, f"{prefix}region")
    if actor.domains:
        here &= in_domains(actor.domains, f"{prefix}organisation__")
    return reached | here
