"""Reads of the register, cut to what the actor may see."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.prepared import Among, Given, Rows
from wufei.hub.registry.models import (
    Device,
    DeviceBinding,
    Driver,
    Licence,
    LicenceLine,
    ListEntry,
    Membership,
    Organisation,
    OrganisationContact,
    Quota,
    Region,
    Site,
    Unit,
    Vehicle,
)
from wufei.hub.registry.scope import in_regions, organisations_for, sites_for
from wufei.hub.registry.validity import DAY, today, valid_on


def regions() -> "QuerySet[Region]":
    """All of them, the supervised district first and its root at the very top."""
    root = Case(When(level=Region.Level.ZONE, then=0), default=1)
    return Region.objects.select_related("parent", "zone").order_by("-within", root, "path")


def regions_within() -> "QuerySet[Region]":
    """The supervised district: its root, towns and villages."""
    return Region.objects.filter(within=True)


def units() -> "QuerySet[Unit]":
    return Unit.objects.select_related("part_of", "region", "organisation")


def visible_organisations(
    actor: Actor, act: str = "registry.organisation.view"
) -> "QuerySet[Organisation]":
    """Open and closed ones; ``open_on`` keeps the open ones."""
    main = Prefetch(
        "contacts", OrganisationContact.objects.filter(main=True), to_attr="main_contacts"
    )
    return (
        Organisation.objects.filter(organisations_for(actor, act))
        .select_related("region")
        .prefetch_related(main)
    )


def open_on(day: date | None = None) -> Q:
    """Condition on entries that are valid on ``day`` (today if not given)."""
    return valid_on(day)


def visible_sites(actor: Actor, act: str = "registry.site.view") -> "QuerySet[Site]":
    return Site.objects.filter(sites_for(actor, act)).select_related("organisation", "region")


def visible_vehicles(actor: Actor, act: str = "registry.vehicle.view") -> "QuerySet[Vehicle]":
    bound = Prefetch(
        "bindings",
        DeviceBinding.objects.filter(valid_on()).select_related("device"),
        to_attr="bound_now",
    )
    return (
        Vehicle.objects.filter(organisations_for(actor, act, "carrier__"))
        .select_related("carrier")
        .prefetch_related(bound)
    )


def visible_drivers(actor: Actor, act: str = "registry.driver.view") -> "QuerySet[Driver]":
    """A driver as a person sees the carriers they drive for, not their colleagues."""
    reached = organisations_for(actor, act, "carrier__")
    if actor.role == "driver":
        reached = Q(user__uuid=actor.id.removeprefix("person:"))
    return Driver.objects.filter(reached).select_related("carrier", "identity", "user")


def visible_devices(actor: Actor, act: str = "registry.device.view") -> "QuerySet[Device]":
    bound = Prefetch(
        "bindings",
        DeviceBinding.objects.filter(valid_on()).select_related("vehicle", "site"),
        to_attr="bound_now",
    )
    return (
        Device.objects.filter(organisations_for(actor, act, "organisation__"))
        .select_related("organisation")
        .prefetch_related(bound)
    )


def visible_licences(actor: Actor, act: str = "registry.licence.view") -> "QuerySet[Licence]":
    return (
        Licence.objects.filter(organisations_for(actor, act, "organisation__"))
        .select_related("organisation")
        .prefetch_related("lines")
    )


def visible_quotas(actor: Actor, act: str = "registry.quota.view") -> "QuerySet[Quota]":
    return Quota.objects.filter(organisations_for(actor, act, "organisation__")).select_related(
        "organisation", "site", "headroom"
    )


def visible_list_entries(actor: Actor, act: str = "registry.list.view") -> "QuerySet[ListEntry]":
    """Those who watch regions see who is listed there; everybody else their own organisations."""
    scope = actor.scope(act)
    reached = organisations_for(actor, act, "organisation__")
    if scope is Scope.REGION:
        reached |= in_regions(actor.region_codes)
    return ListEntry.objects.filter(reached).select_related("organisation", "region")


def visible_memberships(
    actor: Actor, act: str = "registry.membership.view"
) -> "QuerySet[Membership]":
    return Membership.objects.filter(
        organisations_for(actor, act, "organisation__")
    ).select_related("organisation", "user")


def licences_expiring(
    within_days: int, actor: Actor, on: date | None = None
) -> "QuerySet[Licence]":
    """Licences whose last day is at most ``within_days`` after ``on``, the first to end first.

    A licence that the same organisation has already renewed (same kind, valid after it) is left
    out: nothing is to be done about it.
    """
    day = on or today()
    renewed = Licence.objects.filter(
        organisation=OuterRef("organisation"),
        kind=OuterRef("kind"),
        validity__contains=OuterRef("ends"),
    )
    return (
        visible_licences(actor)
        .annotate(ends=F("validity__endswith"))
        .filter(valid_on(day), ~Exists(renewed), ends__lte=day + DAY * (within_days + 1))
        .order_by("ends", "pk")
    )


def vehicle_permits_ending(within_days: int, actor: Actor) -> "QuerySet[Vehicle]":
    """Vehicles in use whose road transport permit has run out or will within so many days."""
    return (
        visible_vehicles(actor)
        .filter(valid_on(), permit_validity__endswith__lte=today() + DAY * (within_days + 1))
        .order_by("permit_validity__endswith", "pk")
    )


def qualifications_ending(within_days: int, actor: Actor) -> "QuerySet[Driver]":
    """Drivers at work whose qualification has run out or will within so many days."""
    return (
        visible_drivers(actor)
        .filter(valid_on(), qualified__endswith__lte=today() + DAY * (within_days + 1))
        .order_by("qualified__endswith", "pk")
    )


_LICENSED = Rows(
    lambda: LicenceLine.objects.filter(
        valid_on(Given("day", DateField())),
        Among("organisation", "holders"),
        Among("code", "codes"),
    ).select_related("licence")
)


def licensed_lines(
    organisation: Organisation, code: str, day: date | None = None
) -> list[LicenceLine]:
    """Licence lines under which the organisation may take ``code`` on ``day``."""
    codes = codes_that_cover(code)
    return _LICENSED(day=day or today(), holders=[organisation.pk], codes=codes)


def codes_that_cover(code: str) -> list[str]:
    """What a licence line may say to cover the waste ``code``: ``*``, the whole code, or the
    beginning of one ("HW08", "900-0"); in capitals, as licences keep them.
    """
    capitals = code.upper()
    beginnings = [capitals[:length] for length in range(1, len(capitals) + 1)]
    # A category such as HW08 is the last two digits of its codes: 900-249-08.
    category = [f"HW{code[-2:]}"] if code[-2:].isdigit() and code.count("-") == 2 else []
    return [LicenceLine.ALL, *beginnings, *category]


def licensed_t(
    organisation: Organisation, code: str, day: date | None = None, kind: str = ""
) -> Decimal | None:
    """Tonnes a year that the organisation is licensed for; None without any licence.

    A line without a quantity counts nothing; ``licensed_lines`` tells whether there is one.
    """
    lines = [one for one in licensed_lines(organisation, code, day) if kind in ("", one.kind)]
    if not lines:
        return None
    return sum((one.limit_t for one in lines if one.limit_t is not None), Decimal(0))


def quota_t(
    organisation: Organisation | int, code: str, day: date | None = None, site: int | None = None
) -> Decimal | None:
    """Tonnes that plan or approval grant for the period in which ``day`` lies; None if nothing."""
    found = Quota.objects.filter(
        valid_on(day), organisation=organisation, code=code.upper(), site=site
    )
    return found.values_list("limit_t", flat=True).first()


def organisation_names(ids: Iterable[int]) -> Mapping[int, str]:
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def find_organisation(text: str, among: "QuerySet[Organisation]") -> Organisation | None:
    """By unified social credit code, else by full or short name; None unless exactly one fits."""
    wanted = text.strip()
    for condition in (
        Q(credit_code=wanted.upper()),
        Q(name=wanted) & valid_on(),
        Q(name=wanted),
        Q(short_name=wanted),
    ):
        found = list(among.filter(condition)[:2])
        if len(found) == 1:
            return found[0]
    return None


def find_vehicle(plate: str, day: date | None = None) -> Vehicle | None:
    return Vehicle.objects.filter(valid_on(day), plate=plate).first()


def at(binding: DeviceBinding) -> Any:
    """The vehicle or site where a device sits."""
    return binding.vehicle or binding.site
