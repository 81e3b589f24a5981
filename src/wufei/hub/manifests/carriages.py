"""Which vehicle carried a load from when until when: legs of several carriers, halts between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wufei.hub.manifests.models import Manifest

# Relations that are asked for; fetch them beforehand where there are many manifests.
RELATED = ("legs", "halts")


@dataclass(frozen=True)
class Carriage:
    """A load on board of one vehicle; ``end`` is None while it is."""

    vehicle_id: int
    start: datetime
    end: datetime | None = None


def carriages(manifest: Manifest) -> list[Carriage]:
    """In order; empty before the load is on the road."""
    if manifest.loaded_at is None or manifest.vehicle_id is None:
        return []
    return [part for one in _legs(manifest) for part in _without_halts(manifest, one)]


def _legs(manifest: Manifest) -> Iterator[Carriage]:
    taken = []
    if manifest.leg_last > 1:
        taken = [
            (leg.vehicle_id, leg.taken_at)
            for leg in sorted(manifest.legs.all(), key=lambda leg: leg.number)
            if leg.taken_at and leg.vehicle_id
        ]
    if not taken and manifest.vehicle_id and manifest.loaded_at:
        taken = [(manifest.vehicle_id, manifest.loaded_at)]
    ends = [*(start for _vehicle, start in taken[1:]), manifest.arrived_at]
    for (vehicle_id, start), end in zip(taken, ends, strict=True):
        yield Carriage(vehicle_id, start, end)


def _without_halts(manifest: Manifest, whole: Carriage) -> Iterator[Carriage]:
    """The parts of a carriage between which the load was set down."""
    start = whole.start
    for halt in sorted(manifest.halts.all(), key=lambda halt: halt.since):
        if halt.since < start or (whole.end and halt.since >= whole.end):
            continue
        yield Carriage(whole.vehicle_id, start, halt.since)
        if halt.until is None or (whole.end and halt.until >= whole.end):
            return
        start = halt.until
    yield Carriage(whole.vehicle_id, start, whole.end)
