"""One trip of a truck, stage by stage. Pure: it is told the time, and says what people must do.

Times are seconds since 1970; waiting scales with the simulation's speed, a long stop does not,
since what watches it has a real clock.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID, uuid5

from wufei.demo.simulator.geometry import Line, Point
from wufei.demo.simulator.motion import Motion


class Kind(StrEnum):
    CONSTRUCTION = "construction"
    HAZARDOUS = "hazardous"
    ROUND = "round"


class Stage(StrEnum):
    """Where a trip is; those named after a deed wait for people to do it."""

    ISSUE = "issue"
    APPROACH = "approach"
    LOADING = "loading"
    GATE = "gate"
    LOAD = "load"
    HAUL = "haul"
    UNLOADING = "unloading"
    SITE = "site"
    ARRIVE = "arrive"
    ACCEPT = "accept"
    # What was refused goes home on the same truck.
    BACK = "back"
    UNLOADING_BACK = "unloading_back"
    RETURNED = "returned"
    END = "end"


class Mishap(StrEnum):
    """What may go wrong on a trip."""

    NONE = ""
    DETOUR = "detour"
    LONG_STOP = "long_stop"
    MISSING = "missing"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    CLOCK = "clock"
    FRAME = "frame"


_STAGES: Mapping[Kind, tuple[Stage, ...]] = {
    Kind.CONSTRUCTION: (
        Stage.APPROACH, Stage.LOADING, Stage.GATE, Stage.HAUL, Stage.UNLOADING, Stage.SITE,
    ),
    Kind.HAZARDOUS: (
        Stage.ISSUE, Stage.APPROACH, Stage.LOADING, Stage.LOAD, Stage.HAUL, Stage.UNLOADING,
        Stage.ARRIVE, Stage.ACCEPT,
    ),
    Kind.ROUND: (Stage.APPROACH, Stage.LOADING, Stage.HAUL, Stage.UNLOADING),
}  # fmt: skip
_HOME = (Stage.BACK, Stage.UNLOADING_BACK, Stage.RETURNED)
DEEDS = frozenset(
    {Stage.ISSUE, Stage.GATE, Stage.LOAD, Stage.SITE, Stage.ARRIVE, Stage.ACCEPT, Stage.RETURNED}
)
_DRIVES = frozenset({Stage.APPROACH, Stage.HAUL, Stage.BACK})
LOADED = frozenset({Stage.HAUL, Stage.UNLOADING, Stage.SITE, Stage.ARRIVE, Stage.ACCEPT, *_HOME})
# A tipper that stands longer than a quarter of an hour while loaded is asked about.
_LONG_STOP_S = (1_150, 1_700)


@dataclass
class Trip:
    """A trip with everything that was decided for it, so that it can be gone on with.

    ``approach`` and ``haul`` are ways; ``along_m`` how far on the present one. ``waits_s`` are
    how long it stands for loading and unloading. Masses are grams. ``deeds`` keeps, for each deed
    that was begun, when it is signed: the same at every try. ``refused_g`` of what came go home
    under the manifest ``returned``, or all of it goes on to the plant ``next_target``; ``turn``
    counts the plants that it was brought to.
    """

    id: str
    kind: Kind
    truck: str
    job: str
    origin: str
    target: str
    approach: list[Point]
    haul: list[Point]
    cruise_mps: float
    waits_s: tuple[float, float]
    stage: Stage
    since: float
    out_g: int = 0
    in_g: int = 0
    mishap: Mishap = Mishap.NONE
    stop_at_m: float = 0.0
    stop_s: float = 0.0
    stopped_since: float = 0.0
    along_m: float = 0.0
    reason: str = ""
    settled_after_s: float = 0.0
    manifest: str = ""
    lots: list[dict[str, Any]] = field(default_factory=list)
    deeds: dict[str, str] = field(default_factory=dict)
    told_mishap: bool = False
    refused_g: int = 0
    returned: str = ""
    next_target: str = ""
    turn: int = 1
    _motion: Motion | None = field(default=None, repr=False, compare=False)

    @property
    def loaded(self) -> bool:
        return self.stage in LOADED and self.kind is not Kind.ROUND

    @property
    def waits_for_people(self) -> bool:
        return self.stage in DEEDS

    @property
    def moving(self) -> bool:
        return self.stage in _DRIVES and not self.stopped_since

    @property
    def ended(self) -> bool:
        return self.stage is Stage.END

    @property
    def motion(self) -> Motion:
        """The way of the present stage, or of the one before it."""
        if self._motion is None:
            stages = self._stages
            before = stages.index(Stage.HAUL)
            hauls = self.stage is Stage.END or stages.index(self.stage) >= before
            line = Line(
                self._way_home if self._homewards else self.haul if hauls else self.approach
            )
            self._motion = Motion(line, self.cruise_mps, self.along_m)
            if self.stage not in _DRIVES:
                at_end = hauls or self.stage is not Stage.ISSUE
                self._motion.along_m = line.length_m if at_end else 0.0
        return self._motion

    @property
    def _stages(self) -> tuple[Stage, ...]:
        return _STAGES[self.kind] + (_HOME if self.returned else ())

    @property
    def _homewards(self) -> bool:
        return self.stage in _HOME or (self.stage is Stage.END and bool(self.returned))

    @property
    def _way_home(self) -> list[Point]:
        return self.haul[::-1]

    @property
    def position(self) -> Point:
        return self.motion.line.at(self.motion.along_m)

    def act_id(self, what: str) -> UUID:
        """Key of a deed of this trip; at each plant that it is brought to it is another."""
        return uuid5(UUID(self.id), what if self.turn == 1 else f"{what}:{self.turn}")

    def advance(self, now: float, seconds: float, speed: float) -> float:
        """Go on for ``seconds`` of simulated time; returns the metres driven."""
        if self.stage in _DRIVES:
            return self._drive(now, seconds)
        waits = {
            Stage.LOADING: self.waits_s[0],
            Stage.UNLOADING: self.waits_s[1],
            Stage.UNLOADING_BACK: self.waits_s[1],
        }
        if self.stage in waits and now - self.since >= waits[self.stage] / speed:
            self.go_on(now)
        return 0.0

    def go_on(self, now: float) -> None:
        """The present stage is over."""
        stages = self._stages
        position = stages.index(self.stage) + 1
        self.stage = stages[position] if position < len(stages) else Stage.END
        self.since = now
        if self.stage in _DRIVES:
            self.along_m, self._motion = 0.0, None

    def turn_to(self, target: str, way: list[Point], now: float) -> None:
        """On to another plant with all that is on the truck."""
        for stage in (Stage.ARRIVE, Stage.ACCEPT):
            self.deeds.pop(stage.value, None)
        self.turn += 1
        self.target, self.haul, self.mishap = target, way, Mishap.NONE
        self.stage, self.since, self.along_m, self._motion = Stage.HAUL, now, 0.0, None

    def give_up(self, now: float) -> None:
        """The platform did not allow it: the truck goes on without a manifest."""
        self.stage, self.since = Stage.END, now

    def _drive(self, now: float, seconds: float) -> float:
        motion = self.motion
        if self._stands(now):
            motion.stop()
            return 0.0
        driven_m = motion.advance(seconds)
        self.along_m = motion.along_m
        if motion.arrived:
            self.go_on(now)
        return driven_m

    def _stands(self, now: float) -> bool:
        """A long stop on the way, once."""
        if self.stage is not Stage.HAUL or not self.stop_s:
            return False
        if not self.stopped_since and self.motion.along_m >= self.stop_at_m:
            self.stopped_since = now
        if self.stopped_since and now - self.stopped_since >= self.stop_s:
            self.stop_s = self.stopped_since = 0.0
        return bool(self.stopped_since)

    def saved(self) -> dict[str, Any]:
        """As JSON; ``restored`` makes the same trip of it."""
        raw = asdict(self)
        del raw["_motion"]
        return raw


def restored(raw: Mapping[str, Any]) -> Trip:
    """Raises ``TypeError``, ``KeyError`` or ``ValueError`` for what is no trip."""
    values = dict(raw)
    values["kind"], values["stage"] = Kind(raw["kind"]), Stage(raw["stage"])
    values["mishap"] = Mishap(raw["mishap"])
    values["waits_s"] = (float(raw["waits_s"][0]), float(raw["waits_s"][1]))
    for name in ("approach", "haul"):
        values[name] = [(float(x), float(y)) for x, y in raw[name]]
    return Trip(**values)


def first_stage(kind: Kind) -> Stage:
    return _STAGES[kind][0]


def mishap(random: Random, share: float) -> Mishap:
    """What goes wrong on a trip, mostly nothing; ``share`` of the trips have something."""
    if random.random() >= share:
        return Mishap.NONE
    return random.choice([one for one in Mishap if one is not Mishap.NONE])


def long_stop(random: Random, length_m: float) -> tuple[float, float]:
    """Where (metres along) and for how long (seconds) a truck stands."""
    return length_m * random.uniform(0.3, 0.7), random.uniform(*_LONG_STOP_S)
