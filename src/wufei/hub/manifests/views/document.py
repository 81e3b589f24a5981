"""The page of one manifest on the desk: parties, masses, steps, signatures and what they moved."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base import texts
from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.forms import TOKEN
from wufei.hub.manifests import (
    allowed,
    corrections,
    crossing,
    fate,
    followed,
    queries,
    reading,
    services,
)
from wufei.hub.manifests.allowed import may
from wufei.hub.manifests.figures import distance_m, length_m
from wufei.hub.manifests.forms.journeys import form_for
from wufei.hub.manifests.forms.signing import AuthorityForm, CancelForm, StepForm
from wufei.hub.manifests.models import Manifest, StepCode
from wufei.hub.manifests.pages import late, status_tone
from wufei.hub.manifests.views.common import (
    ISSUE,
    VIEW,
    clock_ms,
    done,
    find,
    next_of,
    other_acts,
    permit,
    sent,
)

TRACK, TRACE = "telemetry.track.view", "ledger.trace.view"
EDIT_DRAFT = "manifests.draft.edit"


@require_GET
@needs(VIEW)
def document(request: Request, uuid: UUID) -> HttpResponse:
    manifest = find(request.actor, uuid)
    step, form = next_of(manifest, request.actor, request.GET.get("act", "")), None
    if step is not None:
        initial = {TOKEN: uuid7()}
        form = form_for(step)(initial=initial, manifest=manifest, step=step, actor=request.actor)
    return show_document(request, manifest, form)


def show_document(
    request: Request, manifest: Manifest, form: StepForm | None, problem: str = ""
) -> HttpResponse:
    actor = request.actor
    context = {
        "manifest": manifest,
        "template": reading.template_of(manifest),
        "stops": reading.stops(manifest),
        "signed": reading.signed(manifest),
        "loads": reading.loads(manifest),
        "crossing": crossing.of(manifest),
        "claims": reading.claims(manifest),
        "may_claim": actor.may("exemptions.claim.view"),
        "movements": reading.movements(manifest),
        "ways": followed.ways(manifest, actor),
        "linked": followed.linked_of(manifest, queries.visible(actor)),
        "refused": any(line.refused_g for line in manifest.lines.all()),
        "refused_before": reading.refused_before(manifest),
        "in_proportion": followed.in_proportion(manifest),
        "fates": fate.fates(manifest) if manifest.accepted_at else [],
        "trace_url": _address("ledger.trace.manifest", manifest) if actor.may(TRACE) else "",
        "findings": [_worded(one) for one in reading.findings(manifest)],
        "form": form,
        "step": StepCode(form.step.code).label if form else "",
        "problem": problem,
        "tone": status_tone(manifest),
        "late": late(manifest),
        "distance_m": _distance_m(manifest),
        "route": _route(manifest),
        "trip_url": _address("telemetry.trip", manifest) if actor.may(TRACK) else "",
        "other_acts": other_acts(manifest, actor, form),
        "legs": reading.legs(manifest),
        "may_repeat": queries.may_repeat(manifest, actor),
        "may_keep": queries.may_repeat(manifest, actor) and actor.may(EDIT_DRAFT),
        "may_name": may(allowed.name_truck, manifest, actor),
        "may_cancel": may(allowed.cancel, manifest, actor),
        "corrections": corrections.of(manifest, actor),
        "may_number": may(allowed.fill_in_number, manifest, actor),
        "may_invite": may(allowed.invite, manifest, actor),
        "may_slip": may(allowed.enter_slip, manifest, actor),
        "may_movement": actor.may("ledger.movement.view"),
        "may_vehicle": actor.may("registry.vehicle.view"),
        "now_ms": clock_ms(),
        "list_url": reverse("manifests.manifest.list"),
    }
    status = 409 if problem else 422 if form is not None and form.errors else 200
    return render(request, "manifests/document.html", context, status=status)


def _worded(found: Any) -> dict[str, Any]:
    titles = dict(texts.titles())
    return {
        "record": found,
        "title": titles.get(found.code, found.code),
        "text": texts.tell(found.code, found.values),
    }


def _distance_m(manifest: Manifest) -> float | None:
    if manifest.route is not None:
        return length_m(manifest.route)
    return distance_m(manifest.consignor_site, manifest.consignee_site)


def _route(manifest: Manifest) -> dict[str, Any] | None:
    """What the map draws: both ends, and the line that is to be driven."""
    ends = []
    for site in (manifest.consignor_site, manifest.consignee_site):
        if site.longitude is None or site.latitude is None:
            return None
        ends.append(
            {
                "name": str(site),
                "longitude": float(site.longitude),
                "latitude": float(site.latitude),
            }
        )
    path = manifest.route.path if manifest.route else None
    return {
        "ends": ends,
        "path": path,
        "domain": manifest.domain,
        "track_url": _address("telemetry.trip.geojson", manifest),
    }


def _address(name: str, manifest: Manifest) -> str:
    """A higher room's page about this manifest, "" while there is none."""
    if manifest.loaded_at is None:
        return ""
    try:
        return reverse(name, args=[manifest.uuid])
    except NoReverseMatch:
        return ""


# Cancelling.
@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def cancel(request: Request, uuid: UUID) -> HttpResponse:
    manifest = find(request.actor, uuid, ISSUE)
    permit(request, allowed.cancel, manifest)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]

        def work() -> str:
            services.cancel(manifest, reason=reason, by=request.actor)
            return reverse("manifests.manifest.detail", args=[manifest.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("The manifest is cancelled."))
    return ask(request, manifest, form, _("Cancel the manifest"), danger=True)


# The authority's number.
@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def authority(request: Request, uuid: UUID) -> HttpResponse:
    """Fill in the number that the authority's system gave."""
    manifest = find(request.actor, uuid, ISSUE)
    permit(request, allowed.fill_in_number, manifest)
    known = {"authority_no": manifest.authority_no}
    form = AuthorityForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["authority_no"]

        def work() -> str:
            services.set_authority_no(manifest, number, by=request.actor)
            return reverse("manifests.manifest.detail", args=[manifest.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("Saved."))
    return ask(request, manifest, form, _("Number of the authority"))


def ask(
    request: Request, manifest: Manifest, form: Any, label: str, *, danger: bool = False
) -> HttpResponse:
    """A page that asks for a few words before something is done to ``manifest``."""
    context = {
        "manifest": manifest,
        "form": form,
        "label": label,
        "danger": danger,
        "token": uuid7(),
    }
    status = 422 if form.errors else 200
    return render(request, "manifests/ask.html", context, status=status)
