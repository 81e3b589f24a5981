"""Which vehicle carried a load from when until when: legs of several carriers, halts between."""

from dataclasses import dataclass, replace
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
    return _signed(manifest)


def _signed(manifest: Manifest) -> list[Carriage]:
    """As the signatures say it: who takes a load seals the vehicle that takes it.

    Who corrects a plate seals which one it has been since it was taken last.
    """
    rows = manifest.signatures.filter(step__in=[*_BEGIN, *_END, StepCode.REVISE])
    signed = list(rows.order_by("number"))
    vehicles = _vehicles(signed)
    found: list[Carriage] = []
    for one in signed:
        vehicle_id = vehicles.get(one.fields.get("vehicle") or "")
        if found and found[-1].end is None and one.step in _END:
            found[-1] = replace(found[-1], end=one.signed_at)
        if one.step in _BEGIN:
            before = found[-1].vehicle_id if found else 0
            found.append(Carriage(vehicle_id or before, one.signed_at))
        elif found and vehicle_id:
            found[-1] = replace(found[-1], vehicle_id=vehicle_id)
    return found


def _vehicles(signed: list[Signature]) -> dict[str, int]:
    uuids = {one.fields["vehicle"] for one in signed if one.fields.get("vehicle")}
    rows = Vehicle.objects.filter(uuid__in=uuids).values_list("uuid", "pk")
    return {str(uuid): pk for uuid, pk in rows}
