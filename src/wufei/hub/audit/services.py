"""The writes of the audit log."""

from collections.abc import Iterable, Mapping
from typing import Any

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.actor import Actor
from wufei.hub.base.prepared import Statement
from wufei.hub.base.rows import insert, insertion


def record(
    actor: Actor, event: str, *, subject: str, values: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Keep that ``actor`` did ``event`` ("registry:organisation:create") to ``subject``.

    Call it inside the transaction of the deed, so that both are there or neither.
    ``subject`` is opaque ("registry.organisation:<uuid>"); ``values`` are JSON values without
    personal data: ids, codes, amounts, names of changed fields.
    """
    return AuditEvent.objects.create(
        actor=actor.id, role=actor.role, event=event, subject=subject, values=dict(values or {})
    )


def record_all(actor: Actor, events: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """As ``record``, for several things (subject, event, values) that were done at once."""
    insert(_events(actor, events))


def recording(
    actor: Actor, events: Iterable[tuple[str, str, Mapping[str, Any]]]
) -> Statement[None]:
    """As ``record_all``, to be run with other statements."""
    return insertion(_events(actor, events))


def _events(actor: Actor, events: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[AuditEvent]:
    return [
        AuditEvent(
            actor=actor.id, role=actor.role, event=event, subject=subject, values=dict(values)
        )
        for subject, event, values in events
    ]


def record_read(actor: Actor, what: str, *, subject: str, fields: tuple[str, ...] = ()) -> None:
    """Keep that ``actor`` saw personal data: ``record_read(actor, "accounts:user", ...)``."""
    record(actor, f"{what}:read", subject=subject, values={"fields": list(fields)})
