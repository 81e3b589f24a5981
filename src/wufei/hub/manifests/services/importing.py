"""Manifests that another system kept 导入联单, and receipts of plants without an account.

A record says what was issued and which steps followed; each is a signature of its party in mode
"imported", dated as the record says. Whose record may be believed: a firm's import moves mass out
of its own books or into them, and in a party's place where that has nobody who works here;
whoever may import for the whole district imports the authority's record of anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.tables import Taken
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.import_refusals import (
    ImportedOtherwise,
    NotAParty,
    OfThisPlatform,
    ReceiverSignsHere,
    SenderSignsHere,
    SignedOtherwise,
)
from wufei.hub.manifests.models import (
    Line,
    Manifest,
    Mode,
    Origin,
    Signature,
    Status,
    StepCode,
)
from wufei.hub.manifests.refusals import AlreadySigned, OutOfOrder, Overtaken
from wufei.hub.manifests.services import checks, issuing, outsiders
from wufei.hub.manifests.services.document import values_json
from wufei.hub.manifests.services.given import NewManifest, Signing
from wufei.hub.manifests.services.issuing import Otherwise
from wufei.hub.manifests.services.signing import sign

IMPORT = "manifests.manifest.import"
# Ids of imported manifests are made from the consignor and the record's own number.
NAMESPACE = UUID("0e7d1f2a-64a7-5d0f-9c3e-8b5f4a1c2d33")
_RECEIVING = (StepCode.ARRIVE, StepCode.ACCEPT)
# What a twin that was quicker makes of a step that we sign too.
_OVERTAKEN = (IdReused, AlreadySigned, OutOfOrder, Overtaken)


@dataclass(frozen=True)
class Told:
    """One step as a record tells it; ``values`` as for ``sign``, masses in the lines' order."""

    step: str
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A manifest as another system keeps it; ``number`` is its number there."""

    number: str
    new: NewManifest
    issued_at: datetime
    steps: tuple[Told, ...]


def import_record(record: Record, *, by: Actor) -> Taken:
    """Write a record down, all of it or nothing; says whether there was anything to write.

    The same record again changes nothing, whoever brings it and whatever was corrected here
    since; one that has gone on meanwhile has its further steps signed. What a licence or plan did
    not allow has happened and is a finding. Raises the refusals of ``import_refusals`` and what
    issuing and signing raise.
    """
    consignor, consignee = (
        site.organisation for site in (record.new.consignor_site, record.new.consignee_site)
    )
    everybodys = by.require(IMPORT) is Scope.ALL
    if not everybodys and not by.organisation_ids & {consignor.pk, consignee.pk}:
        raise NotAParty(consignor=consignor.name, consignee=consignee.name, field="consignor")
    with transaction.atomic():
        for id in _ids(record):
            if not Manifest.objects.filter(uuid=id).exists():
                if not everybodys and consignor.pk not in by.organisation_ids:
                    _stands_outside(consignor, SenderSignsHere, "consignor")
                _free_number(record, by)
                _is_not_here_otherwise(record, id)
            try:
                manifest = _issue(record, id, by)
                break
            except ImportedOtherwise:
                # What was annulled makes room for what is right, and stays as it was.
                if not Manifest.objects.filter(uuid=id, status=Status.CANCELLED).exists():
                    raise
        return _sign_all(manifest, record.steps, by)


def _ids(record: Record) -> Iterator[UUID]:
    """The id that follows from consignor and number, and those after an annulment."""
    known = f"{record.new.consignor_site.organisation.uuid}:{record.number}"
    yield uuid5(NAMESPACE, known)
    yield from (uuid5(NAMESPACE, f"{known}:{turn}") for turn in count(2))


def _free_number(record: Record, by: Actor) -> None:
    """The authority's number of an annulled import goes to the manifest that it belongs to."""
    if not record.new.authority_no:
        return
    consignor = record.new.consignor_site.organisation_id
    annulled = Manifest.objects.filter(
        authority_no=record.new.authority_no,
        status=Status.CANCELLED,
        origin=Origin.IMPORTED,
        consignor=consignor,
    ).first()
    if annulled is not None:
        Manifest.objects.filter(pk=annulled.pk).update(authority_no=None, changed_at=timezone.now())
        audit.record(
            by,
            "manifests:manifest:number",
            subject=findings.subject(annulled),
            values={"number": annulled.local_id, "authority_no": "", "was": annulled.authority_no},
        )


def _is_not_here_otherwise(record: Record, id: UUID) -> None:
    known = Q(local_id=record.number)
    if record.new.authority_no:
        known |= Q(authority_no=record.new.authority_no)
    # A twin of this very import may have come in this moment.
    if here := Manifest.objects.filter(known).exclude(uuid=id).first():
        raise OfThisPlatform(manifest=str(here), field="number")


def import_receipt(manifest: Manifest, steps: Sequence[Told], *, by: Actor) -> Taken:
    """Sign arrival and acceptance of a manifest as a receipt says; as ``import_record``."""
    by.require(IMPORT)
    with transaction.atomic():
        return _sign_all(manifest, steps, by)


