"""The same step of many manifests, signed at once."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Router

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import NotFound, Refusal
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.api import many_schemas, reading
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services.checks import SIGN

router = Router(tags=["manifests"])
Outcome = Signature | Refusal


@operation(
    router,
    "POST",
    "/manifests/steps/{step}",
    name="api.manifest.sign_many",
    act=SIGN,
    summary=_("Sign the same step of many manifests; each is judged alone"),
    response=many_schemas.ManyOut,
)
def sign_many(request: ApiRequest, step: str, asked: many_schemas.ManyIn) -> dict[str, Any]:
    uuids = [item.manifest for item in asked.items]
    rows = queries.visible(request.auth).filter(uuid__in=uuids)
    seen = {manifest.uuid: manifest for manifest in rows}
    ready: dict[int, services.ToSign] = {}
    outcomes: dict[int, Outcome] = {}
    for number, item in enumerate(asked.items):
        try:
            ready[number] = _to_sign(item, asked, seen.get(item.manifest))
        except Refusal as refusal:
            outcomes[number] = refusal
    found = services.sign_many(step, list(ready.values()), by=request.auth)
    outcomes |= dict(zip(ready, found, strict=True))
    items = [_told(item, outcomes[number]) for number, item in enumerate(asked.items)]
    signed = sum(item["signed"] for item in items)
    return {"signed": signed, "refused": len(items) - signed, "items": items}


def _to_sign(
    item: many_schemas.OneOfManyIn, asked: many_schemas.ManyIn, manifest: Manifest | None
) -> services.ToSign:
    if manifest is None:
        raise NotFound()
    values = reading.values_of(item, manifest)
    return services.ToSign(manifest, reading.signing_of(asked, item.id), values)


def _told(item: many_schemas.OneOfManyIn, outcome: Outcome) -> dict[str, Any]:
    told = {"id": item.id, "manifest": item.manifest}
    if isinstance(outcome, Refusal):
        said = {"code": outcome.code, "message": str(outcome), "field": outcome.field}
        return told | {"signed": False, **said}
    return told | {"signed": True, "digest": outcome.content_digest}
