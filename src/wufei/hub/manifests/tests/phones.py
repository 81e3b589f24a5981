"""A phone in the hand of a person in tests: it has a key and keeps steps as the browser's does."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.utils import timezone
from uuid_utils.compat import uuid7

KEYS, QUEUE = "/m/keys/", "/m/queue/"


@dataclass
class Phone:
    """``client`` is the signed-in browser; ``offset_ms`` what the phone believes of its clock."""

    client: Any
    offset_ms: int | None = 0
    id: str = field(default_factory=lambda: str(uuid7()))
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def user(self) -> str:
        return f"person:{self.client.user.uuid}"

    @property
    def public_key(self) -> str:
        public = self.secret.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(public).decode()

    def register(self, **more: Any) -> Any:
        said = {"id": self.id, "name": "phone", "public_key": self.public_key} | more
        return self.client.post(KEYS, said, content_type="application/json")

    def sign(self, payload: str) -> str:
        r, s = decode_dss_signature(self.secret.sign(payload.encode(), ec.ECDSA(hashes.SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def keep(self, act: str, *, ago_s: int = 30, at: datetime | None = None, **more: Any) -> Any:
        """One step as it stands in the phone's queue."""
        told: dict[str, Any] = {
            "version": 1,
            "id": str(uuid7()),
            "act": act,
            "key": self.id,
            "user": self.user,
            "manifest": "",
            "vehicle": "",
            "site": "",
            "seen": "",
            "after": "",
            "device_time": (at or timezone.now() - timedelta(seconds=ago_s)).isoformat(),
            "offset_ms": self.offset_ms,
            "fields": {},
            "provisional_no": "",
        } | {name: value for name, value in more.items() if value is not None}
        told["fields"] = {name: [value] for name, value in told["fields"].items()}
        payload = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return {"id": told["id"], "payload": payload, "signature": self.sign(payload)}

    def send(self, *entries: Any) -> list[Any]:
        answer = self.client.post(
            QUEUE, {"entries": list(entries)}, content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        results: list[Any] = answer.json()["results"]
        return results