def _issue(record: Record, id: UUID, by: Actor) -> Manifest:
    new = record.new
    parties = (
        new.consignor_site.organisation_id,
        new.carrier.pk,
        new.consignee_site.organisation_id,
    )
    signing = Signing(_key(id, StepCode.ISSUE, 1), record.issued_at, mode=Mode.IMPORTED)
    try:
        return issuing.issue_otherwise(
            new,
            Otherwise(Origin.IMPORTED),
            id=id,
            signing=signing,
            by=_for_all(parties, by),
        )
    except IdReused as reused:
        before = Manifest.objects.filter(uuid=id).first()
        number = record.number
        raise ImportedOtherwise(number=number, manifest=str(before), field="number") from reused
    except Refusal as refusal:
        _name_time(refusal, StepCode.ISSUE)
        raise


def _sign_all(manifest: Manifest, steps: Sequence[Told], by: Actor) -> Taken:
    """Sign the steps that nobody has signed; those signed before must say the same."""
    lines = list(manifest.lines.order_by("position"))
    signed = _signed(manifest)
    taken = Taken.KNOWN
    for told in steps:
        if earlier := signed.get(told.step):
            _same(manifest, earlier, told, lines)
        elif _sign(manifest, told, lines, by):
            taken = Taken.NEW
    return taken


def _sign(manifest: Manifest, told: Told, lines: Sequence[Line], by: Actor) -> bool:
    """False where a twin of this very import was quicker."""
    if told.step in _RECEIVING:
        _check_receiver(manifest, by)
    parties = (manifest.consignor_id, manifest.carrier_id, manifest.consignee_id)
    key = _key(manifest.uuid, told.step, manifest.turn)
    try:
        sign(
            manifest,
            told.step,
            signing=Signing(key, told.at, mode=Mode.IMPORTED),
            values=_by_line(told.values, lines),
            by=_for_all(parties, by),
        )
    except Refusal as refusal:
        if isinstance(refusal, _OVERTAKEN) and (earlier := _signed(manifest).get(told.step)):
            _same(manifest, earlier, told, lines)
            return False
        _name_time(refusal, told.step)
        raise
    return True


def _signed(manifest: Manifest) -> dict[str, Signature]:
    """The signatures of the path that count now, by step."""
    return {one.step: one for one in manifest.signatures.filter(turn=manifest.turn).order_by("pk")}


def _same(manifest: Manifest, earlier: Signature, told: Told, lines: Sequence[Line]) -> None:
    """Raises ``SignedOtherwise`` unless this import, or a party itself, has said so before."""
    if earlier.uuid == _key(manifest.uuid, told.step, manifest.turn):
        values = values_json(_by_line(told.values, lines), lines)
        same = earlier.signed_at == told.at and earlier.values == values
    else:
        same = _agrees(told, lines)
    if not same:
        raise SignedOtherwise(
            step=checks.step_name(told.step),
            manifest=str(manifest),
            at=f"{earlier.signed_at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}",
            field=rules.TIME_OF[told.step],
        )


def _agrees(told: Told, lines: Sequence[Line]) -> bool:
    """Whether the masses are those that the manifest has by other hands; clocks may differ."""
    if told.step == StepCode.ACCEPT and "accepted" not in told.values:
        return not any(line.refused_g for line in lines)
    return all(
        getattr(line, f"{name}_g") == mass.grams
        for name, by_line in _by_line(told.values, lines).items()
        if isinstance(by_line, dict)
        for line in lines
        for mass in [by_line[line.uuid]]
    )


def _check_receiver(manifest: Manifest, by: Actor) -> None:
    consignor, consignee = manifest.consignor, manifest.consignee
    if by.scope(IMPORT) is Scope.ALL or consignee.pk in by.organisation_ids:
        return
    if consignor.pk not in by.organisation_ids:
        raise NotAParty(consignor=consignor.name, consignee=consignee.name, field="number")
    _stands_outside(consignee, ReceiverSignsHere, "arrived_at")


def _stands_outside(organisation: Any, refusal: type[Refusal], column: str) -> None:
    if not outsiders.is_outside(organisation):
        raise refusal(organisation=organisation.name, field=column)


def _for_all(parties: Sequence[int], by: Actor) -> Actor:
    """Who imports, for the parties that have signed elsewhere; whether they may was asked."""
    told = by.as_json()
    acts = told["acts"] | {checks.ISSUE: Scope.OWN, checks.SIGN: Scope.OWN}
    return Actor.from_json(told | {"acts": acts, "organisation_ids": sorted(set(parties))})


def _by_line(values: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    return {
        name: {line.uuid: mass for line, mass in zip(lines, value, strict=True)}
        if isinstance(value, tuple) and all(isinstance(one, Mass) for one in value)
        else value
        for name, value in values.items()
    }


def _key(manifest: UUID, step: str, turn: int) -> UUID:
    return uuid5(manifest, f"import:{step}" if turn == 1 else f"import:{step}:{turn}")


def _name_time(refusal: Refusal, step: str) -> None:
    """A time that does not fit is the one of this step."""
    if refusal.field in ("signed_at", "step"):
        refusal.field = rules.TIME_OF[step]
