"""Operations on the way of a load: several carriers one after the other, halts between."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.manifests import services
from wufei.hub.manifests.api import reading, schemas
from wufei.hub.manifests.api.operations import find, shown
from wufei.hub.manifests.services.checks import SIGN

router = Router(tags=["manifests"])


@operation(
    router,
    "POST",
    "/manifests/{uuid}/take-over",
    name="api.manifest.take_over",
    act=SIGN,
    summary=_("The next carrier takes the load over from the one before"),
    response=schemas.ManifestOut,
)
def take_over(request: ApiRequest, uuid: UUID, asked: schemas.TakeOverIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    services.take_over(
        manifest,
        signing=reading.signing_of(asked, asked.id),
        by=request.auth,
        vehicle=reading.vehicle_or_none(asked.vehicle),
        driver=reading.driver_or_none(asked.driver),
    )
    return shown(manifest, request.auth)


@operation(
    router,
    "PUT",
    "/manifests/{uuid}/legs/{number}",
    name="api.manifest.leg",
    act=SIGN,
    summary=_("Say with which vehicle and driver a leg will be driven, until it is"),
    response=schemas.ManifestOut,
)
def prepare(request: ApiRequest, uuid: UUID, number: int, asked: schemas.LegIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    services.prepare(
        manifest,
        number,
        vehicle=reading.vehicle_or_none(asked.vehicle),
        driver=reading.driver_or_none(asked.driver),
        by=request.auth,
    )
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/set-down",
    name="api.manifest.set_down",
    act=SIGN,
    summary=_("Leave the load at a place for a while"),
    response=schemas.ManifestOut,
)
def set_down(request: ApiRequest, uuid: UUID, asked: schemas.SetDownIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    site, signing = reading.site_of(asked.site, "site"), reading.signing_of(asked, asked.id)
    services.set_down(manifest, site, signing=signing, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/pick-up",
    name="api.manifest.pick_up",
    act=SIGN,
    summary=_("Take up again what was set down on the way"),
    response=schemas.ManifestOut,
)
def pick_up(request: ApiRequest, uuid: UUID, asked: schemas.PickUpIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    services.pick_up(
        manifest,
        signing=reading.signing_of(asked, asked.id),
        by=request.auth,
        vehicle=reading.vehicle_or_none(asked.vehicle),
        driver=reading.driver_or_none(asked.driver),
    )
    return shown(manifest, request.auth)
