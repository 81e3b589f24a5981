"""Pictures of codes, and what is printed: the manifest, a truck's code, a page of labels."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from wufei.hub.base import printing
from wufei.hub.base.access import Request, needs
from wufei.hub.base.addresses import public_address
from wufei.hub.base.tables import show
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.manifests import codes, printed, reading
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.reading import Stop
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
    """The document on paper, with its code."""
    manifest = find(request.actor, uuid)
    path = codes.manifest_path(manifest)
    data = _document(manifest) | {"qr": codes.svg(public_address(request, path)).decode()}
    data["parts"] = [_part(request, part) for part in printed.parts(manifest)]
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


def _document(manifest: Manifest) -> dict[str, Any]:
    template = reading.template_of(manifest)
    return {
        "title": f"{template.name} {manifest}",
        "subtitle": f"{manifest.get_status_display()} · {template.authority}",
        "facts": [[str(label), value] for label, value in _facts(manifest) if value],
        "lines": _lines(manifest),
        "steps": [_step(stop) for stop in reading.stops(manifest)],
        "words": {
            "waste": _("Waste"),
            "declared": _("Declared (t)"),
            "out": _("Weighed out (t)"),
            "in": _("Weighed in (t)"),
            "accepted": _("Accepted (t)"),
            "difference": _("Difference"),
            "method": pgettext("manifest", "Method"),
            "step": _("Step"),
            "who": _("Signed by"),
            "when": _("Signed at"),
            "digest": _("Digest of what was signed"),
            "scan": _("Scan to see or sign"),
        },
    }


def _facts(manifest: Manifest) -> list[tuple[Any, str]]:
    vehicle, driver = manifest.vehicle, manifest.driver
    return [
        (_("Number"), manifest.local_id),
        (_("Number of the authority"), manifest.authority_no or ""),
        (_("Consignor"), f"{manifest.consignor.name} · {manifest.consignor_site}"),
        (pgettext("manifest", "Carrier"), manifest.carrier.name),
        (_("Consignee"), f"{manifest.consignee.name} · {manifest.consignee_site}"),
        (_("Vehicle"), vehicle.plate if vehicle else ""),
        (_("Driver"), str(driver) if driver else ""),
        (_("Route"), str(manifest.route) if manifest.route else ""),
        (_("Issued at"), show.text(manifest.issued_at)),
        (_("Reason for the difference"), manifest.difference_reason),
        (_("Remark"), manifest.note),
    ]


def _lines(manifest: Manifest) -> list[list[str]]:
    rows = []
    for load in reading.loads(manifest):
        line, off = load.line, load.difference
        masses = (line.declared_g, line.weighed_out_g, line.weighed_in_g, line.accepted_g)
        rows.append(
            [
                str(line.waste),
                *["—" if mass_g is None else tonnes_text(mass_g) for mass_g in masses],
                f"{off.permille:+} ‰".replace("-", "−") if off else "—",
                str(load.method),
            ]
        )
    return rows


def _step(stop: Stop) -> list[str]:
    signature = stop.signature
    who = f"{stop.organisation} · {stop.who}" if stop.who else ""
    return [
        str(stop.label),
        who or (_("by itself: the weights agree") if stop.by_itself else "—"),
        show.text(stop.at),
        signature.content_digest if signature else "",
    ]
