"""Steps that were signed without network and are sent later, each on its own.

What a phone sends is ``payload`` (canonical JSON: sorted keys, no spaces) and its ``signature``
by the key of that person on that phone. A step that cannot be signed any more is kept as a
conflict for a person; nothing that was signed is dropped.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, IdReused, as_refusal
from wufei.hub.base.notices.services import notify
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.models import Manifest, QueuedStep, Signature, SigningKey, StepCode
from wufei.hub.manifests.refusals_elsewhere import (
    BadEntry,
    BadSignature,
    BeforeTheKey,
    ContentChanged,
    ForeignStep,
    KeyRevoked,
    UnknownKey,
)
from wufei.hub.manifests.scope import seen_by
from wufei.hub.manifests.services import keys
from wufei.hub.manifests.services.checks import VIEW
from wufei.hub.manifests.services.given import part_of
from wufei.hub.manifests.shown import shown

VERSION = 1
# Two scans have no step of their own: issue and loading at the gate, arrival to closing at a site.
OUT, IN = "out", "in"
PAYLOAD_MAX, FIELDS_MAX, VALUE_MAX = 16_000, 200, 1_000
# A phone whose clock differs by more than this has its clock wrong on purpose, or its year.
OFFSET_MAX = timedelta(days=366 * 30)


@dataclass(frozen=True)
class Entry:
    """One step as a phone kept it.

    ``fields`` are the form's values by name. ``manifest`` is None for an arrival where only the
    truck was seen; for a departure it is the id that the phone chose. ``seen`` is the digest of
    what the page showed (``shown``), "" where it showed none; ``after`` the step that the same
    phone kept before on that page.
    ``device_time`` is the phone's clock, ``offset_ms`` how much ours was ahead of it when they
    last met (None: never). ``looked``: a person has compared it with what stands there now.
    """

    id: UUID
    act: str
    key: UUID
    user: str
    manifest: UUID | None
    vehicle: UUID | None
    site: UUID | None
    seen: str
    after: UUID | None
    device_time: datetime
    offset_ms: int | None
    fields: Mapping[str, Sequence[str]]
    provisional_no: str
    payload: str
    signature: str
    looked: bool = False

    @property
    def signed_at(self) -> datetime:
        """When it was signed by our clock, as far as the phone knew it."""
        return self.device_time + timedelta(milliseconds=self.offset_ms or 0)


Perform = Callable[[Entry, Actor], Manifest]


def take(raw: Any, perform: Perform, *, by: Actor) -> QueuedStep:
    """Sign what a phone kept, or keep it as a conflict; sent again it is the same row.

    ``perform`` does the act and returns its manifest. Raises ``BadEntry``, ``UnknownKey``,
    ``ForeignStep`` and ``IdReused``: then the phone keeps the step.
    """
    entry = read(raw)
    if (known := _known(entry, by)) is not None:
        return known
    key = _key(entry, by)
    keys.used(key)
    try:
        _check(key, entry)
        with transaction.atomic():
            return _keep(entry, key, by, perform(entry, by))
    except REFUSED as error:
        if (manifest := signed_before(entry, by)) is not None:
            # Its answer was lost on the way: what was sent at once has been signed.
            return _keep(entry, key, by, manifest)
        return _keep(entry, key, by, None, error)


def read(raw: Any) -> Entry:
    """What a phone sent, parsed; raises ``BadEntry``."""
    try:
        payload, signature = raw["payload"], raw["signature"]
        if not (isinstance(payload, str) and isinstance(signature, str)):
            raise TypeError("no text")
        if len(payload) > PAYLOAD_MAX or len(signature) > 200:
            raise ValueError("too long")
        told = json.loads(payload)
        if canonical(told) != payload.encode():
            raise ValueError("not canonical")
        return _entry(told, payload, signature)
    except (
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        AttributeError,
        RecursionError,
    ) as error:
        raise BadEntry(problem=f"{type(error).__name__}: {error}"[:100]) from error


def canonical(told: Any) -> bytes:
    """JSON as phones sign it: sorted keys, no spaces, UTF-8."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _entry(told: Mapping[str, Any], payload: str, signature: str) -> Entry:
    if told["version"] != VERSION:
        raise ValueError("another version")
    fields, offset = told["fields"], told["offset_ms"]
    if not all(isinstance(values, list) for values in fields.values()):
        raise TypeError("no lists")
    texts = [text for values in fields.values() for text in values]
    texts += [*fields, *(told[name] for name in ("act", "user", "seen"))]
    if len(texts) > FIELDS_MAX or any(len(text + "") > VALUE_MAX for text in texts):
        raise ValueError("too much")
    if offset is not None and abs(timedelta(milliseconds=offset)) > OFFSET_MAX:
        raise ValueError("clock")
    at = datetime.fromisoformat(told["device_time"])
    return Entry(
        id=UUID(told["id"]),
        act=told["act"],
        key=UUID(told["key"]),
        user=told["user"],
        manifest=_uuid(told["manifest"]),
        vehicle=_uuid(told["vehicle"]),
        site=_uuid(told["site"]),
        seen=told["seen"],
        after=_uuid(told["after"]),
        device_time=at if at.tzinfo else at.replace(tzinfo=UTC),
        offset_ms=offset,
        fields=fields,
        provisional_no=told["provisional_no"][:40],
        payload=payload,
        signature=signature,
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _known(entry: Entry, by: Actor) -> QueuedStep | None:
    found = QueuedStep.objects.filter(uuid=entry.id).first()
    if found is not None and (found.payload, found.actor) != (entry.payload, by.id):
        raise IdReused(id=entry.id)
    return found


def _key(entry: Entry, by: Actor) -> SigningKey:
    """The key that signed it; a shared phone never sends one person's steps as another's."""
    if entry.user != by.id:
        raise ForeignStep()
    key = SigningKey.objects.select_related("user").filter(uuid=entry.key).first()
    if key is None:
        raise UnknownKey()
    if f"person:{key.user.uuid}" != by.id:
        raise ForeignStep()
    return key


def _check(key: SigningKey, entry: Entry) -> None:
    if not keys.holds(key, entry.signature, entry.payload):
        raise BadSignature()
    if key.revoked_at is not None:
        raise KeyRevoked()
    if entry.signed_at < key.made_at - rules.CLOCK_TOLERANCE:
        raise BeforeTheKey(at=minute(entry.signed_at), made=minute(key.made_at))


def minute(at: datetime) -> str:
    return f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}"


