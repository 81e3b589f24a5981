"""Phones' keys: one for each person on each phone, ECDSA P-256; the private half never leaves it.

Signatures of phones are raw ``r || s`` of 32 bytes each over SHA-256, as WebCrypto makes them
(W3C Web Cryptography API, ECDSA); keys come as SubjectPublicKeyInfo (RFC 5480), both in base64.
"""

import base64
import binascii
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wufei.hub.accounts.models import User
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.manifests.models import SigningKey
from wufei.hub.manifests.refusals_elsewhere import BadKey, KeyRevoked, TooManyKeys

SUBJECT = "manifests.key"
# A browser that clears its store makes a new key each time; more than these are no person's phones.
KEYS_MAX = 50
_SPKI_MAX, _HALF = 200, 32
_USED_EVERY = timedelta(minutes=1)


def register(id: UUID, *, name: str, public_key: str, by: Actor) -> SigningKey:
    """Take the public key of ``by``'s phone; the same id and key again returns the first one.

    Raises ``BadKey``, ``KeyRevoked`` (the phone then makes a new one), ``TooManyKeys`` and
    ``IdReused``.
    """
    _load(public_key)
    user = person(by)
    with transaction.atomic():
        key, made = SigningKey.objects.get_or_create(
            uuid=id,
            defaults={"user": user, "name": name.strip()[:80], "public_key": public_key},
        )
        if made:
            if own(by).count() > KEYS_MAX:
                raise TooManyKeys(most=KEYS_MAX)
            audit.record(by, "manifests:key:register", subject=f"{SUBJECT}:{key.uuid}")
    if (key.user_id, key.public_key) != (user.pk, public_key):
        raise IdReused(id=id)
    if key.revoked_at is not None:
        raise KeyRevoked()
    return key


def revoke(key: SigningKey, *, by: Actor) -> None:
    """From now on nothing of this phone is signed by itself; twice is the same as once."""
    with transaction.atomic():
        running = SigningKey.objects.filter(pk=key.pk, revoked_at=None)
        if running.update(revoked_at=timezone.now()):
            audit.record(by, "manifests:key:revoke", subject=f"{SUBJECT}:{key.uuid}")


def own(actor: Actor) -> "QuerySet[SigningKey]":
    """Keys of this person that are in use."""
    uuid = actor.id.removeprefix("person:")
    return SigningKey.objects.filter(user__uuid=uuid, revoked_at=None)


def person(actor: Actor) -> User:
    """The user that an actor is."""
    return User.objects.get(uuid=actor.id.removeprefix("person:"))


def used(key: SigningKey) -> None:
    """Note that the phone was here; not with every step, that would be a write for each."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_EVERY)
    SigningKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def holds(key: SigningKey, signature: str, text: str) -> bool:
    """Whether ``signature`` is this key's over the UTF-8 bytes of ``text``."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(half, "big") for half in (raw[:_HALF], raw[_HALF:]))
    try:
        der = encode_dss_signature(r, s)
        _load(key.public_key).verify(der, text.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _load(text: str) -> EllipticCurvePublicKey:
    try:
        loaded = load_der_public_key(base64.b64decode(text[:_SPKI_MAX], validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(field="public_key") from error
    if not isinstance(loaded, EllipticCurvePublicKey) or not isinstance(loaded.curve, SECP256R1):
        raise BadKey(field="public_key")
    return loaded
