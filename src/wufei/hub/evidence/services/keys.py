"""The keys of the log: one private key signs, all public keys stay listed with their validity.

The private key is a PEM file, not in the database: whoever steals one does not have the other.
docs/guide/evidence.md says where it is kept, how it is backed up, and what to do when it is lost
or stolen.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils import timezone

from wufei.config import environment as env
from wufei.config.secrets import made_once
from wufei.hub.evidence.models import Key, KeyReason
from wufei.hub.evidence.refusals import KeyDiffers, KeyMissing, KeyNotOurs, KeyUnreadable

FILE = "evidence.pem"


@dataclass(frozen=True)
class Signer:
    """The key that signs now."""

    key: Key
    private: Ed25519PrivateKey

    def sign(self, note: str) -> bytes:
        return self.private.sign(note.encode())


@dataclass(frozen=True)
class Validity:
    """A key and when it was to be trusted; ``until`` is None for the current one."""

    key: Key
    until: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.key.since <= at and (self.until is None or at <= self.until)


def place() -> Path:
    """Where the private key is kept."""
    return Path(env.text("WUFEI_EVIDENCE_KEY") or env.home() / "secrets" / FILE).expanduser()


def signer() -> Signer:
    """The key that signs now; the first one is made at first use.

    Raises ``KeyMissing`` or ``KeyDiffers`` where the file is not that of the log's latest key: a
    new key must never slip in without somebody saying so.
    """
    current = Key.objects.order_by("pk").last()
    if current is None:
        made = _read() or _make()
        return Signer(_register(made, KeyReason.FIRST), made)
    private = _read(_next()) if _left_over(current) else _read()
    if private is None:
        raise KeyMissing(key=current.code, place=place())
    if code_of(public_of(private)) != current.code:
        raise KeyDiffers(key=current.code, place=place())
    if _left_over(current):
        _next().replace(place())
    return Signer(current, private)


def rotate(reason: KeyReason, *, trusted_until: datetime | None = None) -> Key:
    """Sign with a new key from now on; the old public key stays listed.

    Kept in ``WUFEI_HOME``: a new one is made, and the old private key is overwritten. Kept
    outside: the operator has put the new file there before. ``trusted_until``: since when the old
    key may have been in other hands.
    """
    assert reason is not KeyReason.FIRST, "the first key comes by itself"
    current = Key.objects.order_by("pk").last()
    private = _read()
    known = private and Key.objects.filter(code=code_of(public_of(private))).exists()
    if private is not None and not known:
        return _register(private, reason, trusted_until)
    if env.text("WUFEI_EVIDENCE_KEY"):
        raise KeyNotOurs(place=place())
    # Killed in between, the file beside it is found and taken (``signer``).
    _next().unlink(missing_ok=True)
    _write(_next(), _pem(private := Ed25519PrivateKey.generate()))
    key = _register(private, reason if current else KeyReason.FIRST, trusted_until)
    _next().replace(place())
    return key


def validities() -> list[Validity]:
    """All keys, the oldest first, each until its successor began or it was stolen."""
    keys = list(Key.objects.order_by("pk"))
    closed = [Validity(one, after.trusted_until or after.since) for one, after in pairwise(keys)]
    return [*closed, *(Validity(one, None) for one in keys[-1:])]


def log_id() -> str:
    """Name of this log: the code of its first key; "" before anything was signed."""
    first = Key.objects.order_by("pk").first()
    return first.code if first else ""


def is_signed(public: bytes, note: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, note.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def trusted(code: str, at: datetime, known: Sequence[Validity]) -> bool:
    """Whether the key ``code`` was this log's at that time."""
    return any(one.key.code == code and one.covers(at) for one in known)


def code_of(public: bytes) -> str:
    """Short name of a key: the beginning of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_of(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)


def _register(
    private: Ed25519PrivateKey, reason: KeyReason, trusted_until: datetime | None = None
) -> Key:
    public = public_of(private)
    values = {
        "public": public,
        "since": timezone.now(),
        "reason": reason,
        "trusted_until": trusted_until,
    }
    with transaction.atomic():
        key, _made = Key.objects.get_or_create(code=code_of(public), defaults=values)
    return key


def _read(path: Path | None = None) -> Ed25519PrivateKey | None:
    path = path or place()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        private = form.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable(place=path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnreadable(place=path)
    return private


def _make() -> Ed25519PrivateKey:
    """The first key, made once by whichever process comes first."""
    if env.text("WUFEI_EVIDENCE_KEY"):
        raise KeyUnreadable(place=place())
    made_once(FILE, lambda: _pem(Ed25519PrivateKey.generate()))
    private = _read()
    assert private is not None, "it was just made"
    return private


def _pem(private: Ed25519PrivateKey) -> str:
    return private.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    ).decode()


def _next() -> Path:
    return place().with_name(f".{FILE}.next")


def _left_over(current: Key) -> bool:
    """Whether a rotation was cut off between the database and the file."""
    private = _read(_next())
    return private is not None and code_of(public_of(private)) == current.code


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
