"""One-time links: a party without an account signs one step, once, until a day.

The token is told once and kept as a digest; it stands in no log, no audit row and no Referer.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from uuid_utils.compat import uuid7

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.manifests import findings, reading, rules
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.models import Invitation, Manifest, Signature
from wufei.hub.manifests.refusals import AlreadySigned
from wufei.hub.manifests.refusals_elsewhere import LinkGone
from wufei.hub.manifests.services import checks, outsiders

DAYS, DAYS_MAX = 7, 30


def invite(
    manifest: Manifest, step: str, *, recipient: str, days: int = DAYS, by: Actor
) -> tuple[str, Invitation]:
    """A link's token for whoever signs ``step``; an earlier link for the same step ends.

    Raises what ``outsiders.require`` raises, and ``AlreadySigned``.
    """
    assert 1 <= days <= DAYS_MAX, "the form offers a few days"
    due = reading.template_of(manifest).step(step)
    party = reading.party(manifest, due.by)
    outsiders.require(manifest, party, by=by)
    if rules.is_signed(reading.template_of(manifest), manifest.status, step):
        at = getattr(manifest, rules.TIME_OF[step]) or manifest.changed_at
        local = at.astimezone(rules.SHANGHAI)
        name = checks.step_name(step)
        raise AlreadySigned(step=name, manifest=str(manifest), at=f"{local:%Y-%m-%d %H:%M}")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        for old in open_of(manifest).filter(step=step):
            _end(old, by)
        invitation = Invitation.objects.create(
            uuid=uuid7(),
            manifest=manifest,
            step=step,
            organisation=party,
            token_hash=_digest(token),
            recipient=recipient.strip()[:120],
            actor=by.id,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _record(by, "make", invitation)
    return token, invitation


def possible_steps(manifest: Manifest) -> list[Step]:
    """Steps still to come that an outside party signs."""
    form = reading.template_of(manifest)
    left = [one for one in form.steps if not rules.is_signed(form, manifest.status, one.code)]
    if rules.next_step(form, manifest.status) is None:
        return []
    return [one for one in left if outsiders.is_outside(reading.party(manifest, one.by))]


def open_of(manifest: Manifest) -> "QuerySet[Invitation]":
    """Links of this manifest that still work."""
    return usable().filter(manifest=manifest).order_by("-made_at")


def usable() -> "QuerySet[Invitation]":
    return Invitation.objects.filter(
        used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    ).select_related("manifest", "organisation")


def find(token: str) -> Invitation:
    """The link of ``token``; raises ``LinkGone`` for one unknown, used, withdrawn or expired."""
    found = usable().filter(token_hash=_digest(token)).first()
    if found is None:
        raise LinkGone()
    return found


def signed_by(token: str, id: UUID | None) -> Signature | None:
    """The signature that this link has given under ``id``: the answer to it was lost."""
    used = Invitation.objects.filter(token_hash=_digest(token)).first()
    if used is None or id is None:
        return None
    made = Signature.objects.filter(uuid=id, actor=outsiders.guest(used).id)
    return made.select_related("manifest").first()


def redeem(invitation: Invitation, sign: Callable[[Actor], None]) -> None:
    """Sign with the link, once: ``sign`` gets who signs. Refused, the link still works."""
    with transaction.atomic():
        # The WHERE clause is the lock: of two who use it at once, one finds it unused.
        if usable().filter(pk=invitation.pk).update(used_at=timezone.now()) != 1:
            raise LinkGone()
        by = outsiders.guest(invitation)
        sign(by)
        _record(by, "use", invitation)


def revoke(invitation: Invitation, *, by: Actor) -> None:
    """End a link; twice is the same as once."""
    outsiders.require(invitation.manifest, invitation.organisation, by=by)
    with transaction.atomic():
        _end(invitation, by)


def _end(invitation: Invitation, by: Actor) -> None:
    rows = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    if rows.update(revoked_at=timezone.now()):
        _record(by, "revoke", invitation)


def _digest(token: str) -> str:
    # A random token cannot be guessed from a plain hash, as a password could.
    return hashlib.sha256(token.encode()).hexdigest()


def _record(by: Actor, action: str, invitation: Invitation) -> None:
    audit.record(
        by,
        f"manifests:invitation:{action}",
        subject=findings.subject(invitation.manifest),
        values={"invitation": str(invitation.uuid), "step": invitation.step},
    )
