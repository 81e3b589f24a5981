"""Rows of a manifest: read for signing, written with a signature and its audit record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from wufei.hub.audit import services as audit
from wufei.hub.base import workdays
from wufei.hub.base.actor import Actor
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings, rules
from wufei.hub.manifests.declarations import ManifestTemplate, Step, WorkingDays
from wufei.hub.manifests.measures import as_json
from wufei.hub.manifests.models import Line, LineLot, Manifest, Signature
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.saying import said

Lots = Mapping[UUID, Sequence[LineLot]]


def read(pk: int) -> Manifest:
    """A manifest with everything that signing looks at, as it is now."""
    rows = Manifest.objects.select_related(
        "consignor",
        "carrier",
        "consignee",
        "consignor_site__region",
        "consignee_site__region",
        "vehicle",
        "driver",
        "route",
    )
    return rows.get(pk=pk)


def refresh(given: Manifest, now: Manifest) -> None:
    """The caller's own row shows what has become of it."""
    if given is not now:
        for field in Manifest._meta.concrete_fields:
            setattr(given, field.attname, getattr(now, field.attname))


def due_at(form: ManifestTemplate, status: str, since: datetime) -> datetime | None:
    """When the step that ``status`` waits for is late."""
    step = rules.next_step(form, status)
    if step is None:
        return None
    calendar = workdays.calendar() if isinstance(step.within, WorkingDays) else None
    return rules.due_at(step.within, since, calendar)


def write_masses(lines: Sequence[Line], column: str, weighed: Mapping[UUID, Mass]) -> None:
    for line in lines:
        setattr(line, column, weighed[line.uuid].grams)
        if line.pk:
            line.save(update_fields=[column])


def lots_of(lines: Sequence[Line]) -> dict[UUID, list[LineLot]]:
    """Named lots by line."""
    found: dict[UUID, list[LineLot]] = {}
    rows = LineLot.objects.filter(line__in=[line.pk for line in lines]).select_related("lot")
    uuids = {line.pk: line.uuid for line in lines}
    for part in rows.order_by("pk"):
        found.setdefault(uuids[part.line_id], []).append(part)
    return found


def write_signature(
    manifest: Manifest,
    form: ManifestTemplate,
    step: Step,
    lines: Sequence[Line],
    lots: Lots,
    act: Act,
    signing: Signing,
    by: Actor,
    *,
    organisation_id: int,
) -> Signature:
    """Keep who signed what, and say so in the audit log."""
    signature = Signature(
        uuid=act.id,
        manifest=manifest,
        step=step.code,
        party=step.by,
        organisation_id=organisation_id,
        actor=by.id,
        values=values_json(act.values, lines),
        signed_at=signing.signed_at,
        longitude=signing.longitude,
        latitude=signing.latitude,
        device=signing.device,
    )
    signature.content_digest = digest_of(signature, manifest, form, lines, lots)
    signature.save(force_insert=True)
    record(by, step.code, manifest, {"signature": str(act.id), "digest": signature.content_digest})
    return signature


def digest_of(
    signature: Signature,
    manifest: Manifest,
    form: ManifestTemplate,
    lines: Sequence[Line],
    lots: Lots,
) -> str:
    """Digest of what was signed, made again from what is sealed."""
    about = {
        "id": str(signature.uuid),
        "party": str(signature.party),
        "actor": signature.actor,
        "signed_at": rules.moment(signature.signed_at),
        "values": signature.values,
    }
    return rules.digest(rules.content(form, signature.step, said(manifest, lines, lots), about))


def values_json(values: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """What was given with a signature, as it is kept."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "", {}):
            continue
        if isinstance(value, Mass):
            value = {lines[0].uuid: value}
        if isinstance(value, Mapping):
            told[name] = {str(line): as_json(mass) for line, mass in value.items()}
        else:
            told[name] = str(getattr(value, "uuid", value))
    return told


def record(by: Actor, action: str, manifest: Manifest, values: Mapping[str, Any]) -> None:
    audit.record(
        by,
        f"manifests:manifest:{action}",
        subject=findings.subject(manifest),
        values={"number": manifest.local_id, **values},
    )
