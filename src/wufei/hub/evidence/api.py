"""Receipts over the API, for programs that keep them beside their own records."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import NotFound
from wufei.hub.evidence import receipts
from wufei.hub.evidence.queries import RECEIPT, visible_record

router = Router()


class Leaf(Schema):
    hash: str
    number: int | None


class Proof(Schema):
    size: int
    path: list[str]
    root: str


class SignedRoot(Schema):
    note: str
    signature: str
    public_key: str


class Disclosed(Schema):
    salt: str
    value: str


class ReceiptOut(Schema):
    """As in the file; docs/guide/evidence.md says what each part is."""

    format: str
    entry: str
    disclosed: dict[str, Disclosed]
    leaf: Leaf
    proof: Proof | None
    root: SignedRoot | None


@operation(
    router,
    "GET",
    "/receipts/{uuid}",
    name="api.receipt",
    act=RECEIPT,
    summary=_("The receipt of a signature or a movement; its proof once it was numbered"),
    response=ReceiptOut,
)
def receipt(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    record = visible_record(request.auth, uuid)
    if record is None:
        raise NotFound()
    return receipts.receipt(record).as_json()
