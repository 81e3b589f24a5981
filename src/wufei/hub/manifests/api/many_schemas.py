"""Shapes of signing the same step of many manifests at once."""

from uuid import UUID

from pydantic import BaseModel, Field

from wufei.hub.manifests.api.schemas import SigningIn, StepValues
from wufei.hub.manifests.services.bulk import AT_ONCE_MAX


class OneOfManyIn(StepValues):
    """The step of one of many manifests."""

    manifest: UUID


class ManyIn(SigningIn):
    """The same step of many manifests, signed by one person at one time."""

    items: list[OneOfManyIn] = Field(min_length=1, max_length=AT_ONCE_MAX)


class OutcomeOut(BaseModel):
    """What came of one of many: its signature's digest, or the refusal."""

    id: UUID
    manifest: UUID
    signed: bool
    digest: str = ""
    code: str = ""
    message: str = ""
    field: str = ""


class ManyOut(BaseModel):
    """Outcomes in the order of what was sent."""

    signed: int
    refused: int
    items: list[OutcomeOut]
