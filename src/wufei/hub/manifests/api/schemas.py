"""What the API of the manifests takes and gives; masses are text with a unit."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from wufei.hub.base.api import In

Text = Annotated[str, Field(max_length=300)]


class MassIn(In):
    value: str = Field(max_length=40, description="A number as text, like “12.5”.")
    unit: str = Field(max_length=8, description="t, kg, g, m3 or piece.")


class LotIn(In):
    lot: UUID
    mass: MassIn


class LineIn(In):
    waste: str = Field(max_length=40, description="Code of the waste, like “900-249-08”.")
    declared: MassIn
    method: str = Field("", max_length=40)
    lots: list[LotIn] = Field(default_factory=list, max_length=200)
    containers: int | None = Field(None, ge=1, le=100_000)


class CarrierIn(In):
    """Who takes the load over from the carrier before."""

    carrier: UUID
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None


class LegIn(In):
    """With what a leg will be driven; what is left out is open again."""

    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None


class SigningIn(In):
    """When and where somebody signs; ``signed_at`` with its offset from UTC."""

    signed_at: AwareDatetime
    longitude: Decimal | None = Field(None, ge=-180, le=180, description="WGS-84, degrees.")
    latitude: Decimal | None = Field(None, ge=-90, le=90)
    device: str = Field("", max_length=80)


class ManifestIn(SigningIn):
    """A manifest to issue; its id is the address that it is put to."""

    consignor_site: UUID
    carrier: UUID
    consignee_site: UUID
    lines: list[LineIn] = Field(max_length=20)
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None
    route: str = Field("", max_length=40, description="uuid or code.")
    authority_no: str = Field("", max_length=40)
    note: Text = ""
    further_carriers: list[CarrierIn] = Field(
        default_factory=list, max_length=10, description="One after the other, after “carrier”."
    )
    alternate_site: UUID | None = Field(
        None, description="Where the consignee may send on what it refuses."
    )


class TakeOverIn(SigningIn, LegIn):
    """``id`` is the signature's own key, so that it can be sent again."""

    id: UUID


class PickUpIn(SigningIn, LegIn):
    """``id`` is the signature's own key; vehicle and driver where they are others than before."""

    id: UUID


class SetDownIn(SigningIn):
    """``id`` is the signature's own key; ``site`` is where the load is left for a while."""

    id: UUID
    site: UUID


class WeightIn(MassIn):
    """Mass of one line; ``line`` may be left out where the manifest has one line."""

    line: UUID | None = None


class StepValues(In):
    """What a step says; ``id`` is the signature's own key, so that it can be sent again.

    To refuse (part of) a load give what is ``accepted`` of each line ("0": nothing), or the
    ``refused_lots``, and a ``refusal_reason``; nothing said: all is accepted.
    """

    id: UUID
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None
    route: str = Field("", max_length=40)
    weighed_out: list[WeightIn] = Field(default_factory=list, max_length=20)
    weighed_in: list[WeightIn] = Field(default_factory=list, max_length=20)
    accepted: list[WeightIn] = Field(default_factory=list, max_length=20)
    refused_lots: list[UUID] = Field(default_factory=list, max_length=200)
    refusal_reason: Text = ""
    difference_reason: Text = ""
    authority_no: str = Field("", max_length=40)


class StepIn(StepValues, SigningIn):
    """One step to sign."""


class LinkedIn(SigningIn):
    """Refused mass goes back. ``id`` is the new manifest's own id.

    ``truck_stays``: the load never left the truck, which sets out at once; else it was unloaded,
    and ``carrier`` (the same, where it is left out) will fetch it.
    """

    id: UUID
    truck_stays: bool = True
    carrier: UUID | None = None
    vehicle: str = Field("", max_length=40, description="uuid or plate.")
    driver: UUID | None = None


class SendOnIn(LinkedIn):
    """Refused mass goes on to another plant."""

    consignee_site: UUID


class RedirectIn(SigningIn):
    """A load refused whole goes on under the same manifest; ``id`` is the signature's own key."""

    id: UUID
    consignee_site: UUID


class ScanOutIn(SigningIn):
    """A truck leaves a gate. ``id`` is the new manifest's own id."""

    id: UUID
    truck: str = Field(max_length=300, description="The scanned code, its uuid, or the plate.")
    consignor_site: UUID
    consignee_site: UUID
    waste: str = Field(max_length=40)
    weighed_out: MassIn
    declared: MassIn | None = Field(None, description="As weighed where it is left out.")
    method: str = Field("", max_length=40)
    driver: UUID | None = None
    route: str = Field("", max_length=40)
    note: Text = ""


class ScanInIn(SigningIn):
    """A truck has arrived. ``id`` is the key of this scan."""

    id: UUID
    code: str = Field(max_length=300, description="Scanned code or uuid of truck or manifest.")
    weighed_in: MassIn
    difference_reason: Text = ""
    accepted: MassIn | None = Field(None, description="Where some is refused; “0”: nothing.")
    refusal_reason: Text = ""


