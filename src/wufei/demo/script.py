"""What the simulator is told about the district: one file, since it has no database.

Written when the registers are filled and again when the history is loaded. It names things by
their uuids and holds no secret: the crew's password is a file of its own.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from wufei.demo import crew, district
from wufei.demo.entering import Entered
from wufei.demo.history.bulk import How, Source
from wufei.demo.history.lots import LotSource
from wufei.demo.history.stream import lot_sources, sources
from wufei.demo.history.world import along, between
from wufei.demo.models import Load
from wufei.demo.routes import Trip, trips
from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.registry.models import Device, Driver, Site

# Carriers whose vehicles travel under manifests; the others do their rounds without.
_UNDER_MANIFEST = ("truck1", "truck2", "danger")


def world_file() -> Path:
    return Path(settings.HOME) / "simulate" / "world.json"


def write(record: Load, entered: Entered) -> None:
    """Write the file anew, whole or not at all; does nothing where nothing is simulated."""
    if not settings.SIMULATE:
        return
    path = world_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(_world(record, entered), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _world(record: Load, entered: Entered) -> dict[str, Any]:
    return {
        "seed": record.seed,
        # Until then a plant's stock is not what it will be: live mass has to wait.
        "construction_ready": bool(record.finished or record.ahead == record.until),
        "history_ready": record.finished,
        "places": {key: _place(key, entered) for key in entered.sites},
        "vehicles": list(_vehicles(entered)),
        "jobs": list(_jobs(entered)),
        "rounds": _rounds(),
    }


def _place(key: str, entered: Entered) -> dict[str, Any]:
    site = entered.sites[key]
    assert site.longitude is not None
    assert site.latitude is not None
    return {
        "site": str(site.uuid),
        "organisation": str(entered.organisations[key].uuid),
        "name": site.name,
        "at": [float(site.longitude), float(site.latitude)],
    }


def _vehicles(entered: Entered) -> Iterator[dict[str, Any]]:
    numbers = dict(
        Device.objects.filter(kind=Device.Kind.TERMINAL, bindings__vehicle__isnull=False)
        .values_list("bindings__vehicle__plate", "number")
        .order_by("pk")
    )
    drivers = dict(Driver.objects.filter(user__isnull=False).values_list("user__username", "uuid"))
    # Whoever comes from elsewhere drives elsewhere.
    away = {firm.key for firm in district.firms() if firm.outside}
    for truck in district.trucks():
        idle = truck.carrier in away or truck.plate in crew.RESERVED
        if truck.plate not in numbers or idle:
            continue
        user = crew.driver_name(truck.plate)
        yield {
            "uuid": str(entered.vehicles[truck.plate].uuid),
            "plate": truck.plate,
            "kind": truck.kind,
            "carrier": truck.carrier,
            "device": numbers[truck.plate],
            "load_t": float(truck.load_limit_t),
            "driver": str(drivers.get(user, "")),
            "user": user,
        }


def _jobs(entered: Entered) -> Iterator[dict[str, Any]]:
    book, today = WasteBook(), timezone.localdate()
    for trip in trips():
        route = entered.routes[trip.ends]
        waste = book.waste(trip.source.waste, today)
        yield {
            "kind": "construction" if isinstance(trip.source, Source) else "hazardous",
            "from": trip.source.place,
            "to": trip.outlet.place,
            "carrier": trip.source.carrier,
            "waste": waste.code,
            "slug": waste.slug,
            "method": trip.outlet.method,
            "in_stock": trip.outlet.how is How.PLANT,
            "gate": entered.sites[trip.source.place].kind == Site.Kind.CONSTRUCTION,
            "t_day": _t_day(trip, today),
            "load_t": trip.source.load_t,
            "route": str(route.uuid),
            "path": route.path["coordinates"],
            "opens": route.opens.isoformat("minutes") if route.opens else "",
            "closes": route.closes.isoformat("minutes") if route.closes else "",
        }


def _t_day(trip: Trip, today: date) -> float:
    """How much of it arises on an average day, in tonnes."""
    way = along(today)
    whole = sum(outlet.weight(way) for outlet in trip.source.outlets)
    return between(trip.source.t_year, way) / 365 * trip.outlet.weight(way) / whole


def _rounds() -> dict[str, list[list[str]]]:
    """Where the vehicles of each carrier go without a manifest: from a source to its outlet."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    everything: list[Source | LotSource] = [*sources(), *lot_sources()]
    for source in everything:
        for outlet in source.outlets:
            # A plant with trucks of its own fetches what comes to it.
            for carrier in {source.carrier, outlet.place} - {*_UNDER_MANIFEST, ""}:
                if outlet.place not in ("", source.place):
                    found.setdefault(carrier, {})[source.place, outlet.place] = None
    owners = {truck.carrier for truck in district.trucks()}
    return {key: [list(ends) for ends in rounds] for key, rounds in found.items() if key in owners}
