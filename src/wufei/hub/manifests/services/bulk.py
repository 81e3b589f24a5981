"""Many at once 批量签收: one person signs the same step of many manifests, or issues many.

The same code as one by one, with what it reads and writes gathered. Each manifest is judged alone:
a bad one is refused with its reason and the others are signed, none by half. A group that only
the ledger or a limit refuses is tried again in halves, until the bad ones are found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, Refusal, as_refusal
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.refusals import TooManyAtOnce
from wufei.hub.manifests.services import issuing, signing
from wufei.hub.manifests.services.given import Act, NewManifest, Signing

AT_ONCE_MAX = 300
# Locks are held for as long as one group takes.
GROUP = 100
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True)
class ToSign:
    """A manifest whose step is to be signed; ``signing.id`` is its own idempotency key."""

    manifest: Manifest
    signing: Signing
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToIssue:
    """A manifest to issue; ``id`` and ``signing.id`` as for ``issue``."""

    new: NewManifest
    id: UUID
    signing: Signing


def sign_many(step: str, asked: Sequence[ToSign], *, by: Actor) -> list[Signature | Refusal]:
    """Sign ``step`` of each: its signature, or why it is refused, in order.

    Sending the same again returns the first signatures. Raises ``TooManyAtOnce``.
    """

    def alone(one: ToSign) -> Signature:
        return signing.sign(one.manifest, step, signing=one.signing, values=one.values, by=by)

    def together(group: Sequence[ToSign]) -> list[Signature | Refusal]:
        works = [
            signing.Asked(one.manifest, [Act(step, one.signing.id, one.values)], one.signing)
            for one in group
        ]
        found = signing.sign_together(works, by)
        return [one if isinstance(one, Refusal) else one[0] for one in found]

    _few_enough(asked)
    return [one for group in _apart(asked) for one in _halves(group, together, alone)]


def issue_many(asked: Sequence[ToIssue], *, by: Actor) -> list[Manifest | Refusal]:
    """Issue each: its manifest, or why it is refused, in order; see ``sign_many``."""

    def alone(one: ToIssue) -> Manifest:
        return issuing.issue(one.new, id=one.id, signing=one.signing, by=by)

    def together(group: Sequence[ToIssue]) -> list[Manifest | Refusal]:
        works = [issuing.Issuing(one.new, one.id, one.signing, by) for one in group]
        return issuing.issue_together(works)

    _few_enough(asked)
    groups = _in_groups(asked, lambda one: one.id, lambda _one: False)
    return [one for group in groups for one in _halves(group, together, alone)]


def _few_enough(asked: Sequence[Any]) -> None:
    if len(asked) > AT_ONCE_MAX:
        raise TooManyAtOnce(count=len(asked), most=AT_ONCE_MAX)


def _apart(asked: Sequence[ToSign]) -> Iterator[list[ToSign]]:
    """One that follows another stands alone: loading it locks that other one out of order."""
    return _in_groups(asked, lambda one: one.manifest.pk, lambda one: bool(one.manifest.follows_id))


def _in_groups(
    asked: Sequence[A], key: Callable[[A], Any], alone: Callable[[A], bool]
) -> Iterator[list[A]]:
    """In order, in groups that name nothing twice."""
    group: dict[Any, A] = {}
    before = False
    for one in asked:
        now = alone(one)
        if group and (len(group) == GROUP or key(one) in group or now or before):
            yield [*group.values()]
            group = {}
        group[key(one)], before = one, now
    if group:
        yield [*group.values()]


def _halves(
    group: Sequence[A],
    together: Callable[[Sequence[A]], list[R | Refusal]],
    alone: Callable[[A], R],
) -> list[R | Refusal]:
    """All of a group in one transaction; if it is refused as a whole, each half by itself."""
    if len(group) == 1:
        try:
            return [alone(group[0])]
        except REFUSED as error:
            return [as_refusal(error)]
    try:
        with transaction.atomic():
            return together(group)
    except REFUSED:
        middle = len(group) // 2
        return [
            *_halves(group[:middle], together, alone),
            *_halves(group[middle:], together, alone),
        ]
