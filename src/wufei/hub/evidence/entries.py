"""What stands in a leaf: the canonical, versioned encoding of a record. Pure: no database.

An entry is JSON with sorted keys, no spaces, UTF-8::

    {"content":{…},"id":"<uuid>","kind":"movement","personal":{"actor":"<hex>",…},"v":1}

``content`` stands in clear: texts, integers, null (decimals and times are texts). What may lead
to a person stands under ``personal`` as the SHA-256 of a salt and the value's own canonical JSON;
each field's salt is derived from the record's one salt, so that one field can be disclosed without
the others, and so that erasing the one salt makes all of them meaningless.

docs/guide/evidence.md describes this for those who check a receipt without Wufei.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

VERSION = 1
_encoder = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
SALT_BYTES = 16


class Kind(IntEnum):
    """Records that enter the log, with the numbers under which the database knows them."""

    MOVEMENT = 1
    SIGNATURE = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Entry:
    """A record as the log sees it. ``row`` is its key in its table; it does not enter the leaf."""

    kind: Kind
    row: int
    id: str
    content: Mapping[str, Any]
    personal: Mapping[str, Any]

    def sealed(self, salt: bytes) -> dict[str, str]:
        """The personal fields as salted hashes, lower-case hexadecimal."""
        return {
            name: field_hash(field_salt(salt, name), value) for name, value in self.personal.items()
        }

    def encode(self, sealed: Mapping[str, str]) -> bytes:
        """The bytes of the leaf."""
        return canonical(
            {
                "v": VERSION,
                "kind": self.kind.word,
                "id": self.id,
                "content": self.content,
                "personal": sealed,
            }
        )


def canonical(value: Any) -> bytes:
    """JSON with keys in the order of their code points, no spaces, nothing escaped needlessly."""
    return _encoder.encode(value).encode()


def field_salt(salt: bytes, name: str) -> bytes:
    """HMAC-SHA-256(salt, name): disclosing one field's salt says nothing of another's."""
    return hmac.digest(salt, name.encode(), "sha256")


def field_hash(salt: bytes, value: Any) -> str:
    """SHA-256(field's salt ‖ canonical value), lower-case hexadecimal."""
    return text_hash(salt, canonical(value))


def text_hash(salt: bytes, text: bytes) -> str:
    return hashlib.sha256(salt + text).hexdigest()


def moment(at: datetime) -> str:
    """A time in canonical content: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
