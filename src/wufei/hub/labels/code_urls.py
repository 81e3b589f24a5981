"""Short addresses: they stand in QR codes, so they stay as they are for good."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.labels.views import checks, containers

urlpatterns: list[URLPattern | URLResolver] = [
    path("c/<uuid:uuid>/", containers.container, name="labels.container"),
    path("k/", checks.enter, name="labels.check.open"),
    path("k/<uuid:uuid>/", checks.by_pass, name="labels.check.pass"),
]
