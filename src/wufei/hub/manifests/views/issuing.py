"""A new manifest: site, then what stands there free, then how much, to whom and by whom."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.ledger.forms.recording import site_choices
from wufei.hub.manifests import services
from wufei.hub.manifests.choices import CHOICES_MAX, Ready, ready
from wufei.hub.manifests.forms.issuing import IssueForm
from wufei.hub.manifests.queries import consignor_sites
from wufei.hub.manifests.views.common import (
    ISSUE,
    clock_ms,
    destination_notes,
    done,
    earlier,
    lead,
    sent,
)
from wufei.hub.registry.models import Site


@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def new(request: Request) -> HttpResponse:
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    asked = request.POST if request.method == "POST" else request.GET
    sites = list(consignor_sites(request.actor)[:CHOICES_MAX])
    site = _site(sites, asked.get("site", ""))
    offers = ready(site) if site else []
    chosen = _chosen(offers, asked.get("what", ""))
    if site is None or chosen is None:
        return _show(request, sites, site, offers, None, None)
    if request.method != "POST":
        form = IssueForm(initial={"submission": uuid7()}, site=site, ready=chosen)
        return _show(request, sites, site, offers, chosen, form)
    form = IssueForm(request.POST, site=site, ready=chosen)
    if form.is_valid() and (target := sent(request, form, lambda: _issue(request, form))):
        return done(request, target, _("The manifest is issued and its mass reserved."))
    return _show(request, sites, site, offers, chosen, form)


def _issue(request: Request, form: IssueForm) -> str:
    signing = form.signing()
    manifest = services.issue(form.new(), id=form.id, signing=signing, by=request.actor)
    return reverse("manifests.manifest.detail", args=[manifest.uuid])


def _site(sites: list[Site], asked: str) -> Site | None:
    if not asked and len(sites) == 1:
        return sites[0]
    return next((site for site in sites if str(site.uuid) == asked), None)


def key_of(offer: Ready) -> str:
    """How addresses name what is sent: by its account, or by its waste."""
    return f"a{offer.standing.account.pk}" if offer.standing else offer.waste.slug


def _chosen(offers: list[Ready], asked: str) -> Ready | None:
    found = {key_of(offer): offer for offer in offers}
    return found.get(asked)


def _show(
    request: Request,
    sites: list[Site],
    site: Site | None,
    offers: list[Ready],
    chosen: Ready | None,
    form: IssueForm | None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "sites": site_choices(sites),
        "site": site,
        "offers": [(key_of(offer), offer) for offer in offers],
        "chosen": chosen,
        "what": key_of(chosen) if chosen else "",
        "form": form,
        "trucks": form.trucks if form else {},
        "notes": destination_notes(form.site, form.consignees.all) if form else {},
        "now_ms": clock_ms(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "manifests/new.html", context, status=status)
