"""Claim that batches are exempt: everything that the claim says is held against what is there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Forbidden, IdReused
from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.models import Exemption, WasteType
from wufei.hub.catalogue.queries import exemptions_of
from wufei.hub.catalogue.rules import exempt
from wufei.hub.exemptions import queries, rules
from wufei.hub.exemptions.models import Claim, ClaimedLot, Criterion
from wufei.hub.exemptions.refusals import (
    LotClaimed,
    LotsOfOthers,
    MixedWastes,
    NoLots,
    NoSuchExemption,
    NotAValue,
    OverLimit,
    ReportMissing,
    ReportOlderThanLot,
    UnknownCriterion,
    ValidTooLong,
    ValueMissing,
    WrongDays,
)
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.services.book import require_open
from wufei.hub.registry.validity import today

SUBJECT = "exemptions.claim"
LOTS_MAX = 100
KINDS = frozenset({StoredFile.Kind.PDF, StoredFile.Kind.IMAGE})


@dataclass(frozen=True)
class NewClaim:
    """What is claimed. ``results`` are values by the criterion's code, as the report writes them;
    ``evidence`` is the uuid of the report, which whoever claims has handed in.
    """

    organisation: Organisation
    exemptions: tuple[Exemption, ...]
    lots: tuple[UUID, ...]
    report_no: str
    laboratory: str
    sampled_on: date
    reported_on: date
    valid_until: date
    results: Mapping[str, str] = field(default_factory=dict)
    evidence: UUID | None = None
    note: str = ""

    def digest(self, by: Actor) -> str:
        """Of all that is claimed: tells a retry from another claim."""
        told = [
            str(self.organisation.uuid),
            sorted(f"{one.edition}:{one.position}" for one in self.exemptions),
            sorted(str(lot) for lot in self.lots),
            [self.report_no, self.laboratory, str(self.evidence), self.note, by.id],
            [str(day) for day in (self.sampled_on, self.reported_on, self.valid_until)],
            dict(self.results),
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def subject(claim: Claim) -> str:
    """How the audit log names a claim."""
    return f"{SUBJECT}:{claim.uuid}"


def claim(new: NewClaim, *, id: UUID, by: Actor) -> Claim:
    """Claim an exemption; the same ``id`` and content returns the first claim.

    Raises a refusal of ``exemptions.refusals`` that says which batch, value or day is in the way;
    nothing is written then.
    """
    by.require(queries.EDIT)
    if not queries.claimants(by).filter(pk=new.organisation.pk).exists():
        raise Forbidden(queries.EDIT)
    try:
        with transaction.atomic():
            return _find(new, id, by) or _write(new, id, by)
    except IntegrityError as error:
        if "exemptions_claim_uuid" in str(error) and (earlier := _find(new, id, by)):
            return earlier
        if "exemptions_lot_in_one_claim" in str(error):
            # A twin of this very request may have won: then its result is ours.
            if earlier := _find(new, id, by):
                return earlier
            _refuse_claimed(Lot.objects.filter(uuid__in=new.lots))
        raise


def _find(new: NewClaim, id: UUID, by: Actor) -> Claim | None:
    found = Claim.objects.filter(uuid=id).first()
    if found and found.digest != new.digest(by):
        raise IdReused(id=id)
    return found


def _write(new: NewClaim, id: UUID, by: Actor) -> Claim:
    day = today()
    require_open(new.organisation, day)
    lots = _lots(new)
    waste = lots[0].account.waste
    _check_exemptions(new, waste, day)
    _check_days(new, day)
    for lot in lots:
        _check_sampled(new, lot)
    results = _results(new)
    made = Claim.objects.create(
        uuid=id,
        digest=new.digest(by),
        organisation=new.organisation,
        waste=waste,
        report_no=new.report_no.strip()[:60],
        laboratory=new.laboratory.strip()[:120],
        sampled_on=new.sampled_on,
        reported_on=new.reported_on,
        valid_until=new.valid_until,
        results=results,
        evidence=_evidence(new, by),
        note=new.note.strip()[:300],
        actor=by.id,
    )
    made.exemptions.set(new.exemptions)
    _hold(made, lots, day)
    values = {"report": made.report_no, "waste": waste.code, "lots": len(lots)}
    record(by, "exemptions:claim:make", subject=subject(made), values=values)
    return made


def _hold(made: Claim, lots: Sequence[Lot], day: date) -> None:
    """The lots are this claim's: those of a claim that has run out are let go first."""
    ClaimedLot.objects.filter(lot__in=lots, held=True, claim__valid_until__lt=day).update(
        held=False
    )
    _refuse_claimed(lots)
    # In one order: two that claim the same lots wait for each other, and one is refused.
    ordered = sorted(lots, key=lambda lot: lot.pk)
    ClaimedLot.objects.bulk_create(ClaimedLot(claim=made, lot=lot) for lot in ordered)


