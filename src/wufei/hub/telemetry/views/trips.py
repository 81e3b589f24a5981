"""Replay of one trip: its line on the map, its speed, what it comes to; and as a file."""

import csv
import io
import json
from typing import Any
from uuid import UUID

import polars as pl
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import NotFound
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.queries import visible
from wufei.hub.telemetry import tracks
from wufei.hub.telemetry.tracks import Facts, Pause

TRACK = "telemetry.track.view"
# What a browser draws smoothly; a file holds every point.
POINTS_MAX = 20_000
_DIGITS = 6


@require_GET
@needs(TRACK)
def trip_page(request: Request, uuid: UUID) -> HttpResponse:
    manifest = _find(request, uuid)
    points = tracks.trip(manifest)
    facts = tracks.facts(points)
    context = {
        "manifest": manifest,
        "facts": facts,
        "trip": _drawn(manifest, points, facts),
        "moving": manifest.loaded_at is not None and manifest.arrived_at is None,
        "files": [
            (kind, reverse(f"telemetry.trip.{kind.lower()}", args=[uuid]))
            for kind in ("GeoJSON", "CSV")
        ],
    }
    return render(request, "telemetry/trip.html", context)


@require_GET
@needs(TRACK)
def trip_geojson(request: Request, uuid: UUID) -> HttpResponse:
    """A Feature with a LineString (WGS-84, RFC 7946) and the moment of each point."""
    manifest = _find(request, uuid)
    points = tracks.trip(manifest)
    feature = {
        "type": "Feature",
        "properties": {
            "manifest": str(manifest),
            "plate": manifest.vehicle.plate if manifest.vehicle else "",
            "times_ms": points["device_time_ms"].to_list(),
            "speeds_kmh": [round(speed, 1) for speed in points["speed_kmh"].to_list()],
            "distance_km": round(tracks.distance_km(points), 3),
        },
        "geometry": {"type": "LineString", "coordinates": _places(points)},
    }
    text = json.dumps(feature, ensure_ascii=False)
    return _file(text, f"{manifest.local_id}.geojson", "application/geo+json")


@require_GET
@needs(TRACK)
def trip_csv(request: Request, uuid: UUID) -> HttpResponse:
    """One fix a line; times in Asia/Shanghai and as milliseconds since 1970."""
    manifest = _find(request, uuid)
    points = tracks.trip(manifest)
    moment = (
        pl.from_epoch("device_time_ms", "ms")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone("Asia/Shanghai")
        .dt.strftime("%Y-%m-%d %H:%M:%S")
    )
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["time", *points.columns])
    writer.writerows(points.select(moment.alias("time"), pl.all()).iter_rows())
    # The mark at the start tells Excel that this is UTF-8.
    return _file("\ufeff" + output.getvalue(), f"{manifest.local_id}.csv", "text/csv")


def _find(request: Request, uuid: UUID) -> Manifest:
    manifest = visible(request.actor, TRACK).filter(uuid=uuid).first()
    if manifest is None:
        raise NotFound
    return manifest


def _file(text: str, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _drawn(manifest: Manifest, points: pl.DataFrame, facts: Facts) -> dict[str, Any]:
    """What the page's script draws; thinned where a trip has more points than a screen."""
    shown = points.gather_every(max(1, -(-len(points) // POINTS_MAX)))
    return {
        "domain": manifest.domain,
        "plate": manifest.vehicle.plate if manifest.vehicle else "",
        "route": manifest.route.path if manifest.route else None,
        "times_ms": shown["device_time_ms"].to_list(),
        "places": _places(shown),
        "speeds_kmh": [round(speed, 1) for speed in shown["speed_kmh"].to_list()],
        "headings_deg": shown["heading_deg"].to_list(),
        "stops": [_pause(stop) for stop in facts.stops],
        "gaps": [_pause(gap) for gap in facts.gaps],
        "ends": [_site(manifest.consignor_site), _site(manifest.consignee_site)],
    }


def _places(points: pl.DataFrame) -> list[list[float]]:
    return [
        [round(longitude, _DIGITS), round(latitude, _DIGITS)]
        for longitude, latitude in points.select("longitude", "latitude").iter_rows()
    ]


def _pause(pause: Pause) -> dict[str, Any]:
    return {
        "start_ms": pause.start_ms,
        "end_ms": pause.end_ms,
        "longitude": pause.longitude,
        "latitude": pause.latitude,
    }


def _site(site: Any) -> dict[str, Any] | None:
    if site.longitude is None:
        return None
    return {
        "id": str(site.uuid),
        "name": site.name,
        "longitude": float(site.longitude),
        "latitude": float(site.latitude),
        "domain": "",
    }
