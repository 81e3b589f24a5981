"""A manifest that nobody loads ends by itself 失效; what was reserved for it becomes free."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.notices.services import notify
from wufei.hub.manifests import findings
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.services import allotting, authority, reserving

CLOCK = system("clock")
# Of one look; the next one follows within minutes.
EXPIRED_MAX = 500
EXPIRED = gettext_noop("Nobody loaded it in time.")
_TOLD = ("clerk", "keeper", "agent")


def expire(now: datetime) -> int:
    """End what should have been loaded by ``now``; returns how many. Safe to do twice.

    One that cannot be ended does not keep the others waiting; it is raised once they have ended.
    """
    due = Manifest.objects.filter(status=Status.ISSUED, expires_at__lte=now)
    count, failed = 0, None
    for manifest in due.order_by("expires_at", "pk")[:EXPIRED_MAX]:
        try:
            count += _expire(manifest, now, CLOCK)
        except Exception as error:
            failed = error
    if failed is not None:
        raise failed
    return count


def _expire(manifest: Manifest, now: datetime, by: Actor) -> bool:
    """One in a transaction of its own: a worker that dies has done the others."""
    with transaction.atomic():
        # The WHERE clause is the lock: who loads at this moment wins or is told.
        waiting = Manifest.objects.filter(
            pk=manifest.pk, status=Status.ISSUED, expires_at__lte=now, signed=manifest.signed
        )
        changed = waiting.update(
            status=Status.EXPIRED, cancelled_at=now, due_at=None, changed_at=now
        )
        if changed != 1:
            return False
        # Limits before mass, as everybody else locks them.
        allotting.give_back(manifest)
        reserving.release(manifest, by)
        authority.void(manifest, EXPIRED)
        audit.record(
            by,
            "manifests:manifest:expire",
            subject=findings.subject(manifest),
            values={"number": manifest.local_id},
        )
        _tell(manifest)
    return True


def _tell(manifest: Manifest) -> None:
    """The consignor, who may issue a new one, and the carrier, who need not come any more."""
    address = reverse("manifests.manifest.detail", args=[manifest.uuid])
    told = [(role, manifest.consignor_id) for role in _TOLD]
    for role, organisation_id in [*told, ("clerk", manifest.carrier_id)]:
        notify(
            title=gettext_noop("Manifest %(number)s has expired"),
            body=gettext_noop(
                "Nobody loaded it in time. What was reserved for it is free again; duplicate it "
                "to send the load after all."
            ),
            values={"number": manifest.local_id},
            link=address,
            role=role,
            organisation_id=organisation_id,
        )
