"""Text messages: an adapter for whichever gateway a place has. Plain default: none is sent.

Out: ``POST WUFEI_SMS_URL`` with JSON ``{"id", "to", "text"}``; in: see ``manifests.views.texts``.
Both are signed: header ``X-Wufei-Signature`` is the hexadecimal HMAC-SHA256, with
``WUFEI_SMS_SECRET``, of header ``X-Wufei-Timestamp`` (seconds since 1970), a dot and the body.
"""

import hashlib
import hmac
import json
import logging
import time
import urllib.request
from typing import Protocol

from django.conf import settings
from uuid_utils.compat import uuid7

AGE_S_MAX = 300
TIMEOUT_S = 5
TIMESTAMP, SIGNATURE = "X-Wufei-Timestamp", "X-Wufei-Signature"
logger = logging.getLogger(__name__)


class Sender(Protocol):
    """Sends one message to one telephone; failing is the gateway's affair and only logged."""

    def send(self, phone: str, text: str) -> None: ...


class Nowhere:
    """No gateway is set up."""

    def send(self, phone: str, text: str) -> None:
        return None


class HttpGateway:
    """A gateway that takes JSON over HTTP."""

    def send(self, phone: str, text: str) -> None:
        body = json.dumps({"id": str(uuid7()), "to": phone, "text": text}, ensure_ascii=False)
        stamp = str(int(time.time()))
        request = urllib.request.Request(  # noqa: S310 - the address is a setting
            settings.SMS_URL,
            data=body.encode(),
            headers={
                "Content-Type": "application/json",
                TIMESTAMP: stamp,
                SIGNATURE: signature(stamp, body.encode()),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                return
        except OSError as error:
            # The number is personal: only that it failed is said.
            logger.warning("a text message could not be sent: %s", error)


def sender() -> Sender:
    """The gateway that this place has."""
    return HttpGateway() if settings.SMS_URL else Nowhere()


def signature(stamp: str, body: bytes) -> str:
    """What stands in ``X-Wufei-Signature``."""
    return hmac.new(
        settings.SMS_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256
    ).hexdigest()


def is_genuine(stamp: str, given: str, body: bytes) -> bool:
    """Whether a message is the gateway's and not an old one played again."""
    if not settings.SMS_SECRET:
        return False
    try:
        age_s = abs(time.time() - int(stamp))
    except ValueError:
        return False
    return age_s <= AGE_S_MAX and hmac.compare_digest(signature(stamp, body), given)
