"""The check at the roadside: shown by who carries, opened by an inspector; and by officials."""

from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs, public
from wufei.hub.base.addresses import public_address
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.labels import services
from wufei.hub.labels.checks import check_of
from wufei.hub.labels.models import CheckPass
from wufei.hub.labels.refusals import TooManyTries
from wufei.hub.labels.services.passes import SHOW
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import codes, queries
from wufei.hub.manifests.models import OPEN, Manifest

CHECK = "labels.check.view"
OPENED = "labels.checks"
_RATES = {"open": "20/5m/ip"}
TOKEN_MAX = 200


def _find(request: Request, uuid: UUID, act: str) -> Manifest:
    found = queries.visible(request.actor, act).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


# Shown by the driver or the keeper.
@require_http_methods(["GET", "POST"])
@needs(SHOW)
def show(request: Request, uuid: UUID) -> HttpResponse:
    """Ask first; then a code that is valid for some minutes."""
    manifest = _find(request, uuid, SHOW)
    if request.method != "POST":
        return _ask(request, manifest)

    def work() -> str:
        id = uuid_or_none(request.POST.get("submission", "")) or uuid7()
        made = services.make_pass(manifest, id=id, by=request.actor)
        return reverse("labels.pass", args=[made.uuid])

    try:
        return HttpResponseRedirect(submit_once(request, work))
    except Refusal as refusal:
        return _ask(request, manifest, refusal)


def _ask(request: Request, manifest: Manifest, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "manifest": manifest,
        "token": uuid7(),
        "refusal": refusal,
        "open": manifest.status in OPEN,
        "minutes": settings.CHECK_MINUTES,
    }
    return render(request, "labels/show.html", context, status=refusal.status if refusal else 200)


@require_GET
@needs(SHOW)
@never_cache
def one_pass(request: Request, uuid: UUID) -> HttpResponse:
    """The code, to be held out to the inspector; only who made it sees it."""
    found = CheckPass.objects.filter(uuid=uuid, actor=request.actor.id).first()
    if found is None:
        raise Http404
    left_s = int((found.ends_at - timezone.now()).total_seconds())
    context: dict[str, Any] = {"found": found, "left_s": left_s, "manifest": found.manifest}
    if left_s > 0:
        # Behind the #: browsers keep that to themselves, so no log of a server has it.
        address = public_address(request, reverse("labels.check.open"))
        context["qr"] = codes.svg(f"{address}#{services.token_of(found)}").decode()
    return render(request, "labels/pass.html", context)


# Opened by an inspector without an account.
@require_http_methods(["GET", "POST"])
@public
@never_cache
def enter(request: Request) -> HttpResponse:
    """The page that a code leads to: its script hands in what stands behind the #."""
    if request.method != "POST":
        return render(request, "labels/enter.html")
    limit = ratelimit.consume(request, app="wufei.labels", action="open", config=_RATES)
    if not limit:
        return _refused(request, TooManyTries())
    token = request.POST.get("token", "")[:TOKEN_MAX]
    try:
        found = services.open_token(token, _opened(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    request.session[OPENED] = [*_opened(request), str(found.uuid)][-20:]
    return HttpResponseRedirect(reverse("labels.check.pass", args=[found.uuid]))


@require_GET
@public
@never_cache
def by_pass(request: Request, uuid: UUID) -> HttpResponse:
    """The check, on the phone that opened the pass, while it lasts."""
    try:
        found = services.open_pass(uuid, _opened(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    return _show(request, found.manifest, found)


def _opened(request: HttpRequest) -> frozenset[str]:
    return frozenset(request.session.get(OPENED, []))


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return render(request, "labels/enter.html", {"refusal": refusal}, status=refusal.status)


# Officials need no pass.
@require_GET
@needs(CHECK)
def check(request: Request, uuid: UUID) -> HttpResponse:
    return _show(request, _find(request, uuid, CHECK), None)


def _show(request: HttpRequest, manifest: Manifest, found: CheckPass | None) -> HttpResponse:
    return render(request, "labels/check.html", {"check": check_of(manifest), "found": found})
