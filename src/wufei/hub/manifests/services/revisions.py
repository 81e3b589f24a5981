"""Revisions 更正: what has been signed is changed when all who have signed agree.

One is pending at a time. Every other organisation that has signed decides; one refusal ends it
and closes what is still open. The last agreement applies it: a signature that seals the changed
fields anew, and mass posted anew through reversals, in one transaction. Everything is done under
the lock of the manifest's row, so that two who act at once act one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import IdReused
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import Party
from wufei.hub.manifests.models import Approval, Line, Manifest, Revision, Status
from wufei.hub.manifests.refusals import (
    ReasonMissing,
)
from wufei.hub.manifests.revision_refusals import (
    AnswerUnexplained,
    DecidedAlready,
    NotAnnullable,
    NotASigner,
    NothingToRevise,
    OnlyIssued,
    RevisionEnded,
    RevisionOutdated,
    RevisionPending,
)
from wufei.hub.manifests.services import applying, correcting, outsiders, telling
from wufei.hub.manifests.services.applying import Signer
from wufei.hub.manifests.services.document import refresh
from wufei.hub.manifests.services.given import Signing
from wufei.hub.registry.models import Organisation

PROPOSE, DECIDE = "manifests.revision.propose", "manifests.revision.decide"
REASON_MAX = COMMENT_MAX = 300
_OPEN, _CLOSED = Approval.Decision.OPEN, Approval.Decision.CLOSED
_Signers = dict[int, str]


def propose(
    manifest: Manifest, changes: Mapping[str, Any], *, id: UUID, reason: str, by: Actor
) -> Revision:
    """Ask the others who have signed to agree to ``changes``; the same ``id`` returns the first.

    ``changes`` by field name: rows, texts, and for fields of lines ``{line.uuid: value}`` (masses
    as ``Mass``), or the value itself where there is one line. Whether it could be done is tried
    at once, so that it raises what doing it would raise: ``MovedOn`` above all, and also
    ``RevisionPending``, ``NotRevisable``, ``NotASigner``. Where nobody else has signed it is
    applied at once.
    """

    def content(now: Manifest, lines: list[Line]) -> tuple[dict[str, Any], dict[str, Any]]:
        wanted = correcting.wanted(now, lines, changes)
        kept = correcting.as_json(wanted, lines)
        return kept, correcting.before(wanted.names, now, lines)

    asked = rules.digest({"asked": _plain(changes)})
    return _propose(manifest, Revision.Kind.CORRECT, id, reason, by, asked, content)


def propose_annulment(manifest: Manifest, *, id: UUID, reason: str, by: Actor) -> Revision:
    """Ask the others who have signed to annul a load on its way; its mass then goes back.

    Raises also ``NotAnnullable`` once the consignee has received it.
    """
    return _propose(
        manifest, Revision.Kind.ANNUL, id, reason, by, "", lambda _manifest, _lines: ({}, {})
    )


def decide(
    revision: Revision, approve: bool, *, signing: Signing, by: Actor, comment: str = ""
) -> Revision:
    """Agree or not, for one's organisations that are still asked; saying the same twice is once.

    Also for an outside party where nobody signs in (``outsiders.answered_by``), with a comment.
    The last agreement applies the revision, signed with ``signing``. Raises ``RevisionEnded``,
    ``RevisionOutdated``, ``DecidedAlready``, ``AnswerUnexplained``, ``NotASigner``, and
    ``MovedOn`` where the mass has gone on meanwhile.
    """
    by.require(DECIDE)
    decision = Approval.Decision.APPROVED if approve else Approval.Decision.REFUSED
    with transaction.atomic():
        manifest = _lock(revision.manifest_id)
        now = Revision.objects.select_related("organisation").get(pk=revision.pk)
        mine = _answers(now, by)
        if not mine:
            raise NotASigner(manifest=str(manifest), who=_names(_asked(now)))
        if all((one.decision, one.actor) == (decision, by.id) for one in mine):
            return _told(revision, now)
        if now.state != Revision.State.PENDING:
            raise RevisionEnded(manifest=str(manifest), state=now.get_state_display())
        pending = [one.pk for one in mine if one.decision == _OPEN]
        if not pending:
            # A colleague has spoken for the organisation: what was agreed to stays agreed.
            raise DecidedAlready(manifest=str(manifest), decision=mine[0].get_decision_display())
        _check_explained(mine, comment, by)
        now.approvals.filter(pk__in=pending).update(
            decision=decision,
            actor=by.id,
            comment=comment.strip()[:COMMENT_MAX],
            decided_at=timezone.now(),
        )
        _record(by, str(decision), manifest, now)
        if not approve:
            _end(now, Revision.State.REFUSED)
        elif not _still_asked(manifest, now):
            _apply(manifest, now, _signer(manifest, mine, by), signing, by)
        return _told(revision, now)


def _answers(revision: Revision, by: Actor) -> list[Approval]:
    rows = revision.approvals.select_related("organisation").order_by("pk")
    return list(rows if by.scope(DECIDE) is Scope.ALL else rows.filter(outsiders.answered_by(by)))


def _check_explained(mine: Sequence[Approval], comment: str, by: Actor) -> None:
    """Who answers for a party outside says on what that rests."""
    if by.scope(DECIDE) is Scope.ALL or comment.strip():
        return
    absent = [one for one in mine if one.decision == _OPEN and not _is_own(one, by)]
    if absent:
        names = "、".join(one.organisation.name for one in absent)
        raise AnswerUnexplained(organisations=names, field="comment")


def _signer(manifest: Manifest, mine: Sequence[Approval], by: Actor) -> Signer:
    """As whom the last agreement is signed: an outside party's by who answers for it."""
    for one in mine:
        if by.scope(DECIDE) is Scope.ALL or _is_own(one, by):
            return Signer(one.organisation_id, one.party)
    sends = manifest.consignor_id in by.organisation_ids
    if sends:
        return Signer(manifest.consignor_id, Party.CONSIGNOR)
    return Signer(manifest.consignee_id, Party.CONSIGNEE)


