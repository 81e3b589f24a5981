"""Drafts and patterns of one's own organisation."""

from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.forms import TOKEN
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.forms.fields import uuid_or_none
from wufei.hub.manifests import queries
from wufei.hub.manifests.models import Draft
from wufei.hub.manifests.services import drafts
from wufei.hub.manifests.services.drafts import EDIT, VIEW
from wufei.hub.manifests.views.common import ISSUE, done
from wufei.hub.registry.models import Site

_NOT_CONTENT = {"csrfmiddlewaretoken", TOKEN, "at", "longitude", "latitude", "device"}
_NOT_CONTENT |= {"draft", "kind", "name"}
SHOWN_MAX = 300


@require_GET
@needs(VIEW)
def page(request: Request) -> HttpResponse:
    kept = list(drafts.visible(request.actor)[:SHOWN_MAX])
    context = {
        "patterns": [one for one in kept if one.kind == Draft.Kind.PATTERN],
        "drafts": [one for one in kept if one.kind == Draft.Kind.DRAFT],
        "may_edit": request.actor.may(EDIT),
        "may_issue": request.actor.may(ISSUE),
    }
    return render(request, "manifests/drafts.html", context)


@require_POST
@needs(EDIT)
def save(request: Request) -> HttpResponse:
    """Keep the issuing form as it stands; nothing in it is checked yet."""
    content = content_of(request.POST)
    site = queries.consignor_sites(request.actor).filter(uuid=uuid_or_none(content.get("site", "")))
    found = site.first()
    if found is None:
        raise Http404
    id = uuid_or_none(request.POST.get("draft", "")) or uuid7()
    kind = Draft.Kind.DRAFT
    if request.POST.get("kind") == Draft.Kind.PATTERN:
        # The draft stays what it is: a pattern is another thing, made of it.
        id, kind = uuid5(id, "pattern"), Draft.Kind.PATTERN
    name = request.POST.get("name", "") or name_of(content, found)
    drafts.save(id, found.organisation, content, kind=kind, name=name, by=request.actor)
    if kind == Draft.Kind.PATTERN:
        return done(request, reverse("manifests.draft.list"), _("Kept as a pattern."))
    return done(request, continue_url(id), _("Kept as a draft. Go on now or later."))


def content_of(posted: QueryDict) -> dict[str, str]:
    """What was written in the issuing form, by field name."""
    return {name: str(posted[name])[:400] for name in posted if name not in _NOT_CONTENT}


def continue_url(id: UUID) -> str:
    return f"{reverse('manifests.manifest.new')}?draft={id}"


def name_of(content: dict[str, str], site: Site) -> str:
    """ "lead batteries → refinery", as far as that is known."""
    waste = WasteType.objects.filter(slug=content.get("waste", "")).order_by("-pk").first()
    uuid = uuid_or_none(content.get("consignee_site", ""))
    to = Site.objects.select_related("organisation").filter(uuid=uuid).first() if uuid else None
    words = [str(waste.label) if waste else str(site), str(to.organisation) if to else ""]
    return " → ".join(word for word in words if word)


@require_POST
@needs(EDIT)
def delete(request: Request, uuid: UUID) -> HttpResponse:
    drafts.delete(_find(request, uuid), by=request.actor)
    return done(request, reverse("manifests.draft.list"), _("Deleted."))


@require_POST
@needs(EDIT)
def keep_manifest(request: Request, uuid: UUID) -> HttpResponse:
    """A pattern of a manifest that was issued before."""
    rows = queries.visible(request.actor).filter(uuid=uuid)
    manifest = rows.filter(consignor__in=sorted(request.actor.organisation_ids)).first()
    if manifest is None:
        raise Http404
    content = drafts.content_of(manifest)
    site = manifest.consignor_site
    drafts.save(
        uuid5(uuid, "pattern"),
        site.organisation,
        content,
        kind=Draft.Kind.PATTERN,
        name=name_of(content, site),
        by=request.actor,
    )
    return done(request, reverse("manifests.draft.list"), _("Kept as a pattern."))


def _find(request: Request, uuid: UUID) -> Draft:
    found = drafts.visible(request.actor, EDIT).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def begun(request: Request) -> tuple[dict[str, str], str]:
    """What the form begins with, and the key of its draft: ``?draft=`` or ``?from=`` a manifest.

    Raises ``Http404`` for what is not the reader's own.
    """
    if (uuid := uuid_or_none(request.GET.get("draft", ""))) is not None:
        draft: Any = drafts.visible(request.actor).filter(uuid=uuid).first()
        if draft is None:
            raise Http404
        of_draft = draft.kind == Draft.Kind.DRAFT
        return dict(draft.content), str(uuid if of_draft else uuid7())
    if (uuid := uuid_or_none(request.GET.get("from", ""))) is not None:
        rows = queries.visible(request.actor).filter(uuid=uuid)
        manifest = rows.filter(consignor__in=sorted(request.actor.organisation_ids)).first()
        if manifest is None:
            raise Http404
        return drafts.content_of(manifest), str(uuid7())
    return {}, str(uuid7())