def check_seen(manifest: Manifest, entry: Entry) -> None:
    """Refuse what was signed over another content than the manifest's, but for one's own steps.

    Who signed two steps on one page without network saw, for the second, what the first had made
    of it. Raises ``ContentChanged``.
    """
    if entry.looked or entry.seen == shown(manifest):
        return
    last = manifest.signatures.order_by("-number").first()
    if entry.after and last and last.uuid in _ids(entry.after):
        before = QueuedStep.objects.filter(uuid=entry.after, key__uuid=entry.key)
        row = before.filter(outcome=QueuedStep.Outcome.SIGNED).first()
        if row is not None and json.loads(row.payload)["seen"] == entry.seen:
            return
    raise ContentChanged(manifest=str(manifest))


def _ids(id: UUID) -> set[UUID]:
    """Ids of the signatures that one act may have made."""
    return {id} | {part_of(id, step) for step in StepCode.values}


def signed_before(entry: Entry, by: Actor) -> Manifest | None:
    """The manifest on which this very act was signed by the same person, where it was."""
    made = Signature.objects.filter(uuid__in=_ids(entry.id), actor=by.id)
    found = made.select_related("manifest").first()
    return found.manifest if found else None


def _keep(
    entry: Entry,
    key: SigningKey,
    by: Actor,
    manifest: Manifest | None,
    error: Exception | None = None,
) -> QueuedStep:
    """The row of an entry, the first one where a twin was quicker."""
    known = manifest
    if known is None and entry.manifest is not None:
        # Of a manifest that is not theirs nobody learns more by naming it to us.
        seen = Manifest.objects.filter(seen_by(by, VIEW))
        known = seen.filter(uuid=entry.manifest).first()
    refusal = as_refusal(error) if error else None
    outcome = QueuedStep.Outcome.CONFLICT if refusal else QueuedStep.Outcome.SIGNED
    with transaction.atomic():
        row, made = QueuedStep.objects.get_or_create(
            uuid=entry.id,
            defaults={
                "key": key,
                "actor": by.id,
                "manifest": known,
                "manifest_uuid": known.uuid if known else entry.manifest,
                "vehicle_uuid": entry.vehicle,
                "site_uuid": entry.site,
                "provisional_no": entry.provisional_no,
                "act": entry.act[:20],
                "payload": entry.payload,
                "signature": entry.signature,
                "device_time": entry.device_time,
                "outcome": outcome,
                "refusal": refusal.code if refusal else "",
                "message": str(refusal)[:500] if refusal else "",
            },
        )
        if made:
            _record(by, row)
            if refusal:
                _tell(row)
    return row


def _tell(row: QueuedStep) -> None:
    """Let the signer know that their step waits for a decision."""
    notify(
        title=gettext_noop("A step that you signed without network needs a decision"),
        body="%(message)s",
        values={"message": row.message},
        link=reverse("manifests.conflict.detail", args=[row.uuid]),
        person=row.actor,
    )


def _record(by: Actor, row: QueuedStep) -> None:
    audit.record(
        by,
        f"manifests:queue:{row.outcome}",
        subject=findings.subject(row.manifest) if row.manifest else f"manifests.queue:{row.uuid}",
        values={"step": str(row.uuid), "act": row.act, "refusal": row.refusal},
    )