def _is_own(approval: Approval, by: Actor) -> bool:
    return approval.organisation_id in by.organisation_ids


def withdraw(revision: Revision, *, by: Actor) -> Revision:
    """Take a proposal back; who proposed it may, for as long as it waits."""
    by.require(PROPOSE)
    with transaction.atomic():
        manifest = _lock(revision.manifest_id)
        now = Revision.objects.select_related("organisation").get(pk=revision.pk)
        if not _acts_for(now.organisation_id, by):
            raise NotASigner(manifest=str(manifest), who=now.organisation.name)
        if now.state == Revision.State.WITHDRAWN:
            return _told(revision, now)
        if now.state != Revision.State.PENDING:
            raise RevisionEnded(manifest=str(manifest), state=now.get_state_display())
        _end(now, Revision.State.WITHDRAWN)
        _record(by, "withdrawn", manifest, now)
        return _told(revision, now)


# Proposing.
def _propose(
    manifest: Manifest, kind: str, id: UUID, reason: str, by: Actor, asked: str, content: Any
) -> Revision:
    by.require(PROPOSE)
    reason = reason.strip()[:REASON_MAX]
    if not reason:
        raise ReasonMissing(field="reason")
    digest = rules.digest({"asked": [str(manifest.uuid), kind, reason, by.id, asked]})
    with transaction.atomic():
        now = _lock(manifest.pk)
        if earlier := Revision.objects.filter(uuid=id).first():
            if earlier.created_digest != digest:
                raise IdReused(id=id)
            return earlier
        proposer = check_proposal(now, kind, by=by)
        lines = list(now.lines.select_related("waste").order_by("position"))
        changes, before = content(now, lines)
        made = Revision.objects.create(
            uuid=id,
            created_digest=digest,
            manifest=now,
            kind=kind,
            changes=changes,
            before=before,
            reason=reason,
            party=proposer.party,
            organisation_id=proposer.organisation_id,
            actor=by.id,
        )
        _record(by, "proposed", now, made)
        signing = Signing(uuid5(id, "apply"), max(timezone.now(), _last(now)))
        if _still_asked(now, made):
            applying.try_out(now, made, proposer, signing, by)
            telling.asked(made, _asked(made))
        else:
            _apply(now, made, proposer, signing, by)
        refresh(manifest, Manifest.objects.get(pk=now.pk))
        return made


def check_proposal(manifest: Manifest, kind: str, *, by: Actor) -> Signer:
    """As which signer ``by`` may propose a revision of this kind now.

    Raises ``Forbidden``, ``NotASigner``, ``RevisionPending``, and ``NotSignedYet``,
    ``NotAnnullable`` or ``NothingToRevise`` where the manifest is not at that point.
    """
    by.require(PROPOSE)
    proposer = _proposer(manifest, by)
    _one_at_a_time(manifest)
    _in_time(manifest, kind)
    return proposer


