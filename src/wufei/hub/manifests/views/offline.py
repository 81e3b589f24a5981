"""For phones without network: their keys, and what they send once there is network again."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.base.middleware import answer
from wufei.hub.manifests.forms.queued import perform
from wufei.hub.manifests.models import QueuedStep, SigningKey
from wufei.hub.manifests.services import conflicts, keys, queue
from wufei.hub.manifests.views.common import SIGN, clock_ms, done

STEPS_MAX = 50
logger = logging.getLogger(__name__)


def _body(request: Request) -> Mapping[str, Any]:
    try:
        told = json.loads(request.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Invalid(_("Send one JSON object."))
    return told


# Keys.
@require_POST
@needs(SIGN)
def register(request: Request) -> HttpResponse:
    """Take this phone's public key; the answer also tells our clock."""
    try:
        told = _body(request)
        id, name, public_key = (str(told.get(part, "")) for part in ("id", "name", "public_key"))
        try:
            uuid = UUID(id)
        except ValueError:
            raise Invalid(_("An id is a UUID."), field="id") from None
        keys.register(uuid, name=name, public_key=public_key, by=request.actor)
    except Refusal as refusal:
        # Only scripts ask, whatever they say that they accept.
        request.META["HTTP_ACCEPT"] = "application/json"
        return answer(request, refusal)
    return JsonResponse({"now_ms": clock_ms()})


@require_GET
@needs(SIGN)
def phones(request: Request) -> HttpResponse:
    """My phones that have a key."""
    rows = keys.own(request.actor)
    return render(request, "manifests/phones.html", {"phones": rows})


@require_POST
@needs(SIGN)
def revoke(request: Request, uuid: UUID) -> HttpResponse:
    """Withdraw the key of a phone that was lost or given away."""
    person = keys.person(request.actor)
    key = get_object_or_404(SigningKey, uuid=uuid, user=person)
    keys.revoke(key, by=request.actor)
    return done(request, reverse("manifests.phones"), _("The key is withdrawn."))


# What waited.
@csrf_exempt
@require_POST
@needs(SIGN)
def send(request: Request) -> HttpResponse:
    """Steps that were signed without network, each with what became of it.

    No CSRF token is asked for: nobody but this person's own phone can sign an entry, and pages
    that were open for hours have old tokens.
    """
    try:
        told = _body(request)
    except Refusal as refusal:
        request.META["HTTP_ACCEPT"] = "application/json"
        return answer(request, refusal)
    entries = told.get("entries")
    known = entries[:STEPS_MAX] if isinstance(entries, list) else []
    results = [_taken(request, raw) for raw in known]
    return JsonResponse({"now_ms": clock_ms(), "results": results})


def _taken(request: Request, raw: Any) -> dict[str, Any]:
    id = str(raw.get("id", "")) if isinstance(raw, dict) else ""
    try:
        row = queue.take(raw, perform, by=request.actor)
    except Refusal as refusal:
        return {"id": id, "outcome": "kept", "code": refusal.code, "message": str(refusal)}
    except Exception:
        # One step that meets a mistake of ours must not hold up those behind it.
        logger.exception("a queued step could not be taken")
        text = _("The server could not do this. The step stays on the phone.")
        return {"id": id, "outcome": "kept", "code": "server_error", "message": text}
    if row.outcome == QueuedStep.Outcome.SIGNED:
        conflicts.try_later_ones(row, perform)
    return _told(row)


def _told(row: QueuedStep) -> dict[str, Any]:
    manifest, conflict = row.manifest, row.outcome == QueuedStep.Outcome.CONFLICT
    if conflict:
        url = reverse("manifests.conflict.detail", args=[row.uuid])
    else:
        url = reverse("manifests.qr", args=[manifest.uuid]) if manifest else ""
    return {
        "id": str(row.uuid),
        "outcome": row.outcome,
        "code": row.refusal,
        "message": row.message,
        "number": str(manifest) if manifest else row.provisional_no,
        "url": url,
    }
