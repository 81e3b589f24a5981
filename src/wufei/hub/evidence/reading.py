"""Records from the database as entries of the log; the sequencer and ``verify`` read the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from wufei.hub.evidence.entries import Entry, Kind, moment

_ACCOUNTS = """
    SELECT a.id, a.kind, a.method, a.line, h.uuid, p.uuid, w.edition, w.code
    FROM ledger_account a JOIN registry_organisation h ON h.id = a.holder_id
    JOIN catalogue_wastetype w ON w.id = a.waste_id
    LEFT JOIN registry_site p ON p.id = a.place_id WHERE a.id = ANY(%s)"""
_MOVEMENTS = """
    SELECT m.id, m.uuid, m.group_uuid, m.kind, m.source_id, m.target_id, m.mass_g, m.sign,
           m.happened_at, m.recorded_at, m.source_from_g, m.target_from_g, m.original_value,
           m.original_unit, m.density_kg_m3, r.uuid, m.actor, m.cause, m.digest
    FROM ledger_movement m LEFT JOIN ledger_movement r ON r.id = m.reverses_id
    WHERE m.id = ANY(%s)"""
_SIGNATURES = """
    SELECT s.id, s.uuid, m.uuid, s.number, s.step, s.turn, s.mode, s.party, o.uuid, s.evidence,
           s.signed_at, s.received_at, s.actor, s.device, s.longitude, s.latitude,
           s.values::text, s.fields::text, s.content_digest
    FROM manifests_signature s JOIN manifests_manifest m ON m.id = s.manifest_id
    JOIN registry_organisation o ON o.id = s.organisation_id
    WHERE s.id = ANY(%s)"""


def entries(kind: Kind, rows: Sequence[int]) -> dict[int, Entry]:
    """Entries by key; what is not there (any more) is missing."""
    if not rows:
        return {}
    return {entry.row: entry for entry in _READERS[kind](list(rows))}


def _movements(rows: list[int]) -> Iterable[Entry]:
    found = _select(_MOVEMENTS, rows)
    accounts = _accounts({pk for row in found for pk in (row[4], row[5])})
    for row in found:
        (pk, uuid, group, kind, source, target, mass_g, sign, happened_at, recorded_at) = row[:10]
        (source_from_g, target_from_g, value, unit, density, reverses, actor, cause, digest) = row[
            10:
        ]
        content = {
            "density_kg_m3": _text(density),
            "group": _text(group),
            "happened_at": moment(happened_at),
            "kind": kind,
            "mass_g": mass_g,
            "recorded_at": moment(recorded_at),
            "reverses": _text(reverses),
            "sign": sign,
            "source": accounts[source],
            "source_from_g": source_from_g,
            "target": accounts[target],
            "target_from_g": target_from_g,
            "unit": unit,
            "value": _text(value),
        }
        personal = {"actor": actor, "cause": cause, "digest": bytes(digest or b"").hex()}
        yield Entry(Kind.MOVEMENT, pk, str(uuid), content, personal)


def _accounts(keys: set[int]) -> Mapping[int, dict[str, Any]]:
    return {
        pk: {
            "edition": edition,
            "holder": str(holder),
            "kind": kind,
            "line": _text(line),
            "method": method,
            "place": _text(place),
            "waste": waste,
        }
        for pk, kind, method, line, holder, place, edition, waste in _select(_ACCOUNTS, [*keys])
    }


def _signatures(rows: list[int]) -> Iterable[Entry]:
    for row in _select(_SIGNATURES, rows):
        (pk, uuid, manifest, number, step, turn, mode, party, organisation, evidence) = row[:10]
        (signed_at, received_at, actor, device, longitude, latitude) = row[10:16]
        (values, fields, digest) = row[16:]
        content = {
            "evidence": _text(evidence),
            "manifest": str(manifest),
            "mode": mode,
            "number": number,
            "organisation": str(organisation),
            "party": party,
            "received_at": moment(received_at),
            "signed_at": moment(signed_at),
            "step": step,
            "turn": turn,
        }
        personal = {
            "actor": actor,
            "device": device,
            "digest": digest,
            # As PostgreSQL writes jsonb: the same text for the same content.
            "fields": fields,
            "position": None if longitude is None else f"{longitude},{latitude}",
            "values": values,
        }
        yield Entry(Kind.SIGNATURE, pk, str(uuid), content, personal)


_READERS = {Kind.MOVEMENT: _movements, Kind.SIGNATURE: _signatures}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _select(statement: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
