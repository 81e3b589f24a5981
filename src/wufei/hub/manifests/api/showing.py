"""Manifests as the API shows them."""

from decimal import Decimal
from typing import Any

from wufei.hub.base.actor import Actor
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests import crossing, queries
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.models import Leg, Line, Manifest, Signature
from wufei.hub.registry.models import Site, Vehicle

_PARTIES = ("consignor", "consignor_site", "carrier", "consignee", "consignee_site")
_TIMES = ("issued_at", "loaded_at", "arrived_at", "accepted_at", "closed_at", "cancelled_at")


def mass(mass_g: int | None) -> dict[str, str] | None:
    """Tonnes as text: exact, since six places are a gram."""
    if mass_g is None:
        return None
    return {"value": f"{Decimal(mass_g) / GRAMS_PER_T:.6f}", "unit": "t"}


def named(row: Any) -> dict[str, Any]:
    return {"id": row.uuid, "name": row.name}


def short(manifest: Manifest) -> dict[str, Any]:
    """What a list says of a manifest; its rows must have been joined."""
    shown: dict[str, Any] = {name: named(getattr(manifest, name)) for name in _PARTIES}
    shown |= {name: getattr(manifest, name) for name in (*_TIMES, "due_at", "changed_at")}
    return shown | {
        "id": manifest.uuid,
        "number": manifest.local_id,
        "authority_no": manifest.authority_no or "",
        "template": manifest.template,
        "domain": manifest.domain,
        "status": manifest.status,
        "vehicle": vehicle(manifest.vehicle) if manifest.vehicle else None,
    }


def whole(manifest: Manifest, actor: Actor) -> dict[str, Any]:
    """Everything; a driver by id only, since a name is personal data."""
    lines = manifest.lines.select_related("waste").prefetch_related("lots__lot")
    exempt = template(manifest.template).exempt is not None
    signatures = manifest.signatures.select_related("organisation")
    legs = manifest.legs.select_related("carrier", "vehicle", "driver")
    return short(manifest) | {
        "origin": manifest.origin,
        "crossing": crossing.of(manifest) or "",
        "left_open": manifest.left_open,
        "revisions": [
            {"id": one.uuid, "kind": one.kind, "state": one.state}
            for one in manifest.revisions.all()
        ],
        "driver": manifest.driver.uuid if manifest.driver else None,
        "route": manifest.route.code if manifest.route else "",
        "note": manifest.note,
        "difference_reason": manifest.difference_reason,
        "refusal_reason": manifest.refusal_reason,
        "alternate_site": named(manifest.alternate_site) if manifest.alternate_site else None,
        "turn": manifest.turn,
        "follows": _linked(manifest.follows, manifest) if manifest.follows else None,
        "followers": [_linked(one, one) for one in manifest.followers.order_by("pk")],
        "cancel_reason": manifest.cancel_reason,
        "lines": [_line(line, exempt) for line in lines],
        "legs": [_leg(leg) for leg in legs],
        "halts": [
            {"site": named(halt.site), "since": halt.since, "until": halt.until}
            for halt in manifest.halts.select_related("site")
        ],
        "signatures": [_signature(one) for one in signatures],
        "next": [
            {"step": step.code, "needs": sorted(step.needs), "may": sorted(step.may)}
            for step in queries.next_steps(manifest, actor)
        ],
    }


def _linked(shown: Manifest, linked: Manifest) -> dict[str, Any]:
    """``shown`` is the other end of what ``linked`` carries on."""
    return {
        "id": shown.uuid,
        "number": shown.local_id,
        "relation": linked.relation,
        "status": shown.status,
    }


def vehicle(row: Vehicle) -> dict[str, Any]:
    return {"id": row.uuid, "plate": row.plate}


def site(row: Site) -> dict[str, Any]:
    return {
        "id": row.uuid,
        "name": row.name,
        "kind": row.kind,
        "organisation": named(row.organisation),
    }


def free_lot(lot: Lot) -> dict[str, Any]:
    return {
        "lot": lot.uuid,
        "label": lot.label,
        "waste": lot.account.waste.code,
        "free": mass(lot.remaining_g - lot.booked_g),
    }


def _line(line: Line, exempt: bool) -> dict[str, Any]:
    weights = ("declared", "weighed_out", "weighed_in", "accepted", "refused")
    return {name: mass(getattr(line, f"{name}_g")) for name in weights} | {
        "id": line.uuid,
        "waste": line.waste.code,
        "waste_name": line.waste.label,
        "method": line.method,
        "containers": line.containers,
        "exemption": [
            {"id": one.uuid, "report_no": one.report_no, "state": one.state}
            for one in (line.exemption if exempt else ())
        ],
        "lots": [
            {"lot": part.lot.uuid, "label": part.lot.label, "mass": mass(part.mass_g)}
            for part in line.lots.all()
        ],
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "number": leg.number,
        "carrier": named(leg.carrier),
        "vehicle": vehicle(leg.vehicle) if leg.vehicle else None,
        "driver": leg.driver.uuid if leg.driver else None,
        "taken_at": leg.taken_at,
        "dropped_at": leg.dropped_at,
    }


def _signature(signature: Signature) -> dict[str, Any]:
    def degrees(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    return {
        "id": signature.uuid,
        "step": signature.step,
        "party": signature.party,
        "organisation": named(signature.organisation),
        "signed_at": signature.signed_at,
        "received_at": signature.received_at,
        "longitude": degrees(signature.longitude),
        "latitude": degrees(signature.latitude),
        "device": signature.device,
        "digest": signature.content_digest,
    }
