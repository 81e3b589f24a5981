"""Emergencies 应急: a load leaves at once with fields left open, and is completed later."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.services import record_findings
from wufei.hub.manifests import rules, written
from wufei.hub.manifests.declarations import Party, template
from wufei.hub.manifests.models import OPEN, Manifest, Origin, Signature, StepCode
from wufei.hub.manifests.refusals import FieldMissing, FieldNotAsked, ReasonMissing
from wufei.hub.manifests.revisable import REVISABLE, Says
from wufei.hub.manifests.revision_refusals import NoEmergency, NothingOpen, NotLeftOpen
from wufei.hub.manifests.services import (
    checks,
    correcting,
    issuing,
    reposting,
    settlement,
    way,
)
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.correcting import Changes
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.given import NewManifest, Signing
from wufei.hub.manifests.services.issuing import Otherwise

SCANNED_MAX = 1_000


def issue_emergency(
    new: NewManifest,
    *,
    left_open: frozenset[str],
    reason: str,
    id: UUID,
    signing: Signing,
    by: Actor,
) -> Manifest:
    """Issue a load that has to leave at once; ``left_open`` is completed within the deadline.

    Nothing is reserved: what the book lacks is a shortfall when it is loaded. Raises
    ``NoEmergency``, ``NotLeftOpen``, ``ReasonMissing`` and what issuing raises.
    """
    form = issuing.template_for(new.lines, checks.day_of(signing.signed_at))
    if form.emergency_within is None:
        raise NoEmergency(template=form.name, field="left_open")
    for name in sorted(left_open - form.emergency_lacks):
        label = rules.FIELDS[name].label if name in rules.FIELDS else name
        raise NotLeftOpen(label=label, field="left_open")
    if not reason.strip():
        raise ReasonMissing(field="reason")
    open_now = frozenset(name for name in left_open if not new.field(name))
    other = Otherwise(Origin.EMERGENCY, reason.strip()[:300], open_now)
    return issuing.issue_otherwise(new, other, id=id, signing=signing, by=by)


def complete(
    manifest: Manifest, values: Mapping[str, Any], *, signing: Signing, by: Actor
) -> Signature:
    """Fill in what an emergency has left open, some of it or all; seals it.

    ``values`` as for a revision. Raises ``NothingOpen``, ``FieldNotAsked`` for what is not open,
    ``FieldMissing`` where nothing is said.
    """
    changes = Changes(_by_line(manifest, values))

    def check(document: Document) -> None:
        _check(document, changes)
        correcting.check(document, changes)

    def change(document: Document) -> None:
        left = sorted(set(document.manifest.left_open) - changes.names)
        document.change(left_open=left)
        correcting.put(document, changes)
        settlement.close_if_settled(document)

    def move(document: Document) -> None:
        since = correcting.moved_since(changes)
        if since is not None and document.manifest.accepted_at:
            why = checks.step_name(StepCode.COMPLETE)
            reposting.repost(document, since, why, str(signing.id))
        if "driver" in changes.names:
            way.correct_leg(document)
        manifest, form, names = document.manifest, document.form, sorted(changes.names)
        document.findings += written.emergency_late(manifest, form, document.at, names)

    act = Beside(
        StepCode.COMPLETE,
        Party.CONSIGNOR,
        manifest.consignor_id,
        OPEN,
        changes.names,
        changes.values,
        check=check,
        change=change,
        move=move,
    )
    return sign_beside(manifest, act, signing=signing, by=by)


def scan_emergencies(by: Actor) -> int:
    """Emergencies that are past their deadline, as findings; returns how many are new."""
    rows = Manifest.objects.filter(origin=Origin.EMERGENCY, status__in=OPEN).exclude(left_open=[])
    found = [
        finding
        for manifest in rows.order_by("issued_at")[:SCANNED_MAX]
        for finding in written.emergency_open(manifest, template(manifest.template))
    ]
    with transaction.atomic():
        return record_findings(found, by)


def _by_line(manifest: Manifest, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that were said, those of lines by line: one value stands for every line."""
    lines = list(manifest.lines.values_list("uuid", flat=True))
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "", {}):
            continue
        of_line = name in rules.FIELDS and rules.FIELDS[name].of_line
        whole = of_line and not isinstance(value, Mapping)
        found[name] = dict.fromkeys(lines, value) if whole else value
    return found


def _check(document: Document, changes: Changes) -> None:
    manifest, name = document.manifest, checks.step_name(StepCode.COMPLETE)
    if not manifest.left_open:
        raise NothingOpen(manifest=str(manifest))
    for field in sorted(changes.names - set(manifest.left_open)):
        label = rules.FIELDS[field].label if field in rules.FIELDS else field
        raise FieldNotAsked(step=name, label=label, field=field)
    if not changes.names:
        first = manifest.left_open[0]
        raise FieldMissing(step=name, label=rules.FIELDS[first].label, field=first)


def completable(names: frozenset[str]) -> bool:
    """Whether fields can be left open at all: what moves no mass and is no party."""
    return all(name in REVISABLE and REVISABLE[name].says is not Says.MASS for name in names)
