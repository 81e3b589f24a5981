"""Temporary storage on the way 中转暂存: a load is set down at a place, and picked up again.

The mass stays in the carrier's custody. How long it may stand is the template's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wufei.hub.base.actor import Actor, system
from wufei.hub.base.services import record_findings
from wufei.hub.manifests import findings
from wufei.hub.manifests.declarations import ManifestTemplate, Party, template
from wufei.hub.manifests.models import Halt, Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import (
    HaltAtDestination,
    NoHalts,
    NotSetDown,
    SetDownAlready,
)
from wufei.hub.manifests.services import checks, way
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.document import Document, deadline, due_at
from wufei.hub.manifests.services.given import Signing
from wufei.hub.registry.models import Driver, Site, Vehicle

# Who looks is nobody in particular: time has passed.
_CLOCK = system("clock")
CHECKED_MAX = 1_000
_DRIVEN = frozenset({"vehicle", "driver"})


def set_down(manifest: Manifest, site: Site, *, signing: Signing, by: Actor) -> Signature:
    """The carrier leaves the load at ``site`` for a while; until when, ``due_at`` says.

    Raises ``NoHalts`` where the template allows none, ``SetDownAlready``, ``HaltAtDestination``.
    """

    def check(document: Document) -> None:
        now = document.manifest
        if document.form.halt_within is None:
            raise NoHalts(template=document.form.name, field="site")
        if now.halted_at_site is not None:
            raise SetDownAlready(manifest=str(now), site=now.halted_at_site.name, field="site")
        if site.pk == now.consignee_site_id:
            raise HaltAtDestination(site=site.name, field="site")
        checks.open_site(site, checks.day_of(document.at), "site")

    def change(document: Document) -> None:
        due = deadline(document.form.halt_within, document.at)
        document.change(halted_at_site=site, due_at=due)

    def move(document: Document) -> None:
        Halt.objects.create(manifest=document.manifest, site=site, since=document.at)

    act = _act(manifest, StepCode.SET_DOWN, values={"site": site})
    act = replace(act, check=check, change=change, move=move)
    return sign_beside(manifest, act, signing=signing, by=by)


def pick_up(
    manifest: Manifest,
    *,
    signing: Signing,
    by: Actor,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
) -> Signature:
    """The carrier takes up what it set down, with the same vehicle and driver or with others.

    Raises ``NotSetDown``. Longer than allowed is a finding, no obstacle: the load has to go on.
    """
    work = _PickingUp(vehicle, driver)
    act = _act(manifest, StepCode.PICK_UP, values={"vehicle": vehicle, "driver": driver})
    act = replace(act, seals=_DRIVEN, check=work.check, change=work.change, move=work.move)
    return sign_beside(manifest, act, signing=signing, by=by)


def _act(manifest: Manifest, code: str, values: Mapping[str, Any]) -> Beside:
    """Signed by the carrier that has the load, while it is on the road."""
    carrier_id, states = manifest.carrier_id, (Status.LOADED,)
    return Beside(code, Party.CARRIER, carrier_id, states, values=values)


@dataclass
class _PickingUp:
    vehicle: Vehicle | None
    driver: Driver | None

    def check(self, document: Document) -> None:
        manifest, day = document.manifest, checks.day_of(document.at)
        if manifest.halted_at_site_id is None:
            raise NotSetDown(manifest=str(manifest))
        if self.vehicle:
            checks.vehicle_of(manifest.carrier, self.vehicle, day)
        if self.driver:
            checks.driver_of(manifest.carrier, self.driver, day)

    def change(self, document: Document) -> None:
        halt = Halt.objects.select_related("site").get(manifest=document.manifest, until=None)
        limit = deadline(document.form.halt_within, halt.since)
        if limit and document.at > limit:
            document.findings.append(findings.halt_too_long(document.manifest, halt, limit))
        document.change(
            vehicle=self.vehicle or document.manifest.vehicle,
            driver=self.driver or document.manifest.driver,
            halted_at_site=None,
            due_at=due_at(document.form, Status.LOADED, document.at),
        )

    def move(self, document: Document) -> None:
        way.end_halt(document.manifest, document.at)


def report_too_long(now: datetime) -> int:
    """A finding for each load that stands on the way for longer than it may; how many are new."""
    rows = Halt.objects.filter(until=None, manifest__due_at__lt=now).order_by("since")
    found = []
    for halt in rows.select_related("manifest", "site")[:CHECKED_MAX]:
        limit = deadline(_form(halt).halt_within, halt.since)
        if limit and now > limit:
            found.append(findings.halt_too_long(halt.manifest, halt, limit))
    return record_findings(found, _CLOCK)


def _form(halt: Halt) -> ManifestTemplate:
    return template(halt.manifest.template)
