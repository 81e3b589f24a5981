"""Acceptance 接受: what of a load the consignee takes, and what is refused.

Reception (the load is there and weighed), acceptance (whose it is now) and treatment (what became
of it) are three events; this is the second.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Line, Relation, Status, StepCode
from wufei.hub.manifests.refusals import (
    FieldMissing,
    MoreThanArrived,
    NotRefusable,
    ReturnNotRefusable,
    SaidTwice,
    UnknownContainer,
    UnknownLine,
)
from wufei.hub.manifests.services import checks, containers, masses
from wufei.hub.manifests.services.document import Document


def receive(document: Document, values: Mapping[str, Any]) -> Status:
    """Write into the lines what is accepted and refused; returns the state that it leads to.

    ``values``: ``accepted`` a mass, or masses by line (lines left out are accepted whole), or
    ``refused`` the uuids of the containers that are refused. Nothing said: all is accepted.
    Raises ``FieldMissing`` without a reason, ``NotRefusable``, ``ReturnNotRefusable``,
    ``MoreThanArrived``, ``UnknownLine``, ``UnknownContainer`` and ``SaidTwice``.
    """
    whole = document.weighed["weighed_in"]
    accepted = {**whole, **_given(document, values.get("accepted"))}
    if refused := _uuids(values.get("refused")):
        accepted |= _without(document, refused, set(_given(document, values.get("accepted"))))
    for line in document.lines:
        _check(document, line, accepted[line.uuid].grams, whole[line.uuid].grams)
        line.accepted_g = accepted[line.uuid].grams
        line.refused_g = whole[line.uuid].grams - accepted[line.uuid].grams
    document.weighed["accepted"] = accepted
    document.weights |= {"accepted_g", "refused_g"}
    if any(line.refused_g for line in document.lines):
        _check_refusal(document, values)
        _share(document)
    return state_of(document.lines)


def state_of(lines: Sequence[Line]) -> Status:
    """Accepted, partly accepted or refused, by what the lines say."""
    if not any(line.refused_g for line in lines):
        return Status.ACCEPTED
    accepted = any(line.accepted_g for line in lines)
    return Status.PARTLY_ACCEPTED if accepted else Status.REFUSED


# What was said.
def _given(document: Document, said: Any) -> dict[UUID, Mass]:
    """Masses by line, those that were given."""
    lines = document.lines
    if said is None or said == {}:
        return {}
    if isinstance(said, Mass):
        if len(lines) > 1:
            raise _unknown_line(document)
        return {lines[0].uuid: said}
    if not set(said) <= {line.uuid for line in lines}:
        raise _unknown_line(document)
    assert all(isinstance(one, Mass) for one in said.values()), "what is accepted is masses"
    return dict(said)


def _unknown_line(document: Document) -> UnknownLine:
    names = ", ".join(str(line.uuid) for line in document.lines)
    return UnknownLine(manifest=str(document.manifest), lines=names, field="accepted")


def _uuids(said: Any) -> list[UUID]:
    return [] if said is None else [getattr(one, "uuid", one) for one in said]


def _without(
    document: Document, refused: Sequence[UUID], weighed: Collection[UUID]
) -> dict[UUID, Mass]:
    """What is left of the lines that have refused containers; keeps which those are."""
    found: dict[UUID, Mass] = {}
    unknown = set(refused)
    for line, parts, mine in _containers(document):
        chosen = {one.uuid for one in containers.named(mine, refused)}
        unknown -= {name for one in mine if one.uuid in chosen for name in one.names}
        if not chosen:
            continue
        if line.uuid in weighed:
            raise SaidTwice(waste=line.waste.code, field="accepted")
        kept = tuple(LotPart(lot, mass_g) for lot, mass_g in parts if lot not in chosen)
        document.accepted_lots[line.uuid] = kept
        found[line.uuid] = grams(sum(part.mass_g for part in kept))
    if unknown:
        lot = min(map(str, unknown))
        raise UnknownContainer(lot=lot, manifest=str(document.manifest), field="refused")
    return found


def _share(document: Document) -> None:
    """Where only a mass was said, every container is accepted and refused in proportion."""
    for line, parts, _mine in _containers(document):
        if line.refused_g and line.uuid not in document.accepted_lots:
            assert line.accepted_g is not None
            document.accepted_lots[line.uuid] = containers.in_proportion(parts, line.accepted_g)


def _containers(
    document: Document,
) -> list[tuple[Line, list[tuple[UUID, int]], list[containers.Container]]]:
    """(line, what each lot holds once the difference is posted, its containers)."""
    lines = [line for line in document.lines if masses.by_lots(line)]
    found = containers.on_the_road(lines) if lines else {}
    told = []
    for line in lines:
        off_g = masses.off_g(document.manifest, line, document.weighed["weighed_in"][line.uuid])
        more = containers.surplus_lot(masses.difference_id(document.manifest, line))
        mine = found[line.uuid]
        told.append((line, containers.after_difference(mine, off_g, more), mine))
    return told


# What must be true of it.
def _check(document: Document, line: Line, accepted_g: int, received_g: int) -> None:
    if not 0 <= accepted_g <= received_g:
        raise MoreThanArrived(
            accepted_t=checks.in_t(accepted_g), received_t=checks.in_t(received_g), field="accepted"
        )
    if accepted_g and accepted_g != received_g:
        checks.same_unit(received_g, accepted_g, "accepted")


def _check_refusal(document: Document, values: Mapping[str, Any]) -> None:
    manifest = document.manifest
    if manifest.relation == Relation.RETURN:
        raise ReturnNotRefusable(manifest=str(manifest), field="accepted")
    if not document.form.refusable:
        raise NotRefusable(template=document.form.name, field="accepted")
    if not str(values.get("refusal_reason") or "").strip():
        name, label = checks.step_name(StepCode.ACCEPT), rules.FIELDS["refusal_reason"].label
        raise FieldMissing(step=name, label=label, field="refusal_reason")
