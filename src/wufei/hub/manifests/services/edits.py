"""Edit what only its issuer has signed: nobody else has to agree, and what is reserved follows.

The change is a signature of its own, which seals anew what the issue had sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import declarations, rules
from wufei.hub.manifests.declarations import Party
from wufei.hub.manifests.models import (
    Leg,
    Line,
    LineClaim,
    LineLot,
    Manifest,
    Signature,
    Status,
    StepCode,
)
from wufei.hub.manifests.refusals import FieldNotAsked, UnknownLine
from wufei.hub.manifests.revisable import EDITABLE
from wufei.hub.manifests.revision_refusals import (
    NotEditable,
    NotEditedOnItsWayBack,
    NothingChanged,
)
from wufei.hub.manifests.services import (
    allotting,
    checks,
    exempting,
    issue_checks,
    naming,
    reserving,
    way,
)
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.document import Document, Lots, lots_of
from wufei.hub.manifests.services.given import NewLine, NewManifest, NextCarrier, Signing
from wufei.hub.manifests.services.reposting import weights_told

_EXEMPTION = frozenset({"exemption"})
_OF_LINE = frozenset({"declared", "method", "lots", "containers"})


def edit(
    manifest: Manifest, changes: Mapping[str, Any], *, signing: Signing, by: Actor
) -> Signature:
    """Change a manifest that nobody but its issuer has signed.

    ``changes`` by name of ``NewManifest``'s fields (not waste, consignor or the authority's
    number), of lines ``{line.uuid: value}`` or the value itself where there is one line. With
    another carrier the vehicle and driver of the old one go, with another destination the route,
    unless they are given too. Raises ``NotEditable``, ``NothingChanged`` and what issuing raises.
    """
    by.require(checks.ISSUE)
    for name in changes:
        if name not in EDITABLE:
            label = rules.FIELDS[name].label if name in rules.FIELDS else name
            step = checks.step_name(StepCode.ISSUE)
            raise FieldNotAsked(step=step, label=label, field=name)
    work = _Editing(manifest, changes)
    act = Beside(
        StepCode.REVISE,
        Party.CONSIGNOR,
        manifest.consignor_id,
        tuple(Status),
        # Lots are what the issue has sealed; the others are still open.
        frozenset({"lots"} & changes.keys())
        | (_EXEMPTION if declarations.template(manifest.template).exempt else frozenset()),
        {"edited": " ".join(sorted(changes)), **_told(changes)},
        check=work.check,
        change=work.change,
        move=work.move,
    )
    return sign_beside(manifest, act, signing=signing, by=by)


def check_editable(manifest: Manifest) -> None:
    """Raises ``NotEditable`` once another has signed, and for what was refused elsewhere."""
    if manifest.status != Status.ISSUED:
        raise NotEditable(manifest=str(manifest), status=manifest.get_status_display())
    if manifest.follows_id:
        raise NotEditedOnItsWayBack(manifest=str(manifest))


def _told(changes: Mapping[str, Any]) -> dict[str, Any]:
    """New values as a signature keeps them; carriers and lots in words: their order counts."""
    told = dict(changes)
    if "further_carriers" in told:
        carriers = (str(one.carrier.uuid) for one in told["further_carriers"])
        told["further_carriers"] = " → ".join(carriers)
    if "lots" in told:
        by_line = told["lots"] if isinstance(told["lots"], Mapping) else {"": told["lots"]}
        told["lots"] = "; ".join(
            f"{line}: " + " ".join(f"{part.lot}={part.mass_g}" for part in parts)
            for line, parts in by_line.items()
        )
    return told


@dataclass
class _Editing:
    manifest: Manifest
    changes: Mapping[str, Any]
    before: Lots = field(default_factory=dict)
    after: dict[UUID, list[LineLot]] = field(default_factory=dict)
    new: NewManifest | None = None

    def check(self, document: Document) -> None:
        check_editable(document.manifest)

    def change(self, document: Document) -> None:
        manifest, form = document.manifest, document.form
        self.before = lots_of(document.lines)
        old = as_new(manifest, document.lines, self.before)
        new = self.new = _changed(old, document.lines, self.changes)
        if new == old:
            raise NothingChanged(manifest=str(manifest))
        document.change(
            carrier=new.carrier,
            consignee=new.consignee_site.organisation,
            consignee_site=new.consignee_site,
            vehicle=new.vehicle,
            driver=new.driver,
            route=new.route,
            note=new.note.strip(),
            alternate_site=new.alternate_site,
            leg_last=1 + len(new.further_carriers),
            left_open=[name for name in manifest.left_open if not new.field(name)],
        )
        step, day = form.step(StepCode.ISSUE), checks.day_of(document.at)
        issue_checks.check_fields(new, [step], frozenset(manifest.left_open))
        issue_checks.check_places(new, manifest, form, day)
        for line in new.lines:
            issue_checks.check_line(line)
        total_g = sum(line.declared.grams for line in new.lines)
        checks.light_enough(form, total_g, "declared")
        self._lines(document, new)
        unfit = exempting.rely(manifest, form, new, document.lines, self.after)
        document.findings += exempting.told(manifest, unfit)

    def _lines(self, document: Document, new: NewManifest) -> None:
        lots = naming.known(part for said in new.lines for part in said.lots)
        for line, said in zip(document.lines, new.lines, strict=True):
            line.declared_g, line.method = said.declared.grams, said.method
            line.containers = said.containers
            if parts := naming.rows(line, said.lots, lots, line.waste):
                self.after[line.uuid] = parts
        document.weights |= {"declared_g", "method", "containers"}
        document.known_lots = self.after

    def move(self, document: Document) -> None:
        manifest, new = document.manifest, self.new
        assert new is not None, "was changed before"
        # Limits before mass, as everybody else locks them.
        allotting.give_back(manifest)
        document.findings += allotting.take(manifest, document.form, document.lines)
        reserving.rebook(manifest, document.lines, self.before, self.after, document.by)
        LineLot.objects.filter(line__in=document.lines).delete()
        LineLot.objects.bulk_create(part for parts in self.after.values() for part in parts)
        if document.form.exempt:
            LineClaim.objects.filter(line__in=document.lines).delete()
            exempting.keep(document.lines)
        Leg.objects.filter(manifest=manifest.pk).delete()
        way.write_legs(manifest, new.further_carriers)


def as_new(manifest: Manifest, lines: Sequence[Line], lots: Lots) -> NewManifest:
    """What would have to be issued to get this manifest, as it is now."""
    told = weights_told(manifest.signatures.order_by("number"), "declared")
    return NewManifest(
        consignor_site=manifest.consignor_site,
        carrier=manifest.carrier,
        consignee_site=manifest.consignee_site,
        lines=tuple(_as_new_line(line, lots.get(line.uuid, ()), told) for line in lines),
        vehicle=manifest.vehicle,
        driver=manifest.driver,
        route=manifest.route,
        note=manifest.note,
        further_carriers=tuple(
            NextCarrier(leg.carrier, leg.vehicle, leg.driver)
            for leg in manifest.legs.filter(number__gt=1).order_by("number")
        ),
        alternate_site=manifest.alternate_site,
    )


def _as_new_line(line: Line, parts: Sequence[LineLot], told: Mapping[UUID, Mass]) -> NewLine:
    declared = told.get(line.uuid)
    if declared is None or declared.grams != line.declared_g:
        declared = grams(line.declared_g)
    lots = tuple(LotPart(part.lot.uuid, part.mass_g) for part in parts)
    return NewLine(line.waste, declared, line.method, lots, line.containers)


def _changed(old: NewManifest, lines: Sequence[Line], changes: Mapping[str, Any]) -> NewManifest:
    own = {name: value for name, value in changes.items() if name not in _OF_LINE}
    if own.get("carrier", old.carrier) != old.carrier:
        own = {"vehicle": None, "driver": None, **own}
    if own.get("consignee_site", old.consignee_site) != old.consignee_site:
        own = {"route": None, **own}
    told = tuple(
        replace(new, **_of_line(line, changes, several=len(lines) > 1))
        for line, new in zip(lines, old.lines, strict=True)
    )
    return replace(old, lines=told, **own)


def _of_line(line: Line, changes: Mapping[str, Any], *, several: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _OF_LINE & changes.keys():
        value = changes[name]
        if isinstance(value, Mapping):
            if line.uuid not in value:
                continue
            value = value[line.uuid]
        elif several:
            raise UnknownLine(manifest=str(line.manifest), lines=str(line.uuid), field=name)
        found[name] = tuple(value) if name == "lots" else value
    return found
