"""Sign the steps of a manifest: status, signature, mass, finding and audit in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.base.services import record_findings
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings, numbers, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step, template
from wufei.hub.manifests.measures import from_json
from wufei.hub.manifests.models import Line, Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import (
    AlreadySigned,
    AuthorityNoTaken,
    FieldMissing,
    FieldNotAsked,
    FieldSealed,
    NoSuchStep,
    OutOfOrder,
    Overtaken,
    UnknownLine,
)
from wufei.hub.manifests.services import checks, masses
from wufei.hub.manifests.services.given import Act, Signing, part_of
from wufei.hub.manifests.services.writing import (
    due_at,
    lots_of,
    read,
    record,
    refresh,
    values_json,
    write_masses,
    write_signature,
)
from wufei.hub.registry.services.book import require_open

_MASSES = ("weighed_out", "weighed_in")


def sign(
    manifest: Manifest, step: str, *, signing: Signing, values: Mapping[str, Any], by: Actor
) -> Signature:
    """Sign one step; returns its signature, or the first one where this is a retry.

    ``values`` by field name: ``vehicle``, ``driver`` and ``route`` as their rows, ``weighed_out``
    and ``weighed_in`` as ``{line.uuid: Mass}`` (a plain ``Mass`` where there is one line), texts.
    Raises a refusal of ``manifests.refusals``, the ledger's or the register's; nothing is written
    then.
    """
    if step == StepCode.ISSUE:
        raise AlreadySigned(
            step=checks.step_name(step), manifest=str(manifest), at=_at(manifest.issued_at)
        )
    return sign_all(manifest, [Act(step, signing.id, values)], signing, by)[0]


def sign_all(
    manifest: Manifest, acts: Sequence[Act], signing: Signing, by: Actor, *, reason: str = ""
) -> list[Signature]:
    """Sign ``acts`` one after the other, all or none; closes the manifest where nothing is left.

    ``reason`` is why weights differ, for a closing that may follow at once.
    """
    try:
        with transaction.atomic():
            if earlier := _earlier(manifest, acts, signing, by):
                return earlier
            try:
                signed = [_sign(manifest, act, signing, by) for act in acts]
            except (AlreadySigned, Overtaken):
                # A twin of this very request may have won: then its result is ours.
                if earlier := _earlier(manifest, acts, signing, by):
                    return earlier
                raise
            _close_if_settled(manifest, signing, by, reason)
            return signed
    except IntegrityError as error:
        if "manifests_manifest_authority_no" in str(error):
            number = next(a.values["authority_no"] for a in acts if "authority_no" in a.values)
            raise AuthorityNoTaken(number=number, field="authority_no") from error
        if "manifests_signature_uuid" in str(error):
            raise IdReused(id=signing.id) from error
        raise


@dataclass(frozen=True)
class _Work:
    """One step being signed: what is known before, and what the values change."""

    manifest: Manifest
    template: ManifestTemplate
    step: Step
    lines: list[Line]
    masses: dict[str, dict[UUID, Mass]]


def _sign(given: Manifest, act: Act, signing: Signing, by: Actor) -> Signature:
    manifest = read(given.pk)
    form = template(manifest.template)
    step = _step(form, act.step)
    organisation = checks.permit(manifest, step, by)
    before = rules.status_before(form, step.code)
    if manifest.status != before:
        raise _late(manifest, form, step)
    lines = list(manifest.lines.select_related("waste").order_by("position"))
    work = _Work(manifest, form, step, lines, _masses(manifest, lines, act.values))
    _check(work, act.values, signing)
    changes = _changes(work, act.values, signing.signed_at)
    # The WHERE clause is the lock: only one signer can find the old status.
    waiting = Manifest.objects.filter(pk=manifest.pk, status=before)
    if waiting.update(**changes) != 1:
        raise _late(read(manifest.pk), form, step)
    for name, value in changes.items():
        setattr(manifest, name, value)
    lots = lots_of(lines)
    _move(work, lots, signing.signed_at, by)
    signature = write_signature(
        manifest, form, step, lines, lots, act, signing, by, organisation_id=organisation.pk
    )
    record_findings(findings.of_step(manifest, form, step.code, lines, lots), by)
    refresh(given, manifest)
    return signature


def _step(form: ManifestTemplate, code: str) -> Step:
    try:
        return form.step(code)
    except KeyError:
        steps = ", ".join(step.code for step in form.steps)
        raise NoSuchStep(step=code[:20], steps=steps, field="step") from None


def _late(manifest: Manifest, form: ManifestTemplate, step: Step) -> Exception:
    """Why ``step`` cannot be signed in the status that the manifest has."""
    name = checks.step_name(step.code)
    if rules.is_signed(form, manifest.status, step.code):
        at = getattr(manifest, rules.TIME_OF[step.code]) or manifest.changed_at
        return AlreadySigned(step=name, manifest=str(manifest), at=_at(at))
    following = rules.next_step(form, manifest.status)
    if following is None:
        return Overtaken(manifest=str(manifest), status=manifest.get_status_display())
    missing = checks.step_name(following.code)
    return OutOfOrder(manifest=str(manifest), step=name, missing=missing, field="step")


def _at(at: datetime) -> str:
    return f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}"


# What was given.
def _masses(
    manifest: Manifest, lines: Sequence[Line], values: Mapping[str, Any]
) -> dict[str, dict[UUID, Mass]]:
    """Weights by line for each field that has some; raises ``UnknownLine`` unless all fit."""
    found = {}
    for name in _MASSES:
        given = values.get(name)
        if given is None or given == {}:
            continue
        by_line = {lines[0].uuid: given} if isinstance(given, Mass) else dict(given)
        if set(by_line) != {line.uuid for line in lines}:
            names = ", ".join(str(line.uuid) for line in lines)
            raise UnknownLine(manifest=str(manifest), lines=names, field=name)
        assert all(isinstance(one, Mass) for one in by_line.values()), "weights are masses"
        found[name] = by_line
    return found


def _check(work: _Work, values: Mapping[str, Any], signing: Signing) -> None:
    manifest, step = work.manifest, work.step
    before = getattr(manifest, rules.TIME_OF[_code_before(work.template, step.code)])
    checks.at_time(signing.signed_at, step.code, before)
    _check_fields(work, values)
    day = checks.day_of(signing.signed_at)
    if step.code == StepCode.LOAD:
        require_open(manifest.consignor, day)
        require_open(manifest.carrier, day)
    if vehicle := values.get("vehicle") or (step.code == StepCode.LOAD and manifest.vehicle):
        checks.vehicle_of(manifest.carrier, vehicle, day)
    if driver := values.get("driver"):
        checks.driver_of(manifest.carrier, driver, day)
    _check_masses(work)


def _code_before(form: ManifestTemplate, step: str) -> str:
    codes = [one.code for one in form.steps]
    return codes[codes.index(step) - 1]


def _check_fields(work: _Work, values: Mapping[str, Any]) -> None:
    step, name = work.step, checks.step_name(work.step.code)
    sealed = rules.sealed_in(work.template, work.manifest.status)
    filled = {field for field, value in values.items() if value not in (None, "", {})}
    for field in sorted(filled):
        label = rules.FIELDS[field].label if field in rules.FIELDS else field
        if field in sealed:
            raise FieldSealed(label=label, manifest=str(work.manifest), field=field)
        if field not in step.needs | step.may:
            raise FieldNotAsked(step=name, label=label, field=field)
    needed = set(step.needs)
    if step.code == StepCode.CLOSE and not within_tolerance(work.template, work.lines):
        needed.add("difference_reason")
    for field in sorted(needed - filled):
        # Something filled in earlier need not be said again.
        if not getattr(work.manifest, field, None):
            raise FieldMissing(step=name, label=rules.FIELDS[field].label, field=field)


def _check_masses(work: _Work) -> None:
    for name, weighed in work.masses.items():
        checks.light_enough(work.template, sum(m.grams for m in weighed.values()), name)
        for line in work.lines:
            checks.same_unit(line.known_g, weighed[line.uuid].grams, name)


def within_tolerance(form: ManifestTemplate, lines: Sequence[Line]) -> bool:
    """Whether every line arrived with the weight it left with, as far as scales can tell."""
    return not any(
        line.weighed_out_g
        and line.weighed_in_g
        and rules.beyond_tolerance(line.weighed_out_g, line.weighed_in_g, form.tolerance_permille)
        for line in lines
    )


# What is written.
def _changes(work: _Work, values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Columns of the manifest after the step."""
    step = work.step
    after = rules.STATUS_AFTER[step.code]
    changes: dict[str, Any] = {
        "status": after,
        rules.TIME_OF[step.code]: at,
        "due_at": due_at(work.template, after, at),
        "changed_at": timezone.now(),
    }
    for field in ("vehicle", "driver", "route", "note", "difference_reason"):
        if values.get(field):
            changes[field] = values[field]
    if values.get("authority_no"):
        changes["authority_no"] = numbers.authority_no(work.template, values["authority_no"])
    return changes