class CancelIn(In):
    reason: Text


class DraftIn(In):
    """A draft or pattern: ``content`` are fields of the issuing form, by name, finished or not."""

    site: UUID = Field(description="The consignor's site; it says whose draft this is.")
    kind: Literal["draft", "pattern"] = "draft"
    name: str = Field("", max_length=80)
    content: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=400)]]


# What lists are asked with.
class ListQuery(In):
    status: str = Field("", max_length=20)
    domain: str = Field("", max_length=20)
    changed_since: AwareDatetime | None = None
    after: str = Field("", max_length=200, description="“next” of the page before.")
    limit: int = Field(100, ge=1, le=500)


class SiteQuery(In):
    role: Literal["consignor", "consignee"] = "consignor"
    domain: str = Field("", max_length=20)


class DomainQuery(In):
    domain: str = Field("", max_length=20)


class LotQuery(In):
    site: UUID
    waste: str = Field("", max_length=40, description="Code of the waste; empty: all.")


class WasteQuery(In):
    q: str = Field("", max_length=50)
    domain: str = Field("", max_length=20)


# What comes back.
class Mass(BaseModel):
    """Tonnes as text, six places: exact to the gram."""

    value: str
    unit: str = "t"


class Named(BaseModel):
    id: UUID
    name: str


class VehicleOut(BaseModel):
    id: UUID
    plate: str


class LotOut(BaseModel):
    lot: UUID
    label: str
    mass: Mass


class ClaimedOut(BaseModel):
    id: UUID
    report_no: str
    state: str


class LineOut(BaseModel):
    id: UUID
    waste: str
    waste_name: str
    method: str
    containers: int | None
    declared: Mass
    weighed_out: Mass | None
    weighed_in: Mass | None
    accepted: Mass | None
    refused: Mass | None
    lots: list[LotOut]
    exemption: list[ClaimedOut] = Field(description="Exemption claims that it travels on.")


class LegOut(BaseModel):
    """One of several carriers in order; ``dropped_at`` where the load arrived before its turn."""

    number: int
    carrier: Named
    vehicle: VehicleOut | None
    driver: UUID | None
    taken_at: datetime | None
    dropped_at: datetime | None


class HaltOut(BaseModel):
    """Set down on the way; ``until`` is empty while it stands there."""

    site: Named
    since: datetime
    until: datetime | None


class SignatureOut(BaseModel):
    id: UUID
    step: str
    party: str
    organisation: Named
    signed_at: datetime
    received_at: datetime
    longitude: str | None
    latitude: str | None
    device: str
    digest: str


class NextOut(BaseModel):
    """A step that this token's user could sign now."""

    step: str
    needs: list[str]
    may: list[str]


class ManifestShort(BaseModel):
    id: UUID
    number: str
    authority_no: str
    template: str
    domain: str
    status: str
    consignor: Named
    consignor_site: Named
    carrier: Named
    consignee: Named
    consignee_site: Named
    vehicle: VehicleOut | None
    issued_at: datetime
    loaded_at: datetime | None
    arrived_at: datetime | None
    accepted_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    due_at: datetime | None
    changed_at: datetime


class LinkedOut(BaseModel):
    """A manifest that carries refused mass on: ``relation`` is return or redirect."""

    id: UUID
    number: str
    relation: str
    status: str


class RevisionShort(BaseModel):
    id: UUID
    kind: str
    state: str


class ManifestOut(ManifestShort):
    origin: str
    crossing: str = Field(description="inter_city, inter_province or nothing.")
    left_open: list[str]
    revisions: list[RevisionShort]
    driver: UUID | None
    route: str
    note: str
    difference_reason: str
    refusal_reason: str
    cancel_reason: str
    alternate_site: Named | None
    turn: int
    follows: LinkedOut | None
    followers: list[LinkedOut]
    lines: list[LineOut]
    legs: list[LegOut]
    halts: list[HaltOut]
    signatures: list[SignatureOut]
    next: list[NextOut]


class Page(BaseModel):
    """``next`` is the ``after`` of the next page, empty on the last one.

    ``as_of`` is the ``changed_since`` to ask with the next time: what was being written while
    this page was read is told then, and a little of this page once more.
    """

    items: list[ManifestShort]
    next: str
    as_of: datetime


class SiteOut(BaseModel):
    id: UUID
    name: str
    kind: str
    organisation: Named


class WasteOut(BaseModel):
    code: str
    name: str
    domain: str
    stream: str
    template: str
    unit: str
    methods: list[str]


class FreeLotOut(BaseModel):
    """A lot or container in stock; ``free`` is what nothing has reserved."""

    lot: UUID
    label: str
    waste: str
    free: Mass


class DraftOut(BaseModel):
    id: UUID
    kind: str
    name: str
    organisation: Named
    content: dict[str, str]
    changed_at: datetime


class Error(BaseModel):
    """Every error: a code that stays, a message that says what to do."""

    code: str
    message: str
    field: str
    values: dict[str, Any]
