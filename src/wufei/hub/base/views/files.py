"""Downloads of stored files: never shown inside our pages, never guessed at by a browser."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import path_of
from wufei.hub.base.streaming import attachment

MayOpen = Callable[[StoredFile, Actor], bool]
_rules: list[MayOpen] = []


def register_access(may_open: MayOpen) -> None:
    """Add a rule that opens files to more people than who handed them in (attachments of a …)."""
    _rules.append(may_open)


@require_GET
@needs("base.file.view")
def download(request: Request, uuid: UUID) -> HttpResponseBase:
    file = get_object_or_404(StoredFile, uuid=uuid)
    actor = request.actor
    if file.by != actor.id and not any(may_open(file, actor) for may_open in _rules):
        # As if it were not there: that it exists is nobody else's business.
        raise Http404
    return attachment(request, path_of(file).open("rb"), file.name, file.mime)
