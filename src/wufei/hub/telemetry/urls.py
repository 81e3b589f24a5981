"""Addresses of the telemetry."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.telemetry.views.base_map import base_map
from wufei.hub.telemetry.views.live import live_page
from wufei.hub.telemetry.views.stream import stream
from wufei.hub.telemetry.views.trips import trip_csv, trip_geojson, trip_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("live/", live_page, name="telemetry.live"),
    path("stream/", stream, name="telemetry.stream"),
    path("base-map.pmtiles", base_map, name="telemetry.base_map"),
    path("trips/<uuid:uuid>/", trip_page, name="telemetry.trip"),
    path("trips/<uuid:uuid>/track.geojson", trip_geojson, name="telemetry.trip.geojson"),
    path("trips/<uuid:uuid>/track.csv", trip_csv, name="telemetry.trip.csv"),
]
