"""Addresses of the base room."""

from django.urls import URLPattern, path

from wufei.hub.base.views import imports

urlpatterns: list[URLPattern] = [
    path("imports/", imports.ImportList.as_view(), name="base.import.list"),
    path("imports/<uuid:uuid>/", imports.show, name="base.import.detail"),
    path("imports/<uuid:uuid>/progress/", imports.progress, name="base.import.progress"),
    path("imports/<uuid:uuid>/cancel/", imports.cancel, name="base.import.cancel"),
    path("imports/<uuid:uuid>/faults/", imports.faults, name="base.import.faults"),
]
