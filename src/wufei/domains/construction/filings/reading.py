"""Facts that the forms of construction waste are prefilled from and held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from wufei.domains.construction.filings.basis import DOMAIN
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Source
from wufei.hub.filings.models import Filing, Statistic
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.registry.models import Headroom, LicenceLine, ListEntry, Quota
from wufei.hub.registry.queries import codes_that_cover
from wufei.hub.registry.validity import first_day, last_day

_KG_IN_T = Decimal(1000)
PLAN_CODE, LEFT_CODE = "construction.plan", "construction.capacity_left"
flows = sources.waste_flows(DOMAIN)


@dataclass(frozen=True)
class Waste:
    """A waste of the catalogue: its stream, and the usual density in t/m³."""

    stream: str
    density: Decimal | None


def _wastes(subject: Subject) -> Mapping[str, Waste]:
    rows = WasteType.objects.filter(domain=DOMAIN).order_by("pk")
    return {code: _waste(stream) for code, stream in rows.values_list("code", "stream")}


def _waste(stream: str) -> Waste:
    density = catalogue.stream(stream).density_kg_m3
    return Waste(stream, density / _KG_IN_T if density else None)


@dataclass(frozen=True)
class Permit:
    """A line of a licence for construction waste; ``taken_t`` of it in the first day's year."""

    number: str
    code: str
    first: date | None
    last: date | None
    limit_t: Decimal | None
    taken_t: Decimal

    def holds_on(self, day: date) -> bool:
        return (not self.first or self.first <= day) and (not self.last or day <= self.last)

    def covers(self, waste: str) -> bool:
        return self.code.upper() in codes_that_cover(waste)


Permits = Mapping[UUID, Sequence[Permit]]


def _permits(subject: Subject) -> Permits:
    """By organisation: all that are licensed and whose licence has not ended before."""
    rows = LicenceLine.objects.filter(kind=DOMAIN, validity__endswith__gt=subject.span.first)
    rows |= LicenceLine.objects.filter(kind=DOMAIN, validity__endswith=None)
    lines = list(rows.select_related("licence", "organisation").order_by("code"))
    year = subject.span.first.year
    rooms = Headroom.objects.filter(licence__in={one.licence_id for one in lines}, year=year)
    taken = {(room.licence_id, room.code): room.taken_g for room in rooms}
    found: dict[UUID, list[Permit]] = {}
    for one in lines:
        taken_t = Decimal(taken.get((one.licence_id, one.code), 0)) / GRAMS_PER_T
        days = first_day(one.validity), last_day(one.validity)
        permit = Permit(one.licence.number, one.code, *days, one.limit_t, taken_t)
        found.setdefault(one.organisation.uuid, []).append(permit)
    return found


@dataclass(frozen=True)
class Granted:
    """What the filer's site may move already; tonnes."""

    code: str
    first: date | None
    last: date | None
    limit_t: Decimal
    taken_t: Decimal
    document: str

    def meets(self, first: date, last: date) -> bool:
        return (not self.last or first <= self.last) and (not self.first or self.first <= last)


def _granted(subject: Subject) -> tuple[Granted, ...]:
    rows = Quota.objects.filter(organisation=subject.organisation, site=subject.site)
    found = rows.select_related("headroom").order_by("validity", "code")
    return tuple(
        Granted(
            one.code,
            first_day(one.validity),
            last_day(one.validity),
            one.limit_t,
            Decimal(one.headroom.taken_g) / GRAMS_PER_T if hasattr(one, "headroom") else Decimal(0),
            one.document,
        )
        for one in found
        if not one.validity.isempty
    )


def _room_left(subject: Subject) -> Mapping[UUID, Decimal]:
    """m³ that sites where waste is tipped had left when they last said so, by organisation."""
    rows = Statistic.objects.filter(code=LEFT_CODE, replaced_at=None)
    latest = rows.order_by("organisation_id", "version__filing__site_id", "-last").distinct(
        "organisation_id", "version__filing__site_id"
    )
    found: dict[UUID, Decimal] = {}
    for one in latest.select_related("organisation"):
        key = one.organisation.uuid
        found[key] = found.get(key, Decimal(0)) + one.value
    return found


@dataclass(frozen=True)
class Listed:
    """An entry of the lists of building sites and demolitions: its name, and its permit."""

    list: str
    name: str
    document: str


def _listed(subject: Subject) -> tuple[Listed, ...]:
    rows = ListEntry.objects.filter(
        list__in=("building_sites", "demolitions"),
        organisation=subject.organisation,
        validity__contains=subject.span.first,
    )
    return tuple(Listed(one.list, one.name, one.document) for one in rows.order_by("name"))


@dataclass(frozen=True)
class Project:
    """What the approved plan of a site says of it: m² of floor area, and since when it works."""

    number: str
    floor_area: Decimal | None
    kind: str
    prefabricated: bool
    begins: date


def _project(subject: Subject) -> Project | None:
    """The latest plan in force that had begun by the end of the period."""
    rows = Filing.objects.filter(
        type=PLAN_CODE,
        organisation=subject.organisation,
        site=subject.site,
        in_force__isnull=False,
    )
    plans = [_as_project(one) for one in rows.select_related("in_force").order_by("pk")]
    begun = [one for one in plans if one.begins <= subject.span.last]
    return max(begun, key=lambda one: one.begins) if begun else None


def _as_project(filing: Filing) -> Project:
    assert filing.in_force is not None
    said = filing.in_force.values
    area = said.get("floor_area")
    return Project(
        filing.number or "",
        Decimal(area) if area else None,
        said.get("kind", ""),
        bool(said.get("prefabricated")),
        date.fromisoformat(said["begins"]),
    )


wastes = Source("wastes", _wastes)
permits = Source("permits", _permits)
granted = Source("granted", _granted)
room_left = Source("room_left", _room_left)
listed = Source("listed", _listed)
project = Source("project", _project)
