"""What has to be true of the parties, their vehicles and papers before something is signed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.refusals import InTheFuture, TooEarly
from wufei.hub.ledger.rules import EARLIEST_YEAR
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests import rules
from wufei.hub.manifests.declarations import ManifestTemplate, Party, Step
from wufei.hub.manifests.models import Manifest, Status, StepCode
from wufei.hub.manifests.refusals import (
    BeforeTheStepBefore,
    NotADriverOfCarrier,
    NotAVehicleOfCarrier,
    OnTheRoadAlready,
    SamePlace,
    SiteClosed,
    TooHeavyForTheRoad,
    TooManyCarriers,
    WrongParty,
    WrongUnit,
)
from wufei.hub.manifests.scope import seen_by
from wufei.hub.manifests.services.given import NextCarrier
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.services.book import require_open

ISSUE, SIGN = "manifests.manifest.issue", "manifests.manifest.sign"
VIEW = "manifests.manifest.view"


def permit(manifest: Manifest, step: Step, by: Actor) -> None:
    """Let ``by`` sign ``step``; raises ``Forbidden`` or ``WrongParty``."""
    permit_for(getattr(manifest, f"{step.by}_id"), step.by, step.code, manifest, by)


def permit_for(organisation_id: int, party: str, step: str, manifest: Manifest, by: Actor) -> None:
    """Let ``by`` sign ``step`` for an organisation; raises ``Forbidden`` or ``WrongParty``."""
    scope = by.require(ISSUE if step == StepCode.ISSUE else SIGN)
    if scope is Scope.ALL or organisation_id in by.organisation_ids:
        return
    raise WrongParty(
        step=step_name(step),
        manifest=str(manifest),
        party=Party(party).label,
        organisation=_name(manifest, party, organisation_id),
    )


def _name(manifest: Manifest, party: str, organisation_id: int) -> str:
    """Of a party that is often at hand; a later carrier is not, it is looked up."""
    known: Organisation = getattr(manifest, party)
    if known.pk != organisation_id:
        known = Organisation.objects.get(pk=organisation_id)
    return known.name


def step_name(code: str) -> str:
    return str(StepCode(code).label)


def at_time(signed_at: datetime, step: str = "", before: datetime | None = None) -> None:
    """Refuse a time to come, an absurd one, and one before the step before."""
    if signed_at > timezone.now() + rules.CLOCK_TOLERANCE:
        raise InTheFuture(at=_local(signed_at), field="signed_at")
    if signed_at.year < EARLIEST_YEAR:
        raise TooEarly(at=f"{signed_at:%Y-%m-%d}", year=EARLIEST_YEAR, field="signed_at")
    if before is not None and signed_at < before:
        raise BeforeTheStepBefore(
            step=step_name(step), at=_local(signed_at), before=_local(before), field="signed_at"
        )


def day_of(at: datetime) -> date:
    return at.astimezone(rules.SHANGHAI).date()


def _local(at: datetime) -> str:
    return f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M:%S}"


def open_site(site: Site, day: date, field: str) -> None:
    """A site that begins later is no obstacle: papers are often entered beforehand."""
    if site.validity.upper is not None and site.validity.upper <= day:
        raise SiteClosed(site=site.name, field=field)


def stops(sites: Iterable[Site | None], day: date) -> None:
    """Places that single lines come from are open, and so is whose they are."""
    for site in sites:
        if site is not None:
            require_open(site.organisation, day)
            open_site(site, day, "site")


def vehicle_of(carrier: Organisation, vehicle: Vehicle, day: date) -> None:
    if vehicle.carrier_id != carrier.pk or day not in vehicle.validity:
        raise NotAVehicleOfCarrier(plate=vehicle.plate, carrier=carrier.name, field="vehicle")


def driver_of(carrier: Organisation, driver: Driver, day: date) -> None:
    if driver.carrier_id != carrier.pk or day not in driver.validity:
        raise NotADriverOfCarrier(driver=str(driver), carrier=carrier.name, field="driver")


def carriers_in_order(
    further: Sequence[NextCarrier], template: ManifestTemplate, day: date
) -> None:
    """Refuse more carriers than the template has, closed ones, and trucks that are not theirs."""
    if 1 + len(further) > template.carriers_max:
        most = template.carriers_max
        raise TooManyCarriers(template=template.name, most=most, field="further_carriers")
    for one in further:
        require_open(one.carrier, day)
        if one.vehicle:
            vehicle_of(one.carrier, one.vehicle, day)
        if one.driver:
            driver_of(one.carrier, one.driver, day)


def another_plant(manifest: Manifest, site: Site, day: date) -> None:
    """Whether a refused load may go on to ``site``; its licence is asked for with what travels."""
    if site.pk in (manifest.consignee_site_id, manifest.consignor_site_id):
        raise SamePlace(site=site.name, field="alternate_site")
    require_open(site.organisation, day)
    open_site(site, day, "alternate_site")


def truck_is_free(manifest: Manifest, by: Actor) -> None:
    """Refuse to go on with a truck that carries another load by now."""
    moving = Manifest.objects.filter(vehicle=manifest.vehicle_id, status=Status.LOADED)
    if other := moving.exclude(pk=manifest.pk).select_related("vehicle").first():
        raise still_carries(other, by)


def still_carries(load: Manifest, by: Actor) -> OnTheRoadAlready:
    """The refusal: who has no part in that load learns that there is one, and not which."""
    assert load.vehicle is not None
    seen = Manifest.objects.filter(seen_by(by, VIEW), pk=load.pk).exists()
    named = str(load) if seen else _("a load of others")
    return OnTheRoadAlready(plate=load.vehicle.plate, manifest=named, field="vehicle")


def light_enough(template: ManifestTemplate, total_g: int, field: str) -> None:
    limit_g = template.road_limit_g or settings.LOAD_T_MAX * GRAMS_PER_T
    if total_g > limit_g:
        raise TooHeavyForTheRoad(
            mass_t=in_t(total_g), limit_t=f"{limit_g / GRAMS_PER_T:,g}", field=field
        )


def same_unit(known_g: int, given_g: int, field: str) -> None:
    if rules.looks_like_another_unit(known_g, given_g):
        raise WrongUnit(given_t=in_t(given_g), known_t=in_t(known_g), field=field)


def in_t(mass_g: int) -> str:
    """Three decimals, and the others where there are any: a mistaken unit must not read 0.000."""
    exact = tonnes_text(mass_g, 6).rstrip("0")
    return exact if len(exact.partition(".")[2]) > 3 else tonnes_text(mass_g)
