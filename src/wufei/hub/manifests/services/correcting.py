"""A correction's values: read from a caller, kept as JSON, checked, and put into a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import numbers, revisable, rules
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.measures import from_json
from wufei.hub.manifests.models import (
    RECEIVED,
    Line,
    Manifest,
    Relation,
    Route,
    Status,
    StepCode,
)
from wufei.hub.manifests.refusals import (
    FieldMissing,
    MoreThanArrived,
    NotRefusable,
    ReturnNotRefusable,
    RouteElsewhere,
    UnknownLine,
    UnknownMethod,
)
from wufei.hub.manifests.revisable import REVISABLE, Says
from wufei.hub.manifests.revision_refusals import (
    FieldEmptied,
    NothingChanged,
    NotRevisable,
    NotSignedYet,
    RefusedGoneOn,
)
from wufei.hub.manifests.services import authority, checks, exempting, reception, settlement
from wufei.hub.manifests.services.document import Document, due_at, lots_of, values_json
from wufei.hub.manifests.services.saying import said
from wufei.hub.registry.models import Driver, Vehicle

_ROWS: Mapping[str, Any] = {"vehicle": Vehicle, "driver": Driver, "route": Route}
TEXT_MAX = 300


@dataclass(frozen=True)
class Changes:
    """New values by field: of lines by the line's uuid, the others as they are."""

    values: Mapping[str, Any]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.values)

    @property
    def seals(self) -> frozenset[str]:
        """What a signature over them seals: accepted and refused always go together."""
        split = {"accepted", "refused"}
        return self.names | (split if self.names & {"weighed_in", "accepted"} else set())


def wanted(manifest: Manifest, lines: Sequence[Line], given: Mapping[str, Any]) -> Changes:
    """What of ``given`` differs from what the manifest says.

    Raises ``NotRevisable``, ``NotSignedYet``, ``UnknownLine``, ``FieldEmptied`` and
    ``NothingChanged``.
    """
    sealed = rules.sealed_in(template(manifest.template), manifest.status)
    changed: dict[str, Any] = {}
    for name, value in given.items():
        label = rules.FIELDS[name].label if name in rules.FIELDS else name
        if name not in REVISABLE:
            raise NotRevisable(label=label, manifest=str(manifest), field=name)
        if name not in sealed:
            raise NotSignedYet(label=label, manifest=str(manifest), field=name)
        value = _differing(manifest, lines, name, value)
        if value is not None:
            changed[name] = value
    if not changed:
        raise NothingChanged(manifest=str(manifest))
    return Changes(changed)


def _differing(manifest: Manifest, lines: Sequence[Line], name: str, value: Any) -> Any:
    if not rules.FIELDS[name].of_line:
        value = value.strip()[:TEXT_MAX] if isinstance(value, str) else value
        now = getattr(manifest, name) or ""
        if not value and REVISABLE[name].says is Says.ROW and name != "route":
            raise FieldEmptied(label=rules.FIELDS[name].label, manifest=str(manifest), field=name)
        return None if (value or "") == now else value
    by_line = value if isinstance(value, Mapping) else {lines[0].uuid: value}
    known = {line.uuid: line for line in lines}
    if set(by_line) - set(known) or (by_line is not value and len(lines) > 1):
        names = ", ".join(str(line.uuid) for line in lines)
        raise UnknownLine(manifest=str(manifest), lines=names, field=name)
    return {
        uuid: one for uuid, one in by_line.items() if _plain(one) != _now(known[uuid], name)
    } or None


def _plain(value: Any) -> Any:
    return value.grams if isinstance(value, Mass) else value


def _now(line: Line, name: str) -> Any:
    return getattr(line, column(name))


def column(name: str) -> str:
    """Column of a line that keeps a field."""
    return f"{name}_g" if REVISABLE[name].says is Says.MASS else name


# As they are kept.
def as_json(changes: Changes, lines: Sequence[Line]) -> dict[str, Any]:
    """As signatures keep values; an emptied text stays as an empty one."""
    told = values_json(changes.values, lines)
    return told | dict.fromkeys(changes.names - told.keys(), "")


def from_kept(kept: Mapping[str, Any]) -> Changes:
    """The reverse of ``as_json``."""
    return Changes({name: _read(name, value) for name, value in kept.items()})


def _read(name: str, value: Any) -> Any:
    match REVISABLE[name].says:
        case Says.MASS:
            return {UUID(line): from_json(mass) for line, mass in value.items()}
        case Says.METHOD | Says.COUNT:
            return {UUID(line): one for line, one in value.items()}
        case Says.ROW:
            return _ROWS[name].objects.get(uuid=value) if value else None
        case _:
            return value


def before(names: frozenset[str], manifest: Manifest, lines: Sequence[Line]) -> dict[str, Any]:
    """What the manifest says of these fields now."""
    return said(sorted(names), manifest, lines, lots_of(lines) if "lots" in names else {})


# Into a document.
def check(document: Document, changes: Changes) -> None:
    """Whether the new values can be: the carrier's own vehicle, a known method, the right unit."""
    manifest, values = document.manifest, changes.values
    day = checks.day_of(manifest.loaded_at or document.at)
    _check_rows(manifest, values, day)
    if "authority_no" in values:
        authority.check_given(manifest)
    for line in document.lines:
        method = values.get("method", {}).get(line.uuid)
        if method is not None:
            _check_method(line, method)
    exempting.check_method(document, values.get("method", {}))
    for name in changes.names & {"declared", "weighed_out", "weighed_in"}:
        total_g = sum(_new_g(line, name, values) or 0 for line in document.lines)
        checks.light_enough(document.form, total_g, name)
    for line in document.lines:
        _check_unit(line, values)


