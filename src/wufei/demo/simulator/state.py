"""What the simulator must not forget: a small file, written whole or not at all."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wufei.demo.simulator.dispatch import Credit
from wufei.demo.simulator.geometry import Point
from wufei.demo.simulator.trips import Trip, restored

_VERSION = 2
ABSENCE_S = 600
"""Who was away for longer leaves the time between to the history."""


@dataclass
class Standing:
    """A vehicle between trips: where it stands, until when, and its odometer."""

    at: Point
    km: float
    rests_until: float = 0.0


@dataclass
class Later:
    """A difference that the consignor will settle."""

    due: float
    manifest: str
    user: str
    id: str


@dataclass
class Received:
    """Live mass that stands at a plant and is to be treated; grams since the last report."""

    place: str
    waste: str
    method: str
    mass_g: int = 0
    since: float = 0.0
    # A report that was begun: sent again as it was.
    report: dict[str, str] = field(default_factory=dict)


@dataclass
class State:
    """Trips and standing vehicles by vehicle uuid."""

    trips: dict[str, Trip] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    later: list[Later] = field(default_factory=list)
    received: dict[str, Received] = field(default_factory=dict)
    credit: Credit = field(default_factory=Credit)
    closed: int = 0

    def save(self, path: Path, now: float) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(self._raw(now), ensure_ascii=False), encoding="utf-8")
        draft.replace(path)

    def _raw(self, now: float) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "alive_at": datetime.fromtimestamp(now, UTC).isoformat(),
            "trips": {key: trip.saved() for key, trip in self.trips.items()},
            "standing": {key: vars(one) for key, one in self.standing.items()},
            "later": [vars(one) for one in self.later],
            "received": {key: vars(one) for key, one in self.received.items()},
            "credit": {"tonnes": self.credit.tonnes, "since": self.credit.since},
            "closed": self.closed,
        }


def away_since(path: Path) -> float:
    """When the simulator that wrote ``path`` last gave a sign of life; 0 if there is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["alive_at"]
        return datetime.fromisoformat(told).timestamp()
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def load(path: Path) -> State:
    """The state as it was saved; a file that cannot be read is a fresh start."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["version"] != _VERSION:
            return State()
        return State(
            trips={key: restored(one) for key, one in raw["trips"].items()},
            standing={
                key: Standing((one["at"][0], one["at"][1]), one["km"], one["rests_until"])
                for key, one in raw["standing"].items()
            },
            later=[Later(**one) for one in raw["later"]],
            received={key: Received(**one) for key, one in raw["received"].items()},
            credit=Credit(raw["credit"]["tonnes"], raw["credit"]["since"]),
            closed=raw["closed"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return State()
