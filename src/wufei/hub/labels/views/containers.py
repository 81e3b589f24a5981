"""Behind the code on a container: the step to sign, the check, its page, or that it is genuine."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, public
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.labels import papers
from wufei.hub.labels.queries import containers
from wufei.hub.labels.queries.lots import PRINT, lots_for
from wufei.hub.labels.views.labels import hazard_names
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.views.statements import visible_lots
from wufei.hub.manifests import queries as manifests
from wufei.hub.manifests.codes import Meaning, Means
from wufei.hub.manifests.models import MOVING, Manifest
from wufei.hub.manifests.views import verification
from wufei.hub.manifests.views.common import own_names
from wufei.hub.manifests.views.verification import Shown, month_of

TRACE = "ledger.trace.view"
MANIFEST, CHECK = "manifests.manifest.view", "labels.check.view"


@require_GET
@public
def container(request: Request, uuid: UUID) -> HttpResponse:
    """Open to all: what each sees follows from what they may see."""
    actor = request.actor
    lot = Lot.objects.filter(uuid=uuid).select_related(*containers.WITH).first()
    outside = actor.kind is ActorKind.OUTSIDE or not actor.may(MANIFEST)
    if outside:
        return verification.show(request, _shown(lot) if lot else None)
    if lot is None:
        return _unknown(request, uuid)
    lots = containers.chain(lot)
    manifest = containers.open_manifest(lots)
    if manifest is not None and containers.seen(manifest, actor):
        if manifests.next_steps(manifest, actor):
            return HttpResponseRedirect(reverse("manifests.qr", args=[manifest.uuid]))
        if actor.may(CHECK) and manifest.status in MOVING:
            return HttpResponseRedirect(reverse("labels.check", args=[manifest.uuid]))
        return _page(request, lot, lots, manifest)
    if containers.is_reached(lots, actor):
        return _page(request, lot, lots, None)
    return _foreign(request)


def _page(request: Request, lot: Lot, lots: list[Lot], manifest: Manifest | None) -> HttpResponse:
    label = containers.label_of(lots)
    standing = containers.standing(lots)
    mine = lots_for(request.actor).filter(pk__in=[one.pk for one in standing]).first()
    context = {
        "lot": lot,
        "label": label,
        "parts": papers.parts_of(label) if label else [],
        "hazards": hazard_names(label.hazard if label else lot.account.waste.hazard),
        "standing": standing,
        "manifest": manifest,
        "mine": mine if request.actor.may(PRINT) else None,
        "trace": _trace(lots, request.actor),
    }
    return render(request, "labels/container.html", context)


def _trace(lots: list[Lot], actor: Actor) -> str:
    """The trace of the container, from the first of its lots that the reader may follow."""
    if not actor.may(TRACE):
        return ""
    ids = [one.pk for one in lots]
    first = visible_lots(actor, TRACE).filter(pk__in=ids).order_by("pk").first()
    return reverse("ledger.trace.lot", args=[first.uuid]) if first else ""


def _shown(lot: Lot) -> Shown:
    """What strangers are told: that it is one of ours, and roughly how it stands."""
    kinds = {one.account.kind for one in containers.standing(containers.chain(lot))}
    if AccountKind.CUSTODY in kinds:
        state = _("on the road")
    else:
        state = _("in storage") if kinds else _("treated, or put into another container")
    tone = "good" if kinds else "plain"
    return Shown(_("Label of a container or lot"), state, tone, month=month_of(lot.arisen_at))


def _unknown(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = {"meaning": Meaning(Means.CONTAINER, str(uuid))}
    return render(request, "manifests/unknown.html", context, status=404)


def _foreign(request: Request) -> HttpResponse:
    context = {"own": own_names(request.actor), "container": True}
    return render(request, "manifests/unknown.html", context, status=404)
