"""Pictures of codes, and what is printed: the manifest, a truck's code, a page of labels."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from wufei.hub.audit import services as audit
from wufei.hub.base import printing
from wufei.hub.base.access import Request, needs
from wufei.hub.base.addresses import public_address
from wufei.hub.manifests import codes, papers, printed
from wufei.hub.manifests.views.common import VIEW, find
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.queries import visible_vehicles

VEHICLE = "registry.vehicle.view"
LABELS = 12
_A_DAY = 86_400


@require_GET
@needs(VIEW)
@cache_control(private=True, max_age=_A_DAY)
def manifest_code(request: Request, uuid: UUID) -> HttpResponse:
    """The manifest's QR code as a picture."""
    manifest = find(request.actor, uuid)
    return _picture(public_address(request, codes.manifest_path(manifest)))


@require_GET
@needs(VEHICLE)
@cache_control(private=True, max_age=_A_DAY)
def truck_code(request: Request, uuid: UUID) -> HttpResponse:
    """The truck's fixed code as a picture."""
    return _picture(public_address(request, codes.truck_path(_truck(request, uuid))))


def _picture(text: str) -> HttpResponse:
    return HttpResponse(codes.svg(text), content_type="image/svg+xml")


def _truck(request: Request, uuid: UUID) -> Vehicle:
    found = visible_vehicles(request.actor).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require_GET
@needs(VIEW)
def manifest_pdf(request: Request, uuid: UUID) -> HttpResponse:
    """The document on paper, with its code; that it names contacts is kept."""
    manifest = find(request.actor, uuid)
    path = codes.manifest_path(manifest)
    data = papers.document(manifest)
    data["qr"] = codes.svg(public_address(request, path)).decode()
    data["parts"] = [_part(request, part) for part in printed.parts(manifest)]
    if papers.contacts_shown(manifest):
        subject = f"manifests.manifest:{manifest.uuid}"
        audit.record_read(request.actor, "manifests:contacts", subject=subject)
    return _pdf("manifests/manifest.typ", data, f"{manifest}.pdf")


@require_GET
@needs(VEHICLE)
def truck_pdf(request: Request, uuid: UUID) -> HttpResponse:
    """``?labels`` gives a page of small ones to stick on, else one sheet for the window."""
    truck = _truck(request, uuid)
    data = {
        "title": truck.plate,
        "plate": _spaced(truck.plate),
        "carrier": str(truck.carrier),
        "kind": truck.get_kind_display(),
        "hint": _("Show this code to the gate or the receiving site."),
        "count": LABELS,
        "qr": codes.svg(public_address(request, codes.truck_path(truck))).decode(),
    }
    template = "manifests/labels.typ" if "labels" in request.GET else "manifests/truck.typ"
    return _pdf(template, data, f"{truck.plate}.pdf")


def _spaced(plate: str) -> str:
    return f"{plate[:2]}·{plate[2:]}"


def _pdf(template: str, data: dict[str, Any], name: str) -> HttpResponse:
    response = HttpResponse(printing.pdf(template, data), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return response


def _part(request: Request, part: printed.Part) -> dict[str, Any]:
    code = codes.svg(public_address(request, part.path)).decode() if part.path else ""
    return {
        "title": part.title,
        "lines": [list(line) for line in part.lines],
        "qr": code,
        "hint": part.hint,
    }
