"""Operations on forms and filings. Files are handed in before, with ``POST /files``."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field, ValidationError

from wufei.hub.base.api import ApiRequest, In, operation
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.tables.parsing import YEARS
from wufei.hub.filings import declarations, queries, services
from wufei.hub.filings.declarations import FilingType
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.scope import DECIDE, EDIT, VIEW, reviewed_by
from wufei.hub.filings.services.checking import form_of, problems_of, sections_of
from wufei.hub.filings.sheets.schema import as_json, form_from, model_of
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.scope import organisations_for

router = Router(tags=["filings"])
LISTED_MAX = 500


class FormOut(BaseModel):
    code: str
    name: str
    domain: str
    kind: str
    period: str
    authority: str
    sections: list[str]


class ProblemOut(BaseModel):
    """``key``: under which a reason is given for a warning."""

    key: str
    severity: str
    text: str
    section: str
    row: int | None
    field: str


class FilingOut(BaseModel):
    """``form`` and ``problems`` are only told of one filing, not in lists."""

    id: UUID
    type: str
    organisation: UUID
    organisation_name: str
    site: UUID | None
    first: date
    last: date
    due_on: date | None
    state: str
    number: str
    authority_no: str
    version: int = 0
    version_state: str = ""
    edition: int = 0
    form: dict[str, Any] | None = None
    problems: list[ProblemOut] = []


class DraftIn(In):
    """``edition``: the one that was read, 0 at first. ``form`` has the shape of the schema."""

    type: str
    organisation: UUID
    site: UUID | None = None
    day: date = Field(
        description="Any day of the period.", ge=date(YEARS[0], 1, 1), le=date(YEARS[-1], 12, 31)
    )
    edition: int = 0
    form: dict[str, Any]


class SubmitIn(In):
    """``id`` makes it safe to repeat; ``reasons`` for warnings, by the key of the problem."""

    id: UUID
    edition: int | None = None
    reasons: dict[str, str] = {}


class DecideIn(In):
    """``version``: the one that was read; without it the latest is decided on."""

    decision: Literal["accept", "forward", "return", "reject"]
    version: int | None = None
    note: str = Field("", max_length=500)


class OutsideIn(In):
    """What the authority has decided elsewhere; ``file`` is the decision.

    ``version``: the one that it has decided on, where it is known.
    """

    outcome: Literal["accepted", "rejected", "returned"]
    authority_no: str = Field("", max_length=60)
    decided_on: date
    note: str = Field("", max_length=500)
    file: UUID | None = None
    version: int | None = None


@operation(
    router,
    "GET",
    "/forms",
    name="api.form.list",
    act=VIEW,
    summary=_("Forms that are filed here"),
    response=list[FormOut],
)
def list_forms(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": str(one.name),
            "domain": one.domain,
            "kind": one.kind.value,
            "period": one.period.value,
            "authority": str(one.authority),
            "sections": [section.code for section in one.sections],
        }
        for one in declarations.types()
    ]


@operation(
    router,
    "GET",
    "/forms/{code}/schema",
    name="api.form.schema",
    act=VIEW,
    summary=_("The JSON schema of a form"),
    response=dict[str, Any],
)
def schema(request: ApiRequest, code: str) -> dict[str, Any]:
    return model_of(_type(code)).model_json_schema()


@operation(
    router,
    "GET",
    "/filings",
    name="api.filing.list",
    act=VIEW,
    summary=_("Filings that you may see, the latest first"),
    response=list[FilingOut],
)
def list_filings(request: ApiRequest, type: str = "", state: str = "") -> list[dict[str, Any]]:
    rows = queries.visible(request.auth)
    rows = rows.filter(type=type) if type else rows
    rows = rows.filter(state=state) if state else rows
    return [_told(one) for one in rows.order_by("-pk")[:LISTED_MAX]]


@operation(
    router,
    "GET",
    "/filings/{uuid}",
    name="api.filing.detail",
    act=VIEW,
    summary=_("A filing with its form"),
    response=FilingOut,
)
def show(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    filing = _find(request, uuid)
    version = queries.versions(filing, request.auth).first()
    return _shown(filing, version)


@operation(
    router,
    "PUT",
    "/filings/{uuid}",
    name="api.filing.draft",
    act=EDIT,
    summary=_("Begin a filing, or write in its draft"),
    response=FilingOut,
)
def write(request: ApiRequest, uuid: UUID, asked: DraftIn) -> dict[str, Any]:
    form_type = _type(asked.type)
    reached = Organisation.objects.filter(organisations_for(request.auth, EDIT))
    organisation = reached.filter(uuid=asked.organisation).first()
    if organisation is None:
        raise Invalid(_("This is none of your organisations."), field="organisation")
    sites = Site.objects.filter(organisation=organisation)
    site = sites.filter(uuid=asked.site).first() if asked.site else None
    if asked.site and site is None:
        raise Invalid(_("This site belongs to another organisation."), field="site")
    filing = services.start(
        form_type,
        organisation,
        span=span_of(form_type.period, asked.day),
        site=site,
        id=uuid,
        by=request.auth,
    )
    draft = services.draft_of(filing, by=request.auth)
    form = form_from(form_type, _read(form_type, asked.form), form_of(draft))
    draft = services.save_draft(draft, form, edition=asked.edition, by=request.auth)
    return _shown(filing, draft)


@operation(
    router,
    "POST",
    "/filings/{uuid}/submit",
    name="api.filing.submit",
    act=EDIT,
    summary=_("Submit the draft of a filing"),
    response=FilingOut,
)
def submit(request: ApiRequest, uuid: UUID, asked: SubmitIn) -> dict[str, Any]:
    filing = _find(request, uuid, EDIT)
    version = services.submit(
        filing, id=asked.id, edition=asked.edition, reasons=asked.reasons, by=request.auth
    )
    filing.refresh_from_db()
    return _shown(filing, version)


@operation(
    router,
    "POST",
    "/filings/{uuid}/decision",
    name="api.filing.decide",
    act=DECIDE,
    summary=_("Decide on the version that waits"),
    response=FilingOut,
)
def decide(request: ApiRequest, uuid: UUID, asked: DecideIn) -> dict[str, Any]:
    filing = Filing.objects.filter(reviewed_by(request.auth), uuid=uuid).first()
    if filing is None:
        raise NotFound
    rows = filing.versions.exclude(state=Version.State.DRAFT)
    version = (rows.filter(number=asked.version) if asked.version else rows).last()
    if version is None:
        raise NotFound
    by, note = request.auth, asked.note
    if asked.decision == "accept":
        services.accept(version, note=note, by=by)
    elif asked.decision == "forward":
        services.forward(version, by=by)
    elif asked.decision == "return":
        services.send_back(version, note=note, remarks=[], by=by)
    else:
        services.reject(version, note=note, by=by)
    filing.refresh_from_db()
    version.refresh_from_db()
    return _shown(filing, version)


@operation(
    router,
    "POST",
    "/filings/{uuid}/outside",
    name="api.filing.bring_back",
    act="filings.review.bring_back",
    summary=_("Enter what the authority has decided elsewhere"),
    response=FilingOut,
)
def bring_back(request: ApiRequest, uuid: UUID, asked: OutsideIn) -> dict[str, Any]:
    filing = _find(request, uuid, "filings.review.bring_back")
    said = asked.model_dump(exclude={"file"})
    own = StoredFile.objects.filter(by=request.auth.id)
    file = own.filter(uuid=asked.file).first() if asked.file else None
    version = services.bring_back(filing, **said, file=file, by=request.auth)
    filing.refresh_from_db()
    return _shown(filing, version)


@operation(
    router,
    "GET",
    "/filings/{uuid}/versions",
    name="api.filing.versions",
    act=VIEW,
    summary=_("All versions of a filing, the latest first"),
    response=list[FilingOut],
)
def versions(request: ApiRequest, uuid: UUID) -> list[dict[str, Any]]:
    filing = _find(request, uuid)
    return [_shown(filing, one) for one in queries.versions(filing, request.auth)]


def _type(code: str) -> FilingType:
    try:
        return declarations.filing_type(code)
    except KeyError as error:
        raise NotFound from error


def _read(form_type: FilingType, said: dict[str, Any]) -> BaseModel:
    try:
        return model_of(form_type).model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{field}: {first['msg']}", field=field) from error


def _find(request: ApiRequest, uuid: UUID, act: str = VIEW) -> Filing:
    found = queries.visible(request.auth, act).filter(uuid=uuid).first()
    if found is None:
        raise NotFound
    return found


def _told(filing: Filing) -> dict[str, Any]:
    names = ("type", "first", "last", "due_on", "state", "authority_no")
    return {name: getattr(filing, name) for name in names} | {
        "id": filing.uuid,
        "organisation": filing.organisation.uuid,
        "organisation_name": filing.organisation.name,
        "site": filing.site.uuid if filing.site else None,
        "number": filing.number or "",
    }


def _shown(filing: Filing, version: Version | None) -> dict[str, Any]:
    if version is None:
        return _told(filing)
    version.filing = filing
    draft = version.state == Version.State.DRAFT
    return _told(filing) | {
        "version": version.number,
        "version_state": version.state,
        "edition": version.edition,
        "form": as_json(sections_of(filing), form_of(version)),
        "problems": [
            {
                "key": one.key,
                "severity": one.severity.value,
                "text": str(one.text),
                "section": one.section,
                "row": one.row,
                "field": one.field,
            }
            for one in (problems_of(version) if draft else ())
        ],
    }
