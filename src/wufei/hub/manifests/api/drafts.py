"""Operations on drafts and patterns: of one's own organisations only."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import NotFound
from wufei.hub.manifests.api import reading, schemas
from wufei.hub.manifests.api.showing import named
from wufei.hub.manifests.models import Draft
from wufei.hub.manifests.services import drafts

router = Router(tags=["drafts"])
LISTED_MAX = 500


@operation(
    router,
    "GET",
    "/drafts",
    name="api.draft.list",
    act=drafts.VIEW,
    summary=_("Drafts and patterns of your own organisations"),
    response=list[schemas.DraftOut],
)
def list_drafts(request: ApiRequest) -> list[dict[str, Any]]:
    return [_shown(one) for one in drafts.visible(request.auth)[:LISTED_MAX]]


@operation(
    router,
    "PUT",
    "/drafts/{uuid}",
    name="api.draft.save",
    act=drafts.EDIT,
    summary=_("Keep a draft or a pattern; nothing in it is checked yet"),
    response=schemas.DraftOut,
)
def save(request: ApiRequest, uuid: UUID, asked: schemas.DraftIn) -> dict[str, Any]:
    site = reading.site_of(asked.site, "site")
    draft = drafts.save(
        uuid,
        site.organisation,
        asked.content | {"site": str(asked.site)},
        kind=asked.kind,
        name=asked.name,
        by=request.auth,
    )
    return _shown(draft)


@operation(
    router,
    "DELETE",
    "/drafts/{uuid}",
    name="api.draft.delete",
    act=drafts.EDIT,
    summary=_("Throw a draft or a pattern away"),
    response={204: None},
)
def delete(request: ApiRequest, uuid: UUID) -> Status[None]:
    draft = drafts.visible(request.auth, drafts.EDIT).filter(uuid=uuid).first()
    if draft is None:
        raise NotFound()
    drafts.delete(draft, by=request.auth)
    return Status(204, None)


def _shown(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.uuid,
        "kind": draft.kind,
        "name": draft.name,
        "organisation": named(draft.organisation),
        "content": draft.content,
        "changed_at": draft.changed_at,
    }
