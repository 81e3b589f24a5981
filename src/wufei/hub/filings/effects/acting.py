"""By whose right an effect writes, and which version it was."""

from dataclasses import fields
from datetime import date
from uuid import UUID

from django.utils import timezone

from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.filings.declarations import Accepted
from wufei.hub.registry.validity import today


def by_right(by: Actor) -> Actor:
    """The same person, with the rights that an accepted form has."""
    # A request's actor is read when it is first asked for: what stands for it is no dataclass.
    values = {one.name: getattr(by, one.name) for one in fields(Actor)}
    return Actor(**values | {"kind": ActorKind.SYSTEM})


def cause_of(accepted: Accepted) -> str:
    """How the ledger names what a filing has moved; the same for all its versions."""
    return f"filing:{accepted.version.filing.uuid}"


def number_of(accepted: Accepted) -> str:
    """The number that other records quote: the authority's where there is one."""
    filing = accepted.version.filing
    return filing.authority_no or filing.number or str(filing.uuid)


def day_of(accepted: Accepted) -> date:
    """The day from which it holds: of the decision, or where none is asked for, of handing in."""
    version = accepted.version
    at = version.decided_at or version.submitted_at
    return timezone.localdate(at) if at else today()


def key_in(subject: str) -> UUID:
    """The uuid in ``"ledger.movement:<uuid>"``."""
    return UUID(subject.rpartition(":")[2])
