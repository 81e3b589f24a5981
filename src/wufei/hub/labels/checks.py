"""The roadside check 路检: what should be on a truck, for an inspector who stands beside it.

Organisations are named, people are not: of the driver only the family name and what the papers
say, no telephone, no contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wufei.hub.exemptions.models import Claim
from wufei.hub.labels.queries.containers import codes_of
from wufei.hub.manifests import reading
from wufei.hub.manifests.models import MOVING, Line, LineLot, Manifest, Route
from wufei.hub.manifests.reading import Load, Stop, with_everything
from wufei.hub.manifests.services import exempting
from wufei.hub.registry.models import Driver, Licence, Organisation
from wufei.hub.registry.queries import codes_that_cover
from wufei.hub.registry.validity import last_day, today, valid_on

CARRIER_KINDS = (Licence.Kind.ROAD, Licence.Kind.DANGEROUS_ROAD)
# An inspector counts containers; a lorry has no more.
CONTAINERS_MAX = 300


@dataclass(frozen=True)
class Paper:
    """A licence or permit: whose, which, until when; ``last`` is None while it has no end."""

    holder: Any
    kind: Any
    number: str = ""
    last: date | None = None
    missing: bool = False

    @property
    def ended(self) -> bool:
        return self.missing or (self.last is not None and self.last < today())


@dataclass(frozen=True)
class OnTruck:
    """One container that should be there; grams."""

    name: str
    code: str
    waste: Any
    mass_g: int

    @property
    def mass_kg(self) -> Decimal:
        return Decimal(self.mass_g) / 1000


@dataclass(frozen=True)
class Check:
    """All that the page shows."""

    manifest: Manifest
    loads: Sequence[Load]
    containers: Sequence[OnTruck]
    count: int
    papers: Sequence[Paper]
    claims: Sequence[Claim]
    driver: str
    next: Stop | None
    in_hours: bool | None
    at: datetime

    @property
    def tone(self) -> str:
        """Only what is on the road belongs on a truck."""
        return "good" if self.manifest.status in MOVING else "bad"


def check_of(manifest: Manifest) -> Check:
    """What should be on the road under this manifest, as it stands now."""
    whole: Manifest = with_everything(Manifest.objects.filter(pk=manifest.pk)).get()
    lines = list(whole.lines.all())
    containers = _containers(lines)
    stops = reading.stops(whole)
    return Check(
        manifest=whole,
        loads=reading.loads(whole),
        containers=containers,
        count=sum(line.containers or 0 for line in lines) or len(containers),
        papers=[*_of_truck(whole), *_of_receiver(whole, lines)],
        claims=reading.claims(whole),
        driver=masked(whole.driver),
        next=next((stop for stop in stops if stop.state == reading.NEXT), None),
        in_hours=_in_hours(whole.route),
        at=timezone.now(),
    )


def _containers(lines: Sequence[Line]) -> list[OnTruck]:
    parts = (
        LineLot.objects.filter(line__in=lines)
        .select_related("lot", "line__waste")
        .order_by("line__position", "pk")[:CONTAINERS_MAX]
    )
    labels = codes_of([part.lot for part in parts])
    return [
        OnTruck(str(part.lot), labels.get(part.lot_id, ""), part.line.waste.label, part.mass_g)
        for part in parts
    ]


def masked(driver: Driver | None) -> str:
    """``李强`` → ``李*``: enough to compare with the paper in the driver's hand."""
    identity = getattr(driver, "identity", None)
    name = identity.name if identity else ""
    return name[:1] + "*" * len(name[1:]) if name else ""


def _of_truck(manifest: Manifest) -> list[Paper]:
    found = []
    vehicle, driver = manifest.vehicle, manifest.driver
    if vehicle is not None:
        validity = vehicle.permit_validity
        last = last_day(validity) if validity else None
        road, number = Licence.Kind.ROAD.label, vehicle.permit_number
        found.append(Paper(vehicle.plate, road, number, last, missing=validity is None))
    if driver is not None:
        last = last_day(driver.qualified) if driver.qualified else None
        missing = driver.qualified is None
        skill = driver.get_qualification_display()
        found.append(Paper(masked(driver), skill, "", last, missing))
    return found + _licences(manifest.carrier, Licence.objects.filter(kind__in=CARRIER_KINDS))


def _of_receiver(manifest: Manifest, lines: Sequence[Line]) -> list[Paper]:
    """The licences under which the receiver may take what is on the truck."""
    kinds = exempting.kinds(reading.template_of(manifest), lines)
    if not kinds:
        return []
    codes = {code for line in lines for code in codes_that_cover(line.waste.code)}
    rows = Licence.objects.filter(kind__in=kinds, lines__code__in=codes).distinct()
    found = _licences(manifest.consignee, rows)
    kind = Licence.Kind(kinds[0]).label
    return found or [Paper(manifest.consignee, kind, missing=True)]


def _licences(holder: Organisation, rows: Any) -> list[Paper]:
    valid = rows.filter(valid_on(), organisation=holder).order_by("kind", "number")
    return [
        Paper(holder, one.get_kind_display(), one.number, last_day(one.validity)) for one in valid
    ]


def _in_hours(route: Route | None) -> bool | None:
    """Whether the route is open now; None where nothing is said of hours."""
    if route is None or route.opens is None or route.closes is None:
        return None
    now = timezone.localtime().time()
    if route.opens <= route.closes:
        return route.opens <= now < route.closes
    return now >= route.opens or now < route.closes
