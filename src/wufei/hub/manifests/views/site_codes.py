"""Codes of sites: set by their organisation, used on another party's phone."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.manifests import reading, rules
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.forms.journeys import form_for
from wufei.hub.manifests.forms.signing import StepForm
from wufei.hub.manifests.forms.site_codes import CodeForm
from wufei.hub.manifests.models import Manifest, Mode, StepCode
from wufei.hub.manifests.services import site_codes
from wufei.hub.manifests.views.common import SIGN, clock_ms, done, earlier, find, lead, sent

EDIT = site_codes.EDIT


# Setting them.
@require_GET
@needs(EDIT)
def codes(request: Request) -> HttpResponse:
    """Own sites, each with whether it has a code."""
    return _show(request)


@require_POST
@never_cache
@needs(EDIT)
def renew(request: Request, uuid: UUID) -> HttpResponse:
    """A new code, shown on this one answer and never again."""
    site = get_object_or_404(site_codes.own_sites(request.actor), uuid=uuid)
    code = site_codes.renew(site, by=request.actor)
    return _show(request, site=site, code=f"{code[:4]} {code[4:]}")


@require_POST
@needs(EDIT)
def withdraw(request: Request, uuid: UUID) -> HttpResponse:
    site = get_object_or_404(site_codes.own_sites(request.actor), uuid=uuid)
    site_codes.withdraw(site, by=request.actor)
    return done(request, reverse("manifests.sitecode.list"), _("The code is withdrawn."))


def _show(request: Request, **more: object) -> HttpResponse:
    context = {"sites": site_codes.own_sites(request.actor), **more}
    return render(request, "manifests/site_codes.html", context)


# Using them.
@require_http_methods(["GET", "POST"])
@needs(SIGN)
def sign(request: Request, uuid: UUID) -> HttpResponse:
    """The step that another party owes, signed here with the code of their site."""
    manifest = find(request.actor, uuid, SIGN)
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    step = rules.next_step(reading.template_of(manifest), manifest.status)
    if step is None or not site_codes.sites_for(manifest, step):
        return HttpResponseRedirect(reverse("manifests.qr", args=[uuid]))
    forms = _forms(request, manifest, step)
    if request.method != "POST" or not all(form.is_valid() for form in forms):
        return _ask(request, manifest, *forms)
    return _sign(request, manifest, *forms)


def _forms(request: Request, manifest: Manifest, step: Step) -> tuple[StepForm, CodeForm]:
    data = request.POST if request.method == "POST" else None
    more: dict[str, Any] = {"manifest": manifest, "step": step, "actor": request.actor}
    form = form_for(step)(data, initial={"submission": uuid7()}, **more)
    form.told = {"mode": Mode.SITE_CODE}
    return form, CodeForm(data, **more)


def _sign(request: Request, manifest: Manifest, form: StepForm, code: CodeForm) -> HttpResponse:
    site = code.chosen
    try:
        site_codes.check(site, code.cleaned_data["code"], by=request.actor)
    except Refusal as refusal:
        show_refusal(code, refusal)
        return _ask(request, manifest, form, code)

    def work() -> str:
        form.apply(site_codes.standing_in(request.actor, site.organisation))
        driver = form.cleaned_data.get("driver")
        more = {"driver": str(driver.uuid)} if driver else {}
        site_codes.used(site, manifest, form.id, by=request.actor, **more)
        return reverse("manifests.qr", args=[manifest.uuid])

    target = sent(request, form, work)
    if not target:
        return _ask(request, manifest, form, code)
    words = _("Signed: %(step)s.") % {"step": StepCode(form.step.code).label}
    return done(request, target, words)


def _ask(request: Request, manifest: Manifest, form: StepForm, code: CodeForm) -> HttpResponse:
    wrong = form.is_bound and (form.errors or code.errors)
    context = {
        "manifest": manifest,
        "form": form,
        "code": code,
        "step": StepCode(form.step.code).label,
        "loads": reading.loads(manifest),
        "now_ms": clock_ms(),
    }
    return render(request, "manifests/by_code.html", context, status=422 if wrong else 200)
