"""Pages of what is corrected: propose, agree or not, annul, complete."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.forms import TOKEN
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import allowed, corrections, services
from wufei.hub.manifests.forms.corrections import AnnulForm, CompleteForm, DecideForm, ReviseForm
from wufei.hub.manifests.models import Manifest, Revision
from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.services.revisions import DECIDE, PROPOSE
from wufei.hub.manifests.templatetags.manifests import revision_tone
from wufei.hub.manifests.views.common import SIGN, VIEW, clock_ms, done, find, permit, sent
from wufei.hub.manifests.views.document import ask


# Propose.
@require_http_methods(["GET", "POST"])
@needs(PROPOSE)
def revise(request: Request, uuid: UUID) -> HttpResponse:
    """Every field that was signed, as it stands; what is written otherwise is proposed."""
    manifest = find(request.actor, uuid)
    permit(request, allowed.revise, manifest)
    form = ReviseForm(_posted(request), manifest=manifest)
    if request.method == "POST" and form.is_valid():

        def work() -> str:
            revision = revisions.propose(
                manifest,
                form.changes(),
                id=_id(request),
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
            return _url(revision)

        if target := sent(request, form, work):
            return done(request, target, _("Proposed. Those who have signed are asked."))
    context = {"manifest": manifest, "form": form, "token": uuid7()}
    status = 422 if form.errors else 200
    return render(request, "manifests/revise.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(PROPOSE)
def annul(request: Request, uuid: UUID) -> HttpResponse:
    manifest = find(request.actor, uuid)
    permit(request, allowed.annul, manifest)
    form = AnnulForm(_posted(request))
    if request.method == "POST" and form.is_valid():

        def work() -> str:
            reason = form.cleaned_data["reason"]
            id, by = _id(request), request.actor
            return _url(revisions.propose_annulment(manifest, id=id, reason=reason, by=by))

        if target := sent(request, form, work):
            return done(request, target, _("Proposed. Those who have signed are asked."))
    return ask(request, manifest, form, _("Annul the manifest"), danger=True)


def _posted(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _id(request: Request) -> UUID:
    """The submission's own key is the proposal's: sent twice, it is one."""
    found = uuid_or_none(request.POST.get(TOKEN, ""))
    return UUID(str(found)) if found else uuid7()


def _url(revision: Revision) -> str:
    return reverse("manifests.revision.detail", args=[revision.uuid])


# Agree or not.
@require_GET
@needs(VIEW)
def revision(request: Request, uuid: UUID) -> HttpResponse:
    """What is to be changed, who has to agree, and what they said."""
    found = _find(request, uuid)
    return _show(request, found, DecideForm(initial={TOKEN: uuid7()}))


@require_POST
@needs(DECIDE)
def decide(request: Request, uuid: UUID) -> HttpResponse:
    found = _find(request, uuid)
    approve = request.POST.get("decision") == "approve"
    form = DecideForm(request.POST)
    if form.is_valid():

        def work() -> str:
            comment = form.cleaned_data["comment"]
            signing = form.signing()
            revisions.decide(found, approve, signing=signing, by=request.actor, comment=comment)
            return _url(found)

        if target := sent(request, form, work):
            words = _("Agreed.") if approve else _("Not agreed: nothing is changed.")
            return done(request, target, words)
    return _show(request, found, form)


@require_POST
@needs(PROPOSE)
def withdraw(request: Request, uuid: UUID) -> HttpResponse:
    found = _find(request, uuid)
    revisions.withdraw(found, by=request.actor)
    return done(request, _url(found), _("Withdrawn."))


def _find(request: Request, uuid: UUID) -> Revision:
    found = corrections.visible(request.actor).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def _show(request: Request, found: Revision, form: DecideForm) -> HttpResponse:
    context = {
        "revision": found,
        "manifest": found.manifest,
        "changes": corrections.changes(found),
        "answers": corrections.answers(found),
        "proposer": corrections.proposer(found),
        "asked": corrections.is_asked(found, request.actor),
        "answers_for": corrections.answers_for(found, request.actor),
        "may_withdraw": corrections.may_withdraw(found, request.actor),
        "form": form,
        "now_ms": clock_ms(),
        "tone": revision_tone(found.state),
    }
    status = 409 if form.errors else 200
    return render(request, "manifests/revision.html", context, status=status)


# Emergencies.
@require_http_methods(["GET", "POST"])
@needs(SIGN)
def complete(request: Request, uuid: UUID) -> HttpResponse:
    """Fill in what an emergency has left open."""
    manifest = find(request.actor, uuid)
    permit(request, allowed.complete, manifest)
    form = CompleteForm(_posted(request), initial={TOKEN: uuid7()}, manifest=manifest)
    if request.method == "POST" and form.is_valid():

        def work() -> str:
            signing, by = form.signing(), request.actor
            services.complete(manifest, form.said, signing=signing, by=by)
            return reverse("manifests.manifest.detail", args=[manifest.uuid])

        if target := sent(request, form, work):
            return done(request, target, _("Saved."))
    return _completing(request, manifest, form)


def _completing(request: Request, manifest: Manifest, form: CompleteForm) -> HttpResponse:
    context = {"manifest": manifest, "form": form, "now_ms": clock_ms()}
    status = 422 if form.errors else 200
    return render(request, "manifests/complete.html", context, status=status)
