"""Signed roots: what the whole log was at a moment, in 32 bytes and under a key.

What is signed is the *note*, a canonical JSON text::

    {"at":"…","day":"2026-11-23","hash":"<root>","key":"<code>","log":"<id>","size":123,"v":1}
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from wufei.hub.evidence import store, tree
from wufei.hub.evidence.entries import VERSION, canonical, moment
from wufei.hub.evidence.models import Batch, Delivery, Root
from wufei.hub.evidence.refusals import NothingToSign
from wufei.hub.evidence.services import keys

SHANGHAI = ZoneInfo("Asia/Shanghai")
# One signer at a time.
_LOCK = 0x726F6F74


def sign_now() -> Root:
    """Sign the log as it is; raises ``NothingToSign`` while it is empty."""
    size = store.size()
    if not size:
        raise NothingToSign()
    with transaction.atomic():
        return _sign(size, None)


def sign_due(now: datetime | None = None) -> list[Root]:
    """The roots of all days that are over and have none: usually that of yesterday, or nothing.

    A day missed is signed later, over the leaves that it ended with; ``at`` says when.
    """
    signed = []
    for day in _due(now or timezone.now()):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if not Root.objects.filter(day=day).exists():
                signed.append(_sign(_size_at_end(day), day))
    return signed


def note_of(size: int, root: bytes, *, at: datetime, day: date | None, key: str, log: str) -> str:
    """The text that is signed."""
    return canonical(
        {
            "at": moment(at),
            "day": day.isoformat() if day else None,
            "hash": root.hex(),
            "key": key,
            "log": log,
            "size": size,
            "v": VERSION,
        }
    ).decode()


def _sign(size: int, day: date | None) -> Root:
    signer, at = keys.signer(), timezone.now()
    root = tree.root(size, store.fetch)
    note = note_of(size, root, at=at, day=day, key=signer.key.code, log=keys.log_id())
    signed = Root.objects.create(
        size=size,
        hash=root,
        day=day,
        signed_at=at,
        note=note,
        key=signer.key,
        signature=signer.sign(note),
    )
    Delivery.objects.bulk_create(
        [Delivery(root=signed, witness=witness) for witness in dict.fromkeys(settings.WITNESSES)]
    )
    return signed


def _due(now: datetime) -> Iterator[date]:
    """Days that are over, from the log's first one on, and have no root."""
    first = Batch.objects.order_by("pk").first()
    if first is None:
        return
    today = now.astimezone(SHANGHAI).date()
    day = first.sequenced_at.astimezone(SHANGHAI).date()
    done = set(Root.objects.filter(day__gte=day).values_list("day", flat=True))
    while day < today:
        if day not in done:
            yield day
        day += timedelta(days=1)


def _size_at_end(day: date) -> int:
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    # From the newest on: only a day missed long ago looks far.
    last = Batch.objects.filter(sequenced_at__lt=end).order_by("-pk").first()
    assert last is not None, "a day that is due has leaves before its end"
    return last.first + last.count
