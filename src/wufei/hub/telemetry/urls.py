"""Addresses of the telemetry."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.telemetry.views.stream import stream

urlpatterns: list[URLPattern | URLResolver] = [
    path("stream/", stream, name="telemetry.stream"),
]
