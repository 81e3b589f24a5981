"""Pages that write a manifest otherwise: edit one, issue in an emergency, enter a paper."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.files.services import store
from wufei.hub.ledger.forms.recording import site_choices
from wufei.hub.manifests import allowed, services
from wufei.hub.manifests.choices import CHOICES_MAX, Ready, ready_anyway
from wufei.hub.manifests.forms.issuing import IssueForm
from wufei.hub.manifests.forms.writing import EditForm, EmergencyForm, PaperForm
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.queries import consignor_sites
from wufei.hub.manifests.services.paper import KINDS
from wufei.hub.manifests.views.common import (
    ISSUE,
    clock_ms,
    destination_notes,
    done,
    earlier,
    find,
    lead,
    sent,
)
from wufei.hub.manifests.views.issuing import key_of
from wufei.hub.registry.models import Site


# Edit.
@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def edit(request: Request, uuid: UUID) -> HttpResponse:
    """Change what only its issuer has signed."""
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    manifest = find(request.actor, uuid, ISSUE)
    # Also what is sent: the form cannot be built for what has no room in it.
    allowed.edit(manifest, request.actor)
    form = _edit_form(request, manifest)
    if request.method == "POST" and form.is_valid():

        def work() -> str:
            signing, changes = form.signing(), form.changes()
            services.edit(manifest, changes, signing=signing, by=request.actor)
            return _url(manifest)

        if target := sent(request, form, work):
            return done(request, target, _("Saved. What is reserved follows."))
    context = _context(form, form.site) | {"manifest": manifest, "chosen": form.ready}
    status = 422 if form.errors else 200
    return render(request, "manifests/edit.html", context, status=status)


def _edit_form(request: Request, manifest: Manifest) -> EditForm:
    if request.method == "POST":
        return EditForm(request.POST, manifest=manifest)
    return EditForm(initial={"submission": uuid7()}, manifest=manifest)


def _url(manifest: Manifest) -> str:
    return reverse("manifests.manifest.detail", args=[manifest.uuid])


# In an emergency, or from a paper.
@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def emergency(request: Request) -> HttpResponse:
    """Issue a load that has to leave at once, with fields left open."""

    def issue(form: EmergencyForm) -> str:
        manifest = services.issue_emergency(
            form.new(),
            left_open=form.open_names,
            reason=form.cleaned_data["reason"],
            id=form.id,
            signing=form.signing(),
            by=request.actor,
        )
        return _url(manifest)

    words = _("Issued. Complete what is open as soon as you know it.")
    return _written(request, EmergencyForm, issue, "manifests/emergency.html", words, urgent=True)


@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def paper(request: Request) -> HttpResponse:
    """Enter a load that travelled under a paper, with its scan."""

    def enter(form: PaperForm) -> str:
        by = request.actor
        scan = store(form.cleaned_data["scan"], by, KINDS)
        receipt = form.cleaned_data["receipt"]
        told = form.paper(scan, store(receipt, by, KINDS) if receipt else None)
        return _url(services.enter_paper(form.new(), told, id=form.id, by=by))

    return _written(request, PaperForm, enter, "manifests/paper.html", _("The paper is entered."))


def _written(
    request: Request,
    kind: Any,
    write: Any,
    page: str,
    words: str,
    *,
    urgent: bool = False,
) -> HttpResponse:
    """Site, then the waste, then the form; what is free does not matter: it has left."""
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    asked: Any = request.POST if request.method == "POST" else request.GET
    sites = list(consignor_sites(request.actor)[:CHOICES_MAX])
    site = _site(sites, asked.get("site", ""))
    offers = ready_anyway(site, asked.get("code", ""), urgent=urgent) if site else []
    chosen = next((one for one in offers if key_of(one) == asked.get("what", "")), None)
    form = None
    if site is not None and chosen is not None:
        form = _form(request, kind, site, chosen)
        if request.method == "POST" and form.is_valid():
            filled = form
            if target := sent(request, form, lambda: write(filled)):
                return done(request, target, words)
    context = _context(form, site) | {
        "sites": site_choices(sites),
        "offers": [(key_of(one), one) for one in offers],
        "what": key_of(chosen) if chosen else "",
        "chosen": chosen,
        "code": asked.get("code", ""),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, page, context, status=status)


def _form(request: Request, kind: Any, site: Site, chosen: Ready) -> Any:
    if request.method == "POST":
        return kind(request.POST, request.FILES, site=site, ready=chosen)
    return kind(initial={"submission": uuid7()}, site=site, ready=chosen)


def _site(sites: list[Site], asked: str) -> Site | None:
    if not asked and len(sites) == 1:
        return sites[0]
    return next((site for site in sites if str(site.uuid) == asked), None)


def _context(form: IssueForm | None, site: Site | None) -> dict[str, Any]:
    """What the parts of the issuing form ask for."""
    return {
        "form": form,
        "site": site,
        "trucks": form.trucks if form else {},
        "notes": destination_notes(form.site, form.consignees.all) if form else {},
        "now_ms": clock_ms(),
    }
