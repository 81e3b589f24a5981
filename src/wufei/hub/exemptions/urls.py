"""Addresses of exemption claims and of their limits."""

from django.urls import URLPattern, path

from wufei.hub.base.pages import urls
from wufei.hub.exemptions import views
from wufei.hub.exemptions.pages import CLAIMS, CRITERIA

# A claim is made and ended, a limit is set: neither the one is edited nor the other added here.
_LEFT_OUT = {"exemptions.claim.edit", "exemptions.criterion.new"}

urlpatterns: list[URLPattern] = [
    *(one for one in [*urls(CLAIMS), *urls(CRITERIA)] if one.name not in _LEFT_OUT),
    path("lots/<uuid:uuid>/", views.of_lot, name="exemptions.lot"),
]
