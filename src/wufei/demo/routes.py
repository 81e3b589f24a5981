"""Approved routes of the demo: the quickest ways of the invented road network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time

from wufei.demo import district
from wufei.demo.district import Firm, known_as
from wufei.demo.history.bulk import How, Outlet, Source
from wufei.demo.history.construction import sources as construction
from wufei.demo.history.hazardous import FLY_ASH
from wufei.demo.history.hazardous import lot_sources as hazardous
from wufei.demo.history.lots import LotSource
from wufei.demo.simulator.geometry import Line, Point
from wufei.demo.simulator.network import Network, roads
from wufei.hub.base.actor import Actor
from wufei.hub.manifests.models import Route
from wufei.hub.manifests.services.routes import enter_route
from wufei.hub.registry.models import Site

# Half width: a road with its side roads in the district, a motorway with its junctions outside.
_NEAR_M, _FAR_M, _FAR_FROM_M = 150, 300, 25_000
# Roads through the estates are for the night only.
_NIGHT_SITES = ("sitehx2",)
_NIGHT = (time(19, 30), time(7, 0))


@dataclass(frozen=True)
class Trip:
    """Waste of a source that a truck takes to an outlet; ``share`` of what arises there."""

    source: Source | LotSource
    outlet: Outlet

    @property
    def ends(self) -> tuple[str, str]:
        return self.source.place, self.outlet.place


def trips() -> Iterator[Trip]:
    """Everything that travels under a manifest and that the simulator drives."""
    everything: list[Source | LotSource] = [*construction(), *hazardous(), FLY_ASH]
    for source in everything:
        if source.simulated:
            for outlet in source.outlets:
                if outlet.how in (How.PLANT, How.RECEIPT):
                    yield Trip(source, outlet)


def enter(by: Actor, sites: Mapping[str, Site]) -> dict[tuple[str, str], Route]:
    """Enter the routes that are not there yet; by the keys of their two ends."""
    ends = sorted({trip.ends for trip in trips()})
    there = {route.uuid: route for route in Route.objects.all()}
    firms = {firm.key: firm for firm in district.firms()}
    network = Network(roads())
    found = {}
    for number, (start, end) in enumerate(ends, start=1):
        uuid = known_as(f"route:{start}:{end}")
        found[start, end] = there.get(uuid) or _enter(
            f"SL-{number:03d}", network, firms[start], firms[end], sites, by
        )
    return found


def _enter(
    code: str, network: Network, start: Firm, end: Firm, sites: Mapping[str, Site], by: Actor
) -> Route:
    path = [_rounded(point) for point in network.way(place(start), place(end))]
    opens, closes = _NIGHT if start.key in _NIGHT_SITES else (None, None)
    return enter_route(
        code,
        id=known_as(f"route:{start.key}:{end.key}"),
        name=f"{_short(start)}—{_short(end)}（示例）",
        origin=sites[start.key],
        destination=sites[end.key],
        path=path,
        corridor_m=_FAR_M if Line(path).length_m > _FAR_FROM_M else _NEAR_M,
        opens=opens,
        closes=closes,
        by=by,
    )


def place(firm: Firm) -> Point:
    return float(firm.longitude), float(firm.latitude)


def _short(firm: Firm) -> str:
    return firm.name.removeprefix(district.MARK)


def _rounded(point: Point) -> Point:
    return round(point[0], 6), round(point[1], 6)
