"""Steps of a phone's queue that could not be signed: a person settles each; nothing is dropped."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from wufei.hub.accounts.actors import actor_for
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import REFUSED, Forbidden
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.models import Manifest, QueuedStep
from wufei.hub.manifests.refusals import Overtaken, ReasonMissing
from wufei.hub.manifests.scope import NOTHING, PARTIES, seen_by
from wufei.hub.manifests.services.queue import Entry, Perform, read
from wufei.hub.registry.models import Membership, Organisation, Site
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import valid_on

VIEW, WORK = "manifests.conflict.view", "manifests.conflict.work"
SETTLEMENT_MAX = 300
# What comes right by itself once another phone has sent the step before.
_LATER = ("manifest_out_of_order", "manifest_no_load_for_truck", "not_found")
_LATER_MAX = 20


# Who sees them.
def seen(actor: Actor, act: str = VIEW) -> Q:
    """Conflicts that ``act`` of this actor reaches: by their manifest, site or signer."""
    match actor.scope(act):
        case Scope.ALL:
            return Q()
        case Scope.NONE:
            return NOTHING
        case scope:
            found = Q(manifest__in=Manifest.objects.filter(seen_by(actor, act)))
            found |= Q(pk__in=_of(organisations_for(actor, act)))
            return found | Q(actor=actor.id) if scope is Scope.OWN else found


def _of(organisations: Q) -> Any:
    """Steps that are these organisations' own: at their sites, or of their people on their loads.

    Whoever signs for several firms (an agent) signed each step for one of them: the one that has
    part in its load. Where nobody knows the load it is that of the site; else any of theirs.
    """
    owners = Organisation.objects.filter(organisations)
    members = Membership.objects.filter(valid_on(), organisation__in=owners).values("user")
    sites = Site.objects.filter(organisation__in=owners).values("uuid")
    loads = NOTHING
    for party in PARTIES:
        loads |= Q(**{f"manifest__{party}__in": owners})
    theirs = Q(key__user__in=members)
    nowhere = Q(manifest=None, site_uuid=None) & theirs
    at_site = Q(manifest=None, site_uuid__in=sites)
    return QueuedStep.objects.filter((loads & theirs) | at_site | nowhere).values("pk")


def may_work(row: QueuedStep, actor: Actor) -> bool:
    """The signer and their organisation settle it; other parties only see it."""
    if not actor.may(WORK) or row.outcome != QueuedStep.Outcome.CONFLICT:
        return False
    if row.actor == actor.id:
        return True
    own = _of(Q(pk__in=sorted(actor.organisation_ids)))
    return QueuedStep.objects.filter(pk=row.pk, pk__in=own).exists()


# Settling.
def sign_anyway(row: QueuedStep, at: datetime, perform: Perform, *, by: Actor) -> Manifest:
    """Sign it now, as having been at ``at``: the person looked at what stands there meanwhile.

    The signature is ``by``'s and has the id that the phone gave it. Raises what signing refuses.
    """
    with transaction.atomic():
        now = _open(row, by)
        entry = replace(entry_of(now), device_time=at, offset_ms=None, looked=True)
        manifest = perform(entry, by)
        words = _("Signed as of %(at)s") % {"at": f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}"}
        _settle(now, words, by, manifest)
    return manifest


def discard(row: QueuedStep, reason: str, *, by: Actor) -> None:
    """Do not sign it; the step and the reason stay."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        words = _("Discarded: %(reason)s") % {"reason": reason.strip()}
        _settle(_open(row, by), words, by, None)


def entry_of(row: QueuedStep) -> Entry:
    """What the phone kept, as it was."""
    return read({"payload": row.payload, "signature": row.signature})


def _open(row: QueuedStep, by: Actor) -> QueuedStep:
    now = QueuedStep.objects.select_for_update().get(pk=row.pk)
    if now.outcome != QueuedStep.Outcome.CONFLICT:
        raise Overtaken(manifest=str(now), status=now.get_outcome_display())
    if not may_work(now, by):
        raise Forbidden(WORK)
    return now


def _settle(row: QueuedStep, words: str, by: Actor, manifest: Manifest | None) -> None:
    row.outcome = QueuedStep.Outcome.SETTLED
    row.settled_at, row.settled_by = timezone.now(), by.id
    row.settlement = words[:SETTLEMENT_MAX]
    if manifest is not None:
        row.manifest, row.manifest_uuid = manifest, manifest.uuid
    row.save(
        update_fields=[
            *("outcome", "settled_at", "settled_by", "settlement"),
            *("manifest", "manifest_uuid"),
        ]
    )
    _record(by, "settle", row, {"settlement": row.settlement})


def _record(by: Actor, action: str, row: QueuedStep, values: dict[str, Any]) -> None:
    subject = findings.subject(row.manifest) if row.manifest else f"manifests.queue:{row.uuid}"
    audit.record(
        by,
        f"manifests:queue:{action}",
        subject=subject,
        values={"step": str(row.uuid), "act": row.act, **values},
    )


# What follows from a step that came in.
def try_later_ones(row: QueuedStep, perform: Perform) -> None:
    """Sign what waited for this step: an arrival that was sent before its departure.

    As its own signer, by what their phone signed; a key that was withdrawn signs nothing more.
    """
    assert row.manifest is not None
    same = Q(manifest_uuid=row.manifest.uuid)
    if row.manifest.vehicle is not None:
        same |= Q(vehicle_uuid=row.manifest.vehicle.uuid, manifest_uuid=None)
    waiting = QueuedStep.objects.filter(
        same, outcome=QueuedStep.Outcome.CONFLICT, refusal__in=_LATER, key__revoked_at=None
    )
    for one in waiting.select_related("key__user").order_by("device_time")[:_LATER_MAX]:
        _try(one, perform)


def _try(row: QueuedStep, perform: Perform) -> None:
    signer = actor_for(row.key.user)
    try:
        with transaction.atomic():
            now = QueuedStep.objects.select_for_update().get(pk=row.pk)
            if now.outcome != QueuedStep.Outcome.CONFLICT:
                return
            manifest = perform(entry_of(now), signer)
            now.outcome = QueuedStep.Outcome.SIGNED
            now.manifest, now.manifest_uuid = manifest, manifest.uuid
            now.save(update_fields=["outcome", "manifest", "manifest_uuid"])
            _record(signer, "signed", now, {"refusal": now.refusal})
    except REFUSED:
        # It stays what it was: a conflict that a person settles.
        return
