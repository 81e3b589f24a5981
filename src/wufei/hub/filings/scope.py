"""How far an act reaches into the filings: the Q that cuts every list to its reader."""

from collections.abc import Iterable

from django.db.models import Q

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.filings.declarations import FilingType, types
from wufei.hub.registry.scope import NOTHING, in_regions, organisations_for

VIEW, EDIT = "filings.filing.view", "filings.filing.edit"
DECIDE = "filings.review.decide"
DUE, OBLIGATION = "filings.due.edit", "filings.obligation.edit"
COMPLETENESS = "filings.completeness.view"


def seen_by(actor: Actor, act: str = VIEW, prefix: str = "") -> Q:
    """Filings that ``act`` reaches (rows that point at one, by ``prefix``).

    Own: of one's own organisations. Region: of organisations or sites in one's regions; who
    watches domains sees the forms of those domains, and those that belong to none.
    """
    reached = organisations_for(actor, act, f"{prefix}organisation__")
    if actor.scope(act) is not Scope.REGION:
        return reached
    if actor.region_codes:
        reached |= in_regions(actor.region_codes, f"{prefix}site__region")
    return reached & of_domains(actor.domains, prefix) if actor.domains else reached


def of_domains(domains: Iterable[str], prefix: str = "") -> Q:
    """Forms of these domains, and those that are of no single one."""
    wanted = {*domains, ""}
    codes = [one.code for one in types() if one.domain in wanted]
    return Q(**{f"{prefix}type__in": codes})


def filled_by(actor: Actor, prefix: str = "") -> Q:
    """Filings that this actor may fill in; a town only those it may help with."""
    reached = seen_by(actor, EDIT, prefix)
    if actor.scope(EDIT) is not Scope.REGION:
        return reached
    helped = [one.code for one in types() if one.helped]
    return reached & Q(**{f"{prefix}type__in": helped})


def begun_by(actor: Actor, form_type: FilingType) -> bool:
    """Whether ``filled_by`` reaches forms of this type at all."""
    if actor.scope(EDIT) is not Scope.REGION:
        return actor.may(EDIT)
    of_these = not actor.domains or form_type.domain in {*actor.domains, ""}
    return form_type.helped and of_these


def reviewed_by(actor: Actor, prefix: str = "") -> Q:
    """Filings whose versions this actor may decide on."""
    return seen_by(actor, DECIDE, prefix) if actor.may(DECIDE) else NOTHING
