"""One step of the path, signed in memory: whether it may be, and what it changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import numbers, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step
from wufei.hub.manifests.models import Manifest, Status, StepCode
from wufei.hub.manifests.refusals import (
    AlreadySigned,
    Expired,
    FieldMissing,
    FieldNotAsked,
    FieldSealed,
    NoSuchStep,
    OutOfOrder,
    Overtaken,
    UnknownLine,
)
from wufei.hub.manifests.services import checks, exempting, reception, settlement
from wufei.hub.manifests.services.document import Document, due_at
from wufei.hub.manifests.services.given import Act
from wufei.hub.registry.services.book import require_open

_WEIGHTS = ("weighed_out", "weighed_in")


def apply(document: Document, act: Act) -> None:
    """Sign one step in memory."""
    manifest, form = document.manifest, document.form
    step = _step(form, act.step)
    checks.permit(manifest, step, document.by)
    if rules.next_step(form, manifest.status) is not step:
        raise late(manifest, form, step)
    weighed = _weights(document, act.values)
    _check(document, step, act.values, weighed)
    after = rules.STATUS_AFTER[step.code]
    if step.code == StepCode.ACCEPT:
        after = reception.receive(document, act.values)
    elif step.code == StepCode.CLOSE:
        settlement.check_nothing_stays(document)
    document.change(
        status=after,
        due_at=due_at(form, after, document.at),
        **{rules.TIME_OF[step.code]: document.at},
        **_fields(form, act.values),
    )
    if step.code == StepCode.LOAD:
        # What is sealed is written, whatever the carrier prepared meanwhile.
        document.changed |= {"vehicle", "driver"}
    if step.code == StepCode.ARRIVE and manifest.halted_at_site_id:
        # Whatever was not written down: the load is here.
        document.change(halted_at_site=None)
    if filled := set(manifest.left_open) & act.values.keys():
        document.change(left_open=sorted(set(manifest.left_open) - filled))
    for name, masses_of in weighed.items():
        document.weighed[name] = masses_of
        document.weigh(f"{name}_g", masses_of)
    document.sign(step, act)


def _step(form: ManifestTemplate, code: str) -> Step:
    try:
        return form.step(code)
    except KeyError:
        steps = ", ".join(step.code for step in form.steps)
        raise NoSuchStep(step=code[:20], steps=steps, field="step") from None


def late(manifest: Manifest, form: ManifestTemplate, step: Step) -> Refusal:
    """Why ``step`` cannot be signed in the status that the manifest has."""
    name = checks.step_name(step.code)
    if rules.is_signed(form, manifest.status, step.code):
        at = getattr(manifest, rules.TIME_OF[step.code]) or manifest.changed_at
        return AlreadySigned(step=name, manifest=str(manifest), at=minute(at))
    if manifest.status == Status.EXPIRED:
        return expired(manifest)
    following = rules.next_step(form, manifest.status)
    if following is None:
        return Overtaken(manifest=str(manifest), status=manifest.get_status_display())
    missing = checks.step_name(following.code)
    return OutOfOrder(manifest=str(manifest), step=name, missing=missing, field="step")


def expired(manifest: Manifest) -> Expired:
    return Expired(manifest=str(manifest), at=minute(manifest.expires_at))


def minute(at: datetime | None) -> str:
    assert at is not None, "what has happened has a time"
    return f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}"


# What was given.
def _weights(document: Document, values: Mapping[str, Any]) -> dict[str, dict[UUID, Mass]]:
    """Weights by line for each field that has some; raises ``UnknownLine`` unless all fit."""
    lines, found = document.lines, {}
    for name in _WEIGHTS:
        given = values.get(name)
        if given is None or given == {}:
            continue
        by_line = {lines[0].uuid: given} if isinstance(given, Mass) else dict(given)
        if set(by_line) != {line.uuid for line in lines}:
            names = ", ".join(str(line.uuid) for line in lines)
            raise UnknownLine(manifest=str(document.manifest), lines=names, field=name)
        assert all(isinstance(one, Mass) for one in by_line.values()), "weights are masses"
        found[name] = by_line
    return found


def _fields(form: ManifestTemplate, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the manifest that the values fill in."""
    names = ("vehicle", "driver", "route", "note", "difference_reason", "refusal_reason")
    found = {name: values[name] for name in names if values.get(name)}
    if number := values.get("authority_no"):
        found["authority_no"] = numbers.authority_no(form, number)
    return found


def _check(
    document: Document,
    step: Step,
    values: Mapping[str, Any],
    weighed: Mapping[str, Mapping[UUID, Mass]],
) -> None:
    manifest, form = document.manifest, document.form
    checks.at_time(document.at, step.code, document.latest)
    late = manifest.expires_at is not None and document.at > manifest.expires_at
    if step.code == StepCode.LOAD and late:
        # Whether or not the clock has been looked at since.
        raise expired(manifest)
    if step.code == StepCode.LOAD:
        day = checks.day_of(document.at)
        document.findings += exempting.hold(manifest, document.lines, document.signing, day)
    _check_fields(document, step, values)
    _check_parties(manifest, step, values, document)
    for name, masses_of in weighed.items():
        checks.light_enough(form, sum(mass.grams for mass in masses_of.values()), name)
        for line in document.lines:
            checks.same_unit(line.known_g, masses_of[line.uuid].grams, name)


def _check_parties(
    manifest: Manifest, step: Step, values: Mapping[str, Any], document: Document
) -> None:
    """Who sets out is open then; a closed organisation may finish what is on the road."""
    day = checks.day_of(document.at)
    vehicle, driver = values.get("vehicle"), values.get("driver")
    if step.code == StepCode.LOAD:
        require_open(manifest.consignor, day)
        require_open(manifest.carrier, day)
        vehicle = vehicle or manifest.vehicle
        driver = driver or manifest.driver
    if vehicle:
        checks.vehicle_of(manifest.carrier, vehicle, day)
    if driver:
        checks.driver_of(manifest.carrier, driver, day)


def _check_fields(document: Document, step: Step, values: Mapping[str, Any]) -> None:
    manifest, name = document.manifest, checks.step_name(step.code)
    sealed = rules.sealed_in(document.form, manifest.status)
    filled = {field for field, value in values.items() if value not in (None, "", {}, [], ())}
    for field in sorted(filled):
        label = rules.FIELDS[field].label if field in rules.FIELDS else field
        if field in sealed:
            raise FieldSealed(label=label, manifest=str(manifest), field=field)
        if field not in step.needs | step.may:
            raise FieldNotAsked(step=name, label=label, field=field)
    needed = set(step.needs)
    agree = settlement.within_tolerance(document.form, document.lines)
    if step.code == StepCode.ACCEPT and not agree:
        needed.add("difference_reason")
    for field in sorted(needed - filled - set(manifest.left_open)):
        # Something filled in earlier need not be said again.
        if not getattr(manifest, field, None):
            raise FieldMissing(step=name, label=rules.FIELDS[field].label, field=field)
