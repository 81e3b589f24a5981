"""A text message, done: the same services as by page, for who has neither page nor network."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.datastructures import MultiValueDict

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.manifests import queries, reading, services
from wufei.hub.manifests.forms.queued import form_of
from wufei.hub.manifests.forms.scans import SITE, ArrivalForm, GateForm, gate_sites
from wufei.hub.manifests.models import MOVING, OPEN, Manifest, Mode, Signature, StepCode
from wufei.hub.manifests.refusals_elsewhere import LoadNotFound
from wufei.hub.manifests.services import checks, sms
from wufei.hub.manifests.services.given import part_of
from wufei.hub.manifests.services.sms import Signer, Told
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.validity import valid_on


def perform(message: str, told: Told, at: datetime, signer: Signer) -> Manifest:
    """Sign what a message says at ``at``; the same ``message`` again returns what it signed."""
    id, by = sms.key(message), signer.actor
    ids = [id, *(part_of(id, step) for step in (StepCode.ISSUE, StepCode.ARRIVE))]
    if made := Signature.objects.filter(uuid__in=ids, actor=by.id).first():
        return made.manifest
    work = _Work(message, told, at, signer)
    load = _load(told, by)
    if load is not None and _scanned_in(load, told):
        return work.arrive(load)
    if load is not None:
        return work.step(load)
    truck = _truck(told.load)
    if told.step == StepCode.LOAD and truck is not None and by.may(checks.ISSUE):
        return work.depart(truck)
    raise LoadNotFound(load=told.load)


def _load(told: Told, by: Actor) -> Manifest | None:
    """The one that is meant: by one of its numbers, or what its truck carries or waits for."""
    numbered = (
        Q(local_id__iexact=told.load)
        | Q(authority_no__iexact=told.load)
        | Q(provisional_no__iexact=told.load)
    )
    rows = reading.with_everything(queries.visible(by)).filter(status__in=OPEN)
    found = rows.filter(numbered).first()
    if found is None:
        states = MOVING if told.step == StepCode.ARRIVE else (*MOVING, "issued")
        driven = Q(vehicle__plate=tidy_plate(told.load), status__in=states)
        found = rows.filter(driven).order_by("-issued_at").first()
    load: Manifest | None = found
    return load


def _scanned_in(load: Manifest, told: Told) -> bool:
    scan = reading.template_of(load).scan(SITE)
    return told.step == StepCode.ARRIVE and scan is not None


def _truck(plate: str) -> Vehicle | None:
    rows = Vehicle.objects.select_related("carrier").filter(valid_on())
    return rows.filter(plate=tidy_plate(plate)).first()


class _Work:
    """One message and what it says, as the forms take it."""

    def __init__(self, message: str, told: Told, at: datetime, signer: Signer) -> None:
        self.told, self.signer, self.by = told, signer, signer.actor
        self.signing = {"signed_at": at, "mode": Mode.SMS}
        self.data = MultiValueDict(
            {
                "submission": [str(sms.key(message))],
                "value_0": [told.value],
                "unit_0": [told.unit],
                "device": ["sms"],
            }
        )

    def step(self, load: Manifest) -> Manifest:
        """One step on a manifest: its truck and driver are those that are known."""
        truck = _truck(self.told.plate) if self.told.plate else load.vehicle
        driver = self.signer.driver or load.driver
        for name, row in (("vehicle", truck), ("driver", driver)):
            if row is not None:
                self.data[name] = str(row.uuid)
        form = form_of(load, self.told.step, self.data, self.by)
        self._clean(form)
        form.apply(self.by)
        return load

    def arrive(self, load: Manifest) -> Manifest:
        form = ArrivalForm(self.data, manifest=load)
        self._clean(form)
        assert form.mass is not None
        said = form.said()
        return services.scan_in(load, form.mass, signing=form.signing(), by=self.by, **said)

    def depart(self, truck: Vehicle) -> Manifest:
        """As the last load from one's gate: the same class to the same destination."""
        gates = gate_sites(self.by)
        if not gates:
            raise LoadNotFound(load=self.told.load)
        blank = GateForm(truck=truck, site=gates[0])
        for name in ("waste", "consignee_site"):
            field: Any = blank.fields[name]
            self.data[name] = str(getattr(field.initial, field.to_field_name, field.initial) or "")
        form = GateForm(self.data, truck=truck, site=gates[0])
        self._clean(form)
        assert form.mass is not None
        id = part_of(form.id, "manifest")
        return services.scan_out(
            truck, form.new(), form.mass, id=id, signing=form.signing(), by=self.by
        )

    def _clean(self, form: Any) -> None:
        form.told = self.signing
        for name, texts in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            raise Invalid(f"{label}: {texts[0]}" if label else str(texts[0]), field=name)
