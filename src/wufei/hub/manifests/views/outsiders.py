"""Parties without an account: the link they get, the page it opens, the slip in its place."""

import base64
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs, public
from wufei.hub.base.errors import REFUSED, Forbidden, Refusal
from wufei.hub.base.files.content import Kind
from wufei.hub.base.files.services import store
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import allowed, codes, reading, rules
from wufei.hub.manifests.forms.journeys import form_for
from wufei.hub.manifests.forms.outsiders import InviteForm, SlipForm
from wufei.hub.manifests.forms.signing import StepForm
from wufei.hub.manifests.models import Invitation, Manifest, Mode, StepCode
from wufei.hub.manifests.services import invitations, outsiders, slips
from wufei.hub.manifests.views.common import clock_ms, done, earlier, find, lead, permit, sent

MAKE = outsiders.MAKE
LANGUAGES = ("zh-hans", "en")


# The link.
@require_http_methods(["GET", "POST"])
@never_cache
@needs(MAKE)
def invite(request: Request, uuid: UUID) -> HttpResponse:
    """Make a link for a step of an outside party; it is shown on this one answer."""
    manifest = find(request.actor, uuid, MAKE)
    permit(request, allowed.invite, manifest)
    form = InviteForm(request.POST if request.method == "POST" else None, manifest=manifest)
    if request.method != "POST" or not form.is_valid():
        return _show_links(request, manifest, form)
    cleaned = form.cleaned_data
    try:
        token, made = invitations.invite(
            manifest,
            cleaned["step"],
            recipient=cleaned["recipient"],
            days=cleaned["days"],
            by=request.actor,
        )
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        form.add_error(None, str(refusal))
        return _show_links(request, manifest, form)
    link = request.build_absolute_uri(reverse("manifests.link", args=[token]))
    picture = base64.b64encode(codes.svg(link)).decode()
    return _show_links(request, manifest, None, link=link, picture=picture, made=made)


def _show_links(
    request: Request, manifest: Manifest, form: InviteForm | None, **more: Any
) -> HttpResponse:
    context = {
        "manifest": manifest,
        "form": form,
        "links": [(one, StepCode(one.step).label) for one in invitations.open_of(manifest)],
        "possible": bool(invitations.possible_steps(manifest)),
        **more,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "manifests/links.html", context, status=status)


@require_POST
@needs(MAKE)
def revoke(request: Request, uuid: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.select_related("manifest"), uuid=uuid)
    manifest = find(request.actor, invitation.manifest.uuid, MAKE)
    invitations.revoke(invitation, by=request.actor)
    target = reverse("manifests.manifest.invite", args=[manifest.uuid])
    return done(request, target, _("The link is withdrawn."))


# The page that it opens.
@public
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One step, signed without an account; looking at it uses nothing up."""
    asked = request.GET.get("language", "")
    with translation.override(asked if asked in LANGUAGES else translation.get_language()):
        answer = _link(request, token)
    add_never_cache_headers(answer)
    # Only the site's own name may go along: the address itself opens the step.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = invitations.find(token)
    except Refusal as refusal:
        return _gone(request, token, refusal)
    manifest = reading.with_everything(Manifest.objects.filter(pk=invitation.manifest_id)).get()
    step = reading.template_of(manifest).step(invitation.step)
    turn = rules.next_step(reading.template_of(manifest), manifest.status)
    if turn is None or turn.code != step.code:
        return _show(request, invitation, manifest, None)
    guest = outsiders.guest(invitation)
    data = request.POST if request.method == "POST" else None
    initial = {"submission": uuid7()}
    form = form_for(step)(data, initial=initial, manifest=manifest, step=step, actor=guest)
    form.told = {"mode": Mode.LINK}
    if data is None or not form.is_valid():
        return _show(request, invitation, manifest, form)
    try:
        invitations.redeem(invitation, form.apply)
    except REFUSED as refusal:
        form.refuse(refusal)
        form.renew()
        return _show(request, invitation, manifest, form)
    return _show(request, invitation, manifest, None, signed=True)


def _gone(request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
    """One answer for every reason; whoever has just signed and lost the answer is told so."""
    id = uuid_or_none(request.POST.get("submission", ""))
    signature = invitations.signed_by(token, id)
    if signature is not None:
        context = {"manifest": signature.manifest, "signed": True}
        return render(request, "manifests/link.html", context)
    context = {"gone": str(refusal)}
    return render(request, "manifests/link.html", context, status=refusal.status)


def _show(
    request: HttpRequest,
    invitation: Invitation,
    manifest: Manifest,
    form: StepForm | None,
    *,
    signed: bool = False,
) -> HttpResponse:
    context = {
        "manifest": manifest,
        "organisation": invitation.organisation,
        "step": StepCode(invitation.step).label,
        "until": invitation.expires_at,
        "form": form,
        "loads": reading.loads(manifest),
        "signed": signed,
    }
    wrong = form is not None and form.is_bound and form.errors
    return render(request, "manifests/link.html", context, status=422 if wrong else 200)


# The slip.
@require_http_methods(["GET", "POST"])
@needs(MAKE)
def slip(request: Request, uuid: UUID) -> HttpResponse:
    """The receiver's weighbridge slip with its picture, entered by the consignor."""
    manifest = find(request.actor, uuid, MAKE)
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    allowed.enter_slip(manifest, request.actor)
    initial = {"submission": uuid7()}
    posted = request.method == "POST"
    form = SlipForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=initial,
        manifest=manifest,
    )
    if posted and form.is_valid():

        def work() -> str:
            kinds = {Kind.IMAGE, Kind.PDF}
            kept = store(form.cleaned_data["slip"], request.actor, kinds)
            slips.enter(
                manifest,
                form.masses,
                kept,
                signing=form.signing(),
                difference_reason=form.cleaned_data["difference_reason"],
                by=request.actor,
            )
            return reverse("manifests.manifest.detail", args=[manifest.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("The slip is entered."))
    context = {"manifest": manifest, "form": form, "now_ms": clock_ms()}
    return render(
        request, "manifests/slip.html", context, status=422 if posted and form.errors else 200
    )
