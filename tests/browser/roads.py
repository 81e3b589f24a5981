"""Who sends, drives and receives in the browser tests: invented firms, their people, two trucks."""

from datetime import date
from typing import Any

from wufei.hub.accounts.models import User
from wufei.hub.accounts.services import make_user
from wufei.hub.catalogue.models import WasteType
from wufei.hub.manifests.models import Route
from wufei.hub.registry.models import (
    Driver,
    DriverIdentity,
    Licence,
    LicenceLine,
    Organisation,
    Quota,
    Region,
    Site,
    Vehicle,
)
from wufei.hub.registry.validity import period

SINCE = period(date(2020, 1, 1))


def make(password: str, firm: Organisation) -> dict[str, Any]:
    """Two ways of waste: oil from ``firm`` to a refinery, spoil from a pit to a spoil ground."""
    town = firm.region
    firm.domains = ["industrial", "hazardous"]
    firm.save(update_fields=["domains"])
    firm.sites.update(longitude=115.942, latitude=36.428)
    refinery = _place(town, "示例油品再生", "plant", "treatment", "hazardous", 116.058, 36.421)
    ground = _place(town, "示例消纳场", "plant", "landfill", "construction", 116.036, 36.352)
    pit = _place(town, "示例工地", "construction", "construction", "construction", 115.945, 36.413)
    Site.objects.filter(pk=ground.pk).update(daily_capacity_t=1500)
    tanker = _truck(town, "示例危运", "hazardous", "鲁P8D301", "dangerous")
    tipper = _truck(town, "示例渣土运输", "construction", "鲁P6T208", "tipper")
    more = [_another(tipper, f"鲁P6T21{n}") for n in range(4)]
    _licence(refinery.organisation, "hazardous")
    _licence(ground.organisation, "construction")
    _licence(tipper.carrier, "construction")
    _approved(pit, _spoil())
    _route(pit, ground)
    _people(password, tanker, {"gate": pit, "spoilkeeper": ground, "refiner": refinery})
    return {
        "refinery": refinery.organisation.pk,
        "ground": ground.organisation.pk,
        "tanker": str(tanker.uuid),
        "tipper": str(tipper.uuid),
        "tippers": [str(truck.uuid) for truck in more],
    }


def _place(
    town: Region, name: str, kind: str, site: str, domain: str, longitude: float, latitude: float
) -> Site:
    owner = Organisation.objects.create(
        name=name, pinyin="sl", kind=kind, region=town, domains=[domain], validity=SINCE
    )
    return Site.objects.create(
        organisation=owner,
        name="厂区",
        pinyin="cq",
        kind=site,
        region=town,
        longitude=longitude,
        latitude=latitude,
        validity=SINCE,
    )


def _truck(town: Region, name: str, domain: str, plate: str, kind: str) -> Vehicle:
    carrier = Organisation.objects.create(
        name=name, pinyin="sl", kind="carrier", region=town, domains=[domain], validity=SINCE
    )
    return Vehicle.objects.create(
        plate=plate,
        kind=kind,
        carrier=carrier,
        load_limit_t=30,
        permit_validity=period(date(2025, 1, 1), date(2035, 12, 31)),
        validity=SINCE,
    )


def _another(truck: Vehicle, plate: str) -> Vehicle:
    """A truck like this one."""
    return Vehicle.objects.create(
        plate=plate,
        kind=truck.kind,
        carrier=truck.carrier,
        load_limit_t=truck.load_limit_t,
        permit_validity=truck.permit_validity,
        validity=truck.validity,
    )


def _licence(owner: Organisation, kind: str) -> None:
    validity = period(date(2020, 1, 1), date(2035, 12, 31))
    licence = Licence.objects.create(
        organisation=owner, kind=kind, number=f"SL-{owner.pk}", validity=validity
    )
    LicenceLine.objects.create(
        licence=licence, organisation=owner, kind=kind, code="*", validity=validity
    )


def _approved(pit: Site, waste: WasteType) -> None:
    """The disposal plan without which nothing leaves a building site."""
    Quota.objects.create(
        organisation=pit.organisation,
        code=waste.code.upper(),
        limit_t=100_000,
        source=Quota.Source.APPROVAL,
        validity=SINCE,
    )


def _spoil() -> WasteType:
    """The catalogue ships one; a bare database gets it here."""
    known = WasteType.objects.filter(stream="spoil").first()
    return known or WasteType.objects.create(
        code="T-spoil", edition="LOCAL", name="工程渣土", pinyin="gczt", domain="construction",
        stream="spoil", validity=SINCE,
    )  # fmt: skip


def _route(origin: Site, destination: Site) -> None:
    ends = [[float(s.longitude or 0), float(s.latitude or 0)] for s in (origin, destination)]
    Route.objects.create(
        uuid="0190a1b2-0000-7000-8000-0000000000aa",
        code="R7",
        name="示例路线",
        origin=origin,
        destination=destination,
        path={"type": "LineString", "coordinates": [ends[0], [115.99, 36.39], ends[1]]},
        corridor_m=200,
    )


def _people(password: str, tanker: Vehicle, places: dict[str, Site]) -> None:
    driver = _user("driver", "driver", password, [tanker.carrier.pk])
    entry = Driver.objects.create(carrier=tanker.carrier, user=driver, validity=SINCE)
    DriverIdentity.objects.create(driver=entry, name="示例司机", pinyin="slsj")
    for username, site in places.items():
        _user(username, "keeper", password, [site.organisation.pk])


def _user(username: str, role: str, password: str, organisations: list[int]) -> User:
    return make_user(
        username,
        display_name=username,
        role=role,
        password=password,
        organisations=organisations,
        check_password=False,
    )
