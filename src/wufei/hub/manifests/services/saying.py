"""What a manifest says, field by field, as plain JSON: the material of digests and of the API."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wufei.hub.manifests.models import Line, LineLot, Manifest


def said(
    manifest: Manifest, lines: Sequence[Line], lots: Mapping[UUID, Sequence[LineLot]]
) -> dict[str, Any]:
    """A JSON value for every field of ``rules.FIELDS``; of lines by the line's uuid.

    Rows are named by their uuid, masses are whole grams.
    """
    rows = ("consignor", "consignor_site", "carrier", "consignee", "consignee_site")
    maybe = ("vehicle", "driver", "route")
    told: dict[str, Any] = {name: str(getattr(manifest, name).uuid) for name in rows}
    for name in maybe:
        row = getattr(manifest, name)
        told[name] = str(row.uuid) if row else None
    told |= {
        "note": manifest.note,
        "authority_no": manifest.authority_no or "",
        "difference_reason": manifest.difference_reason,
    }
    of_line = ("waste", "declared", "method", "lots", "containers")
    weights = ("weighed_out", "weighed_in", "accepted")
    by_line = {line.uuid: _said_of(line, lots.get(line.uuid, ())) for line in lines}
    for name in (*of_line, *weights):
        told[name] = {str(line.uuid): by_line[line.uuid][name] for line in lines}
    return told


def _said_of(line: Line, lots: Sequence[LineLot]) -> dict[str, Any]:
    return {
        "waste": f"{line.waste.edition}:{line.waste.code}",
        "declared": line.declared_g,
        "method": line.method,
        "lots": {str(part.lot.uuid): part.mass_g for part in lots},
        "containers": line.containers,
        "weighed_out": line.weighed_out_g,
        "weighed_in": line.weighed_in_g,
        "accepted": line.accepted_g,
    }
