"""Operations that change what was signed or write it down later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _
from ninja import File, Router
from ninja.files import UploadedFile

from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.base.files.services import store
from wufei.hub.ledger.entries import LotPart
from wufei.hub.manifests import corrections, queries, services
from wufei.hub.manifests.api import correction_schemas as schemas
from wufei.hub.manifests.api import reading, showing
from wufei.hub.manifests.api.operations import find, shown
from wufei.hub.manifests.api.schemas import ManifestOut
from wufei.hub.manifests.measures import measure
from wufei.hub.manifests.models import Line, Manifest, Revision
from wufei.hub.manifests.services import OnPaper, Paper, revisions
from wufei.hub.manifests.services.checks import ISSUE, SIGN
from wufei.hub.manifests.services.paper import KINDS
from wufei.hub.manifests.services.revisions import DECIDE, PROPOSE
from wufei.hub.registry.models import Organisation

router = Router(tags=["manifests"])
WAITING_MAX = 200


# Revisions.
@operation(
    router,
    "POST",
    "/manifests/{uuid}/revisions",
    name="api.manifest.revise",
    act=PROPOSE,
    summary=_("Propose a correction; all others who have signed are asked"),
    response=schemas.RevisionOut,
)
def propose(request: ApiRequest, uuid: UUID, asked: schemas.RevisionIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    changes = _changes(asked.changes, manifest)
    made = revisions.propose(manifest, changes, id=asked.id, reason=asked.reason, by=request.auth)
    return _shown(made)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/annulment",
    name="api.manifest.annul",
    act=PROPOSE,
    summary=_("Propose to annul a load on its way; its mass then goes back"),
    response=schemas.RevisionOut,
)
def annul(request: ApiRequest, uuid: UUID, asked: schemas.AnnulmentIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    made = revisions.propose_annulment(manifest, id=asked.id, reason=asked.reason, by=request.auth)
    return _shown(made)


@operation(
    router,
    "GET",
    "/revisions",
    name="api.revision.list",
    act=DECIDE,
    summary=_("Revisions that wait for your organisations to agree"),
    response=list[schemas.RevisionOut],
)
def waiting(request: ApiRequest) -> list[dict[str, Any]]:
    return [_shown(one) for one in corrections.waiting_for(request.auth)[:WAITING_MAX]]


@operation(
    router,
    "GET",
    "/revisions/{uuid}",
    name="api.revision.detail",
    act=queries.VIEW,
    summary=_("One revision with what everybody who is asked has said"),
    response=schemas.RevisionOut,
)
def revision(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    return _shown(_revision(request, uuid))


@operation(
    router,
    "POST",
    "/revisions/{uuid}/decision",
    name="api.revision.decide",
    act=DECIDE,
    summary=_("Agree to a revision, or not; the last agreement applies it"),
    response=schemas.RevisionOut,
)
def decide(request: ApiRequest, uuid: UUID, asked: schemas.DecisionIn) -> dict[str, Any]:
    found = _revision(request, uuid)
    signing = reading.signing_of(asked, asked.id)
    approve = asked.decision == "approve"
    revisions.decide(found, approve, signing=signing, by=request.auth, comment=asked.comment)
    return _shown(found)


@operation(
    router,
    "POST",
    "/revisions/{uuid}/withdraw",
    name="api.revision.withdraw",
    act=PROPOSE,
    summary=_("Take back a revision that your organisation has proposed"),
    response=schemas.RevisionOut,
)
def withdraw(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    found = _revision(request, uuid)
    revisions.withdraw(found, by=request.auth)
    return _shown(found)


# Edits, emergencies, papers.
@operation(
    router,
    "POST",
    "/manifests/{uuid}/edit",
    name="api.manifest.edit",
    act=ISSUE,
    summary=_("Change a manifest that only its issuer has signed"),
    response=ManifestOut,
)
def edit(request: ApiRequest, uuid: UUID, asked: schemas.EditIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    signing = reading.signing_of(asked, asked.id)
    services.edit(manifest, _edited(asked, manifest), signing=signing, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "PUT",
    "/manifests/{uuid}/emergency",
    name="api.manifest.emergency",
    act=ISSUE,
    summary=_("Issue a load that has to leave at once, with fields left open"),
    response=ManifestOut,
)
def emergency(request: ApiRequest, uuid: UUID, asked: schemas.EmergencyIn) -> dict[str, Any]:
    manifest = services.issue_emergency(
        reading.new_manifest(asked),
        left_open=frozenset(asked.left_open),
        reason=asked.reason,
        id=uuid,
        signing=reading.signing_of(asked, uuid5(uuid, "issue")),
        by=request.auth,
    )
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/manifests/{uuid}/complete",
    name="api.manifest.complete",
    act=SIGN,
    summary=_("Complete what an emergency has left open"),
    response=ManifestOut,
)
def complete(request: ApiRequest, uuid: UUID, asked: schemas.CompleteIn) -> dict[str, Any]:
    manifest = find(request.auth, uuid)
    signing = reading.signing_of(asked, asked.id)
    services.complete(manifest, _changes(asked.values, manifest), signing=signing, by=request.auth)
    return shown(manifest, request.auth)


@operation(
    router,
    "POST",
    "/files",
    name="api.file.store",
    act=ISSUE,
    summary=_("Hand in a scan (picture or PDF, multipart field “file”); its id is named later"),
    response=schemas.FileOut,
)
def hand_in(request: ApiRequest, file: File[UploadedFile]) -> dict[str, Any]:
    stored = store(file, request.auth, KINDS)
    return {"id": stored.uuid, "name": stored.name, "size": stored.size}


@operation(
    router,
    "PUT",
    "/manifests/{uuid}/paper",
    name="api.manifest.paper",
    act=ISSUE,
    summary=_("Enter a load that travelled under a paper, with its scan"),
    response=ManifestOut,
)
def enter(request: ApiRequest, uuid: UUID, asked: schemas.PaperIn) -> dict[str, Any]:
    new = reading.new_manifest(asked)
    # The manifest's lines are not in the database yet, but what they will be called is known.
    lines = [
        Line(uuid=uuid5(uuid, f"line:{number}"), waste=line.waste)
        for number, line in enumerate(new.lines, start=1)
    ]
    told = Paper(
        asked.signed_at, tuple(_steps(asked, lines)), asked.scan, asked.receipt, asked.reason
    )
    manifest = services.enter_paper(new, told, id=uuid, by=request.auth)
    return shown(manifest, request.auth)


def _steps(asked: schemas.PaperIn, lines: Sequence[Line]) -> list[OnPaper]:
    load, arrive, accept = asked.load, asked.arrive, asked.accept
    values: dict[str, Any] = {
        "weighed_out": reading.weights(load.weighed_out, lines),
        "vehicle": reading.vehicle_or_none(load.vehicle),
        "driver": reading.driver_or_none(load.driver),
    }
    steps = [OnPaper("load", load.signed_at, values)]
    if arrive:
        weighed = reading.weights(arrive.weighed_in, lines)
        steps.append(OnPaper("arrive", arrive.signed_at, {"weighed_in": weighed}))
    if accept:
        values = {
            "accepted": reading.weights(accept.accepted, lines, nothing=True),
            "refusal_reason": accept.refusal_reason,
            "difference_reason": accept.difference_reason,
        }
        said = {name: value for name, value in values.items() if value}
        steps.append(OnPaper("accept", accept.signed_at, said))
    return steps


# From what a caller wrote.
def _changes(asked: schemas.ChangesIn, manifest: Manifest) -> dict[str, Any]:
    """Values by field name, those that were given."""
    lines = list(manifest.lines.select_related("waste"))
    values: dict[str, Any] = {
        name: reading.weights(getattr(asked, name), lines, nothing=name == "accepted")
        for name in ("declared", "weighed_out", "weighed_in", "accepted")
    }
    values |= _of_lines(asked, lines)
    values |= {
        "vehicle": reading.vehicle_or_none(asked.vehicle),
        "driver": reading.driver_or_none(asked.driver),
        "route": reading.route_or_none(asked.route),
    }
    found = {name: value for name, value in values.items() if value}
    for name in ("note", "authority_no", "refusal_reason", "difference_reason"):
        if (text := getattr(asked, name)) is not None:
            found[name] = text
    return found


def _of_lines(asked: Any, lines: Sequence[Line]) -> dict[str, dict[UUID, Any]]:
    known = {line.uuid for line in lines}
    only = lines[0].uuid if len(lines) == 1 else None
    found: dict[str, dict[UUID, Any]] = {}
    for name in ("method", "containers"):
        for one in getattr(asked, name):
            line = one.line or only
            if line not in known or line is None:
                raise Invalid(reading.UNKNOWN % {"value": one.line or ""}, field="line")
            found.setdefault(name, {})[line] = getattr(one, name)
    return found


def _edited(asked: schemas.EditIn, manifest: Manifest) -> Mapping[str, Any]:
    lines = list(manifest.lines.select_related("waste"))
    values: dict[str, Any] = {
        "declared": reading.weights(asked.declared, lines),
        "vehicle": reading.vehicle_or_none(asked.vehicle),
        "driver": reading.driver_or_none(asked.driver),
        "route": reading.route_or_none(asked.route),
        **_of_lines(asked, lines),
    }
    if asked.carrier:
        rows = Organisation.objects.filter(uuid=asked.carrier)
        values["carrier"] = reading.found(rows, asked.carrier, "carrier")
    for name in ("consignee_site", "alternate_site"):
        if uuid := getattr(asked, name):
            values[name] = reading.site_of(uuid, name)
    found = {name: value for name, value in values.items() if value}
    if asked.note is not None:
        found["note"] = asked.note
    if asked.lots is not None:
        found["lots"] = tuple(
            LotPart(part.lot, measure(lines[0].waste, part.mass.value, part.mass.unit).grams)
            for part in asked.lots
        )
    if asked.further_carriers is not None:
        found["further_carriers"] = reading.further(asked.further_carriers)
    return found


# As it is shown.
def _revision(request: ApiRequest, uuid: UUID) -> Revision:
    found = corrections.visible(request.auth).filter(uuid=uuid).first()
    if found is None:
        raise NotFound()
    return found


def _shown(revision: Revision) -> dict[str, Any]:
    names = ("kind", "state", "reason", "party", "proposed_at", "ended_at", "changes", "before")
    return {name: getattr(revision, name) for name in names} | {
        "id": revision.uuid,
        "manifest": revision.manifest.uuid,
        "number": revision.manifest.local_id,
        "organisation": showing.named(revision.organisation),
        "approvals": [
            {
                "party": one.party,
                "organisation": showing.named(one.organisation),
                "decision": one.decision,
                "comment": one.comment,
                "decided_at": one.decided_at,
            }
            for one in revision.approvals.select_related("organisation")
        ],
    }
