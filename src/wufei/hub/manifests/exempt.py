"""Exemption claims and the manifests that travel on them: who sees which, and what pages show."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.pages import Section
from wufei.hub.exemptions.models import Claim
from wufei.hub.manifests import queries
from wufei.hub.manifests.models import LineClaim, Manifest

VIEW = "manifests.manifest.view"
SHOWN_MAX = 100


def seen(actor: Actor, act: str) -> Q:
    """Claims that a manifest relies on which the actor sees: its carrier and consignee do too."""
    if actor.scope(act) is Scope.NONE:
        return Q(pk__in=[])
    mine = queries.visible(actor, VIEW).order_by().values("pk")
    return Q(pk__in=LineClaim.objects.filter(line__manifest__in=mine).values("claim"))


def sections(claim: Claim, actor: Actor) -> Sequence[Section]:
    """What has travelled, or is to travel, on a claim."""
    if not actor.may(VIEW):
        return ()
    lines = LineClaim.objects.filter(claim=claim).values("line__manifest")
    rows = queries.visible(actor, VIEW).filter(pk__in=lines)
    names = ("consignor", "consignee", "carrier")
    found: list[Manifest] = list(rows.select_related(*names).order_by("-issued_at")[:SHOWN_MAX])
    context = {"manifests": found}
    return [Section(_("Travels on it"), "manifests/_travelled.html", context, count=rows.count())]
