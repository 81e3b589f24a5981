"""Passes for inspectors: made by who carries the load, opened once, for a few minutes.

The token stands behind the # of the address in the code: no server and no log ever sees it there.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import NOBODY, Actor
from wufei.hub.labels.models import CheckPass
from wufei.hub.labels.refusals import NothingToCheck, PassEnded, PassTaken, TooManyPasses
from wufei.hub.manifests import queries
from wufei.hub.manifests.models import OPEN, Manifest

SHOW = "labels.check.show"
PASSES_HOUR_MAX = 30
_signer = signing.TimestampSigner(salt="wufei.labels.check")


def make_pass(manifest: Manifest, *, id: UUID, by: Actor) -> CheckPass:
    """A pass to look at this manifest; the actor has a part in it and it is still open.

    Safe to repeat with the same ``id``. Raises ``NothingToCheck`` or ``TooManyPasses``.
    """
    by.require(SHOW)
    assert queries.visible(by, SHOW).filter(pk=manifest.pk).exists()
    if manifest.status not in OPEN:
        raise NothingToCheck
    now = timezone.now()
    with transaction.atomic():
        if earlier := CheckPass.objects.filter(uuid=id, actor=by.id).first():
            return earlier
        lately = CheckPass.objects.filter(actor=by.id, made_at__gt=now - timedelta(hours=1))
        if lately.count() >= PASSES_HOUR_MAX:
            raise TooManyPasses(count=PASSES_HOUR_MAX)
        made = CheckPass.objects.create(
            uuid=id,
            manifest=manifest,
            actor=by.id,
            ends_at=now + timedelta(minutes=settings.CHECK_MINUTES),
        )
        audit.record(by, "labels:check:show", subject=_subject(made))
    return made


def token_of(found: CheckPass) -> str:
    """What the code holds: the pass's id, signed."""
    return _signer.sign(found.uuid.hex)


def open_token(token: str, opened_before: frozenset[str]) -> CheckPass:
    """The pass of this token, now this phone's; ``opened_before`` are ids that it has opened.

    Raises ``PassEnded`` for whatever is forged, unknown or past its time, ``PassTaken`` where
    another phone was first.
    """
    try:
        life = timedelta(minutes=settings.CHECK_MINUTES)
        uuid = UUID(_signer.unsign(token, max_age=life))
    except (signing.BadSignature, ValueError):
        raise PassEnded from None
    with transaction.atomic():
        found = _valid(uuid)
        # The WHERE clause is the lock: one phone only finds it unopened.
        fresh = CheckPass.objects.filter(pk=found.pk, opened_at__isnull=True)
        if fresh.update(opened_at=timezone.now()):
            audit.record(NOBODY, "labels:check:open", subject=_subject(found))
        elif str(uuid) not in opened_before:
            raise PassTaken
    return found


def open_pass(uuid: UUID, opened_before: frozenset[str]) -> CheckPass:
    """A pass that this phone has opened, while it lasts; raises ``PassEnded``."""
    if str(uuid) not in opened_before:
        raise PassEnded
    return _valid(uuid)


def _valid(uuid: UUID) -> CheckPass:
    found = (
        CheckPass.objects.filter(uuid=uuid, ends_at__gt=timezone.now())
        .select_related("manifest")
        .first()
    )
    if found is None:
        raise PassEnded
    return found


def _subject(found: CheckPass) -> str:
    return f"manifests.manifest:{found.manifest.uuid}"
