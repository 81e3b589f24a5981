"""Reads of live positions, cut to what the actor may see."""

from django.db.models import F, Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.models import MOVING, Manifest
from wufei.hub.manifests.scope import seen_by
from wufei.hub.registry.scope import organisations_for
from wufei.hub.telemetry.live.places import with_facts
from wufei.hub.telemetry.models import LastPosition

LIVE = "telemetry.live.view"
HALTED_MAX = 500


def visible_positions(actor: Actor, act: str = LIVE) -> "QuerySet[LastPosition]":
    """Vehicles of carriers that ``act`` reaches, and those with a load on board that it reaches.

    The same as ``audience.reaches`` says of ``places.audience_of``; a test compares the two.
    """
    rows = with_facts().order_by("vehicle__plate")
    if actor.scope(act) is Scope.ALL:
        return rows
    own = organisations_for(actor, act, "vehicle__carrier__")
    loads = Manifest.objects.filter(seen_by(actor, act), status__in=MOVING)
    return rows.filter(own | Q(manifest__in=loads.values("pk")))


def halted_loads(actor: Actor, act: str = LIVE) -> "QuerySet[Manifest]":
    """Loads that were set down on the way, at places on the map; the most urgent first."""
    rows = Manifest.objects.filter(seen_by(actor, act), status__in=MOVING)
    rows = rows.filter(
        halted_at_site__longitude__isnull=False, halted_at_site__latitude__isnull=False
    )
    found = rows.select_related("halted_at_site__organisation", "carrier")
    return found.order_by(F("due_at").asc(nulls_last=True), "pk")[:HALTED_MAX]
