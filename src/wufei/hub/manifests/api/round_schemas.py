"""What the API of collection rounds takes and gives."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from wufei.hub.base.api import In
from wufei.hub.manifests.api.schemas import LotIn, MassIn, Named, SigningIn, Text, VehicleOut


class RoundIn(In):
    """A round to begin; its id is the address that it is put to."""

    template: str = Field(max_length=40, description="Code of a template of rounds.")
    carrier: UUID
    vehicle: str = Field(max_length=40, description="uuid or plate.")
    driver: UUID | None = None
    destination: UUID
    stops: list[UUID] = Field(max_length=200, description="Sites in the order of the calls.")
    started_at: AwareDatetime


class StopIn(In):
    site: UUID


class LoadIn(In):
    """One waste as weighed or counted at the stop."""

    waste: str = Field(max_length=40)
    weighed: MassIn
    method: str = Field("", max_length=40)
    lots: list[LotIn] = Field(default_factory=list, max_length=200)
    containers: int | None = Field(None, ge=1, le=100_000)


class CollectIn(SigningIn):
    """``id`` is the signature's own key; ``manifest`` where the consignor has issued one."""

    id: UUID
    loads: list[LoadIn] = Field(max_length=20)
    manifest: UUID | None = None


class ReasonIn(In):
    reason: Text


class LineWeightIn(MassIn):
    line: UUID


class CorrectIn(SigningIn):
    """Masses by line of the stop; a line that is left out was never loaded."""

    id: UUID
    weighed: list[LineWeightIn] = Field(max_length=20)
    reason: Text = ""


class FinishIn(In):
    """``reason`` is why stops that are left were not called at."""

    ended_at: AwareDatetime
    reason: Text = ""


class ReceiveIn(SigningIn):
    """One weight for all; ``accept`` signs the acceptance as well."""

    id: UUID
    weighed_in: MassIn
    accept: bool = False


class StopOut(BaseModel):
    number: int
    site: Named
    done_at: datetime | None
    skipped: str


class RoundOut(BaseModel):
    id: UUID
    number: str
    template: str
    carrier: Named
    vehicle: VehicleOut
    driver: UUID | None
    destination: Named
    started_at: datetime
    ended_at: datetime | None
    stops: list[StopOut]
    manifests: list[UUID]
