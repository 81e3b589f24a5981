"""Roots go to witnesses outside, by mail: whoever rewrote the log would have to rewrite theirs."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wufei.hub.evidence.models import Delivery, Root

_SOONEST, _LATEST = timedelta(minutes=10), timedelta(hours=6)
_ROOTS_MAX = 60
_HEAD = """\
无废 Wufei 存证日志：以下为已签名的日志根，请妥善保存。日后可用其核验日志未被改写。
Signed roots of the evidence log. Please keep this message: with it anybody can tell later that
the log has not been rewritten (docs/guide/evidence.md).
"""


def deliver(now: datetime | None = None) -> tuple[int, int]:
    """Mail what witnesses have not got; returns how many roots were sent and how many failed.

    One message a witness with all its roots. A failure is kept with its reason and tried again,
    less and less often.
    """
    now = now or timezone.now()
    sent = failed = 0
    for witness in _waiting(now):
        with transaction.atomic():
            rows = list(
                _open(now)
                .filter(witness=witness)
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("root__key")
                .order_by("root")[:_ROOTS_MAX]
            )
            problem = _send(witness, [row.root for row in rows]) if rows else ""
            for row in rows:
                row.tries, row.tried_at, row.problem = row.tries + 1, now, problem[:300]
                row.sent_at = None if problem else now
            Delivery.objects.bulk_update(rows, ["tries", "tried_at", "problem", "sent_at"])
        sent, failed = (sent, failed + len(rows)) if problem else (sent + len(rows), failed)
    return sent, failed


def _waiting(now: datetime) -> list[str]:
    """Whom something waits for that is to be tried now."""
    return sorted(set(_open(now).order_by().values_list("witness", flat=True)))


def _open(now: datetime) -> Any:
    waits = [_SOONEST * 2**tries for tries in range(6)]
    due = Q(tried_at=None) | Q(tried_at__lte=now - _LATEST)
    for tries, wait in enumerate(waits, start=1):
        due |= Q(tries=tries, tried_at__lte=now - min(wait, _LATEST))
    return Delivery.objects.filter(due, sent_at=None)


def _send(witness: str, roots: list[Root]) -> str:
    """ "" when the mail server took it, else what went wrong."""
    if not settings.MAIL:
        return "no mail server: set WUFEI_MAIL_URL"
    last = roots[-1]
    subject = f"Wufei evidence root {last.day or ''} size {last.size} {bytes(last.hash).hex()[:16]}"
    try:
        EmailMessage(" ".join(subject.split()), text_of(roots), to=[witness]).send()
    except Exception as error:  # whatever a mail server may do: told, kept and tried again
        return f"{type(error).__name__}: {error}"
    return ""


def text_of(roots: list[Root]) -> str:
    """What is mailed: each note as it was signed, with signature and public key."""
    parts = [
        f"{root.note}\nsignature {bytes(root.signature).hex()}\n"
        f"public key {bytes(root.key.public).hex()}\n"
        for root in roots
    ]
    return "\n".join([_HEAD, *parts])
