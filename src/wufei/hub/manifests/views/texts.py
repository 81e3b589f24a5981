"""Where the SMS gateway delivers what drivers and keepers write; off unless a secret is set."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wufei.hub.base import sms as gateway
from wufei.hub.base.access import public
from wufei.hub.base.errors import REFUSED, as_refusal
from wufei.hub.manifests.forms.texts import perform
from wufei.hub.manifests.models import StepCode
from wufei.hub.manifests.services import sms

# A gateway keeps what it could not deliver; what is older was overtaken by paper.
_AGE_MAX = timedelta(hours=12)
_REPLY_MAX = 140


@public
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """One message, as JSON ``{"id", "from", "text", "at"?}``; answers ``{"reply"}``.

    The gateway signs it (``base.sms``): 401 where it did not. ``at`` is when it was sent
    (ISO 8601). The reply also goes out by the gateway where one is set up.
    """
    if not settings.SMS_SECRET:
        raise Http404
    stamp = request.headers.get(gateway.TIMESTAMP, "")
    given = request.headers.get(gateway.SIGNATURE, "")
    if not gateway.is_genuine(stamp, given, request.body):
        return JsonResponse({"error": {"code": "not_genuine"}}, status=401)
    try:
        told = json.loads(request.body)
        message, phone, text = (str(told[part])[:200] for part in ("id", "from", "text"))
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": {"code": "bad_message"}}, status=422)
    with translation.override(settings.LANGUAGE_CODE):
        reply = _reply(message, phone, text, _sent_at(told.get("at")))[:_REPLY_MAX]
    gateway.sender().send(phone, reply)
    return JsonResponse({"reply": reply})


def _reply(message: str, phone: str, text: str, at: datetime) -> str:
    try:
        signer = sms.signer_of(phone)
        told = sms.read(text)
        manifest = perform(message, told, at, signer)
    except REFUSED as error:
        return str(as_refusal(error))
    said = {"step": StepCode(told.step).label, "number": manifest}
    said |= {"value": told.value, "unit": told.unit}
    return _("Signed: %(step)s, %(number)s, %(value)s %(unit)s.") % said


def _sent_at(told: Any) -> datetime:
    """When it was sent, where the gateway says so and it can be true; else now."""
    now = timezone.now()
    try:
        at = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if now - _AGE_MAX <= at <= now else now
