"""The receiving site's one scan, and cancelling before anybody else has signed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings, numbers
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.models import Manifest, Status, StepCode
from wufei.hub.manifests.refusals import (
    AuthorityNoTaken,
    NoScan,
    NotCancellable,
    Overtaken,
    ReasonMissing,
)
from wufei.hub.manifests.services import allotting, authority, checks, reserving
from wufei.hub.manifests.services.document import refresh
from wufei.hub.manifests.services.given import Act, Signing, part_of
from wufei.hub.manifests.services.signing import sign_all

REASON_MAX = 200


def scan_in(
    manifest: Manifest,
    weighed_in: Mass,
    *,
    signing: Signing,
    difference_reason: str = "",
    accepted: Mass | None = None,
    refused: Sequence[UUID] = (),
    refusal_reason: str = "",
    by: Actor,
) -> Manifest:
    """Arrival and acceptance in one; closes where all is accepted and weights agree.

    Beyond the tolerance it needs a reason (``FieldMissing``) and stays accepted until the
    consignor settles it. ``accepted`` is less than what came, or ``refused`` names containers,
    where some is refused.
    """
    form = template(manifest.template)
    if form.scan("site") is None:
        raise NoScan(template=form.name)
    said = {
        "difference_reason": difference_reason.strip(),
        "accepted": accepted,
        "refused": list(refused),
        "refusal_reason": refusal_reason.strip(),
    }
    said = {name: value for name, value in said.items() if value not in (None, "", [])}
    acts = [
        Act(StepCode.ARRIVE, part_of(signing.id, "arrive"), {"weighed_in": weighed_in}),
        Act(StepCode.ACCEPT, part_of(signing.id, "accept"), said),
    ]
    sign_all(manifest, acts, signing, by)
    return manifest


def cancel(manifest: Manifest, *, reason: str, by: Actor) -> Manifest:
    """Withdraw a manifest that only its issuer has signed; frees what was booked.

    Cancelling twice is the same as once.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        now = Manifest.objects.get(pk=manifest.pk)
        checks.permit(now, template(now.template).step(StepCode.ISSUE), by)
        issued = Manifest.objects.filter(pk=now.pk, status=Status.ISSUED)
        at = timezone.now()
        changed = issued.update(
            status=Status.CANCELLED,
            cancelled_at=at,
            cancel_reason=reason[:REASON_MAX],
            due_at=None,
            changed_at=at,
        )
        if changed == 1:
            allotting.give_back(now)
            authority.void(now, reason)
            reserving.release(now, by)
            _record(by, "cancel", now, {"reason": reason[:REASON_MAX]})
        refresh(manifest, Manifest.objects.get(pk=now.pk))
    if manifest.status != Status.CANCELLED:
        raise NotCancellable(manifest=str(manifest))
    return manifest


def set_authority_no(manifest: Manifest, number: str, *, by: Actor) -> Manifest:
    """Fill in the number that the authority gave, at any time; change it until the closing.

    Raises ``BadAuthorityNo``, ``AuthorityNoTaken``, ``NumberStands``, and ``GivenHere`` where Wufei
    gives them.
    """
    now = Manifest.objects.get(pk=manifest.pk)
    form = template(now.template)
    checks.permit(now, form.step(StepCode.ISSUE), by)
    authority.check_given(now)
    kept = numbers.authority_no(form, number)
    if now.authority_no == kept:
        return manifest
    authority.check_fillable(now)
    rows = Manifest.objects.filter(pk=now.pk, authority_no=now.authority_no)
    try:
        with transaction.atomic():
            if rows.update(authority_no=kept, changed_at=timezone.now()) != 1:
                raise Overtaken(manifest=str(now), status=now.get_status_display())
            _record(by, "number", now, {"authority_no": kept or ""})
    except IntegrityError as error:
        raise AuthorityNoTaken(number=number, field="authority_no") from error
    refresh(manifest, Manifest.objects.get(pk=now.pk))
    return manifest


def _record(by: Actor, action: str, manifest: Manifest, values: Mapping[str, Any]) -> None:
    audit.record(
        by,
        f"manifests:manifest:{action}",
        subject=findings.subject(manifest),
        values={"number": manifest.local_id, **values},
    )
