"""Operations on exemption claims. The report is handed in before, with ``POST /files``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from wufei.hub.base.api import ApiRequest, In, operation
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.exemptions import queries, services
from wufei.hub.exemptions.columns import state_of
from wufei.hub.exemptions.models import Claim
from wufei.hub.exemptions.services import NewClaim
from wufei.hub.exemptions.services.ending import CONTEST

router = Router(tags=["exemptions"])
LISTED_MAX = 500


class ClaimIn(In):
    """``effects`` are those of the exemptions that are claimed; ``results`` values by code."""

    organisation: UUID
    lots: list[UUID] = Field(max_length=100)
    effects: list[str] = Field(max_length=8, description="transport, landfill, kiln …")
    report_no: str = Field(min_length=1, max_length=60)
    laboratory: str = Field(min_length=1, max_length=120)
    sampled_on: date
    reported_on: date
    valid_until: date
    results: dict[str, str] = Field(
        default_factory=dict, description="As the report writes them: “0.02”, “<0.0002”."
    )
    evidence: UUID = Field(description="Id of the report, from POST /files.")
    note: str = Field("", max_length=300)


class EndIn(In):
    reason: str = Field(max_length=300)


class ResultOut(BaseModel):
    code: str
    name: str
    name_en: str
    value: str
    limit: str
    unit: str
    method: str
    source: str
    grade: str


class ClaimOut(BaseModel):
    """``state``: claimed, expired, withdrawn or contested."""

    id: UUID
    state: str
    organisation: UUID
    organisation_name: str
    waste: str
    effects: list[str]
    lots: list[UUID]
    report_no: str
    laboratory: str
    sampled_on: date
    reported_on: date
    valid_until: date
    results: list[ResultOut]
    evidence: UUID
    note: str
    claimed_at: datetime
    ended_at: datetime | None
    end_reason: str


@operation(
    router,
    "GET",
    "/exemptions/claims",
    name="api.claim.list",
    act=queries.VIEW,
    summary=_("Exemption claims that you may see, the latest first"),
    response=list[ClaimOut],
)
def list_claims(request: ApiRequest) -> list[dict[str, Any]]:
    rows = queries.visible(request.auth).prefetch_related("exemptions", "lots__lot")
    return [_shown(one) for one in rows[:LISTED_MAX]]


@operation(
    router,
    "GET",
    "/exemptions/claims/{uuid}",
    name="api.claim.detail",
    act=queries.VIEW,
    summary=_("An exemption claim with its values and limits"),
    response=ClaimOut,
)
def show(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    return _shown(_find(request, uuid, queries.VIEW))


@operation(
    router,
    "PUT",
    "/exemptions/claims/{uuid}",
    name="api.claim.make",
    act=queries.EDIT,
    summary=_("Claim that batches are exempt, on a test report"),
    response=ClaimOut,
)
def make(request: ApiRequest, uuid: UUID, asked: ClaimIn) -> dict[str, Any]:
    organisation = queries.claimants(request.auth).filter(uuid=asked.organisation).first()
    if organisation is None:
        raise Invalid(_("This is none of your organisations."), field="organisation")
    said = asked.model_dump(exclude={"organisation", "effects", "lots"})
    claim = services.claim(
        NewClaim(
            organisation=organisation,
            exemptions=queries.exemptions_named(asked.effects, asked.lots),
            lots=tuple(asked.lots),
            **said,
        ),
        id=uuid,
        by=request.auth,
    )
    return _shown(claim)


@operation(
    router,
    "POST",
    "/exemptions/claims/{uuid}/withdraw",
    name="api.claim.withdraw",
    act=queries.EDIT,
    summary=_("Withdraw one of your exemption claims"),
    response=ClaimOut,
)
def withdraw(request: ApiRequest, uuid: UUID, asked: EndIn) -> dict[str, Any]:
    claim = _find(request, uuid, queries.EDIT)
    return _shown(services.withdraw(claim, reason=asked.reason, by=request.auth))


@operation(
    router,
    "POST",
    "/exemptions/claims/{uuid}/contest",
    name="api.claim.contest",
    act=CONTEST,
    summary=_("Contest an exemption claim"),
    response=ClaimOut,
)
def contest(request: ApiRequest, uuid: UUID, asked: EndIn) -> dict[str, Any]:
    claim = _find(request, uuid, CONTEST)
    return _shown(services.contest(claim, reason=asked.reason, by=request.auth))


def _find(request: ApiRequest, uuid: UUID, act: str) -> Claim:
    found = queries.visible(request.auth, act).filter(uuid=uuid).first()
    if found is None:
        raise NotFound()
    return found


def _shown(claim: Claim) -> dict[str, Any]:
    names = (
        *("report_no", "laboratory", "sampled_on", "reported_on", "valid_until", "results"),
        *("note", "claimed_at", "ended_at", "end_reason"),
    )
    return {name: getattr(claim, name) for name in names} | {
        "id": claim.uuid,
        "state": state_of(claim),
        "organisation": claim.organisation.uuid,
        "organisation_name": claim.organisation.name,
        "waste": claim.waste.code,
        "effects": [one.effect for one in claim.exemptions.all()],
        "lots": [one.lot.uuid for one in claim.lots.select_related("lot").order_by("pk")],
        "evidence": claim.evidence.uuid,
    }
