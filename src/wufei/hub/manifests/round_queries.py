"""Reads of collection rounds, cut to what the actor may see."""

from django.db.models import Prefetch, Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.manifests.declarations import templates
from wufei.hub.manifests.models import Manifest, Round, RoundStop, Status
from wufei.hub.manifests.scope import NOTHING
from wufei.hub.manifests.services.checks import SIGN
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.queries import open_on
from wufei.hub.registry.scope import in_regions

VIEW = "manifests.manifest.view"
SITES_MAX = 300


def visible(actor: Actor, act: str = VIEW) -> "QuerySet[Round]":
    """Rounds that ``act`` reaches, the newest first: those one drives and those that come to one.

    Who is called at sees a manifest of their own, or their own ledger: not what others gave.
    """
    rows = Round.objects.filter(_seen_by(actor, act)).select_related(
        "carrier", "vehicle", "driver__identity", "driver__carrier", "destination__organisation"
    )
    stops = RoundStop.objects.select_related("site__organisation").order_by("position")
    return rows.prefetch_related(Prefetch("stops", stops))


def _seen_by(actor: Actor, act: str) -> Q:
    match actor.scope(act):
        case Scope.ALL:
            return Q()
        case Scope.OWN:
            mine = sorted(actor.organisation_ids)
            return Q(carrier__in=mine) | Q(destination__organisation__in=mine)
        case Scope.REGION if actor.region_codes or actor.domains:
            return _watched(actor)
        case _:
            return NOTHING


def _watched(actor: Actor) -> Q:
    watched = Q()
    if actor.region_codes:
        watched &= in_regions(actor.region_codes, "destination__region")
    if actor.domains:
        codes = [
            form.code
            for form in templates()
            if catalogue.domain_of(form.streams[0]).code in actor.domains
        ]
        watched &= Q(template__in=codes)
    return watched


def drives(actor: Actor, begun: Round) -> bool:
    """Whether this actor may collect on the round."""
    scope = actor.scope(SIGN)
    return scope is Scope.ALL or (scope is Scope.OWN and begun.carrier_id in actor.organisation_ids)


def receives(actor: Actor, begun: Round) -> bool:
    """Whether this actor could receive now what the round brought."""
    scope = actor.scope(SIGN)
    mine = begun.destination.organisation_id in actor.organisation_ids
    own = scope is Scope.ALL or (scope is Scope.OWN and mine)
    return own and begun.manifests.filter(status=Status.LOADED).exists()


def waiting_at(stop: RoundStop) -> "QuerySet[Manifest]":
    """What the consignor of a stop has issued for this round's carrier and destination."""
    begun = stop.round
    rows = Manifest.objects.filter(
        status=Status.ISSUED,
        template=begun.template,
        consignor_site=stop.site_id,
        carrier=begun.carrier_id,
        consignee_site=begun.destination_id,
    )
    return rows.prefetch_related("lines__waste").order_by("issued_at", "pk")


def places_for(template: str, carriers: "QuerySet[Organisation]") -> list[Site]:
    """Where a round may call: first where loads wait, then as the last round went, then others."""
    form = next(one for one in templates() if one.code == template)
    domain = catalogue.domain_of(form.streams[0]).code
    waiting = Manifest.objects.filter(
        status=Status.ISSUED, template=template, carrier__in=carriers
    ).values_list("consignor_site", flat=True)
    last = Round.objects.filter(template=template, carrier__in=carriers).first()
    before = last.stops.order_by("position").values_list("site", flat=True) if last else []
    ranks = {pk: rank for rank, pk in enumerate([*waiting, *before])}
    rows = Site.objects.filter(open_on()).select_related("organisation")
    known = list(rows.filter(pk__in=ranks))
    others = rows.filter(organisation__domains__contains=[domain]).exclude(pk__in=ranks)
    others = others.exclude(kind__in=[Site.Kind.TREATMENT, Site.Kind.LANDFILL, Site.Kind.YARD])
    ordered = others.order_by("organisation__name", "name")[:SITES_MAX]
    return [*sorted(known, key=lambda site: ranks[site.pk]), *ordered]


def stops_before(template: str, carriers: "QuerySet[Organisation]") -> list[int]:
    """Sites that the last round of its kind called at, in order."""
    last = Round.objects.filter(template=template, carrier__in=carriers).first()
    return list(last.stops.order_by("position").values_list("site", flat=True)) if last else []
