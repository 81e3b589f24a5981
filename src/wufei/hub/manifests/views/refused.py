"""What was refused: send it back or on."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.manifests import followed, queries, reading
from wufei.hub.manifests.forms.sending import SendForm
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.linked import LINKED
from wufei.hub.manifests.views.common import clock_ms, done, earlier, find, lead, sent

PHONE = "phone"


@require_http_methods(["GET", "POST"])
@needs(LINKED)
def refused(request: Request, uuid: UUID) -> HttpResponse:
    """Which way it goes; the phone page of the plant has the usual one as one button."""
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    manifest = find(request.actor, uuid, LINKED)
    ways = followed.ways(manifest, request.actor)
    if not ways:
        return _nothing(request, manifest)
    if request.method != "POST":
        initial = {"submission": uuid7()}
        return _show(request, manifest, SendForm(initial=initial, manifest=manifest, ways=ways))
    form = SendForm(request.POST, manifest=manifest, ways=ways)
    if not form.is_valid():
        return _show(request, manifest, form)
    send = form.work(request.actor)

    def work() -> str:
        return reverse(_page(request), args=[send().uuid])

    if target := sent(request, form, work):
        return done(request, target, _("On its way."))
    return _show(request, manifest, form)


def _page(request: Request) -> str:
    return "manifests.qr" if request.POST.get("where") == PHONE else "manifests.manifest.detail"


def _show(request: Request, manifest: Manifest, form: SendForm) -> HttpResponse:
    context: dict[str, Any] = {
        "manifest": manifest,
        "form": form,
        "ways": form.ways,
        "loads": reading.loads(manifest),
        "where": request.GET.get("where", request.POST.get("where", "")),
        "now_ms": clock_ms(),
    }
    return render(request, "manifests/refused.html", context, status=422 if form.errors else 200)


def _nothing(request: Request, manifest: Manifest) -> HttpResponse:
    """Somebody was faster, or it is not theirs to send: the document says where it is."""
    context = {
        "manifest": manifest,
        "linked": followed.linked_of(manifest, queries.visible(request.actor)),
        "left_g": followed.ways(manifest, request.actor).left_g,
    }
    return render(request, "manifests/refused.html", context, status=409)
