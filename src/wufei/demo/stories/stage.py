"""What stories are told with: places, people, waste, the clock, and one load on its way."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from wufei.demo import crew
from wufei.demo.district import known_as
from wufei.demo.entering import Entered
from wufei.demo.models import Load as Record
from wufei.demo.models import Told
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import Role, acts_of
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.catalogue.queries import waste
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import Mass, grams, tonnes
from wufei.hub.manifests import services
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services import NewLine, NewManifest, Signing
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle

# Who signs for an organisation, if there are several.
_SIGNS = (Role.CLERK, Role.KEEPER, Role.AGENT, Role.DRIVER)
_DEVICE = "demo"


@dataclass
class Stage:
    """The district while stories are told; ``record.until`` is now."""

    record: Record
    entered: Entered
    by: Actor
    _people: dict[str, Actor] = field(default_factory=dict)

    def begins(self, story: str) -> bool:
        """Whether ``story`` is new; from now on it is told."""
        _row, new = Told.objects.get_or_create(load=self.record, story=story)
        return new

    @property
    def today(self) -> date:
        return timezone.localdate(self.record.until)

    def id(self, what: str) -> UUID:
        return known_as(f"{self.record.seed}:story:{what}")

    def ago(self, hours: float) -> datetime:
        return self.record.until - timedelta(minutes=round(hours * 60))

    # Who and where.
    def site(self, key: str) -> Site:
        return self.entered.sites[key]

    def firm(self, key: str) -> Organisation:
        return self.entered.organisations[key]

    def truck(self, plate: str) -> Vehicle:
        return self.entered.vehicles[plate]

    def driver(self, plate: str) -> Driver:
        return Driver.objects.get(uuid=known_as(f"driver:{plate}"))

    def person(self, key: str) -> Actor:
        """Somebody who signs for an organisation."""
        if key not in self._people:
            members = User.objects.filter(memberships__organisation=self.firm(key), is_active=True)
            found = sorted(members, key=lambda user: (_SIGNS.index(Role(user.role)), user.pk))
            self._people[key] = actor_for(found[0]) if found else self._deputy(self.firm(key).pk)
        return self._people[key]

    def able(self, key: str, act: str) -> Actor:
        """Who signs for an organisation if they may do ``act``, else a program of it."""
        by = self.person(key)
        return by if by.may(act) else self._deputy(self.firm(key).pk)

    def _deputy(self, organisation: int) -> Actor:
        """A program of an organisation that has nobody: it may what its clerk might."""
        own, acts = frozenset({organisation}), acts_of(Role.CLERK)
        return replace(self.by, kind=ActorKind.DEVICE, organisation_ids=own, acts=acts)

    def at_wheel(self, plate: str) -> Actor:
        """Who drives it."""
        user = User.objects.filter(username=crew.driver_name(plate)).first()
        driver = self.driver(plate)
        user = user or driver.user
        return actor_for(user) if user else self._deputy(driver.carrier_id)

    def signing(self, what: str, at: datetime, key: str = "") -> Signing:
        """A signature at this time, on the phone of somebody who stands at a place."""
        site = self.site(key) if key else None
        return Signing(
            self.id(what),
            at,
            longitude=site.longitude if site else None,
            latitude=site.latitude if site else None,
            device=_DEVICE,
        )

    # Waste.
    def arise(self, what: str, place: str, code: str, *masses_t: float, hours: float) -> list[Lot]:
        """Containers that were filled at a place ``hours`` ago."""
        site, kind = self.site(place), waste(code)
        origin, stock = (
            AccountKey(end, site.organisation_id, kind.pk, site.pk)
            for end in (AccountKind.ORIGIN, AccountKind.STOCK)
        )
        found = []
        for number, mass_t in enumerate(masses_t, start=1):
            id = self.id(f"{what}:lot:{number}")
            label = f"SL{code[-2:]}-{self.ago(hours):%y%m%d}-{int(id.hex[:3], 16):04d}"
            entry = Entry(
                self.id(f"{what}:arising:{number}"),
                origin,
                stock,
                tonnes(mass_t),
                self.ago(hours),
                lot_in=NewLot(id, label),
            )
            ledger.post([entry], by=self.by, cause="desk:demo")
            found.append(id)
        lots = {lot.uuid: lot for lot in Lot.objects.filter(uuid__in=found)}
        return [lots[uuid] for uuid in found]


@dataclass
class Load:
    """One manifest on its way. ``at`` is when its next step is signed."""

    stage: Stage
    name: str
    at: datetime
    manifest: Manifest = field(init=False)
    plate: str = ""

    # What is to travel.
    def new(
        self,
        origin: str,
        carrier: str,
        target: str,
        code: str,
        what: Sequence[Lot] | float,
        method: str = "",
        **more: Any,
    ) -> NewManifest:
        """``what`` travels: containers, or so many tonnes."""
        stage = self.stage
        if isinstance(what, int | float):
            line = NewLine(waste(code), tonnes(what), method)
        else:
            parts = tuple(LotPart(lot.uuid, lot.remaining_g) for lot in what)
            mass = grams(sum(part.mass_g for part in parts))
            line = NewLine(waste(code), mass, method, parts, len(parts))
        places = stage.site(origin), stage.firm(carrier), stage.site(target)
        route = stage.entered.routes.get((origin, target))
        return NewManifest(*places, (line,), route=route, **more)

    def issue(self, new: NewManifest) -> "Load":
        by = self.stage.person(self._key(new.consignor_site))
        signing = self.signing("issue", new.consignor_site)
        self.manifest = services.issue(new, id=self.id, signing=signing, by=by)
        return self

    def gate(self, plate: str, new: NewManifest, out_t: float) -> "Load":
        """One scan of the truck: issue and loading."""
        by = self.stage.person(self._key(new.consignor_site))
        self.plate = plate
        self.manifest = services.scan_out(
            self.stage.truck(plate),
            new,
            tonnes(out_t),
            id=self.id,
            signing=self.signing("gate", new.consignor_site),
            by=by,
        )
        return self

    # Its steps.
    def load(self, plate: str, out_t: float, *, minutes: float = 90) -> "Load":
        self.plate, stage = plate, self.stage
        values = {
            "weighed_out": tonnes(out_t),
            "vehicle": stage.truck(plate),
            "driver": stage.driver(plate),
        }
        return self.sign("load", stage.at_wheel(plate), values, minutes=minutes)

    def arrive(self, in_t: float, *, minutes: float = 150) -> "Load":
        return self.sign("arrive", self.consignee, {"weighed_in": tonnes(in_t)}, minutes=minutes)

    def accept(self, *, minutes: float = 40, **values: Any) -> "Load":
        return self.sign("accept", self.consignee, values, minutes=minutes)

    def close(self, *, minutes: float = 200) -> "Load":
        return self.sign("close", self.consignor, {}, minutes=minutes)

    def received(self, in_t: float, **values: Any) -> "Load":
        return self.arrive(in_t).accept(**values)

    def sign(self, step: str, by: Actor, values: Any, *, minutes: float) -> "Load":
        self.wait(minutes)
        place = {"load": self.manifest.consignor_site, "close": self.manifest.consignor_site}
        at = place.get(step, self.manifest.consignee_site)
        signing = self.signing(step, at)
        services.sign(self.manifest, step, signing=signing, values=values, by=by)
        self.read()
        return self

    def wait(self, minutes: float) -> "Load":
        self.at += timedelta(minutes=minutes)
        return self

    def read(self) -> Manifest:
        """As it stands now."""
        self.manifest = Manifest.objects.get(uuid=self.manifest.uuid)
        return self.manifest

    def follow(self, manifest: Manifest, name: str) -> "Load":
        """The way of a manifest that came of this one."""
        other = Load(self.stage, f"{self.name}:{name}", self.at, plate=self.plate)
        other.manifest = manifest
        return other

    # Who signs.
    @property
    def id(self) -> UUID:
        return self.stage.id(self.name)

    @property
    def consignor(self) -> Actor:
        return self.stage.person(self._key(self.manifest.consignor_site))

    @property
    def consignee(self) -> Actor:
        return self.stage.person(self._key(self.manifest.consignee_site))

    def signing(self, what: str, site: Site | None = None) -> Signing:
        key = self._key(site) if site else ""
        turn = getattr(self, "manifest", None)
        more = f":{turn.turn}" if turn is not None and turn.turn > 1 else ""
        return self.stage.signing(f"{self.name}:{what}{more}", self.at, key)

    def line(self) -> UUID:
        return self.manifest.lines.values_list("uuid", flat=True)[0]

    def _key(self, site: Site) -> str:
        for key, known in self.stage.entered.sites.items():
            if known.pk == site.pk:
                return key
        raise KeyError(site)


def kilos(mass_kg: float) -> Mass:
    return grams(round(mass_kg * 1000))
