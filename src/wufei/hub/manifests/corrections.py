"""Reads of revisions and of what is left open: who may propose, who is asked, what would change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.declarations import methods
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.manifests import allowed, queries, rules, written
from wufei.hub.manifests.allowed import may
from wufei.hub.manifests.declarations import Party, Text, template
from wufei.hub.manifests.models import Approval, Manifest, Revision, Route, Signature
from wufei.hub.manifests.revisable import REVISABLE, Says
from wufei.hub.manifests.services import outsiders
from wufei.hub.manifests.services.revisions import DECIDE, PROPOSE
from wufei.hub.registry.models import Driver, Vehicle

NONE = "—"


# Who may what.
def visible(actor: Actor) -> "QuerySet[Revision]":
    """Revisions of manifests that the actor sees, and those that their organisations are asked."""
    asked = Approval.objects.filter(organisation__in=sorted(actor.organisation_ids))
    rows = Revision.objects.filter(
        Q(manifest__in=queries.visible(actor).values("pk")) | Q(pk__in=asked.values("revision"))
    )
    return rows.select_related("manifest__consignor", "manifest__consignee", "organisation")


def waiting_for(actor: Actor) -> "QuerySet[Revision]":
    """Revisions that wait for the actor's organisations to agree, the oldest first."""
    if actor.scope(DECIDE) is not Scope.OWN:
        return Revision.objects.none()
    asked = Approval.objects.filter(
        outsiders.answered_by(actor),
        decision=Approval.Decision.OPEN,
        revision__state=Revision.State.PENDING,
    )
    rows = Revision.objects.filter(pk__in=asked.values("revision"))
    return rows.select_related(
        "manifest__consignor", "manifest__consignee", "organisation"
    ).order_by("proposed_at", "pk")


def is_asked(revision: Revision, actor: Actor) -> bool:
    mine = revision.approvals.filter(outsiders.answered_by(actor), decision=Approval.Decision.OPEN)
    pending = revision.state == Revision.State.PENDING
    return pending and actor.scope(DECIDE) is Scope.OWN and mine.exists()


def answers_for(revision: Revision, actor: Actor) -> str:
    """Parties outside in whose place the actor is asked, by name; "" for none."""
    mine = revision.approvals.filter(
        outsiders.answered_by(actor), decision=Approval.Decision.OPEN
    ).exclude(organisation__in=sorted(actor.organisation_ids))
    return "、".join(mine.order_by("pk").values_list("organisation__name", flat=True))


def may_withdraw(revision: Revision, actor: Actor) -> bool:
    own = revision.organisation_id in actor.organisation_ids
    return revision.state == Revision.State.PENDING and actor.may(PROPOSE) and own


@dataclass(frozen=True)
class Corrections:
    """What can be changed of a manifest by this actor, and what was or is to be."""

    revisions: list[Revision]
    asked: Revision | None
    may_edit: bool
    may_propose: bool
    may_annul: bool
    may_complete: bool
    left_open: list[Text]
    complete_by: datetime | None
    reason: str
    scans: list[UUID]


def of(manifest: Manifest, actor: Actor) -> Corrections:
    """For the page of one manifest; its signatures must have been fetched."""
    signatures = list(manifest.signatures.all())
    revisions = list(manifest.revisions.select_related("organisation"))
    pending = next((one for one in revisions if one.state == Revision.State.PENDING), None)
    may_propose = may(allowed.revise, manifest, actor)
    return Corrections(
        revisions=revisions,
        asked=pending if pending is not None and is_asked(pending, actor) else None,
        may_edit=may(allowed.edit, manifest, actor),
        may_propose=may_propose,
        may_annul=may_propose and may(allowed.annul, manifest, actor),
        may_complete=may(allowed.complete, manifest, actor),
        left_open=[rules.FIELDS[name].label for name in manifest.left_open],
        complete_by=_complete_by(manifest),
        reason=next((str(one.values["reason"]) for one in signatures if _reason(one)), ""),
        scans=list(dict.fromkeys(one.evidence for one in signatures if one.evidence)),
    )


def _complete_by(manifest: Manifest) -> datetime | None:
    """Until when what an emergency has left open is to be filled in."""
    if not manifest.left_open:
        return None
    return written.until(template(manifest.template).emergency_within, manifest.issued_at)


def _reason(signature: Signature) -> bool:
    return signature.number == 1 and "reason" in signature.values


def may_open(file: StoredFile, actor: Actor) -> bool:
    """Whether a stored file is what a signature rests on, of a manifest that the actor sees."""
    rests = Signature.objects.filter(evidence=file.uuid, evidence__isnull=False)
    return rests.filter(manifest__in=queries.visible(actor).values("pk")).exists()


# What it would change.
@dataclass(frozen=True)
class Change:
    """One field: what it says now, or said then, and what it is to say."""

    label: Text
    before: str
    after: str
    line: str = ""


def changes(revision: Revision) -> list[Change]:
    """Field by field, in the words of people; of lines by their waste where there are several."""
    lines = {str(one.uuid): one for one in revision.manifest.lines.select_related("waste")}
    found = []
    for name, value in revision.changes.items():
        field, before = rules.FIELDS[name], revision.before.get(name)
        if not field.of_line:
            found.append(Change(field.label, _words(name, before), _words(name, value)))
            continue
        for uuid, new in value.items():
            label = lines[uuid].waste.label if len(lines) > 1 else ""
            old = (before or {}).get(uuid)
            found.append(Change(field.label, _words(name, old), _words(name, new), label))
    return found


def _words(name: str, value: Any) -> str:
    """A kept value as people read it."""
    if value in (None, ""):
        return NONE
    match REVISABLE[name].says:
        case Says.MASS:
            return _mass(value)
        case Says.METHOD:
            known = methods()
            return str(known[value].name) if value in known else str(value)
        case Says.ROW:
            return _row(name, value)
        case _:
            return str(value)


def _mass(value: Any) -> str:
    """Tonnes, and the value and unit that were written where they were others."""
    grams = value["g"] if isinstance(value, dict) else int(value)
    words = f"{tonnes_text(grams)} t"
    if isinstance(value, dict) and value.get("unit", "t") not in ("", "t"):
        words += f" ({value['value']} {value['unit']})"
    return words


def _row(name: str, uuid: str) -> str:
    rows: Any = {"vehicle": Vehicle, "driver": Driver, "route": Route}[name]
    found = rows.objects.filter(uuid=uuid).first()
    return str(found.plate if isinstance(found, Vehicle) else found) if found else NONE


@dataclass(frozen=True)
class Answer:
    """What one organisation that is asked has said."""

    approval: Approval
    party: Text
    who: str

    @property
    def tone(self) -> str:
        return {"approved": "good", "refused": "bad", "open": "attention"}.get(
            self.approval.decision, "plain"
        )


def answers(revision: Revision) -> list[Answer]:
    rows = list(revision.approvals.select_related("organisation"))
    names = names_of(one.actor for one in rows if one.actor)
    return [Answer(one, Party(one.party).label, names.get(one.actor, "")) for one in rows]


def proposer(revision: Revision) -> str:
    return names_of([revision.actor])[revision.actor]


# What a form may offer.
def revisable_now(manifest: Manifest) -> list[str]:
    """Fields that a revision can change as the manifest stands."""
    form = template(manifest.template)
    sealed = rules.sealed_in(form, manifest.status)
    given = manifest.issued_numbers.exists()
    return [name for name in REVISABLE if name in sealed and not (name == "authority_no" and given)]
