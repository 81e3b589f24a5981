"""Manifests 转移联单: what travels from whom to whom, each step signed.

Signatures are append-only. The mass itself is in the ledger: a line's ``uuid`` is the manifest
line of its custody account, and the ids of its movements follow from it.
"""

from wufei.hub.manifests.models.access import Invitation, QueuedStep, SigningKey, SiteCode
from wufei.hub.manifests.models.documents import Manifest
from wufei.hub.manifests.models.drafts import Draft
from wufei.hub.manifests.models.journeys import Halt, Leg, Round, RoundStop
from wufei.hub.manifests.models.lines import Line, LineClaim, LineLot
from wufei.hub.manifests.models.numbers import IssuedNumber
from wufei.hub.manifests.models.revisions import Approval, Revision
from wufei.hub.manifests.models.routes import Route
from wufei.hub.manifests.models.signatures import Signature
from wufei.hub.manifests.models.states import (
    MOVING,
    OPEN,
    PATH,
    RECEIVED,
    Mode,
    Origin,
    Relation,
    Status,
    StepCode,
)

__all__ = [
    "MOVING",
    "OPEN",
    "PATH",
    "RECEIVED",
    "Approval",
    "Draft",
    "Halt",
    "Invitation",
    "IssuedNumber",
    "Leg",
    "Line",
    "LineClaim",
    "LineLot",
    "Manifest",
    "Mode",
    "Origin",
    "QueuedStep",
    "Relation",
    "Revision",
    "Round",
    "RoundStop",
    "Route",
    "Signature",
    "SigningKey",
    "SiteCode",
    "Status",
    "StepCode",
]
