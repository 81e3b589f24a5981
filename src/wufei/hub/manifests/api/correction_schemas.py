"""What the API takes and gives of revisions, edits, emergencies and papers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from wufei.hub.base.api import In
from wufei.hub.manifests.api.schemas import (
    CarrierIn,
    LotIn,
    ManifestIn,
    Named,
    SigningIn,
    Text,
    WeightIn,
)


class MethodIn(In):
    line: UUID | None = None
    method: str = Field(max_length=40)


class ContainersIn(In):
    line: UUID | None = None
    containers: int = Field(ge=1, le=100_000)


class ChangesIn(In):
    """Fields to change; what is left out stays as it is. Of lines: each that changes."""

    declared: list[WeightIn] = Field(default_factory=list, max_length=20)
    weighed_out: list[WeightIn] = Field(default_factory=list, max_length=20)
    weighed_in: list[WeightIn] = Field(default_factory=list, max_length=20)
    accepted: list[WeightIn] = Field(default_factory=list, max_length=20)
    method: list[MethodIn] = Field(default_factory=list, max_length=20)
    containers: list[ContainersIn] = Field(default_factory=list, max_length=20)
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None
    route: str = Field("", max_length=40, description="uuid or code.")
    note: Text | None = None
    authority_no: str | None = Field(None, max_length=40)
    refusal_reason: Text | None = None
    difference_reason: Text | None = None


class RevisionIn(In):
    """A correction to propose; ``id`` is its own key, so that it can be sent again."""

    id: UUID
    reason: Text
    changes: ChangesIn


class AnnulmentIn(In):
    id: UUID
    reason: Text


class DecisionIn(SigningIn):
    """``id`` is the key of the signature that applies the revision where this is the last one."""

    id: UUID
    decision: Literal["approve", "refuse"]
    comment: Text = ""


class EditIn(SigningIn):
    """What changes of a manifest that only its issuer has signed; ``id`` is the signature's key."""

    id: UUID
    carrier: UUID | None = None
    consignee_site: UUID | None = None
    alternate_site: UUID | None = None
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None
    route: str = Field("", max_length=40, description="uuid or code.")
    note: Text | None = None
    declared: list[WeightIn] = Field(default_factory=list, max_length=20)
    method: list[MethodIn] = Field(default_factory=list, max_length=20)
    containers: list[ContainersIn] = Field(default_factory=list, max_length=20)
    lots: list[LotIn] | None = Field(
        None, max_length=200, description="All containers that travel, of a manifest with one line."
    )
    further_carriers: list[CarrierIn] | None = Field(None, max_length=10)


class EmergencyIn(ManifestIn):
    left_open: list[str] = Field(default_factory=list, max_length=20)
    reason: Text


class CompleteIn(SigningIn):
    id: UUID
    values: ChangesIn


class LoadedOnPaper(In):
    signed_at: AwareDatetime
    weighed_out: list[WeightIn] = Field(max_length=20)
    vehicle: str = Field(max_length=40, description="uuid or plate.")
    driver: UUID | None = None


class ArrivedOnPaper(In):
    signed_at: AwareDatetime
    weighed_in: list[WeightIn] = Field(max_length=20)


class AcceptedOnPaper(In):
    signed_at: AwareDatetime
    accepted: list[WeightIn] = Field(default_factory=list, max_length=20)
    refusal_reason: Text = ""
    difference_reason: Text = ""


class PaperIn(ManifestIn):
    """A paper: the manifest as issued on it, the steps signed on it, and its scans (``files``)."""

    scan: UUID
    receipt: UUID | None = None
    reason: Text = ""
    load: LoadedOnPaper
    arrive: ArrivedOnPaper | None = None
    accept: AcceptedOnPaper | None = None


# What comes back.
class FileOut(BaseModel):
    id: UUID
    name: str
    size: int


class ApprovalOut(BaseModel):
    party: str
    organisation: Named
    decision: str
    comment: str
    decided_at: datetime | None


class RevisionOut(BaseModel):
    """``changes`` and ``before`` as signatures keep them: rows by uuid, masses with grams."""

    id: UUID
    manifest: UUID
    number: str
    kind: str
    state: str
    reason: str
    party: str
    organisation: Named
    proposed_at: datetime
    ended_at: datetime | None
    changes: dict[str, Any]
    before: dict[str, Any]
    approvals: list[ApprovalOut]
