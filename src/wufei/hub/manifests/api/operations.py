"""Operations on manifests: read, issue, sign, scan, cancel."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from wufei.hub.base.actor import Actor
from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.api import reading, schemas, showing
from wufei.hub.manifests.measures import measure, measure_or_none
from wufei.hub.manifests.models import Manifest, Status
from wufei.hub.manifests.refusals import UnknownQr
from wufei.hub.manifests.services.checks import ISSUE, SIGN
from wufei.hub.registry.models import Vehicle

router = Router(tags=["manifests"])
# A writer's transaction is over by then; what it wrote is told again rather than never.
_OVERLAP = timedelta(minutes=1)


@operation(
    router,
    "GET",
    "/manifests",
    name="api.manifest.list",
    act=queries.VIEW,
    summary=_("Manifests that you may see, those first that changed first"),
    response=schemas.Page,
)
def list_manifests(request: ApiRequest, asked: Query[schemas.ListQuery]) -> dict[str, Any]:
    as_of = timezone.now() - _OVERLAP
    rows = queries.visible(request.auth)
    if asked.status:
        if asked.status not in Status.values:
            text = _("Choose one of: %(values)s.") % {"values": ", ".join(Status.values)}
            raise Invalid(text, field="status")
        rows = rows.filter(status=asked.status)
    if asked.domain:
        rows = rows.filter(domain=asked.domain)
    if asked.changed_since:
        rows = rows.filter(changed_at__gte=asked.changed_since)
    if asked.after:
        rows = rows.filter(_beyond(asked.after))
    found = list(rows.order_by("changed_at", "uuid")[: asked.limit + 1])
    more = len(found) > asked.limit
    return {
        "items": [showing.short(one) for one in found[: asked.limit]],
        "next": _cursor(found[asked.limit - 1]) if more else "",
        "as_of": as_of,
    }


@operation(
    router,
    "GET",
    "/manifests/{uuid}",
    name="api.manifest.detail",
    act=queries.VIEW,
    summary=_("One manifest with its lines and signatures"),
    response=schemas.ManifestOut,
)
def show_manifest(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    return showing.whole(find(request.auth, uuid), request.auth)


@operation(
    router,
    "PUT",
    "/manifests/{uuid}",
    name="api.manifest.issue",
    act=ISSUE,
    summary=_("Issue a manifest; the id is yours, and sending it again changes nothing"),
    response=schemas.ManifestOut,
)
def issue(request: ApiRequest, uuid: UUID, asked: schemas.ManifestIn) -> dict[str, Any]:
    signing = reading.signing_of(asked, uuid5(uuid, "issue"))
    new = reading.new_manifest(asked)
    manifest = services.issue(new, id=uuid, signing=signing, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/steps/{step}",
    name="api.manifest.sign",
    act=SIGN,
    summary=_("Sign a step: load, arrive, accept or close"),
    response=schemas.ManifestOut,
)
def sign(request: ApiRequest, uuid: UUID, step: str, asked: schemas.StepIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    services.sign(
        manifest,
        step,
        signing=reading.signing_of(asked, asked.id),
        values=reading.values_of(asked, manifest),
        by=request.auth,
    )
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/cancel",
    name="api.manifest.cancel",
    act=ISSUE,
    summary=_("Withdraw a manifest that only its issuer has signed"),
    response=schemas.ManifestOut,
)
def cancel(request: ApiRequest, uuid: UUID, asked: schemas.CancelIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    services.cancel(manifest, reason=asked.reason, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/scans/out",
    name="api.scan.out",
    act=ISSUE,
    summary=_("A truck leaves the gate: issue and load in one"),
    response=schemas.ManifestOut,
)
def scan_out(request: ApiRequest, asked: schemas.ScanOutIn) -> dict[str, Any]:
    truck = _truck(asked.truck)
    new, weighed = reading.leaving(asked, truck)
    signing = reading.signing_of(asked, asked.id)
    manifest = services.scan_out(truck, new, weighed, id=asked.id, signing=signing, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/scans/in",
    name="api.scan.in",
    act=SIGN,
    summary=_("A truck arrives: arrival and acceptance in one"),
    response=schemas.ManifestOut,
)
def scan_in(request: ApiRequest, asked: schemas.ScanInIn) -> dict[str, Any]:
    manifest = _arriving(asked, request.auth)
    waste = manifest.lines.select_related("waste")[0].waste
    told = asked.accepted
    accepted = measure_or_none(waste, told.value, told.unit) if told else None
    services.scan_in(
        manifest,
        measure(waste, asked.weighed_in.value, asked.weighed_in.unit),
        signing=reading.signing_of(asked, asked.id),
        difference_reason=asked.difference_reason,
        accepted=accepted,
        refusal_reason=asked.refusal_reason,
        by=request.auth,
    )
    return shown(manifest, request.auth)


@operation(
    router,
    "GET",
    "/vehicles/{vehicle}/manifest",
    name="api.vehicle.manifest",
    act=queries.VIEW,
    summary=_("The manifest of the load that a vehicle carries now"),
    response=schemas.ManifestOut,
)
def of_vehicle(request: ApiRequest, vehicle: str) -> dict[str, Any]:
    truck = reading.vehicle_or_none(vehicle)
    found = queries.open_of_vehicle(truck.pk) if truck else None
    if found is None:
        raise NotFound()
    return showing.whole(find(request.auth, found.uuid), request.auth)


def find(actor: Actor, uuid: UUID) -> Manifest:
    found = queries.visible(actor).filter(uuid=uuid).first()
    if found is None:
        raise NotFound()
    return found


def shown(manifest: Manifest, actor: Actor) -> dict[str, Any]:
    return showing.whole(find(actor, manifest.uuid), actor)


def _truck(text: str) -> Vehicle:
    """By its scanned code, uuid or plate."""
    if "/" in text:
        scanned = queries.scanned(text)
        if not isinstance(scanned, Vehicle):
            raise UnknownQr(field="truck")
        return scanned
    truck = reading.vehicle_or_none(text)
    if truck is None:
        raise UnknownQr(field="truck")
    return truck


def _arriving(asked: schemas.ScanInIn, actor: Actor) -> Manifest:
    """The manifest that a scan at the receiving site means.

    Sending a scan again finds the same one, though the truck may carry the next load by then.
    """
    if earlier := queries.scanned_in_by(asked.id):
        return find(actor, earlier.uuid)
    uuid = reading.uuid_or_none(asked.code)
    if uuid and not Vehicle.objects.filter(uuid=uuid).exists():
        return find(actor, uuid)
    if "/" in asked.code:
        scanned = queries.scanned(asked.code)
        if isinstance(scanned, Manifest):
            if not queries.visible(actor).filter(pk=scanned.pk).exists():
                # As if it were none: its answer tells nobody that there is one.
                raise UnknownQr(field="code")
            return scanned
        truck: Vehicle | None = scanned
    else:
        truck = reading.vehicle_or_none(asked.code)
    found = queries.open_of_vehicle(truck.pk) if truck else None
    if found is None:
        raise NotFound()
    return find(actor, found.uuid)


def _cursor(manifest: Manifest) -> str:
    text = f"{manifest.changed_at.isoformat()} {manifest.uuid}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _beyond(cursor: str) -> Q:
    """Condition on what comes after the last row of the page before."""
    try:
        at, uuid = base64.urlsafe_b64decode(cursor).decode().split(" ")
        changed_at, last = datetime.fromisoformat(at), UUID(uuid)
    except (ValueError, binascii.Error):
        text = _("This is no “next” of an earlier page. Leave it out to begin anew.")
        raise Invalid(text, field="after") from None
    return Q(changed_at__gt=changed_at) | Q(changed_at=changed_at, uuid__gt=last)
