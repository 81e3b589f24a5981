"""What people do for a trip: gates and building sites on phone pages, hazardous waste by the API.

Each deed is sent with an id and a time that were saved before, so that it may be sent again.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

from wufei.demo.simulator.dispatch import weigh
from wufei.demo.simulator.geometry import Point
from wufei.demo.simulator.people import People, Refused, find_form
from wufei.demo.simulator.state import Later, Received
from wufei.demo.simulator.trips import Mishap, Stage, Trip
from wufei.demo.simulator.world import CONSTRUCTION, SHANGHAI, Job, Truck, World

_DEVICE = "simulator"
# What a clerk leaves standing, and most containers of one load.
_LOTS_KEPT, _LOTS_MAX = 1, 8
_KILO_G, _STEP_G = 1_000, 20_000
# Refusals that say: this was done before.
_DONE_CODES = {"manifest_already_signed", "manifest_overtaken"}


class NothingReady(Exception):
    """No container stands ready at the producer."""


class Crew:
    """Does deeds on the platform; blocking."""

    def __init__(self, people: People, world: World) -> None:
        self.people, self.world = people, world
        self._deeds: Mapping[Stage, Callable[[Trip, Job, Truck], None]] = {
            Stage.GATE: self._gate,
            Stage.SITE: self._site,
            Stage.ISSUE: self._issue,
            Stage.LOAD: self._load,
            Stage.ARRIVE: self._arrive,
            Stage.ACCEPT: self._accept,
            Stage.RETURNED: self._take_back,
        }

    def do(self, trip: Trip, job: Job, truck: Truck) -> None:
        """The deed that the trip's stage is named after. Raises ``Refused``, ``Away``."""
        self._deeds[trip.stage](trip, job, truck)

    # Two scans, on a phone.
    def _gate(self, trip: Trip, job: Job, truck: Truck) -> None:
        if not job.gate:
            self._desk(trip, job, truck)
            return
        target = self.people.fill_in(
            f"gate.{job.origin}",
            f"/t/{truck.uuid}/?site={self.world.places[job.origin].site}",
            {
                "consignee_site": self.world.places[job.target].site,
                "waste": job.slug,
                **_weight(trip.out_g),
                **self._signed(trip),
            },
        )
        trip.manifest = target.rstrip("/").rsplit("/", 1)[-1]

    def _desk(self, trip: Trip, job: Job, truck: Truck) -> None:
        """A station without a gate: its own program says that the truck leaves."""
        body = {
            "id": str(trip.act_id("manifest")),
            **_signing(trip, trip.position),
            "truck": truck.uuid,
            "consignor_site": self.world.places[job.origin].site,
            "consignee_site": self.world.places[job.target].site,
            "waste": job.waste,
            "weighed_out": _mass(trip.out_g),
            "method": job.method,
            "route": job.route,
        }
        told = self.people.call(f"gate.{job.origin}", "POST", "/scans/out", body)
        trip.manifest = told["id"]

    def _site(self, trip: Trip, job: Job, truck: Truck) -> None:
        if trip.mishap is Mishap.REFUSED:
            self._refuse_at_site(trip, job)
            return
        self.people.fill_in(
            f"keeper.{job.target}",
            f"/t/{truck.uuid}/",
            {**_weight(trip.in_g), **self._signed(trip), "difference_reason": trip.reason},
            names="value_0",
        )

    def _refuse_at_site(self, trip: Trip, job: Job) -> None:
        """The site's own program receives it, less what lies on the truck and is not wanted."""
        keeper, refused_g = f"keeper.{job.target}", _part(trip.in_g)
        body = {
            "id": str(trip.act_id(trip.stage)),
            **_signing(trip, trip.position),
            "code": trip.manifest,
            "weighed_in": _mass(trip.in_g),
            "accepted": _mass(trip.in_g - refused_g),
            "refusal_reason": trip.reason,
        }
        self._once(keeper, "/scans/in", body)
        self._send_back(trip, keeper)
        trip.refused_g = refused_g

    def _send_back(self, trip: Trip, keeper: str) -> None:
        id = trip.act_id("return")
        body = {"id": str(id), **_signing(trip, trip.position), "truck_stays": True}
        self.people.call(keeper, "POST", f"/manifests/{trip.manifest}/send-back", body)
        trip.returned = str(id)

    def _take_back(self, trip: Trip, job: Job, truck: Truck) -> None:
        """Whoever sent it receives what comes home; that cannot be refused."""
        who = f"gate.{job.origin}" if job.kind == CONSTRUCTION else f"clerk.{job.origin}"
        signed = _signing(trip, trip.position)
        steps: tuple[tuple[str, dict[str, Any]], ...] = (
            ("arrive", {"weighed_in": [_mass(trip.refused_g)]}),
            ("accept", {}),
        )
        for step, values in steps:
            body = {"id": str(trip.act_id(f"returned:{step}")), **signed, **values}
            self._once(who, f"/manifests/{trip.returned}/steps/{step}", body)

    def _signed(self, trip: Trip) -> dict[str, str]:
        longitude, latitude = trip.position
        return {
            "submission": str(trip.act_id(trip.stage)),
            "at": trip.deeds[trip.stage],
            "longitude": f"{longitude:.6f}",
            "latitude": f"{latitude:.6f}",
            "device": _DEVICE,
        }

    # Each step by its party, through the API.
    def _issue(self, trip: Trip, job: Job, truck: Truck) -> None:
        clerk = f"clerk.{job.origin}"
        if not trip.lots:
            # Chosen once: another try must say the same.
            self._choose_lots(trip, job, clerk)
        trip.manifest = str(trip.act_id("manifest"))
        places, total_g = self.world.places, sum(lot["mass_g"] for lot in trip.lots)
        line = {
            "waste": job.waste,
            "declared": _mass(total_g),
            "method": job.method,
            "lots": [{"lot": lot["lot"], "mass": _mass(lot["mass_g"])} for lot in trip.lots],
            "containers": len(trip.lots),
        }
        body = {
            **_signing(trip, places[job.origin].at),
            "consignor_site": places[job.origin].site,
            "carrier": places[job.carrier].organisation,
            "consignee_site": places[job.target].site,
            "route": job.route,
            "lines": [line],
        }
        self.people.call(clerk, "PUT", f"/manifests/{trip.manifest}", body)

    def _choose_lots(self, trip: Trip, job: Job, clerk: str) -> None:
        site = self.world.places[job.origin].site
        rows = self.people.call(clerk, "GET", f"/lots?site={site}&waste={job.waste}")
        room_g, chosen = job.load_t * 1_000_000, []
        for row in rows[: max(0, len(rows) - _LOTS_KEPT)][:_LOTS_MAX]:
            mass_g = _grams(row["free"])
            if mass_g >= _KILO_G and mass_g <= room_g:
                room_g -= mass_g
                chosen.append({"lot": row["lot"], "mass_g": mass_g})
        if not chosen:
            raise NothingReady(f"{job.origin}: {job.waste}")
        trip.lots = chosen
        random = Random(trip.id)  # noqa: S311 - invented weights
        weigh(trip, sum(lot["mass_g"] for lot in chosen), _KILO_G, random)

    def _load(self, trip: Trip, job: Job, truck: Truck) -> None:
        values = {
            "vehicle": truck.uuid,
            "driver": truck.driver,
            "weighed_out": [_mass(trip.out_g)],
        }
        self._step(trip, truck.user, values)

    def _arrive(self, trip: Trip, job: Job, truck: Truck) -> None:
        self._step(trip, f"keeper.{trip.target}", {"weighed_in": [_mass(trip.in_g)]})

    def _accept(self, trip: Trip, job: Job, truck: Truck) -> None:
        keeper = f"keeper.{trip.target}"
        match trip.mishap:
            case Mishap.REFUSED:
                last = trip.lots[-1]
                values = {"refused_lots": [last["lot"]], "refusal_reason": trip.reason}
                self._step(trip, keeper, values)
                self._send_back(trip, keeper)
                trip.refused_g = self._on_the_way_home_g(trip, keeper)
            case Mishap.REDIRECTED:
                refused = [lot["lot"] for lot in trip.lots]
                values = {"refused_lots": refused, "refusal_reason": trip.reason}
                self._step(trip, keeper, values)
                self._redirect(trip, job)
            case _:
                self._step(trip, keeper, {"difference_reason": trip.reason})

    def _on_the_way_home_g(self, trip: Trip, keeper: str) -> int:
        told = self.people.call(keeper, "GET", f"/manifests/{trip.returned}")
        return sum(_grams(line["weighed_out"]) for line in told["lines"])

    def _redirect(self, trip: Trip, job: Job) -> None:
        """The sender has it brought to the other plant that takes this waste."""
        body = {
            "id": str(trip.act_id("redirect")),
            **_signing(trip, trip.position),
            "consignee_site": self.world.places[trip.next_target].site,
        }
        self._once(f"clerk.{job.origin}", f"/manifests/{trip.manifest}/redirect", body)

    def _step(self, trip: Trip, user: str, values: Mapping[str, Any]) -> None:
        body = {"id": str(trip.act_id(trip.stage)), **_signing(trip, trip.position), **values}
        self._once(user, f"/manifests/{trip.manifest}/steps/{trip.stage.value}", body)

    def _once(self, user: str, path: str, body: Mapping[str, Any]) -> None:
        """Asked again after an answer that never came, it is done already."""
        try:
            self.people.call(user, "POST", path, body)
        except Refused as refusal:
            if refusal.code not in _DONE_CODES:
                raise

    # Later.
    def settle(self, later: Later, now: float) -> None:
        """Who sent a load agrees with what the keeper said of its weight: the manifest closes."""
        body = {"id": later.id, "signed_at": _moment(now), "device": _DEVICE}
        self.people.call(later.user, "POST", f"/manifests/{later.manifest}/steps/close", body)

    def send_report(self, received: Received) -> None:
        """The plant's keeper reports what was treated, on the ledger's own page."""
        user, path = self._desk_of(received)
        self.people.fill_in(user, path, received.report, names="input-0-stock")

    def new_report(self, received: Received, now: float) -> dict[str, str]:
        """What the keeper will write; empty where nothing stands there."""
        stock = self._stock(*self._desk_of(received), received.waste)
        if not stock:
            return {}
        local = datetime.fromtimestamp(now, UTC).astimezone(SHANGHAI)
        return {
            "submission": str(uuid4()),
            "happened_at": f"{local:%Y-%m-%dT%H:%M}",
            "note": "",
            "input-0-stock": stock,
            "input-0-method": received.method,
            "input-0-value": _tonnes(received.mass_g),
            "input-0-unit": "t",
            "input-0-lot": "",
        }

    def _desk_of(self, received: Received) -> tuple[str, str]:
        site = self.world.places[received.place].site
        return f"keeper.{received.place}", f"/ledger/treatments/new/?site={site}"

    def _stock(self, user: str, path: str, waste: str) -> str:
        """The choice of the form that is this waste's stock."""
        form = find_form(self.people.read(user, path), "input-0-stock")
        choices = form.choices.get("input-0-stock", {}) if form else {}
        return next((key for key, words in choices.items() if words.startswith(f"{waste} ")), "")


def begin(trip: Trip, now: float) -> None:
    """Fix when the present deed is signed, before it is tried for the first time."""
    trip.deeds.setdefault(trip.stage.value, _moment(now))


def _part(mass_g: int) -> int:
    """About a quarter of a load, in the steps of a weighbridge."""
    return max(_STEP_G, mass_g // 4 // _STEP_G * _STEP_G)


def _signing(trip: Trip, at: Point) -> dict[str, Any]:
    return {
        "signed_at": trip.deeds[trip.stage],
        "longitude": f"{at[0]:.6f}",
        "latitude": f"{at[1]:.6f}",
        "device": _DEVICE,
    }


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")


def _weight(mass_g: int) -> dict[str, str]:
    return {"value_0": _tonnes(mass_g), "unit_0": "t"}


def _mass(mass_g: int) -> dict[str, str]:
    return {"value": _tonnes(mass_g), "unit": "t"}


def _tonnes(mass_g: int) -> str:
    whole, rest = divmod(mass_g, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _grams(mass: Mapping[str, str]) -> int:
    """Grams of what the API calls a mass (tonnes with six places)."""
    whole, _point, rest = mass["value"].partition(".")
    return int(whole) * 1_000_000 + int(rest.ljust(6, "0")[:6])
