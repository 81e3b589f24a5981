"""Operations on refused mass: back to where it came from, on to another plant."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.manifests import services
from wufei.hub.manifests.api import reading, schemas
from wufei.hub.manifests.api.operations import find, shown
from wufei.hub.manifests.services.checks import SIGN
from wufei.hub.manifests.services.linked import LINKED
from wufei.hub.registry.models import Organisation

router = Router(tags=["manifests"])


@operation(
    router,
    "POST",
    "/manifests/{uuid}/send-back",
    name="api.manifest.send_back",
    act=LINKED,
    summary=_("Return what was refused, on a manifest of its own"),
    response=schemas.ManifestOut,
)
def send_back(request: ApiRequest, uuid: UUID, asked: schemas.LinkedIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    linked = services.send_back(manifest, by=request.auth, **_way(asked))
    return shown(linked, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/send-on",
    name="api.manifest.send_on",
    act=LINKED,
    summary=_("Send what was refused on to another plant, on a manifest of its own"),
    response=schemas.ManifestOut,
)
def send_on(request: ApiRequest, uuid: UUID, asked: schemas.SendOnIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    site = reading.site_of(asked.consignee_site, "consignee_site")
    linked = services.send_on(manifest, site, by=request.auth, **_way(asked))
    return shown(linked, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/redirect",
    name="api.manifest.redirect",
    act=SIGN,
    summary=_("Send a load that was refused whole on to another plant, under the same manifest"),
    response=schemas.ManifestOut,
)
def redirect(request: ApiRequest, uuid: UUID, asked: schemas.RedirectIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    site = reading.site_of(asked.consignee_site, "consignee_site")
    signing = reading.signing_of(asked, asked.id)
    services.redirect(manifest, site, signing=signing, by=request.auth)
    return shown(manifest, request.auth)


def _way(asked: schemas.LinkedIn) -> dict[str, Any]:
    carrier, rows = None, Organisation.objects.all()
    if asked.carrier:
        carrier = reading.found(rows.filter(uuid=asked.carrier), asked.carrier, "carrier")
    return {
        "id": asked.id,
        "signing": reading.signing_of(asked, asked.id),
        "carrier": carrier,
        "vehicle": reading.vehicle_or_none(asked.vehicle),
        "driver": reading.driver_or_none(asked.driver),
        "truck_stays": asked.truck_stays,
    }