def _move(work: _Work, lots: masses.Lots, at: datetime, by: Actor) -> None:
    """Fill the lines' weights and let the mass go where the step takes it."""
    manifest, lines = work.manifest, work.lines
    for name, weighed in work.masses.items():
        write_masses(lines, f"{name}_g", weighed)
    if work.step.code == StepCode.LOAD:
        weighed = work.masses["weighed_out"]
        masses.load(manifest, lines, lots, weighed, at=at, by=by, booked=True)
    elif work.step.code == StepCode.ACCEPT:
        weighed = _weighed_in(manifest)
        write_masses(lines, "accepted_g", weighed)
        masses.accept(manifest, lines, weighed, at=at, by=by)


def _weighed_in(manifest: Manifest) -> dict[UUID, Mass]:
    """What was weighed on arrival, with the unit it was given in."""
    arrived = manifest.signatures.get(step=StepCode.ARRIVE)
    return {UUID(line): from_json(told) for line, told in arrived.values["weighed_in"].items()}


# Closing by itself, and retries.
def _close_if_settled(manifest: Manifest, signing: Signing, by: Actor, reason: str) -> None:
    """After acceptance nothing is left to sign where weights agree, or the reason is told.

    Whoever accepts signs the closing too where it is theirs; where it is the consignor's, weights
    that agree close the manifest without a signature of theirs: the run ends when the consignee
    confirms (MEE order 23 of 2021).
    """
    if manifest.status != Status.ACCEPTED:
        return
    form = template(manifest.template)
    accept, close = form.step(StepCode.ACCEPT), form.step(StepCode.CLOSE)
    own = close.by is accept.by
    lines = list(manifest.lines.all())
    settled = within_tolerance(form, lines) or (own and bool(reason))
    if close.needs or not settled:
        return
    if own:
        act = Act(close.code, part_of(signing.id, close.code), {"difference_reason": reason})
        _sign(manifest, act, signing, by)
        return
    at = signing.signed_at
    closing = Manifest.objects.filter(pk=manifest.pk, status=Status.ACCEPTED)
    changed = closing.update(
        status=Status.CLOSED, closed_at=at, due_at=None, changed_at=timezone.now()
    )
    assert changed == 1, "the row is ours since it was accepted"
    record(by, "close", manifest, {"by_itself": True})
    refresh(manifest, read(manifest.pk))


def _earlier(
    manifest: Manifest, acts: Sequence[Act], signing: Signing, by: Actor
) -> list[Signature]:
    """Signatures given before under these ids; raises ``IdReused`` unless they say the same."""
    known = {one.uuid: one for one in Signature.objects.filter(uuid__in=[a.id for a in acts])}
    if not known:
        return []
    lines = list(manifest.lines.order_by("position"))
    for act in acts:
        one = known.get(act.id)
        same = (
            one is not None
            and one.manifest_id == manifest.pk
            and one.step == act.step
            and one.actor == by.id
            and one.signed_at == signing.signed_at
            and one.values == values_json(act.values, lines)
        )
        if not same:
            raise IdReused(id=act.id)
    refresh(manifest, read(manifest.pk))
    return [known[act.id] for act in acts]
