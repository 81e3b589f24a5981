"""Enter the demo district in the registers, through the services everybody uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from wufei.demo import crew, district, people, routes
from wufei.demo.district import known_as
from wufei.hub.accounts.models import User
from wufei.hub.base.actor import Actor
from wufei.hub.manifests.models import Route
from wufei.hub.registry.models import (
    Device,
    Driver,
    Licence,
    Organisation,
    Quota,
    Region,
    Site,
    Vehicle,
)
from wufei.hub.registry.models.parts import Entry
from wufei.hub.registry.services import (
    devices,
    drivers,
    licences,
    organisations,
    quotas,
    sites,
    vehicles,
)
from wufei.hub.registry.services.licences import Line

E = TypeVar("E", bound=Entry)
_FOUNDED = date(2020, 1, 1)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_AUTHORITY = "示例发证机关"
# Which organisations the demo people act for.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "officer": ("ecologyoffice",),
    "bureau": ("housingoffice", "cityoffice", "farmoffice", "tradeoffice"),
    "clerk": ("parts",),
    "agent": ("parts", "machine", "board", "chemical"),
    "driver": ("truck1",),
    "keeper": ("transhx", "sorting"),
    "hospital": ("hospital",),
    "plant": ("oil", "recycle", "burner"),
    "rounds": ("medtrans",),
    # Somebody with a phone and one farm; who runs several things is the cooperative.
    "farmer": ("pigyj",),
    "shop": ("shopyj",),
    "cooperative": ("vegyj", "strawyj", "pointyj", "farmstore"),
    "builder": ("sitehx1", "renohx", "spoilground"),
    "recycler": ("steelyard", "appliance", "dismantler"),
}


@dataclass(frozen=True)
class Entered:
    """What stands in the registers now, by the keys of ``organisations.csv``."""

    organisations: Mapping[str, Organisation]
    sites: Mapping[str, Site]
    vehicles: Mapping[str, Vehicle]
    routes: Mapping[tuple[str, str], Route]


def enter(by: Actor, anchor: date) -> Entered:
    """Enter everything that is not there yet. ``anchor`` is the day the demo was first loaded:
    days left of licences count from it, so that entering again says the same.
    """
    # In one: a thousand commits of their own would take longer than everything else.
    with transaction.atomic():
        return _enter(by, anchor)


def _enter(by: Actor, anchor: date) -> Entered:
    firms = _organisations(by)
    places = _sites(by, firms)
    fleet = _vehicles(by, firms, anchor)
    people.create({name: [firms[key].pk for key in keys] for name, keys in MEMBERS.items()})
    crew.create(by, firms)
    _drivers(by, firms, fleet, anchor)
    _devices(by, firms, places, fleet)
    _licences(by, firms, anchor)
    _quotas(by, firms, anchor)
    return Entered(firms, places, fleet, routes.enter(by, places))


def _once(
    model: type[E], wanted: Mapping[str, Mapping[str, Any]], create: Callable[..., E], by: Actor
) -> dict[str, E]:
    """Create what is not there; what is there stays as it is, edited by people or not."""
    ids = {key: known_as(f"{model.__name__.lower()}:{key}") for key in wanted}
    there = {row.uuid: row for row in model._default_manager.filter(uuid__in=ids.values())}
    return {
        key: there.get(ids[key]) or create(by, uuid=ids[key], **values)
        for key, values in wanted.items()
    }


def _organisations(by: Actor) -> dict[str, Organisation]:
    regions = {region.code: region for region in Region.objects.exclude(level="village")}
    towns = {r.name: r for r in regions.values() if r.within and r.level == "town"}
    wanted = {
        firm.key: {
            "name": firm.name,
            "name_en": firm.name_en,
            "short_name": firm.name,
            "credit_code": firm.credit_code,
            "kind": firm.kind,
            "region": regions.get(firm.region) or towns[firm.region],
            "domains": list(firm.domains),
            "address": f"示例路{number}号（虚构）",
            "contact_name": f"示例{_person(number)}",
            "contact_phone": f"0000-{number:07d}",
            "valid_from": _FOUNDED,
        }
        for number, firm in enumerate(district.firms(), start=1)
    }
    return _once(Organisation, wanted, organisations.create, by)


def _sites(by: Actor, firms: Mapping[str, Organisation]) -> dict[str, Site]:
    wanted = {
        firm.key: {
            "organisation": firms[firm.key],
            "name": firm.site,
            "kind": firm.site_kind,
            "longitude": firm.longitude,
            "latitude": firm.latitude,
            "approximate": True,
            "capacity_t": firm.capacity_t,
            "daily_capacity_t": firm.daily_t,
            "valid_from": _FOUNDED,
        }
        for firm in district.firms()
    }
    return _once(Site, wanted, sites.create, by)


def _vehicles(by: Actor, firms: Mapping[str, Organisation], anchor: date) -> dict[str, Vehicle]:
    wanted = {
        truck.plate: {
            "plate": truck.plate,
            "kind": truck.kind,
            "carrier": firms[truck.carrier],
            "load_limit_t": truck.load_limit_t,
            "permit_number": f"SL-DL-{number:04d}",
            "permit_from": anchor - timedelta(days=400 + number),
            "permit_until": anchor + timedelta(days=9 * number),
            "valid_from": _FOUNDED,
        }
        for number, truck in enumerate(district.trucks(), start=1)
    }
    return _once(Vehicle, wanted, vehicles.create, by)


def _drivers(
    by: Actor, firms: Mapping[str, Organisation], fleet: Mapping[str, Vehicle], anchor: date
) -> None:
    users = _users_of_drivers()
    wanted = {}
    for number, truck in enumerate(district.trucks(), start=1):
        dangerous = truck.kind in ("dangerous", "medical")
        wanted[truck.plate] = {
            "carrier": firms[truck.carrier],
            "name": f"示例司机{_person(number)}",
            "phone": f"000000{number:05d}",
            "qualification": "dangerous" if dangerous else "general",
            "qualification_number": f"SL-CY-{number:04d}",
            "qualified_from": anchor - timedelta(days=900),
            "qualified_until": anchor + timedelta(days=17 * number),
            "valid_from": _FOUNDED,
            **({"user": users[truck.plate]} if truck.plate in users else {}),
        }
    for plate, driver in _once(Driver, wanted, drivers.create, by).items():
        if driver.user_id is None and plate in users:
            # Registered before there was a simulation.
            drivers.edit(driver, by, user=users[plate])


def _users_of_drivers() -> dict[str, User]:
    """By plate; the demo's own drivers sign in and drive a tipper and a medical van."""
    plates = [truck.plate for truck in district.trucks()]
    names = {crew.driver_name(plate): plate for plate in plates}
    names |= {username: plate for plate, username in crew.GUESTS.items()}
    found = User.objects.filter(username__in=names).order_by("username")
    return {names[user.username]: user for user in found}


