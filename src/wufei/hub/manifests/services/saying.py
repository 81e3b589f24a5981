"""What a manifest says, field by field, as plain JSON: the material of digests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from wufei.hub.manifests.models import Line, LineLot, Manifest
from wufei.hub.manifests.rules import FIELDS


def said(
    names: Iterable[str],
    manifest: Manifest,
    lines: Sequence[Line],
    lots: Mapping[UUID, Sequence[LineLot]],
) -> dict[str, Any]:
    """A JSON value for each of ``names`` (of ``rules.FIELDS``); of lines by the line's uuid.

    Rows are named by their uuid, masses are whole grams.
    """
    told: dict[str, Any] = {}
    for name in names:
        if FIELDS[name].of_line:
            told[name] = {
                str(line.uuid): _of_line(name, line, lots.get(line.uuid, ())) for line in lines
            }
        elif name == "legs":
            told[name] = _legs(manifest)
        else:
            value = getattr(manifest, name)
            uuid = getattr(value, "uuid", None)
            told[name] = str(uuid) if uuid else value
    return told


def _legs(manifest: Manifest) -> list[str]:
    """Carriers in order; empty where one carrier goes all the way."""
    if manifest.leg_last == 1:
        return []
    rows = manifest.legs.order_by("number").values_list("carrier__uuid", flat=True)
    return [str(uuid) for uuid in rows]


def _of_line(name: str, line: Line, lots: Sequence[LineLot]) -> Any:
    match name:
        case "waste":
            return f"{line.waste.edition}:{line.waste.code}"
        case "lots":
            return {str(part.lot.uuid): part.mass_g for part in lots}
        case "exemption":
            return sorted(str(claim.uuid) for claim in line.exemption)
        case "method" | "containers":
            return getattr(line, name)
        case _:
            return getattr(line, f"{name}_g")
