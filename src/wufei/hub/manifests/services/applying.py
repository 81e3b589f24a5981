"""Apply a revision that all have agreed to: a signature, new figures, mass posted anew."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding
from wufei.hub.base.services import clear_finding
from wufei.hub.manifests import findings
from wufei.hub.manifests.models import MOVING, RECEIVED, Manifest, Revision, Status, StepCode
from wufei.hub.manifests.refusals import (
    AuthorityNoTaken,
)
from wufei.hub.manifests.revision_refusals import (
    NotAnnullable,
)
from wufei.hub.manifests.services import (
    allotting,
    authority,
    correcting,
    reposting,
    settlement,
    way,
)
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.given import Signing

REVISABLE_IN = (*MOVING, *RECEIVED, Status.CLOSED)
_DIFFERENCES = (findings.WEIGHT_DIFFERENCE, findings.LOADING_DIFFERENCE, findings.REFUSED)


class _Possible(Exception):
    """It could be done; nothing of it stays."""


@dataclass(frozen=True)
class Signer:
    """For which organisation, as which party, the last one who agrees signs."""

    organisation_id: int
    party: str


def try_out(
    manifest: Manifest, revision: Revision, signer: Signer, signing: Signing, by: Actor
) -> None:
    """Raise what applying the revision would raise, and change nothing."""
    try:
        with transaction.atomic():
            apply(manifest, revision, signer, signing, by)
            raise _Possible
    except _Possible:
        return


def apply(
    manifest: Manifest, revision: Revision, signer: Signer, signing: Signing, by: Actor
) -> None:
    """Sign and do what the revision says. The caller holds the manifest's row."""
    annuls = revision.kind == Revision.Kind.ANNUL
    act = _annulment(revision, signer) if annuls else _correction(revision, signer)
    try:
        sign_beside(manifest, act, signing=signing, by=by)
    except IntegrityError as error:
        if "manifests_manifest_authority_no" not in str(error):
            raise
        number = revision.changes.get("authority_no", "")
        raise AuthorityNoTaken(number=number, field="authority_no") from error


def _correction(revision: Revision, signer: Signer) -> Beside:
    changes = correcting.from_kept(revision.changes)

    def change(document: Document) -> None:
        correcting.put(document, changes)

    def move(document: Document) -> None:
        since = correcting.moved_since(changes)
        if since is not None and _has_moved(document.manifest, since):
            # Limits before mass, as everybody else locks them.
            document.findings += _allot(document)
            reposting.repost(document, since, revision.reason, str(revision.uuid))
        if changes.names & {"vehicle", "driver"}:
            way.correct_leg(document)
        _look_again(document)

    return Beside(
        StepCode.REVISE,
        party=signer.party,
        organisation_id=signer.organisation_id,
        states=REVISABLE_IN,
        seals=changes.seals,
        values={**_about(revision), **changes.values},
        check=lambda document: correcting.check(document, changes),
        change=change,
        move=move,
        as_system=True,
    )


def _annulment(revision: Revision, signer: Signer) -> Beside:
    def check(document: Document) -> None:
        manifest = document.manifest
        if manifest.status != Status.LOADED:
            raise NotAnnullable(manifest=str(manifest), status=manifest.get_status_display())

    def change(document: Document) -> None:
        document.change(
            status=Status.CANCELLED,
            cancelled_at=document.at,
            cancel_reason=revision.reason[:200],
            due_at=None,
        )

    def move(document: Document) -> None:
        settlement.hold_followed(document.manifest)
        allotting.give_back(document.manifest)
        reposting.take_back(document, StepCode.LOAD, revision.reason)
        settlement.open_followed(document.manifest, by=document.by)
        authority.void(document.manifest, revision.reason)
        _clear(document.manifest)

    return Beside(
        StepCode.ANNUL,
        party=signer.party,
        organisation_id=signer.organisation_id,
        states=REVISABLE_IN,
        values=_about(revision),
        check=check,
        change=change,
        move=move,
        as_system=True,
    )


def _about(revision: Revision) -> dict[str, Any]:
    """What the signature is over besides the new values: the proposal, and who agreed to it."""
    agreed = revision.approvals.filter(decision="approved").order_by("pk")
    names = agreed.values_list("organisation__uuid", "actor")
    return {
        "revision": revision.uuid,
        "proposal": revision.created_digest,
        "agreed": " ".join(f"{organisation}={actor}" for organisation, actor in names),
    }


def _has_moved(manifest: Manifest, since: StepCode) -> bool:
    return since == StepCode.LOAD or manifest.accepted_at is not None


def _allot(document: Document) -> list[Finding]:
    """Plan and licence count the new figures."""
    manifest = document.manifest
    if manifest.accepted_at:
        return allotting.count_anew(manifest, document.form, document.lines)
    return allotting.correct(manifest, document.lines, {StepCode.LOAD})


# What was found in the earlier figures.
def _look_again(document: Document) -> None:
    """Findings of the weights say the new figures, or are cleared where they agree by now."""
    manifest, form = document.manifest, document.form
    steps = [StepCode.LOAD] + ([StepCode.ACCEPT] if manifest.accepted_at else [])
    stand = [
        one
        for step in steps
        for one in findings.of_step(manifest, form, step, document.lines, document.lots)
    ]
    here = {
        (code, findings.episode(manifest, line))
        for code in (findings.WEIGHT_DIFFERENCE, findings.REFUSED)
        for line in document.lines
    }
    here |= {(findings.LOADING_DIFFERENCE, str(line.position)) for line in document.lines}
    # What a plant before has found, that refused the load, stays as it was.
    for code, episode in sorted(here - {(one.code, one.episode) for one in stand}):
        clear_finding(code, findings.subject(manifest), episode)
    document.findings += stand


def _clear(manifest: Manifest) -> None:
    for code in _DIFFERENCES:
        clear_finding(code, findings.subject(manifest))
