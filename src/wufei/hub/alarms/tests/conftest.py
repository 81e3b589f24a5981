"""A load of spoil on the test road, really issued, and the watcher over it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.alarms.declarations import Rule, rule
from wufei.hub.alarms.models import Alarm
from wufei.hub.alarms.tests.tracks import T0, place
from wufei.hub.alarms.watching import AlarmWatch
from wufei.hub.base.actor import Actor, system
from wufei.hub.ledger.units import tonnes
from wufei.hub.manifests import services as manifests
from wufei.hub.manifests.models import Manifest, Route
from wufei.hub.manifests.tests.conftest import OIL, SPOIL, District, build
from wufei.hub.registry.models import OrganisationContact, Vehicle

BY = system("test")
PLATE = "鲁P12345"


@dataclass
class Road:
    """The district of the manifests' tests with places, one route and loads that travel it."""

    district: District

    def __post_init__(self) -> None:
        self.district.at = moment(-3_600)
        for name, kind, at_m in (("pit", "enterprise", 0), ("spoil ground", "plant", 10_000)):
            self.put(self.district.firm(name, kind, "treatment").site, at_m)
        self.carrier = self.district.firm("muck trucks", "carrier", "yard").organisation
        OrganisationContact.objects.create(
            organisation=self.carrier, name="Sun Diaodu", phone="0635-8112233"
        )
        start, end = (self.district.firm(name).site for name in ("pit", "spoil ground"))
        points = [list(place(east, 0)) for east in range(0, 10_001, 500)]
        self.route = Route.objects.create(
            uuid=uuid7(),
            code="R1",
            name="Lake road",
            origin=start,
            destination=end,
            path={"type": "LineString", "coordinates": points},
            corridor_m=150,
        )

    @staticmethod
    def put(site: Any, east_m: float) -> None:
        site.longitude, site.latitude = (round(x, 7) for x in place(east_m, 0))
        site.save(update_fields=["longitude", "latitude"])

    def truck(self, plate: str = PLATE) -> Vehicle:
        return self.district.truck("muck trucks", plate)

    def load(self, *, at_s: int = -600, plate: str = PLATE, route: bool = True) -> Manifest:
        """Loaded at this second of the track; the scan at the gate issues and loads."""
        self.district.at = moment(at_s) - timedelta(minutes=1)
        new = self.district.new(SPOIL, 30, **({"route": self.route} if route else {}))
        return manifests.scan_out(
            self.truck(plate),
            new,
            tonnes("29.86"),
            id=uuid7(),
            signing=self.district.signing(),
            by=self.district.firm("pit").person,
        )

    def arrive(self, manifest: Manifest, *, at_s: int, mass_t: str = "29.7") -> None:
        self.district.at = moment(at_s) - timedelta(minutes=1)
        manifests.scan_in(
            manifest,
            tonnes(mass_t),
            signing=self.district.signing(),
            difference_reason="" if mass_t == "29.7" else "rain",
            by=self.district.firm("spoil ground").person,
        )

    def oil(self) -> Manifest:
        """A hazardous load that is on the road."""
        drums = self.district.stored("works", OIL, 1.0)
        manifest = self.district.issue(OIL, 1.0, lots=drums)
        self.district.load(manifest, 1.0)
        return manifest


@pytest.fixture
def road(db: None) -> Road:
    return Road(build())


@pytest.fixture
def officer(actor: Any) -> Actor:
    found: Actor = actor("officer")
    return found


def moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(T0 / 1000 + at_s, UTC)


def now_ms(at_s: float) -> int:
    return T0 + round(at_s * 1000)


def watch(at_s: float = 0, replayed_s: float = 0) -> AlarmWatch:
    """A watcher that begins at this second of the track."""
    return AlarmWatch(now_ms(at_s), replayed=timedelta(seconds=replayed_s))


def feed(watcher: AlarmWatch, *batches: Any) -> None:
    """Hand over fixes as they come: time goes on with them."""
    for batch in batches:
        if len(batch):
            last = int(batch["device_time_ms"].max())
            watcher.handle(batch, last)
            watcher.tick(last)


def one_alarm() -> Alarm:
    (found,) = Alarm.objects.all()
    return found


def named(code: str) -> Rule:
    found = rule(code)
    assert found is not None
    return found
