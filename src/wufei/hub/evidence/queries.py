"""Reads of the log for its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Q

from wufei.hub.base.actor import Actor
from wufei.hub.evidence import store
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.models import Batch, Delivery, Leaf, Pending, Root
from wufei.hub.evidence.receipts import Record
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.scope import seen_by

RECEIPT, LOG = "evidence.receipt.view", "evidence.log.view"
_BATCHES = 100


@dataclass(frozen=True)
class Place:
    """Where a record is in the log: both None while it waits."""

    record: Record
    leaf: Leaf | None
    root: Root | None


@dataclass(frozen=True)
class Witness:
    """What one witness has got."""

    address: str
    last_sent: datetime | None
    waiting: int
    problem: str


@dataclass(frozen=True)
class State:
    """The log as those see it who look after it; ``lag_s`` are seconds from record to leaf."""

    size: int
    waiting: int
    oldest: datetime | None
    lag_s: float | None
    lag_max_s: float | None
    sequenced_at: datetime | None
    root: Root | None
    witnesses: Sequence[Witness]


def visible_record(actor: Actor, uuid: UUID) -> Record | None:
    """The signature or movement of this id, if the actor may see it."""
    manifests = Manifest.objects.filter(seen_by(actor, RECEIPT))
    signature = Signature.objects.filter(uuid=uuid, manifest__in=manifests)
    movement = Movement.objects.filter(movements_of(reach(actor, RECEIPT)), uuid=uuid)
    return signature.select_related("manifest").first() or movement.first()


def places(kind: Kind, records: Sequence[Record]) -> list[Place]:
    """Where each of them is, in three queries for all."""
    rows = Leaf.objects.filter(kind=kind, row__in=[record.pk for record in records])
    leaves = {leaf.row: leaf for leaf in rows}
    first = min((leaf.number for leaf in leaves.values()), default=0)
    roots = list(Root.objects.filter(size__gt=first).order_by("size", "pk")[:500]) if leaves else []
    return [_place(record, leaves, roots) for record in records]


def _place(record: Record, leaves: Mapping[int, Leaf], roots: Sequence[Root]) -> Place:
    leaf = leaves.get(record.pk)
    root = next((one for one in roots if leaf and one.size > leaf.number), None)
    return Place(record, leaf, root)


def state() -> State:
    batches = list(Batch.objects.order_by("-pk")[:_BATCHES])
    lags = [_seconds(one.sequenced_at - one.queued_at) for one in batches]
    waiting = Pending.objects.order_by("pk")
    oldest = waiting.first()
    return State(
        size=store.size(),
        waiting=sum(len(rows) for rows in waiting.values_list("rows", flat=True)[:1000]),
        oldest=oldest.queued_at if oldest else None,
        lag_s=lags[0] if lags else None,
        lag_max_s=max(lags, default=None),
        sequenced_at=batches[0].sequenced_at if batches else None,
        root=latest_root(),
        witnesses=_witnesses(),
    )


def latest_root() -> Root | None:
    return Root.objects.select_related("key").last()


def roots(limit: int) -> list[Root]:
    """The latest signed roots, the newest first."""
    return list(Root.objects.select_related("key").order_by("-pk")[:limit])


def _seconds(lag: timedelta) -> float:
    return max(0.0, lag.total_seconds())


def _witnesses() -> list[Witness]:
    """Those of the settings, and former ones to whom something still has to go."""
    open_ = Q(sent_at=None)
    found = {
        row["witness"]: row
        for row in Delivery.objects.order_by()
        .values("witness")
        .annotate(last_sent=Max("sent_at"), waiting=Count("pk", filter=open_))
    }
    problems = dict(
        Delivery.objects.filter(open_).order_by("tried_at").values_list("witness", "problem")
    )
    names = dict.fromkeys([*settings.WITNESSES, *(n for n, row in found.items() if row["waiting"])])
    return [
        Witness(
            name,
            found[name]["last_sent"] if name in found else None,
            found[name]["waiting"] if name in found else 0,
            problems.get(name, ""),
        )
        for name in names
    ]