def _refuse_claimed(lots: Any) -> None:
    rows = ClaimedLot.objects.filter(lot__in=lots, held=True).select_related("claim", "lot")
    if taken := rows.order_by("pk").first():
        raise LotClaimed(
            lot=taken.lot,
            report=taken.claim.report_no,
            until=taken.claim.valid_until,
            field="lots",
        )


# What is claimed, held against what is there.
def _lots(new: NewClaim) -> list[Lot]:
    """The batches: of one waste, in stores of the one who claims."""
    wanted = dict.fromkeys(new.lots)
    if not 1 <= len(wanted) <= LOTS_MAX:
        raise NoLots(most=LOTS_MAX, field="lots")
    rows = Lot.objects.filter(uuid__in=wanted).select_related("account__waste", "account__place")
    found = {lot.uuid: lot for lot in rows}
    for uuid in wanted:
        lot = found.get(uuid)
        # What is not there and what is somebody else's get the same answer.
        if (
            lot is None
            or lot.account.holder_id != new.organisation.pk
            or lot.account.kind != AccountKind.STOCK
        ):
            mine = new.organisation.name
            raise LotsOfOthers(lot=uuid, organisation=mine, field="lots")
    lots = [found[uuid] for uuid in wanted]
    wastes = {lot.account.waste_id: lot.account.waste.code for lot in lots}
    if len(wastes) > 1:
        one, other, *_more = wastes.values()
        raise MixedWastes(one=one, other=other, field="lots")
    return lots


def _check_exemptions(new: NewClaim, waste: WasteType, day: date) -> None:
    holding = set(exempt(waste.code, "", day, new.exemptions))
    if not new.exemptions or holding != set(new.exemptions):
        known = exemptions_of(waste.code, day=day)
        raise NoSuchExemption(
            day=day,
            waste=waste.code,
            asked=_effects(one for one in new.exemptions if one not in holding),
            known=_effects(known),
            field="exemptions",
        )


def _effects(exemptions: Any) -> str:
    return ", ".join(str(one.get_effect_display()) for one in exemptions) or "—"


def _check_days(new: NewClaim, day: date) -> None:
    if not new.sampled_on <= new.reported_on <= day <= new.valid_until:
        raise WrongDays(
            sampled=new.sampled_on,
            reported=new.reported_on,
            claimed=day,
            until=new.valid_until,
            field="valid_until" if new.valid_until < day else "sampled_on",
        )
    days = settings.EXEMPTION_DAYS_MAX
    latest = new.reported_on + timedelta(days=days)
    if days and new.valid_until > latest:
        raise ValidTooLong(latest=latest, days=days, field="valid_until")


def _check_sampled(new: NewClaim, lot: Lot) -> None:
    arose = timezone.localtime(queries.youngest(lot).arisen_at).date()
    if new.sampled_on < arose:
        raise ReportOlderThanLot(lot=lot, sampled=new.sampled_on, arose=arose, field="sampled_on")


def _results(new: NewClaim) -> list[dict[str, Any]]:
    """Each value with its limit; raises ``ValueMissing``, ``NotAValue`` or ``OverLimit``."""
    criteria = queries.criteria(new.exemptions, new.sampled_on)
    by_code = {one.code: one for one in criteria}
    readings: dict[str, rules.Reading] = {}
    for code, text in new.results.items():
        if code not in by_code:
            raise UnknownCriterion(given=code[:30], known=", ".join(by_code) or "—", field=code)
        if not text.strip():
            continue
        reading = rules.read(text)
        if reading is None:
            raise NotAValue(text=text[:30], unit=by_code[code].unit, field=code)
        readings[code] = reading
    if lacking := list(rules.missing(criteria, readings)):
        names = ", ".join(one.label for one in lacking)
        raise ValueMissing(names=names, field=lacking[0].code)
    if failed := list(rules.over(criteria, readings)):
        told = "; ".join(_told(one, readings[one.code]) for one in failed)
        raise OverLimit(over=told, field=failed[0].code)
    return [_result(one, readings[one.code]) for one in criteria]


def _told(criterion: Criterion, reading: rules.Reading) -> str:
    """``Lead 0.31 mg/L (< 0.25)``."""
    limit = f"{criterion.limit.normalize():f}"
    return f"{criterion.label} {reading} {criterion.unit} (< {limit})"


def _result(criterion: Criterion, reading: rules.Reading) -> dict[str, Any]:
    return {
        "code": criterion.code,
        "name": criterion.name,
        "name_en": criterion.name_en,
        "value": str(reading),
        "limit": f"{criterion.limit.normalize():f}",
        "unit": criterion.unit,
        "method": criterion.method,
        "source": criterion.source,
        "grade": criterion.grade,
    }


def _evidence(new: NewClaim, by: Actor) -> StoredFile:
    """The report, handed in by whoever claims."""
    rows = StoredFile.objects.filter(by=by.id, kind__in=KINDS)
    found = rows.filter(uuid=new.evidence).first() if new.evidence else None
    if found is None:
        raise ReportMissing(field="evidence")
    return found
