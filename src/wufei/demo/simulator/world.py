"""What the simulator knows of the district: the file that the demo load wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from wufei.demo.simulator.geometry import Point

# Asia/Shanghai has had no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))
CONSTRUCTION, HAZARDOUS = "construction", "hazardous"


@dataclass(frozen=True)
class Place:
    """A site of an organisation, both by uuid."""

    key: str
    site: str
    organisation: str
    name: str
    at: Point


@dataclass(frozen=True)
class Truck:
    """``device`` is the terminal's number, ``driver`` a uuid, ``user`` who signs for it."""

    uuid: str
    plate: str
    kind: str
    carrier: str
    device: str
    load_t: float
    driver: str
    user: str


@dataclass(frozen=True)
class Job:
    """Waste that travels from one place to another under a manifest.

    ``waste`` is its code, ``slug`` what pages call it. ``t_day`` tonnes of it arise a day; ``path``
    is the approved route. ``in_stock``: it stands in stock at the target until it is treated.
    ``gate``: the origin has a gate with a keeper; stations send from their desk.
    """

    kind: str
    origin: str
    target: str
    carrier: str
    waste: str
    slug: str
    method: str
    in_stock: bool
    gate: bool
    t_day: float
    load_t: float
    route: str
    path: tuple[Point, ...]
    opens: time | None = None
    closes: time | None = None

    @property
    def key(self) -> str:
        return f"{self.origin}:{self.waste}:{self.target}:{self.method}"

    def open_at(self, now: datetime) -> bool:
        """May one drive there now? ``opens`` after ``closes`` means over midnight."""
        if self.opens is None or self.closes is None:
            return True
        clock = now.astimezone(SHANGHAI).time()
        if self.opens <= self.closes:
            return self.opens <= clock < self.closes
        return clock >= self.opens or clock < self.closes


@dataclass(frozen=True)
class World:
    """``rounds``: by carrier, the pairs of places between which its vehicles go about."""

    seed: int
    construction_ready: bool
    history_ready: bool
    places: Mapping[str, Place]
    trucks: tuple[Truck, ...]
    jobs: tuple[Job, ...]
    rounds: Mapping[str, tuple[tuple[str, str], ...]]

    def job(self, key: str) -> Job | None:
        return next((job for job in self.jobs if job.key == key), None)


def read(path: Path) -> World | None:
    """The world as it is now; None as long as the demo load has not written it."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return World(
        seed=raw["seed"],
        construction_ready=raw["construction_ready"],
        history_ready=raw["history_ready"],
        places={key: _place(key, row) for key, row in raw["places"].items()},
        trucks=tuple(Truck(**row) for row in raw["vehicles"]),
        jobs=tuple(_job(row) for row in raw["jobs"]),
        rounds={
            carrier: tuple((start, end) for start, end in pairs)
            for carrier, pairs in raw["rounds"].items()
        },
    )


def _place(key: str, row: Mapping[str, Any]) -> Place:
    longitude, latitude = row["at"]
    return Place(key, row["site"], row["organisation"], row["name"], (longitude, latitude))


def _job(row: Mapping[str, Any]) -> Job:
    return Job(
        kind=row["kind"],
        origin=row["from"],
        target=row["to"],
        carrier=row["carrier"],
        waste=row["waste"],
        slug=row["slug"],
        method=row["method"],
        in_stock=row["in_stock"],
        gate=row["gate"],
        t_day=row["t_day"],
        load_t=row["load_t"],
        route=row["route"],
        path=tuple((longitude, latitude) for longitude, latitude in row["path"]),
        opens=time.fromisoformat(row["opens"]) if row["opens"] else None,
        closes=time.fromisoformat(row["closes"]) if row["closes"] else None,
    )
