"""What a phone kept without network, done: the same forms and services as with network."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.manifests import queries, reading, services
from wufei.hub.manifests.forms.journeys import BESIDE, form_for
from wufei.hub.manifests.forms.scans import SITE, ArrivalForm, GateForm, gate_sites
from wufei.hub.manifests.forms.signing import SignedForm, StepForm, WeightFields
from wufei.hub.manifests.models import MOVING, PATH, Manifest, Mode, Origin
from wufei.hub.manifests.refusals import AlreadySigned, UnknownQr
from wufei.hub.manifests.refusals_elsewhere import NoLoadForTruck
from wufei.hub.manifests.services import checks
from wufei.hub.manifests.services.queue import IN, OUT, Entry, check_seen, minute
from wufei.hub.registry.models import Vehicle


def perform(entry: Entry, by: Actor) -> Manifest:
    """Do what ``entry`` says, at the time and in the words of the phone; raises refusals."""
    by.require(checks.SIGN)
    act = _ACTS.get(entry.act, _step)
    return act(entry, by)


class AnyArrivalForm(SignedForm, WeightFields):
    """What a site fills in when a truck comes whose load its phone does not know yet."""

    difference_reason = forms.CharField(
        label=_("Reason for the difference"), max_length=300, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_weight(0, _("Weight at arrival"))


def _data(entry: Entry) -> MultiValueDict[str, str]:
    said = {name: list(values) for name, values in entry.fields.items()}
    return MultiValueDict(said | {"submission": [str(entry.id)], "at": [""]})


def _told(entry: Entry) -> dict[str, Any]:
    return {"signed_at": entry.signed_at, "mode": Mode.QUEUE}


def _clean(form: forms.Form) -> None:
    """Raises the first thing that is wrong with what was filled in."""
    for field, texts in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        raise Invalid(f"{label}: {texts[0]}" if label else str(texts[0]), field=field)


def _visible(uuid: UUID | None, by: Actor) -> Manifest:
    found = reading.with_everything(queries.visible(by)).filter(uuid=uuid).first()
    if found is None:
        raise NotFound()
    manifest: Manifest = found
    return manifest


def _step(entry: Entry, by: Actor) -> Manifest:
    """One step of the path on a manifest's own page."""
    manifest = _visible(entry.manifest, by)
    _refuse_signed(manifest, entry.act)
    check_seen(manifest, entry)
    form = form_of(manifest, entry.act, _data(entry), by)
    form.told = _told(entry)
    _clean(form)
    form.apply(by)
    return manifest


def form_of(manifest: Manifest, act: str, data: MultiValueDict[str, str], by: Actor) -> StepForm:
    """The form of an act on or beside the path; ``NotFound`` for another."""
    template = reading.template_of(manifest)
    steps = {step.code: step for step in template.steps}
    if act in BESIDE:
        step = queries.beside(template, act)
    elif act in steps:
        step = steps[act]
    else:
        raise NotFound()
    return form_for(step)(data, manifest=manifest, step=step, actor=by)


def _refuse_signed(manifest: Manifest, step: str) -> None:
    """What somebody else signed meanwhile is told as that, not as changed content."""
    done = manifest.signatures.filter(step=step, turn=manifest.turn).first()
    if done is not None and step in PATH:
        at, name = minute(done.signed_at), checks.step_name(step)
        raise AlreadySigned(step=name, manifest=str(manifest), at=at)


def _out(entry: Entry, by: Actor) -> Manifest:
    """A truck left a gate: the manifest has the id and the provisional number of the phone."""
    truck = _truck(entry)
    gate = next((site for site in gate_sites(by) if site.uuid == entry.site), None)
    if gate is None or entry.manifest is None:
        raise NotFound()
    form = GateForm(_data(entry), truck=truck, site=gate)
    form.told = _told(entry)
    _clean(form)
    assert form.mass is not None
    manifest = services.scan_out(
        truck, form.new(), form.mass, id=entry.manifest, signing=form.signing(), by=by
    )
    written = {"provisional_no": entry.provisional_no, "origin": Origin.OFFLINE}
    Manifest.objects.filter(pk=manifest.pk).update(**written)
    return manifest


def _in(entry: Entry, by: Actor) -> Manifest:
    """A truck arrived: its load is the one that the page showed, or that was on the road then."""
    if entry.manifest is not None:
        load = _visible(entry.manifest, by)
        check_seen(load, entry)
    else:
        load = _load_of(_truck(entry), entry, by)
    form = ArrivalForm(_data(entry), manifest=load)
    form.told = _told(entry)
    _clean(form)
    assert form.mass is not None
    return services.scan_in(load, form.mass, signing=form.signing(), by=by, **form.said())


def _load_of(truck: Vehicle, entry: Entry, by: Actor) -> Manifest:
    rows = reading.with_everything(queries.visible(by)).filter(
        vehicle=truck, status__in=MOVING, loaded_at__lte=entry.signed_at
    )
    for load in rows.order_by("-loaded_at", "-pk"):
        if reading.template_of(load).scan(SITE) is not None:
            found: Manifest = load
            return found
    raise NoLoadForTruck(plate=truck.plate, at=minute(entry.signed_at))


def _truck(entry: Entry) -> Vehicle:
    rows = Vehicle.objects.select_related("carrier")
    found = rows.filter(uuid=entry.vehicle).first() if entry.vehicle else None
    if found is None:
        raise UnknownQr(field="vehicle")
    return found


_ACTS: Mapping[str, Callable[[Entry, Actor], Manifest]] = {OUT: _out, IN: _in}
