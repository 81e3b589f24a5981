"""Paper back-entry 纸质联单补录: a load that travelled under a paper is entered with its scan.

The consignor enters every step as it stands on the paper; each is a signature of its party in
mode "paper", signed by whoever enters it, dated as on the paper, resting on the scan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.services import record_findings
from wufei.hub.manifests import written
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.models import Manifest, Mode, Origin, StepCode
from wufei.hub.manifests.revision_refusals import NotThePaper, PaperIncomplete
from wufei.hub.manifests.services import checks, issuing
from wufei.hub.manifests.services.document import refresh
from wufei.hub.manifests.services.given import NewManifest, Signing
from wufei.hub.manifests.services.issuing import Otherwise
from wufei.hub.manifests.services.signing import sign

KINDS = (StoredFile.Kind.IMAGE, StoredFile.Kind.PDF)


@dataclass(frozen=True)
class OnPaper:
    """One step as it stands on the paper; ``values`` as for ``sign``."""

    step: str
    signed_at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Paper:
    """The steps on a paper after its issue, in order, and the uuids of its scans.

    ``receipt`` is the consignee's copy where it is another sheet; its steps rest on that.
    """

    issued_at: datetime
    steps: tuple[OnPaper, ...]
    scan: UUID
    receipt: UUID | None = None
    reason: str = ""


def enter_paper(new: NewManifest, paper: Paper, *, id: UUID, by: Actor) -> Manifest:
    """Enter a paper, all of it or nothing; the same ``id`` and content returns the first one.

    Nothing was reserved for it, and what a licence or plan did not allow has happened: that, and
    a paper entered too late, is a finding. Raises ``NotThePaper``, ``PaperIncomplete`` and what
    issuing and signing raise.
    """
    by.require(checks.ISSUE)
    _check_scans(paper, by)
    _check_order(new, paper)
    with transaction.atomic():
        other = Otherwise(Origin.PAPER, paper.reason.strip()[:300])
        signing = _signing(id, StepCode.ISSUE, paper.issued_at, paper.scan)
        manifest = issuing.issue_otherwise(new, other, id=id, signing=signing, by=by)
        for one in paper.steps:
            scan = paper.receipt if one.step in _RECEIVING and paper.receipt else paper.scan
            sign(
                manifest,
                one.step,
                signing=_signing(id, one.step, one.signed_at, scan),
                values=one.values,
                by=_for_all(manifest, by),
            )
        form = template(manifest.template)
        last = paper.steps[-1].signed_at if paper.steps else paper.issued_at
        record_findings(written.paper_late(manifest, form, last), by)
        refresh(manifest, Manifest.objects.get(pk=manifest.pk))
        return manifest


_RECEIVING = (StepCode.ARRIVE, StepCode.ACCEPT)


def _signing(id: UUID, step: str, at: datetime, scan: UUID) -> Signing:
    return Signing(uuid5(id, f"paper:{step}"), at, mode=Mode.PAPER, evidence=scan)


def _for_all(manifest: Manifest, by: Actor) -> Actor:
    """Who enters the paper, for the parties that have signed it by hand.

    Whether they may enter it was asked when it was issued: they act for the consignor.
    """
    if by.scope(checks.SIGN) is Scope.ALL:
        return by
    parties = {manifest.consignor_id, manifest.carrier_id, manifest.consignee_id}
    return Actor.from_json(by.as_json() | {"organisation_ids": by.organisation_ids | parties})


def _check_scans(paper: Paper, by: Actor) -> None:
    """Scans are files that whoever enters the paper has handed in."""
    wanted = {paper.scan} | ({paper.receipt} if paper.receipt else set())
    rows = StoredFile.objects.filter(uuid__in=wanted, by=by.id, kind__in=KINDS)
    if rows.count() != len(wanted):
        raise NotThePaper(field="scan")


def _check_order(new: NewManifest, paper: Paper) -> None:
    """It was loaded, and no step is left out that another one follows."""
    form = issuing.template_for(new.lines, checks.day_of(paper.issued_at))
    codes = [step.code for step in form.steps]
    told = [one.step for one in paper.steps] or [""]
    for before, code, step in zip(codes, codes[1:], told, strict=False):
        if step != code:
            names = checks.step_name(before), checks.step_name(code)
            raise PaperIncomplete(before=names[0], missing=names[1], field="steps")
