"""Labels made and changed; each gets its code here."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.numbering import next_number
from wufei.hub.labels import coding, rules
from wufei.hub.labels.formats import Format, format_of
from wufei.hub.labels.models import ContainerLabel
from wufei.hub.labels.queries.lots import PRINT, facts_of, lots_for
from wufei.hub.labels.refusals import (
    Missing,
    NoCodeYet,
    NoCreditCode,
    SerialsUsedUp,
    UnfitPart,
    UnknownLots,
    WrongVolume,
)
from wufei.hub.labels.rules import Facts
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.rules.codes import credit_code_problem

SUBJECT = "labels.label"


def make(lots: Iterable[UUID], facts: Facts, *, by: Actor) -> list[ContainerLabel]:
    """Labels of these lots, in their order; those that have one keep it as it is.

    Safe to repeat. Raises ``UnknownLots``, ``Missing``, ``WrongVolume`` or what keeps a code from
    being given; then none is made.
    """
    by.require(PRINT)
    wanted = list(dict.fromkeys(lots))
    with transaction.atomic():
        found = _locked(wanted, by)
        known = {lot.pk: lot.container_label for lot in found if hasattr(lot, "container_label")}
        new = _new([lot for lot in found if lot.pk not in known], facts)
        for label in new:
            audit.record(
                by, "labels:label:make", subject=_subject(label), values={"code": label.code}
            )
        known |= {label.lot_id: label for label in new}
    return [known[lot.pk] for lot in found]


def _locked(wanted: Sequence[UUID], by: Actor) -> list[Lot]:
    """Locked in the order of their keys, given back in the order that was asked for."""
    rows = lots_for(by).filter(uuid__in=wanted)
    # Only the lots' own rows, and not against the ledger's reading of their keys.
    locked = Lot.objects.filter(pk__in=rows.values("pk")).order_by("pk")
    ids = list(locked.select_for_update(no_key=True).values_list("pk", flat=True))
    found = {lot.uuid: lot for lot in lots_for(by).filter(pk__in=ids)}
    if lost := [uuid for uuid in wanted if uuid not in found]:
        raise UnknownLots(count=len(lost))
    return [found[uuid] for uuid in wanted]


def _new(lots: Sequence[Lot], facts: Facts) -> list[ContainerLabel]:
    drafts = [_draft(lot, facts) for lot in lots]
    today = timezone.localdate()
    rule = coding.rule_on(coding.parse(settings.LABEL_CODE), today)
    begun = [(_beginning(draft, rule, today), draft) for draft in drafts]
    # Everybody takes serials in one order, so that two batches never wait for each other.
    for beginning, draft in sorted(begun, key=lambda one: (one[0], one[1].lot_id)):
        draft.code = _numbered(draft, beginning, rule)
    return ContainerLabel.objects.bulk_create(drafts)


def _draft(lot: Lot, facts: Facts) -> ContainerLabel:
    account = lot.account
    format = format_of(account.waste.stream)
    facts = rules.with_hazard(facts, account.waste.hazard)
    _check(lot, facts, format)
    # A collector's label tells when it was collected, a producer's when it arose.
    collected = getattr(lot, "arrived", False)
    produced = timezone.localtime(lot.since if collected else lot.arisen_at).date()
    return ContainerLabel(
        lot=lot,
        holder=account.holder,
        waste=account.waste,
        format=format.code,
        produced_on=produced,
        **asdict(facts),
    )


def _check(lot: Lot, facts: Facts, format: Format) -> None:
    for name in rules.missing(facts, format):
        raise Missing(field=name)
    if not rules.fits(lot.remaining_g, facts.volume_l):
        mass = f"{lot.remaining_g / 1000:,.1f}"
        raise WrongVolume(field="volume_l", mass=mass, volume=facts.volume_l)


def _beginning(draft: ContainerLabel, rule: coding.CodeRule | None, today: date) -> str:
    """All of the code but its serial, which counts within it."""
    if not format_of(draft.waste.stream).digital:
        return f"WF{today:%y%m%d}"
    if rule is None:
        raise NoCodeYet
    draft.code_rule = rule.since
    parts = {coding.PRODUCER: draft.holder.credit_code or "", coding.WASTE: draft.waste.code}
    if _has(rule, coding.PRODUCER) and credit_code_problem(parts[coding.PRODUCER]) is not None:
        raise NoCreditCode(name=draft.holder.name)
    try:
        return rule.beginning(parts, draft.produced_on)
    except coding.Unfit as unfit:
        segment = unfit.segment
        raise UnfitPart(text=unfit.text, segment=segment.kind, length=segment.length) from unfit


def _has(rule: coding.CodeRule, kind: str) -> bool:
    return any(segment.kind == kind for segment in rule.segments)


def _numbered(draft: ContainerLabel, beginning: str, rule: coding.CodeRule | None) -> str:
    serial = next_number(f"label:{beginning}")
    if draft.code_rule is None:
        return f"{beginning}{serial:06d}"
    assert rule is not None
    if serial > rule.serial_max:
        raise SerialsUsedUp(count=rule.serial_max, name=draft.holder.name)
    return rule.whole(beginning, serial)


def change(label: ContainerLabel, facts: Facts, *, by: Actor) -> ContainerLabel:
    """Mend what the label says; its code, lot and date stay. Raises as ``make`` does."""
    by.require(PRINT)
    with transaction.atomic():
        mine = (
            ContainerLabel.objects.select_for_update(of=("self",))
            .select_related("lot", "waste")
            .get(pk=label.pk)
        )
        before = asdict(facts_of(mine))
        _check(mine.lot, facts, format_of(mine.waste.stream))
        changed = [name for name, value in asdict(facts).items() if before[name] != value]
        if not changed:
            return mine
        for name in changed:
            setattr(mine, name, getattr(facts, name))
        mine.changed_at = timezone.now()
        mine.save(update_fields=[*changed, "changed_at"])
        audit.record(by, "labels:label:change", subject=_subject(mine), values={"fields": changed})
    return mine


def _subject(label: ContainerLabel) -> str:
    return f"{SUBJECT}:{label.lot.uuid}"
