"""Sign the steps of a manifest: status, signature, mass, finding and audit in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.base import rows
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import numbers, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step, template
from wufei.hub.manifests.models import Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import (
    AlreadySigned,
    AuthorityNoTaken,
    Expired,
    FieldMissing,
    FieldNotAsked,
    FieldSealed,
    Interleaved,
    NoSuchStep,
    OutOfOrder,
    Overtaken,
    UnknownLine,
)
from wufei.hub.manifests.services import (
    allotting,
    apportioning,
    checks,
    exempting,
    masses,
    reception,
    settlement,
    way,
)
from wufei.hub.manifests.services.document import (
    Document,
    due_at,
    fetch_parties,
    fetch_places,
    refresh,
)
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.reposting import weights_told
from wufei.hub.manifests.services.retries import earlier_of, signed_under
from wufei.hub.registry.services.book import require_open

_WEIGHTS = ("weighed_out", "weighed_in")
# How often a step that is still due looks again at what somebody else has signed beside it.
TRIES = 4


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
            step=checks.step_name(step), manifest=str(manifest), at=_minute(manifest.issued_at)
        )
    return sign_all(manifest, [Act(step, signing.id, values)], signing, by)[0]


def sign_all(
    manifest: Manifest, acts: Sequence[Act], signing: Signing, by: Actor
) -> list[Signature]:
    """Sign ``acts`` one after the other, all or none; closes the manifest where nothing is left."""
    for _try in range(TRIES - 1):
        try:
            return _sign_at_once(manifest, acts, signing, by)
        except Interleaved:
            # A revision was signed at the same moment, and this step is still due: look again.
            continue
    return _sign_at_once(manifest, acts, signing, by)


def _sign_at_once(
    manifest: Manifest, acts: Sequence[Act], signing: Signing, by: Actor
) -> list[Signature]:
    acts = apportioning.by_line(manifest, acts)
    try:
        with transaction.atomic():
            try:
                # The manifest before its signatures: whoever signs in between is then noticed by
                # the status, else the chain of digests would leave their signature out.
                now = Manifest.objects.get(pk=manifest.pk)
                signed = signed_under(manifest, acts)
                if earlier := earlier_of(manifest, acts, signing, by, signed):
                    return earlier
                document = read(now, signing, by, signed)
                return _sign_all(manifest, document, acts)
            except (AlreadySigned, Overtaken, OutOfOrder):
                # A twin of this very request may have won: then its result is ours.
                if earlier := earlier_of(manifest, acts, signing, by, signed_under(manifest, acts)):
                    return earlier
                raise
    except IntegrityError as error:
        if "manifests_manifest_authority_no" in str(error):
            number = next(a.values["authority_no"] for a in acts if "authority_no" in a.values)
            raise AuthorityNoTaken(number=number, field="authority_no") from error
        if "manifests_signature_uuid" in str(error):
            raise IdReused(id=signing.id) from error
        raise


def _sign_all(given: Manifest, document: Document, acts: Sequence[Act]) -> list[Signature]:
    manifest = document.manifest
    steps = {act.step for act in acts}
    if StepCode.LOAD in steps:
        fetch_parties(manifest)
    if steps & {StepCode.LOAD, StepCode.ACCEPT}:
        fetch_places(manifest)
    before, signed = manifest.status, manifest.signed
    for act in acts:
        _apply(document, act)
    signatures = [*document.signatures]
    settlement.close_if_settled(document)
    # The WHERE clause is the lock: only one signer finds the old state and count of signatures.
    waiting = Manifest.objects.filter(pk=manifest.pk, status=before, signed=signed)
    if waiting.update(**document.changes, changed_at=timezone.now()) != 1:
        now = Manifest.objects.get(pk=manifest.pk)
        if now.status == before:
            raise Interleaved(manifest=str(now), status=now.get_status_display())
        raise _late(now, document.form, document.form.step(acts[0].step))
    write_weights(document)
    _move(document, steps)
    document.write()
    refresh(given, manifest)
    return signatures


def read(manifest: Manifest, signing: Signing, by: Actor, signed: list[Signature]) -> Document:
    """The manifest with its lines; parties and places are fetched where a step looks at them.

    One query that joins them all takes longer to plan than all of these to run.
    """
    lines = list(
        manifest.lines.select_related("waste").defer("waste__official_text").order_by("position")
    )
    form = template(manifest.template)
    mine = [one for one in signed if one.manifest_id == manifest.pk]
    last = mine[-1].content_digest if mine else ""
    latest = max((one.signed_at for one in mine), default=None)
    told = weights_told((one for one in mine if one.turn == manifest.turn), "weighed_in")
    known: dict[str, Mapping[UUID, Mass]] = {"weighed_in": told} if told else {}
    return Document(manifest, form, lines, signing, by, last, latest, weighed=known)


def _apply(document: Document, act: Act) -> None:
    """Sign one step in memory."""
    manifest, form = document.manifest, document.form
    step = _step(form, act.step)
    checks.permit(manifest, step, document.by)
    if rules.next_step(form, manifest.status) is not step:
        raise _late(manifest, form, step)
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
        for name in ("vehicle", "driver"):
            document.changes.setdefault(name, getattr(manifest, name))
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


def _late(manifest: Manifest, form: ManifestTemplate, step: Step) -> Exception:
    """Why ``step`` cannot be signed in the status that the manifest has."""
    name = checks.step_name(step.code)
    if rules.is_signed(form, manifest.status, step.code):
        at = getattr(manifest, rules.TIME_OF[step.code]) or manifest.changed_at
        return AlreadySigned(step=name, manifest=str(manifest), at=_minute(at))
    if manifest.status == Status.EXPIRED:
        return expired(manifest)
    following = rules.next_step(form, manifest.status)
    if following is None:
        return Overtaken(manifest=str(manifest), status=manifest.get_status_display())
    missing = checks.step_name(following.code)
    return OutOfOrder(manifest=str(manifest), step=name, missing=missing, field="step")


def expired(manifest: Manifest) -> Expired:
    return Expired(manifest=str(manifest), at=_minute(manifest.expires_at))


def _minute(at: Any) -> str:
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


# What is written.
def write_weights(document: Document) -> None:
    if document.weights:
        rows.update(document.lines, document.weights)


def _move(document: Document, steps: set[str]) -> None:
    """Let the mass go where the steps take it: at most one of them moves any."""
    manifest, lines = document.manifest, document.lines
    document.findings += allotting.correct(manifest, lines, steps)
    if StepCode.LOAD in steps:
        way.take_leg(document)
    if StepCode.ARRIVE in steps:
        way.arrive(document)
    if StepCode.LOAD in steps:
        lots, weighed = document.lots, document.weighed["weighed_out"]
        settlement.hold_followed(manifest)
        masses.load(manifest, lines, lots, weighed, at=document.at, by=document.by, booked=True)
        settlement.close_followed(manifest, at=document.at, by=document.by)
    elif StepCode.ACCEPT in steps:
        masses.accept(
            manifest,
            lines,
            document.weighed,
            document.accepted_lots,
            at=document.at,
            by=document.by,
        )
