"""The label of one lot: seen, made, mended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.addresses import public_address, public_site
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.pages.forms import show_refusal, submit_once
from wufei.hub.labels import pages, papers, rules, services
from wufei.hub.labels.formats import format_of
from wufei.hub.labels.forms import FactsForm
from wufei.hub.labels.queries import containers
from wufei.hub.labels.queries.lots import PRINT, facts_of, lots_for, usual
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests import codes


def find(actor: Actor, uuid: UUID) -> Lot:
    """The lot, if this actor may label it."""
    found = lots_for(actor).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require_GET
@needs(PRINT)
def detail(request: Request, uuid: UUID) -> HttpResponse:
    """What the label says, and what it looks like to a scanner."""
    lot = find(request.actor, uuid)
    label = pages.label_on(lot) or containers.label_of(containers.chain(lot))
    format = format_of(lot.account.waste.stream)
    state = pages.state_of(lot)
    context = {
        "lot": lot,
        "label": label,
        "own": pages.label_on(lot) is not None,
        "format": format,
        "size": format.size(label.volume_l) if label else None,
        "state": pages.STATES[state],
        "tone": pages.TONES.get(state, ""),
        "hazards": hazard_names(label.hazard) if label else [],
        "parts": papers.parts_of(label) if label else [],
        "trace": reverse("ledger.trace.lot", args=[lot.uuid]),
        "token": uuid7(),
    }
    return render(request, "labels/detail.html", context)


def hazard_names(text: str) -> list[str]:
    """``T,I`` → "T toxic", "I flammable"."""
    words = papers.hazard_words()
    return [f"{one} {words.get(one, '')}".strip() for one in rules.hazards(text)]


@require_GET
@needs(PRINT)
@cache_control(private=True, max_age=86_400)
def code(request: Request, uuid: UUID) -> HttpResponse:
    """The container's QR code as a picture."""
    path = codes.container_path(find(request.actor, uuid))
    picture = codes.svg(public_address(request, path))
    return HttpResponse(picture, content_type="image/svg+xml")


@require_GET
@needs(PRINT)
@never_cache
def preview(request: Request, uuid: UUID) -> HttpResponse:
    """The label as a picture."""
    lot = find(request.actor, uuid)
    label = pages.label_on(lot) or containers.label_of(containers.chain(lot))
    if label is None:
        raise Http404
    return HttpResponse(papers.preview(label, public_site(request)), content_type="image/png")


@require_http_methods(["GET", "POST"])
@needs(PRINT)
def edit(request: Request, uuid: UUID) -> HttpResponse:
    """Make the label of a lot, or mend it."""
    lot = find(request.actor, uuid)
    label = pages.label_on(lot)
    account = lot.account
    known = facts_of(label) if label else usual(account.holder_id, account.waste_id)
    known = rules.with_hazard(known, account.waste.hazard)
    options: dict[str, Any] = {"format": format_of(account.waste.stream), "usual": known}
    if request.method != "POST":
        return _show(request, lot, FactsForm(**options))
    form = FactsForm(request.POST, **options)
    if not form.is_valid():
        return _show(request, lot, form)

    def work() -> str:
        if label is None:
            services.make([lot.uuid], form.facts(), by=request.actor)
        else:
            services.change(label, form.facts(), by=request.actor)
        return reverse("labels.label.detail", args=[lot.uuid])

    try:
        target = submit_once(request, work)
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        show_refusal(form, refusal)
        return _show(request, lot, form)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(target)


def _show(request: Request, lot: Lot, form: FactsForm) -> HttpResponse:
    context = {
        "lot": lot,
        "label": pages.label_on(lot),
        "form": form,
        "format": form.format,
        "token": uuid7(),
    }
    return render(request, "labels/edit.html", context, status=422 if form.errors else 200)
