"""Records from the database as entries of the log; the sequencer and ``verify`` read the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from wufei.hub.evidence.entries import Entry, Kind

_UTC = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
# Texts as they stand in the entry: making them here is ten times as fast as in Python.
_ACCOUNTS = """
    SELECT a.id, a.kind, a.method, a.line::text, h.uuid::text, p.uuid::text, w.edition, w.code
    FROM ledger_account a JOIN registry_organisation h ON h.id = a.holder_id
    JOIN catalogue_wastetype w ON w.id = a.waste_id
    LEFT JOIN registry_site p ON p.id = a.place_id WHERE a.id = ANY(%s)"""
_MOVEMENTS = f"""
    SELECT m.id, m.uuid::text, m.group_uuid::text, m.kind, m.source_id, m.target_id, m.mass_g,
           m.sign, {_UTC.format("m.happened_at")}, {_UTC.format("m.recorded_at")},
           m.source_from_g, m.target_from_g, m.original_value::text, m.original_unit,
           m.density_kg_m3::text, r.uuid::text, m.actor, m.cause, encode(m.digest, 'hex')
    FROM ledger_movement m LEFT JOIN ledger_movement r ON r.id = m.reverses_id
    WHERE m.id = ANY(%s)"""
_SIGNATURES = f"""
    SELECT s.id, s.uuid::text, m.uuid::text, s.number, s.step, s.turn, s.mode, s.party,
           o.uuid::text, s.evidence::text, {_UTC.format("s.signed_at")},
           {_UTC.format("s.received_at")}, s.actor, s.device,
           s.longitude::text || ',' || s.latitude::text, s.values::text, s.fields::text,
           s.content_digest
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
        (source_from_g, target_from_g, value, unit, density, reverses) = row[10:16]
        (actor, cause, digest) = row[16:]
        content = {
            "density_kg_m3": density,
            "group": group,
            "happened_at": happened_at,
            "kind": kind,
            "mass_g": mass_g,
            "recorded_at": recorded_at,
            "reverses": reverses,
            "sign": sign,
            "source": accounts[source],
            "source_from_g": source_from_g,
            "target": accounts[target],
            "target_from_g": target_from_g,
            "unit": unit,
            "value": value,
        }
        personal = {"actor": actor, "cause": cause, "digest": digest}
        yield Entry(Kind.MOVEMENT, pk, uuid, content, personal)


def _accounts(keys: set[int]) -> Mapping[int, dict[str, Any]]:
    names = ("kind", "method", "line", "holder", "place", "edition", "waste")
    return {pk: dict(zip(names, told, strict=True)) for pk, *told in _select(_ACCOUNTS, [*keys])}


def _signatures(rows: list[int]) -> Iterable[Entry]:
    for row in _select(_SIGNATURES, rows):
        (pk, uuid, manifest, number, step, turn, mode, party, organisation, evidence) = row[:10]
        (signed_at, received_at, actor, device, position, values, fields, digest) = row[10:]
        content = {
            "evidence": evidence,
            "manifest": manifest,
            "mode": mode,
            "number": number,
            "organisation": organisation,
            "party": party,
            "received_at": received_at,
            "signed_at": signed_at,
            "step": step,
            "turn": turn,
        }
        personal = {
            "actor": actor,
            "device": device,
            "digest": digest,
            # As PostgreSQL writes jsonb: the same text for the same content.
            "fields": fields,
            "position": position,
            "values": values,
        }
        yield Entry(Kind.SIGNATURE, pk, uuid, content, personal)


_READERS = {Kind.MOVEMENT: _movements, Kind.SIGNATURE: _signatures}


def _select(statement: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