def _proposer(manifest: Manifest, by: Actor) -> Signer:
    signers = signers_of(manifest)
    for organisation_id, party in signers.items():
        if _acts_for(organisation_id, by, PROPOSE):
            return Signer(organisation_id, party)
    raise NotASigner(manifest=str(manifest), who=_names(signers))


def _one_at_a_time(manifest: Manifest) -> None:
    pending = manifest.revisions.filter(state=Revision.State.PENDING).first()
    if pending is not None:
        raise RevisionPending(manifest=str(manifest), who=_names(_asked(pending)))


def _in_time(manifest: Manifest, kind: str) -> None:
    if kind == Revision.Kind.ANNUL and manifest.status != Status.LOADED:
        raise NotAnnullable(manifest=str(manifest), status=manifest.get_status_display())
    if manifest.status not in (*applying.REVISABLE_IN, Status.ISSUED):
        raise NothingToRevise(manifest=str(manifest), status=manifest.get_status_display())
    if manifest.status == Status.ISSUED:
        raise OnlyIssued(manifest=str(manifest))


def _plain(changes: Mapping[str, Any]) -> Any:
    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(one) for key, one in value.items()}
        return str(getattr(value, "uuid", value))

    return plain(changes)


# Deciding.
def _still_asked(manifest: Manifest, revision: Revision) -> bool:
    """Whether somebody has yet to agree: who signed after the proposal is asked as well."""
    known = {one.organisation_id for one in revision.approvals.all()}
    known.add(revision.organisation_id)
    Approval.objects.bulk_create(
        Approval(revision=revision, party=party, organisation_id=organisation_id)
        for organisation_id, party in signers_of(manifest).items()
        if organisation_id not in known
    )
    return revision.approvals.filter(decision=_OPEN).exists()


def _apply(
    manifest: Manifest, revision: Revision, signer: Signer, signing: Signing, by: Actor
) -> None:
    lines = list(manifest.lines.select_related("waste").order_by("position"))
    names = frozenset(revision.before)
    now = correcting.before(names, manifest, lines)
    if stale := [name for name in sorted(names) if now[name] != revision.before[name]]:
        labels = ", ".join(str(rules.FIELDS[name].label) for name in stale)
        raise RevisionOutdated(manifest=str(manifest), labels=labels)
    applying.apply(manifest, revision, signer, signing, by)
    _end(revision, Revision.State.APPROVED)


def _end(revision: Revision, state: str) -> None:
    at = timezone.now()
    revision.approvals.filter(decision=_OPEN).update(decision=_CLOSED, decided_at=at)
    revision.state, revision.ended_at = state, at
    revision.save(update_fields=["state", "ended_at"])
    telling.ended(revision)


# Who.
def signers_of(manifest: Manifest) -> _Signers:
    """Every organisation that has signed, with the party as which it first did."""
    signers: _Signers = {}
    for one in sorted(manifest.signatures.all(), key=lambda signature: signature.number):
        signers.setdefault(one.organisation_id, one.party)
    return signers


def _acts_for(organisation_id: int, by: Actor, act: str = DECIDE) -> bool:
    return by.scope(act) is Scope.ALL or organisation_id in by.organisation_ids


def _asked(revision: Revision) -> list[int]:
    rows = revision.approvals.filter(decision=_OPEN)
    return list(rows.values_list("organisation", flat=True))


def _names(organisations: Iterable[int]) -> str:
    rows = Organisation.objects.filter(pk__in=list(organisations)).order_by("name")
    return "、".join(row.name for row in rows)


def _last(manifest: Manifest) -> Any:
    return max(manifest.signatures.values_list("signed_at", flat=True))


def _lock(manifest: int) -> Manifest:
    """The manifest, nobody else's until the transaction ends: signers wait at its row."""
    # By itself: a row whose carrier changes while we wait would fall out of a join.
    Manifest.objects.select_for_update().get(pk=manifest)
    rows = Manifest.objects.select_related("carrier", "consignor_site", "consignee_site")
    return rows.get(pk=manifest)


def _told(given: Revision, now: Revision) -> Revision:
    given.state, given.ended_at = now.state, now.ended_at
    return given


def _record(by: Actor, action: str, manifest: Manifest, revision: Revision) -> None:
    audit.record(
        by,
        f"manifests:revision:{action}",
        subject=findings.subject(manifest),
        values={"number": manifest.local_id, "revision": str(revision.uuid)},
    )