def _devices(
    by: Actor,
    firms: Mapping[str, Organisation],
    places: Mapping[str, Site],
    fleet: Mapping[str, Vehicle],
) -> None:
    wanted: dict[str, dict[str, Any]] = {}
    seats: dict[str, dict[str, Any]] = {}
    for number, truck in enumerate(district.trucks(), start=1):
        key = f"jt808:{truck.plate}"
        wanted[key] = _device(f"{number:012d}", "jt808", firms[truck.carrier])
        seats[key] = {"vehicle": fleet[truck.plate]}
    for kind, keys in _STATIONARY.items():
        for number, place in enumerate(keys, start=1):
            key = f"{kind}:{place}"
            wanted[key] = _device(f"SL-{kind.upper()}-{number:03d}", kind, firms[place])
            seats[key] = {"site": places[place]}
    for key, device in _once(Device, wanted, devices.create, by).items():
        devices.bind(device, by, first=_FOUNDED, **seats[key])


_STATIONARY = {
    "hj212": ("power", "burner", "paper", "foundry"),
    "scale": ("jiancai", "tip", "recycle", "spoilground", "burner", "compost", "sorting", "oil"),
    "camera": ("collect", "oil", "chemical", "parts", "recycle"),
    "bin": ("lakeview", "water", "transhx", "translh"),
    "gate": ("sitehx1", "sitehx2", "sitelh1", "sitelh2", "siteyj1", "sitezl1"),
}


def _device(number: str, kind: str, owner: Organisation) -> dict[str, Any]:
    return {
        "number": number,
        "kind": kind,
        "organisation": owner,
        "maker": "示例厂商",
        "model": "SL-1",
        "valid_from": _FOUNDED,
    }


def _licences(by: Actor, firms: Mapping[str, Organisation], anchor: date) -> None:
    wanted = {}
    for permission in district.permissions():
        last = anchor + timedelta(days=permission.days_left)
        wanted[permission.number] = {
            "organisation": firms[permission.organisation],
            "kind": permission.kind,
            "number": permission.number,
            "authority": _AUTHORITY,
            "note": permission.note,
            "lines": [Line(*line) for line in permission.lines],
            "valid_from": last - timedelta(days=3 * 365),
            "valid_until": last,
        }
    _once(Licence, wanted, licences.create, by)


def _quotas(by: Actor, firms: Mapping[str, Organisation], anchor: date) -> None:
    # The next year's are granted before it begins: no load leaves a site without one.
    last = max(anchor, timezone.localdate() + timedelta(days=31)).year
    wanted = {
        f"{allowance.organisation}:{allowance.code}:{year}": {
            "organisation": firms[allowance.organisation],
            "code": allowance.code,
            "limit_t": allowance.limit_t,
            "source": allowance.source,
            "document": allowance.document,
            "year": year,
        }
        for allowance in district.allowances()
        for year in range(anchor.year, last + 1)
    }
    _once(Quota, wanted, quotas.create, by)


def _person(number: int) -> str:
    """示例甲, 示例乙 … 示例甲二: plainly nobody's name."""
    rounds, stem = divmod(number - 1, len(_STEMS))
    return _STEMS[stem] + (f"{rounds + 1}" if rounds else "")
