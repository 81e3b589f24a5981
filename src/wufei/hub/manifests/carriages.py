"""Which vehicle carried a load from when until when: legs of several carriers, halts between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wufei.hub.manifests.models import Manifest, Signature, StepCode
from wufei.hub.registry.models import Vehicle

# What is asked of each manifest; fetch it beforehand where there are many.
RELATED = ("halts",)
_BEGIN = (StepCode.LOAD, StepCode.TAKE_OVER, StepCode.PICK_UP, StepCode.REDIRECT)
_END = (StepCode.TAKE_OVER, StepCode.SET_DOWN, StepCode.ARRIVE)


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
    if manifest.leg == 1 and not manifest.halts.all():
        return [Carriage(manifest.vehicle_id, manifest.loaded_at, manifest.arrived_at)]
    return list(_signed(manifest))


def _signed(manifest: Manifest) -> Iterator[Carriage]:
    """As the signatures say it: who takes a load seals the vehicle that takes it."""
    rows = manifest.signatures.filter(step__in=[*_BEGIN, *_END])
    signed = list(rows.order_by("number"))
    vehicles = _vehicles(signed)
    vehicle_id, start = 0, None
    for one in signed:
        if start and one.step in _END:
            yield Carriage(vehicle_id, start, one.signed_at)
            start = None
        if one.step in _BEGIN:
            start = one.signed_at
            vehicle_id = vehicles.get(one.fields.get("vehicle") or "", vehicle_id)
    if start:
        yield Carriage(vehicle_id, start)


def _vehicles(signed: list[Signature]) -> dict[str, int]:
    uuids = {one.fields["vehicle"] for one in signed if one.fields.get("vehicle")}
    rows = Vehicle.objects.filter(uuid__in=uuids).values_list("uuid", "pk")
    return {str(uuid): pk for uuid, pk in rows}