def _check_rows(manifest: Manifest, values: Mapping[str, Any], day: date) -> None:
    if vehicle := values.get("vehicle"):
        checks.vehicle_of(manifest.carrier, vehicle, day)
    if driver := values.get("driver"):
        checks.driver_of(manifest.carrier, driver, day)
    route = values.get("route")
    ends = (manifest.consignor_site_id, manifest.consignee_site_id)
    if route and (route.origin_id, route.destination_id) != ends:
        raise RouteElsewhere(
            route=str(route),
            origin=manifest.consignor_site.name,
            destination=manifest.consignee_site.name,
            field="route",
        )


def _check_method(line: Line, method: str) -> None:
    known = {one.code for one in catalogue.stream(line.waste.stream).methods}
    if method not in known:
        raise UnknownMethod(
            waste=line.waste.code,
            method=method[:40],
            methods=", ".join(sorted(known)),
            field="method",
        )


def _check_unit(line: Line, values: Mapping[str, Any]) -> None:
    """Each figure against the one before it, as both will be."""
    for known, given in (("declared", "weighed_out"), ("weighed_out", "weighed_in")):
        new_g, known_g = (_new_g(line, name, values) for name in (given, known))
        changed = any(line.uuid in values.get(name, {}) for name in (known, given))
        if changed and new_g and known_g:
            checks.same_unit(known_g, new_g, given if given in values else known)


def _new_g(line: Line, name: str, values: Mapping[str, Any]) -> int | None:
    mass: Mass | None = values.get(name, {}).get(line.uuid)
    found: int | None = mass.grams if mass is not None else _now(line, name)
    return found


def put(document: Document, changes: Changes) -> None:
    """Change the document in memory; accepted, refused and the state follow the weights."""
    for name, value in changes.values.items():
        if not rules.FIELDS[name].of_line:
            if name == "authority_no":
                value = numbers.authority_no(document.form, value)
            document.change(**{name: value})
            continue
        for line in document.lines:
            if line.uuid in value:
                setattr(line, column(name), _plain(value[line.uuid]))
        document.weights.add(column(name))
    if changes.names & {"weighed_in", "accepted"}:
        _split(document, changes.values.get("accepted", {}))
    _explained(document)


def _split(document: Document, accepted: Mapping[UUID, Mass]) -> None:
    """Accepted and refused stay what was weighed in; who says nothing keeps what was refused."""
    for line in document.lines:
        if line.accepted_g is None or line.refused_g is None:
            continue
        received_g, refused_g = line.weighed_in_g or 0, line.refused_g
        if line.uuid in accepted:
            line.refused_g = received_g - line.accepted_g
        else:
            line.accepted_g = received_g - refused_g
        if line.accepted_g < 0 or line.refused_g < 0:
            raise MoreThanArrived(
                accepted_t=checks.in_t(max(line.accepted_g, refused_g)),
                received_t=checks.in_t(received_g),
                field="accepted",
            )
        if line.refused_g != refused_g:
            _still_here(document.manifest, line)
        document.weights |= {"accepted_g", "refused_g"}
    _restate(document)


def _still_here(manifest: Manifest, line: Line) -> None:
    """How much was refused is settled once a linked manifest carries it."""
    gone = (Status.CANCELLED, Status.EXPIRED)
    followers = Line.objects.filter(follows=line.pk).exclude(manifest__status__in=gone)
    follower = followers.select_related("manifest").first()
    if follower is not None:
        raise RefusedGoneOn(manifest=str(manifest), linked=str(follower.manifest), field="accepted")


def _restate(document: Document) -> None:
    """The state follows from what was accepted; what agrees by now is closed by itself."""
    manifest, form = document.manifest, document.form
    if manifest.status not in (*RECEIVED, Status.CLOSED):
        return
    after = reception.state_of(document.lines)
    if after != Status.ACCEPTED:
        _check_refusal(document)
    elif manifest.status == Status.CLOSED:
        return
    if after != manifest.status:
        due = due_at(form, after, document.at)
        document.change(status=after, closed_at=None, due_at=due)
    settlement.close_if_settled(document)


def _check_refusal(document: Document) -> None:
    manifest, form = document.manifest, document.form
    if manifest.relation == Relation.RETURN:
        raise ReturnNotRefusable(manifest=str(manifest), field="accepted")
    if not form.refusable:
        raise NotRefusable(template=form.name, field="accepted")
    if not manifest.refusal_reason:
        raise _unexplained("refusal_reason")


def _explained(document: Document) -> None:
    """Figures that differ beyond tolerance need their reason, as when they were signed."""
    manifest = document.manifest
    if manifest.status not in (*RECEIVED, Status.CLOSED):
        return
    if not settlement.is_explained(manifest, document.form, document.lines):
        raise _unexplained("difference_reason")


def _unexplained(field: str) -> FieldMissing:
    label = rules.FIELDS[field].label
    return FieldMissing(step=checks.step_name(StepCode.REVISE), label=label, field=field)


def moved_since(changes: Changes) -> Any:
    """The step from which mass is posted anew; None where no movement depends on them."""
    return revisable.moved_since(changes.names)
