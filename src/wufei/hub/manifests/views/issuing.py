"""A new manifest: site, then what stands there free, then how much, to whom and by whom."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.ledger.forms.recording import site_choices
from wufei.hub.manifests import services
from wufei.hub.manifests.choices import CHOICES_MAX, Ready, ready
from wufei.hub.manifests.forms.issuing import IssueForm
from wufei.hub.manifests.models import Draft
from wufei.hub.manifests.queries import consignor_sites
from wufei.hub.manifests.services import drafts
from wufei.hub.manifests.views.common import (
    ISSUE,
    clock_ms,
    destination_notes,
    done,
    earlier,
    lead,
    sent,
)
from wufei.hub.manifests.views.drafts import begun
from wufei.hub.registry.models import Site

PATTERNS_MAX = 12


@require_http_methods(["GET", "POST"])
@needs(ISSUE)
def new(request: Request) -> HttpResponse:
    if request.method == "POST" and (target := earlier(request)):
        return lead(request, target)
    page = _begin(request)
    if page.site is None or page.chosen is None:
        return _show(request, page)
    if request.method != "POST":
        initial = page.content | {"submission": uuid7()}
        page.form = IssueForm(initial=initial, site=page.site, ready=page.chosen)
        return _show(request, page)
    form = page.form = IssueForm(request.POST, site=page.site, ready=page.chosen)
    if form.is_valid() and (target := sent(request, form, lambda: _issue(request, form))):
        return done(request, target, _("The manifest is issued and its mass reserved."))
    return _show(request, page)


@dataclass
class _New:
    """What is known so far of the manifest to issue; ``content`` is what the form begins with."""

    sites: list[Site]
    site: Site | None
    offers: list[Ready]
    chosen: Ready | None
    content: dict[str, str]
    draft: str
    form: IssueForm | None = None

    @property
    def gone(self) -> bool:
        """The waste of a draft or an older manifest stands there no more."""
        return bool(self.content) and self.chosen is None


def _begin(request: Request) -> _New:
    content, draft = begun(request) if request.method == "GET" else ({}, "")
    asked: Any = request.POST if request.method == "POST" else request.GET
    sites = list(consignor_sites(request.actor)[:CHOICES_MAX])
    site = _site(sites, asked.get("site", "") or content.get("site", ""))
    offers = ready(site) if site else []
    chosen = _chosen(offers, asked.get("what", "") or content.get("what", ""))
    if chosen is None and not asked.get("what"):
        waste = content.get("waste", "")
        chosen = next((one for one in offers if one.waste.slug == waste), None)
    return _New(sites, site, offers, chosen, content, draft or asked.get("draft", ""))


def _issue(request: Request, form: IssueForm) -> str:
    signing = form.signing()
    manifest = services.issue(form.new(), id=form.id, signing=signing, by=request.actor)
    if (uuid := uuid_or_none(request.POST.get("draft", ""))) is not None:
        drafts.issued(uuid, request.actor)
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


def _show(request: Request, page: _New) -> HttpResponse:
    form, chosen, actor = page.form, page.chosen, request.actor
    context: dict[str, Any] = {
        "sites": site_choices(page.sites),
        "site": page.site,
        "offers": [(key_of(offer), offer) for offer in page.offers],
        "chosen": chosen,
        "what": key_of(chosen) if chosen else "",
        "form": form,
        "trucks": form.trucks if form else {},
        "notes": destination_notes(form.site, form.consignees.all) if form else {},
        "now_ms": clock_ms(),
        "draft": page.draft,
        "gone": page.gone,
        "patterns": [] if form else _patterns(actor),
        "may_draft": actor.may(drafts.EDIT),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "manifests/new.html", context, status=status)


def _patterns(actor: Actor) -> list[Draft]:
    """Loads that come again, the latest used first."""
    if not actor.may(drafts.VIEW):
        return []
    return list(drafts.visible(actor).filter(kind=Draft.Kind.PATTERN)[:PATTERNS_MAX])
