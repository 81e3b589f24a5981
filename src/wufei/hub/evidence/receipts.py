"""Receipts 存证回执: what proves to anybody that a record is in the log, without Wufei.

A receipt is JSON::

    {"format": "wufei-receipt-1",
     "entry": "<the leaf's canonical text>",
     "disclosed": {"digest": {"salt": "<hex>", "value": "<canonical text>"}},
     "leaf": {"hash": "<hex>", "number": 123},
     "proof": {"size": 456, "path": ["<hex>", …], "root": "<hex>"},
     "root": {"note": "<text>", "signature": "<hex>", "public_key": "<hex>"}}

``number`` and ``proof`` are null until the record has its leaf, ``root`` until one was signed that
holds it.
"""

import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from wufei.hub.evidence import reading, store, tree
from wufei.hub.evidence.entries import SALT_BYTES, Entry, Kind, canonical, field_salt
from wufei.hub.evidence.models import Batch, Erased, Leaf, Root, Salt
from wufei.hub.evidence.refusals import Incomplete
from wufei.hub.ledger.models import Movement
from wufei.hub.manifests.models import Signature

FORMAT = "wufei-receipt-1"
# What a receipt discloses of the personal fields: the digest, which stands on the document too.
DISCLOSED = ("digest",)
_STANDING = """
    SELECT l.number, l.version, l.hash, s.salt, e.sealed
    FROM (SELECT %s::smallint AS kind, %s::bigint AS row) r
    LEFT JOIN evidence_leaf l ON l.kind = r.kind AND l.row = r.row
    LEFT JOIN evidence_salt s ON s.kind = r.kind AND s.row = r.row
    LEFT JOIN evidence_erased e ON e.kind = r.kind AND e.row = r.row"""
Record = Movement | Signature


def kind_of(record: Record) -> Kind:
    return Kind.MOVEMENT if isinstance(record, Movement) else Kind.SIGNATURE


def find_record(uuid: UUID) -> Record | None:
    """The movement or signature of this id."""
    return (
        Signature.objects.filter(uuid=uuid).select_related("manifest").first()
        or Movement.objects.filter(uuid=uuid).first()
    )


@dataclass(frozen=True)
class Receipt:
    """A record's place in the log, as far as it has one."""

    entry: Entry
    salt: bytes | None
    sealed: dict[str, str]
    leaf: Leaf | None
    root: Root | None

    @cached_property
    def text(self) -> str:
        return self.entry.encode(self.sealed).decode()

    @cached_property
    def hash(self) -> bytes:
        return tree.leaf_hash(self.text.encode())

    @property
    def hex(self) -> str:
        return self.hash.hex()

    @property
    def number(self) -> int | None:
        return self.leaf.number if self.leaf else None

    @property
    def sequenced_at(self) -> Any:
        if self.leaf is None:
            return None
        batch = Batch.objects.filter(pk__lte=self.leaf.number).order_by("-pk").first()
        return batch.sequenced_at if batch else None

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "entry": self.text,
            "disclosed": self._disclosed(),
            "leaf": {"hash": self.hash.hex(), "number": self.number},
            "proof": proof_json(self.leaf.number, self.root) if self.leaf else None,
            "root": root_json(self.root) if self.root else None,
        }

    def _disclosed(self) -> dict[str, Any]:
        if self.salt is None:
            return {}
        return {
            name: {
                "salt": field_salt(self.salt, name).hex(),
                "value": canonical(self.entry.personal[name]).decode(),
            }
            for name in DISCLOSED
        }


def known(record: Record) -> Receipt | None:
    """The receipt if somebody can have one already: nothing is drawn for whoever asks."""
    kind, row = kind_of(record), record.pk
    here = (model.objects.filter(kind=kind, row=row).exists() for model in (Salt, Erased))
    return receipt(record) if any(here) else None


def receipt(record: Record) -> Receipt:
    """The record's receipt; its leaf is known at once, its proof once it was sequenced."""
    kind = kind_of(record)
    entry = reading.entries(kind, [record.pk])[record.pk]
    leaf, salt, sealed = _standing(kind, record.pk)
    if sealed is None:
        salt = salt or _drawn(kind, record.pk, leaf)
        sealed = entry.sealed(salt)
    return Receipt(entry, salt, sealed, leaf, root_over(leaf.number) if leaf else None)


def _standing(kind: Kind, row: int) -> tuple[Leaf | None, bytes | None, dict[str, str] | None]:
    """The record's leaf, its salt, and what is left of it after erasing; in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [kind, row])
        number, version, hash_, salt, sealed = cursor.fetchone()
    leaf = None
    if number is not None:
        leaf = Leaf(number=number, kind=kind, row=row, version=version, hash=bytes(hash_))
    told = json.loads(sealed) if sealed is not None else None
    return leaf, bytes(salt) if salt is not None and told is None else None, told


def _drawn(kind: Kind, row: int, leaf: Leaf | None) -> bytes:
    """A salt for whoever comes before the sequencer; kept for it."""
    if leaf is not None:
        raise Incomplete(f"the salt of leaf {leaf.number}")
    fresh = {"salt": secrets.token_bytes(SALT_BYTES)}
    found, _made = Salt.objects.get_or_create(kind=kind, row=row, defaults=fresh)
    return bytes(found.salt)


def root_over(number: int) -> Root | None:
    """The first signed root that holds the leaf ``number``: closest to when it was recorded."""
    return Root.objects.filter(size__gt=number).order_by("size", "pk").select_related("key").first()


def proof_json(number: int, root: Root | None) -> dict[str, Any]:
    """Inclusion in the signed root, or in the log as it is now where none holds it yet."""
    size = root.size if root else store.size()
    whole = bytes(root.hash) if root else tree.root(size, store.fetch)
    path = tree.inclusion_proof(number, size, store.fetch)
    return {"size": size, "path": [one.hex() for one in path], "root": whole.hex()}


def root_json(root: Root) -> dict[str, Any]:
    return {
        "note": root.note,
        "signature": bytes(root.signature).hex(),
        "public_key": bytes(root.key.public).hex(),
    }
