"""Which fix of each vehicle is the newest: kept in memory, written and told once a second.

Sync throughout: ``wufei watch`` runs it in a thread of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection

from wufei.hub.manifests.models import MOVING, Manifest
from wufei.hub.registry.models import Vehicle
from wufei.hub.telemetry.fixes import Fixes, usable
from wufei.hub.telemetry.live.announcing import announce
from wufei.hub.telemetry.live.places import told, with_facts
from wufei.hub.telemetry.models import LastPosition

# Positions of one word to the browsers; it must fit into a message of the bus.
_TOLD_MAX = 500

# The WHERE is what keeps a late batch, or a second watcher, from moving a vehicle back.
_UPSERT = """
INSERT INTO telemetry_lastposition
  (vehicle_id, device, device_time, received_at, longitude, latitude, speed_kmh, heading_deg,
   status, mileage_km, manifest_id, domain)
SELECT given.* FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[],
  %s::float8[], %s::float8[], %s::float8[], %s::smallint[], %s::bigint[], %s::float8[],
  %s::bigint[], %s::text[]) AS given (vehicle_id)
JOIN registry_vehicle ON registry_vehicle.id = given.vehicle_id
ON CONFLICT (vehicle_id) DO UPDATE SET
  device = excluded.device, device_time = excluded.device_time,
  received_at = excluded.received_at, longitude = excluded.longitude,
  latitude = excluded.latitude, speed_kmh = excluded.speed_kmh,
  heading_deg = excluded.heading_deg, status = excluded.status,
  mileage_km = excluded.mileage_km, manifest_id = excluded.manifest_id,
  domain = excluded.domain
WHERE telemetry_lastposition.device_time < excluded.device_time
RETURNING vehicle_id
"""


class Live:
    """``handle`` takes batches, ``tick`` writes what changed; at most once a second each."""

    def __init__(self) -> None:
        self._newest_ms: dict[int, int] = {
            vehicle: round(at.timestamp() * 1000)
            for vehicle, at in LastPosition.objects.values_list("vehicle_id", "device_time")
        }
        self._changed: dict[int, Any] = {}

    def handle(self, fixes: Fixes, now_ms: int) -> None:
        """Keep the newest usable fix of each vehicle; older ones are history."""
        for fix in newest(on_earth(usable(fixes))):
            vehicle, at_ms = int(fix["vehicle"]), int(fix["device_time_ms"])
            if at_ms > self._newest_ms.get(vehicle, 0):
                self._newest_ms[vehicle] = at_ms
                self._changed[vehicle] = fix

    def tick(self, now_ms: int) -> int:
        """Write what changed, tell the browsers; returns how many vehicles moved."""
        moved = write(list(self._changed.values()))
        # Only now: if the database was away, the next tick tries the same ones again.
        self._changed.clear()
        loaded = bind()
        positions = with_facts().filter(pk__in={*moved, *loaded})
        tell(positions)
        return len(moved)


def on_earth(fixes: Fixes) -> Fixes:
    """Without what the table would refuse: one such row must not hold up all the others."""
    found: Fixes = fixes[(np.abs(fixes["longitude"]) <= 180) & (np.abs(fixes["latitude"]) <= 90)]
    return found


def newest(fixes: Fixes) -> Fixes:
    """The newest fix of each vehicle, for fixes that a vehicle carries."""
    fixes = fixes[fixes["vehicle"] != 0]
    ordered = fixes[np.lexsort((fixes["device_time_ms"], fixes["vehicle"]))]
    last = np.append(ordered["vehicle"][1:] != ordered["vehicle"][:-1], True)
    found: Fixes = ordered[last[: len(ordered)]]
    return found


def write(fixes: Sequence[Any]) -> list[int]:
    """Upsert last positions; returns the vehicles that really moved on in time."""
    if not fixes:
        return []
    vehicles = [int(fix["vehicle"]) for fix in fixes]
    loads = _loads(vehicles)
    domains = _domains(vehicles)
    columns = zip(*(_row(fix, loads, domains) for fix in fixes), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(column) for column in columns])
        return [vehicle for (vehicle,) in cursor.fetchall()]


def _row(fix: Any, loads: dict[int, tuple[int, str]], domains: dict[int, str]) -> tuple[Any, ...]:
    vehicle = int(fix["vehicle"])
    manifest, domain = loads.get(vehicle, (None, domains.get(vehicle, "")))
    return (
        vehicle,
        int(fix["device"]),
        _moment(fix["device_time_ms"]),
        _moment(fix["received_ms"]),
        float(fix["longitude"]),
        float(fix["latitude"]),
        float(fix["speed_kmh"]),
        int(fix["heading_deg"]) % 360,
        int(fix["status"]),
        float(fix["mileage_km"]),
        manifest,
        domain,
    )


def _moment(ms: Any) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def _loads(vehicles: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(manifest, domain) of the load that is on board, by vehicle."""
    on_board = Manifest.objects.filter(status__in=MOVING, halted_at_site=None)
    found = on_board.filter(vehicle__in=list(vehicles))
    rows = found.order_by("loaded_at", "pk").values_list("vehicle_id", "pk", "domain")
    return {vehicle: (pk, domain) for vehicle, pk, domain in rows if vehicle is not None}


def _domains(vehicles: Iterable[int]) -> dict[int, str]:
    """What an empty vehicle is coloured by: the first domain that its carrier handles."""
    rows = Vehicle.objects.filter(pk__in=list(vehicles)).values_list("pk", "carrier__domains")
    return {pk: domains[0] if domains else "" for pk, domains in rows}


# A truck that stands at the gate is loaded without a new fix: the row follows the manifest.
_BIND = """
UPDATE telemetry_lastposition AS position
SET manifest_id = truth.manifest_id, domain = coalesce(truth.domain, position.domain)
FROM (
  SELECT position.vehicle_id, load.id AS manifest_id, load.domain
  FROM telemetry_lastposition AS position
  LEFT JOIN LATERAL (
    SELECT id, domain FROM manifests_manifest
    WHERE vehicle_id = position.vehicle_id AND status IN ('loaded', 'arrived')
      AND halted_at_site_id IS NULL
    ORDER BY loaded_at DESC, id DESC LIMIT 1
  ) AS load ON true
) AS truth
WHERE truth.vehicle_id = position.vehicle_id
  AND position.manifest_id IS DISTINCT FROM truth.manifest_id
RETURNING position.vehicle_id
"""


def bind() -> list[int]:
    """Bind every vehicle to the load that is on board now; returns those that changed."""
    with connection.cursor() as cursor:
        cursor.execute(_BIND)
        return [vehicle for (vehicle,) in cursor.fetchall()]


def tell(positions: Iterable[LastPosition]) -> None:
    """Tell the browsers where these vehicles are."""
    rows = told(positions)
    for start in range(0, len(rows), _TOLD_MAX):
        announce("positions", rows[start : start + _TOLD_MAX])
