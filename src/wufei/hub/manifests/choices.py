"""Whom a load may go to, who may carry it, and what stands ready to be sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.models import Account, Lot
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.stock import Standing, stock
from wufei.hub.manifests import declarations
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.manifests.models import Manifest, Route
from wufei.hub.registry.models import Driver, LicenceLine, Organisation, Site, Vehicle
from wufei.hub.registry.queries import codes_that_cover, open_on
from wufei.hub.registry.validity import valid_on

CHOICES_MAX = 200
STOCKS_MAX = 200
RECEIVING = (
    Site.Kind.TREATMENT,
    Site.Kind.LANDFILL,
    Site.Kind.STORAGE,
    Site.Kind.TRANSFER,
    Site.Kind.COLLECTION,
)


@dataclass(frozen=True)
class Ready:
    """A waste that can be sent from a site; ``standing`` is None where none is kept in stock."""

    waste: WasteType
    template: ManifestTemplate
    standing: Standing | None = None

    @property
    def by_lots(self) -> bool:
        stream = catalogue.stream(self.waste.stream)
        return self.standing is not None and stream.tracking is catalogue.Tracking.LOTS


def ready(site: Site) -> list[Ready]:
    """What has something free in stock here, then what arises only when it is loaded."""
    found = []
    for standing in stock(Of(holders=[site.organisation_id]), place=site.pk, limit=STOCKS_MAX):
        template = declarations.template_of(standing.account.waste.stream)
        if template is not None and standing.free_g > 0:
            found.append(Ready(standing.account.waste, template, standing))
    if site.kind == Site.Kind.CONSTRUCTION or not found:
        templates = {t for t in declarations.templates() if _fits(t, site.organisation)}
        found += [Ready(waste, _template(waste)) for waste in unstored_wastes(templates)]
    return found


def ready_anyway(site: Site, code: str = "", *, urgent: bool = False) -> list[Ready]:
    """What may have left a site whatever its book says: its stocks, and the waste of ``code``.

    ``urgent``: only what may leave in an emergency.
    """
    found = []
    for standing in stock(Of(holders=[site.organisation_id]), place=site.pk, limit=STOCKS_MAX):
        template = declarations.template_of(standing.account.waste.stream)
        if template is not None:
            found.append(Ready(standing.account.waste, template, standing))
    known = {one.waste.pk for one in found}
    templates = {one for one in declarations.templates() if _fits(one, site.organisation)}
    wastes = unstored_wastes(templates)
    wastes += list(WasteType.objects.filter(valid_on(), code=code.strip())[:5]) if code else []
    for waste in wastes:
        if waste.pk not in known and declarations.template_of(waste.stream) is not None:
            known.add(waste.pk)
            found.append(Ready(waste, _template(waste)))
    return [one for one in found if not urgent or one.template.emergency_within is not None]


def at_gate(site: Site, carrier: Organisation) -> list[WasteType]:
    """What can leave a site by one scan of a truck of ``carrier``."""
    return [
        one.waste
        for one in ready(site)
        if one.template.scan("gate") and _fits(one.template, carrier)
    ]


def _fits(template: ManifestTemplate, organisation: Organisation) -> bool:
    domain = catalogue.domain_of(template.streams[0]).code
    return not organisation.domains or domain in organisation.domains


def _template(waste: WasteType) -> ManifestTemplate:
    template = declarations.template_of(waste.stream)
    assert template is not None
    return template


def unstored_wastes(templates: Iterable[ManifestTemplate]) -> list[WasteType]:
    """Wastes of these templates that no stock is kept of where they arise."""
    streams = [
        code
        for template in templates
        for code in template.streams
        if not catalogue.stream(code).storage_ledger
    ]
    rows = WasteType.objects.filter(valid_on(), stream__in=streams).order_by("code")
    return sorted(rows[:CHOICES_MAX], key=lambda waste: streams.index(waste.stream))


def free_lots(account: Account) -> list[Lot]:
    """Lots of a stock with something free, the oldest first."""
    rows = Lot.objects.filter(account=account, remaining_g__gt=0).order_by("since", "pk")
    return [lot for lot in rows[:STOCKS_MAX] if lot.remaining_g > lot.booked_g]


@dataclass(frozen=True)
class Parties:
    """Those that fit first, the others after them."""

    fitting: list[Any]
    others: list[Any]

    @property
    def all(self) -> list[Any]:
        return [*self.fitting, *self.others]


def consignee_sites(template: ManifestTemplate, waste: WasteType, origin: Site) -> Parties:
    """Sites whose organisation is licensed for this waste, then other places that take waste.

    A template without licence kinds takes every receiving site for fitting.
    """
    domain = catalogue.domain_of(waste.stream).code
    licensed = Exists(_licensed(template, waste)) | Exists(_exempt(template))
    rows = (
        Site.objects.filter(open_on(), kind__in=RECEIVING)
        .annotate(licensed=licensed)
        .filter(Q(organisation__domains__contains=[domain]) | Q(licensed=True))
        .exclude(pk=origin.pk)
        .select_related("organisation")
        .order_by("-licensed", "organisation__name", "name")
    )[:CHOICES_MAX]
    if not template.licence_kinds:
        return Parties(list(rows), [])
    return Parties([s for s in rows if s.licensed], [s for s in rows if not s.licensed])


def _licensed(template: ManifestTemplate, waste: WasteType) -> "QuerySet[LicenceLine]":
    """Licence lines that cover the waste, as ``registry.queries.licensed_lines`` reads them."""
    return LicenceLine.objects.filter(
        valid_on(),
        organisation=OuterRef("organisation"),
        kind__in=template.licence_kinds,
        code__in=codes_that_cover(waste.code),
    )


def _exempt(template: ManifestTemplate) -> "QuerySet[LicenceLine]":
    """Licence lines of those who take the waste only where it is claimed exempt."""
    ways = template.exempt.ways if template.exempt else ()
    kinds = {kind for way in ways for kind in way.licence_kinds}
    return LicenceLine.objects.filter(
        valid_on(), organisation=OuterRef("organisation"), kind__in=sorted(kinds)
    )


def carriers(template: ManifestTemplate) -> Parties:
    """Organisations with vehicles in use: those whose trucks suit the waste first."""
    domain = catalogue.domain_of(template.streams[0]).code
    rows = (
        Organisation.objects.filter(open_on())
        .annotate(
            has=Exists(Vehicle.objects.filter(valid_on(), carrier=OuterRef("pk"))),
        )
        .filter(has=True)
        .order_by("name")
    )[:CHOICES_MAX]
    fitting = [one for one in rows if domain in one.domains]
    return Parties(fitting, [one for one in rows if one not in fitting])


def halt_sites(manifest: Manifest) -> "QuerySet[Site]":
    """Where a load can be set down on the way: the carrier's own places first."""
    kinds = (Site.Kind.STORAGE, Site.Kind.TRANSFER, Site.Kind.YARD, Site.Kind.COLLECTION)
    own = Q(organisation=manifest.carrier_id)
    rows = Site.objects.filter(own | Q(kind__in=kinds), open_on())
    rows = rows.exclude(pk=manifest.consignee_site_id).select_related("organisation")
    first = Case(When(own, then=Value(0)), default=Value(1))
    return rows.order_by(first, "organisation__name", "name")


def vehicles_of(*carriers: Organisation) -> "QuerySet[Vehicle]":
    return Vehicle.objects.filter(valid_on(), carrier__in=carriers).order_by("plate")


def drivers_of(carrier: Organisation) -> "QuerySet[Driver]":
    rows = Driver.objects.filter(valid_on(), carrier=carrier)
    return rows.select_related("identity", "carrier").order_by("identity__pinyin", "pk")


def route_between(origin: Site, destination: Site) -> Route | None:
    return Route.objects.filter(origin=origin, destination=destination).first()


def last_from(site: Site) -> Manifest | None:
    """The latest load of a site: what a gate sends next is mostly the same."""
    rows = Manifest.objects.filter(consignor_site=site).exclude(status__in=["cancelled", "expired"])
    return rows.prefetch_related("lines__waste").order_by("-issued_at").first()


def driving(actor: Actor) -> "QuerySet[Driver]":
    """The actor as a driver, once for each carrier they drive for."""
    if actor.kind is not ActorKind.PERSON:
        return Driver.objects.none()
    rows = Driver.objects.filter(valid_on(), user__uuid=actor.id.removeprefix("person:"))
    return rows.select_related("carrier")
