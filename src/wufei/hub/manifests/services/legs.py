"""Several carriers in order 分段承运: each later one takes over from the one before.

Custody moves with the load, container by container. Until it takes over, a carrier may still
change its vehicle and driver. Legs that nobody has taken over are dropped when the load arrives.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.manifests import findings
from wufei.hub.manifests.declarations import Party
from wufei.hub.manifests.models import Leg, Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import (
    FieldMissing,
    LegTaken,
    NoFurtherCarrier,
    OutOfOrder,
    Overtaken,
)
from wufei.hub.manifests.rules import FIELDS
from wufei.hub.manifests.services import checks, masses, way
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.document import Document, due_at, refresh
from wufei.hub.manifests.services.given import Signing
from wufei.hub.registry.models import Driver, Vehicle
from wufei.hub.registry.services.book import require_open

SEALS = frozenset({"carrier", "vehicle", "driver"})


def take_over(
    manifest: Manifest,
    *,
    signing: Signing,
    by: Actor,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
) -> Signature:
    """The next carrier takes the load from the one before; the latter's custody ends.

    ``vehicle`` and ``driver`` where they are not those that were named before. Raises
    ``OutOfOrder`` before the first carrier has loaded, ``NoFurtherCarrier`` after the last one,
    ``WrongParty`` for anybody but the next; ``Closed`` for a carrier that has closed meanwhile.
    """
    leg = next_leg(manifest)
    work = _TakingOver(leg, vehicle, driver)
    act = Beside(
        StepCode.TAKE_OVER,
        Party.CARRIER,
        leg.carrier_id if leg else manifest.carrier_id,
        # Issued too: who comes too early is told what has to be signed before.
        (Status.ISSUED, Status.LOADED),
        SEALS,
        {"vehicle": vehicle, "driver": driver},
        check=work.check,
        change=work.change,
        move=work.move,
    )
    return sign_beside(manifest, act, signing=signing, by=by)


def next_leg(manifest: Manifest) -> Leg | None:
    """The first leg that nobody has taken over; None where there is none left."""
    rows = Leg.objects.filter(manifest=manifest.pk, number__gt=1, taken_at=None, dropped_at=None)
    return rows.select_related("carrier", "vehicle", "driver").order_by("number").first()


@dataclass
class _TakingOver:
    leg: Leg | None
    vehicle: Vehicle | None
    driver: Driver | None
    before_id: int = 0

    def check(self, document: Document) -> None:
        manifest, leg = document.manifest, self.leg
        name = checks.step_name(StepCode.TAKE_OVER)
        if manifest.status == Status.ISSUED:
            missing = checks.step_name(StepCode.LOAD)
            raise OutOfOrder(manifest=str(manifest), step=name, missing=missing, field="step")
        if leg is None:
            raise NoFurtherCarrier(manifest=str(manifest))
        if leg.number != manifest.leg + 1:
            raise Overtaken(manifest=str(manifest), status=manifest.get_status_display())
        day = checks.day_of(document.at)
        require_open(leg.carrier, day)
        self.vehicle = self.vehicle or leg.vehicle
        self.driver = self.driver or leg.driver
        needs = document.form.step(StepCode.LOAD).needs | {"vehicle"}
        for field in ("vehicle", "driver"):
            if field in needs and not getattr(self, field):
                raise FieldMissing(step=name, label=FIELDS[field].label, field=field)
        _check_means(leg, self.vehicle, self.driver, day)

    def change(self, document: Document) -> None:
        leg = self.leg
        assert leg is not None, "was checked"
        self.before_id = document.manifest.carrier_id
        document.change(
            leg=leg.number,
            carrier=leg.carrier,
            vehicle=self.vehicle,
            driver=self.driver,
            halted_at_site=None,
            due_at=due_at(document.form, Status.LOADED, document.at),
        )

    def move(self, document: Document) -> None:
        manifest = document.manifest
        way.take_leg(document)
        way.end_halt(manifest, document.at)
        masses.hand_over(manifest, document.lines, self.before_id, at=document.at, by=document.by)


def prepare(
    manifest: Manifest,
    number: int,
    *,
    vehicle: Vehicle | None,
    driver: Driver | None,
    by: Actor,
) -> Manifest:
    """Say with which vehicle and driver leg ``number`` (from 1) will be driven, until it is.

    None clears what was said before. Raises ``LegTaken`` where that leg has been taken over.
    """
    with transaction.atomic():
        now = Manifest.objects.select_for_update(of=("self",)).get(pk=manifest.pk)
        leg = Leg.objects.select_related("carrier").filter(manifest=now, number=number).first()
        carrier = leg.carrier if leg else now.carrier
        if leg is None and number != 1:
            raise NoFurtherCarrier(manifest=str(now))
        checks.permit_for(carrier.pk, Party.CARRIER, StepCode.TAKE_OVER, now, by)
        if now.status not in (Status.ISSUED, Status.LOADED) or _is_taken(now, number):
            raise LegTaken(manifest=str(now), carrier=carrier.name)
        _check_means(leg or now, vehicle, driver, checks.day_of(timezone.now()))
        if leg:
            Leg.objects.filter(pk=leg.pk).update(vehicle=vehicle, driver=driver)
        changed: dict[str, Any] = {"changed_at": timezone.now()}
        if number == now.leg:
            changed |= {"vehicle": vehicle, "driver": driver}
        Manifest.objects.filter(pk=now.pk).update(**changed)
        _record(by, now, number, vehicle, driver)
        refresh(manifest, Manifest.objects.get(pk=now.pk))
    return manifest


def _is_taken(manifest: Manifest, number: int) -> bool:
    return manifest.status == Status.LOADED and number <= manifest.leg


def _check_means(
    leg: Leg | Manifest, vehicle: Vehicle | None, driver: Driver | None, day: Any
) -> None:
    if vehicle:
        checks.vehicle_of(leg.carrier, vehicle, day)
    if driver:
        checks.driver_of(leg.carrier, driver, day)


def _record(
    by: Actor, manifest: Manifest, leg: int, vehicle: Vehicle | None, driver: Driver | None
) -> None:
    values = {
        "number": manifest.local_id,
        "leg": leg,
        "vehicle": vehicle.plate if vehicle else "",
        "driver": str(driver.uuid) if driver else "",
    }
    audit.record(
        by, "manifests:manifest:prepare", subject=findings.subject(manifest), values=values
    )
