"""Rows beside a manifest that say how it travels: legs of several carriers, and halts.

What is written here follows from a signature, under its lock and in its transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from wufei.hub.manifests.models import Halt, Leg, Manifest
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.given import NextCarrier


def write_legs(manifest: Manifest, further: Sequence[NextCarrier]) -> None:
    """A row for each carrier, the first one too; none where one carrier goes all the way."""
    if not further:
        return
    first = NextCarrier(manifest.carrier, manifest.vehicle, manifest.driver)
    Leg.objects.bulk_create(
        Leg(
            manifest=manifest,
            number=number,
            carrier=one.carrier,
            vehicle=one.vehicle,
            driver=one.driver,
        )
        for number, one in enumerate((first, *further), start=1)
    )


def take_leg(document: Document) -> None:
    """The carrier of the leg that the manifest is on now has the load."""
    manifest = document.manifest
    if manifest.leg_last > 1:
        Leg.objects.filter(manifest=manifest.pk, number=manifest.leg).update(
            vehicle=manifest.vehicle_id, driver=manifest.driver_id, taken_at=document.at
        )


def correct_leg(document: Document) -> None:
    """The leg that the manifest is on was driven with what the manifest says now."""
    manifest = document.manifest
    if manifest.leg_last > 1:
        Leg.objects.filter(manifest=manifest.pk, number=manifest.leg).update(
            vehicle=manifest.vehicle_id, driver=manifest.driver_id
        )


def arrive(document: Document) -> None:
    """Legs that nobody has taken over are dropped, and nothing is set down any more."""
    manifest = document.manifest
    if manifest.leg < manifest.leg_last:
        rest = Leg.objects.filter(manifest=manifest.pk, taken_at=None, dropped_at=None)
        rest.update(dropped_at=document.at)
    if "halted_at_site" in document.changed:
        end_halt(manifest, document.at)


def end_halt(manifest: Manifest, at: datetime) -> None:
    Halt.objects.filter(manifest=manifest.pk, until=None).update(until=at)
