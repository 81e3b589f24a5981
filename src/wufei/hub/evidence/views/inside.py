"""For those who may see the record: its receipt; for officials: the state of the log."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.addresses import public_address
from wufei.hub.evidence import queries, receipts
from wufei.hub.evidence.entries import Kind
from wufei.hub.evidence.queries import LOG, RECEIPT
from wufei.hub.evidence.receipts import Record
from wufei.hub.evidence.words import check_path, title
from wufei.hub.ledger.models import Movement
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.manifests import codes
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.scope import seen_by


@require_GET
@needs(LOG)
def log(request: Request) -> HttpResponse:
    """How the log is: its size, how far it is behind, the latest root, and who has it."""
    context = {"state": queries.state(), "roots": queries.roots(30)}
    return render(request, "evidence/log.html", context)


@require_GET
@needs(RECEIPT)
def receipt(request: Request, uuid: UUID) -> HttpResponse:
    """The receipt of a signature or a movement, to read and to print."""
    record = _find(request, uuid)
    found = receipts.receipt(record)
    context = {
        "record": record,
        "found": found,
        "told": title(record),
        "back": _back(record),
        "qr": codes.svg(public_address(request, check_path(found))).decode(),
        "check_url": public_address(request, check_path(found)),
    }
    return render(request, "evidence/receipt.html", context)


@require_GET
@needs(RECEIPT)
def receipt_json(request: Request, uuid: UUID) -> HttpResponse:
    """The receipt as a file: docs/verify_receipt.py checks it without us."""
    record = _find(request, uuid)
    text = json.dumps(receipts.receipt(record).as_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{record.uuid}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
@needs(RECEIPT)
def of_manifest(request: Request, uuid: UUID) -> HttpResponse:
    """The part of a manifest's page that shows where its signatures are in the log."""
    manifest = Manifest.objects.filter(seen_by(request.actor, RECEIPT), uuid=uuid).first()
    if manifest is None:
        raise Http404
    signatures = list(manifest.signatures.order_by("number"))
    places = queries.places(Kind.SIGNATURE, signatures)
    return _part(request, [(title(one.record), one) for one in places])


@require_GET
@needs(RECEIPT)
def of_movement(request: Request, uuid: UUID) -> HttpResponse:
    """The same for a movement's page."""
    mine = movements_of(reach(request.actor, RECEIPT))
    movement = Movement.objects.filter(mine, uuid=uuid).first()
    if movement is None:
        raise Http404
    return _part(request, [(title(movement), *queries.places(Kind.MOVEMENT, [movement]))])


def _part(request: Request, rows: list[tuple[Any, ...]]) -> HttpResponse:
    return render(request, "evidence/_part.html", {"rows": rows})


def _find(request: Request, uuid: UUID) -> Record:
    record = queries.visible_record(request.actor, uuid)
    if record is None:
        raise Http404
    return record


def _back(record: Record) -> tuple[str, str]:
    """(words, address) of the page that the record stands on."""
    if isinstance(record, Signature):
        page = reverse("manifests.manifest.detail", args=[record.manifest.uuid])
        return str(record.manifest), page
    return title(record), reverse("ledger.movement", args=[record.uuid])
